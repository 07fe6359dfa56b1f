"""Approved budget changes, and budget modifications as changes of their own, with the keys of their lines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Final

from attrs import define

from erp_bridge_core.contract import Finding, LineKey, Severity
from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.contract.source import SourceChange, SourceLine
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.told import ChangeStatus
from erp_bridge_procore.client.values import AdjustmentLine, Budget, BudgetChange, Modification
from erp_bridge_procore.codebook import Codebook

_LOOK: Final = "Look at the change in Procore; a newer version of this plugin may know the word."


def id_of_change(number: int) -> str:
    """A budget change's id as the product keeps it."""
    return f"change-{number}"


def id_of_modification(number: int) -> str:
    """A budget modification's id as the product keeps it."""
    return f"modification-{number}"


@define(slots=False)
class ChangeReader:
    """The changes of one budget; `by_code` and `by_line` are the keys of its rows by budget code and by line."""

    client: ProcoreClient
    codes: Codebook
    budget: Budget
    by_code: Mapping[int, LineKey]
    by_line: Mapping[int, LineKey]

    def all(self) -> tuple[SourceChange, ...]:
        """Every approved change, then every modification; raises `ReadFailed` for a line on an unknown code."""
        changes = [self._change(change) for change in self._approved]
        return (*changes, *(self._modification(each) for each in self.budget.modifications))

    def modified(self) -> Mapping[LineKey, Decimal]:
        """What the modifications come to, by key."""
        found: defaultdict[LineKey, Decimal] = defaultdict(Decimal)
        for modification in self.budget.modifications:
            for line_id, amount in _sides(modification):
                found[self._key_of_line(modification, line_id)] += amount
        return found

    def changed(self) -> Mapping[LineKey, Decimal]:
        """What the approved changes come to, by key."""
        found: defaultdict[LineKey, Decimal] = defaultdict(Decimal)
        for change in self._approved:
            for line in change.lines:
                found[self._key_of_code(change, line)] += line.amount
        return found

    def findings(self) -> Iterator[Finding]:
        """Changes whose states are told in words that nobody knows."""
        for change in self.budget.changes:
            if change.status.known is None:
                yield _unknown(change, "status", change.status.text, "It was left out, since it may not be approved.")
            elif change.status.known is ChangeStatus.APPROVED and change.erp_status.known is None:
                yield _unknown(change, "ERP status", change.erp_status.text, "It was taken as approved.")

    @property
    def _approved(self) -> list[BudgetChange]:
        return [change for change in self.budget.changes if change.status.known is ChangeStatus.APPROVED]

    def _change(self, change: BudgetChange) -> SourceChange:
        amounts: defaultdict[LineKey, list[AdjustmentLine]] = defaultdict(list)
        for line in change.lines:
            amounts[self._key_of_code(change, line)].append(line)
        return _as_change(
            id_of_change(change.id),
            change.number,
            change.title or change.description,
            change.created_at,
            [
                _line(key, sum((each.amount for each in held), Decimal(0)), [each.id for each in held], change.number)
                for key, held in amounts.items()
            ],
        )

    def _modification(self, modification: Modification) -> SourceChange:
        number = f"M{modification.id}"
        amounts: defaultdict[LineKey, Decimal] = defaultdict(Decimal)
        for line_id, amount in _sides(modification):
            amounts[self._key_of_line(modification, line_id)] += amount
        lines = [_line(key, amount, [modification.id], number) for key, amount in amounts.items()]
        identity = id_of_modification(modification.id)
        return _as_change(identity, number, modification.notes, modification.created_at, lines)

    def _key_of_code(self, change: BudgetChange, line: AdjustmentLine) -> LineKey:
        found = self.by_code.get(line.wbs_code_id) or self._other_codes.get(line.wbs_code_id)
        if found is None:
            raise ReadFailed(
                f"Budget change {change.number} moves budget code {line.wbs_code_id}, which is none of the project's.",
                remedy="Read it again; if it stays so, look at the change in Procore.",
            )
        return found

    @cached_property
    def _other_codes(self) -> Mapping[int, LineKey]:
        """The project's budget codes that are no row of its budget."""
        told = (
            (each.id, self.codes.of_flat_code(each.flat_code)) for each in self.client.codes.wbs_codes(self._project)
        )
        return {number: key for number, key in told if key is not None}

    @property
    def _project(self) -> int:
        return self.budget.project.id

    def _key_of_line(self, modification: Modification, line_id: int) -> LineKey:
        found = self.by_line.get(line_id)
        if found is None:
            raise ReadFailed(
                f"Budget modification {modification.id} moves line {line_id}, which is none of the budget's.",
                remedy="Read it again; if it stays so, look at the modification in Procore.",
            )
        return found


def _sides(modification: Modification) -> Iterator[tuple[int, Decimal]]:
    if modification.target_line_id is not None:
        yield modification.target_line_id, modification.amount
    if modification.source_line_id is not None:
        yield modification.source_line_id, -modification.amount


def _line(key: LineKey, amount: Decimal, numbers: Sequence[int], change: str) -> SourceLine:
    return SourceLine(
        id="+".join(map(str, sorted(numbers))), key=key, amount=amount, place=f"change {change}, {key}"
    )  # fmt: skip


def _as_change(
    identity: str, number: str, description: str, created_at: str, lines: Sequence[SourceLine]
) -> SourceChange:
    held = [f"{line.id} {line.key} {line.amount}" for line in lines]
    revision = sha256("\n".join([identity, number, description, *sorted(held)]).encode()).hexdigest()
    return SourceChange(
        id=identity,
        number=number,
        date=_day(created_at),
        description=description,
        lines=tuple(lines),
        revision=revision,
    )


def _day(moment: str) -> date | None:
    """The day of a time as Procore writes it, in UTC; None where it tells none."""
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None


def _unknown(change: BudgetChange, what: str, word: str, done: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        rule="state-unknown",
        message=f"Budget change {change.number} has the {what} {word!r}, which nobody here knows. {done}",
        remedy=_LOOK,
    )
