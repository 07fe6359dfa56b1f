"""A budget beside its source's: looked at, or taken in as it is compared, as a person chose."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Final

from attrs import define, field
from sqlalchemy import Connection

from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.budgets.state import require_possible
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import from_units, plain
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.changes import ChangeTally
from erp_bridge_core.pulling.comparing import LineTally
from erp_bridge_core.pulling.rules import Verdict
from erp_bridge_core.pulling.spool import SpooledBudget
from erp_bridge_core.pulling.taking import Taking, add_missing_sub_jobs, new_sub_jobs
from erp_bridge_core.pulling.views import ChangeDifference, Choices, LineDifference, Look, SourceLink, Taken

_KINDS: Final = frozenset(each.value for each in Verdict if not each.is_quiet)


@define(kw_only=True, slots=False)
class Comparison:
    """One comparison, in the caller's transaction. Lines, or changes, that can't come now are only looked at."""

    connection: Connection
    actor: Actor
    project: ProjectView
    link: SourceLink
    spooled: SpooledBudget
    line_reasons: tuple[Fault, ...]
    change_reasons: tuple[Fault, ...]
    at: datetime
    today: date
    choices: Choices = field(factory=Choices)
    sub_jobs: tuple[str, ...] = ()

    @cached_property
    def taking(self) -> Taking:
        """What takes it in, and has seen all of it then."""
        digits = self.project.digits
        return Taking(
            connection=self.connection,
            actor=self.actor,
            project=self.project,
            spooled=self.spooled,
            source=self.link.connection,
            at=self.at,
            today=self.today,
            lines=LineTally(digits=digits, choices=self.choices),
            changes=ChangeTally(digits=digits, choices=self.choices),
        )

    def look_at_all(self) -> None:
        """Compare all of it, and change nothing."""
        self.taking.look_at_lines()
        self.taking.look_at_changes()
        self.sub_jobs = tuple(code for code, _ in new_sub_jobs(self.connection, self.project, self.spooled))

    def take_all(self, choices: Choices) -> None:
        """Compare all of it, and take in what can come now."""
        self.choices = choices
        if self.line_reasons:
            self.taking.look_at_lines()
        else:
            self.taking.take_lines()
        if self.change_reasons:
            self.taking.look_at_changes()
        else:
            self.taking.take_changes()
        told = new_sub_jobs(self.connection, self.project, self.spooled)
        self.sub_jobs = tuple(code for code, _ in told)
        if not (self.line_reasons and self.change_reasons):
            self.taking.take_sub_jobs()
            add_missing_sub_jobs(self.connection, self.project)

    @property
    def hash(self) -> str:
        """Over all of it, on both sides; and over what can come now, which taking it in depends on."""
        seen = (self.taking.lines.hash.hexdigest(), self.taking.changes.hash.hexdigest(), self.sub_jobs)
        can_come = (not self.line_reasons, not self.change_reasons)
        return sha256(repr((self.link.source_project, seen, can_come)).encode()).hexdigest()

    @property
    def reasons(self) -> tuple[Fault, ...]:
        """Why what is held back can't come now; each once."""
        lines, changes = self.taking.lines.moving, _wanted(self.taking.changes.counts)
        held = [*(self.line_reasons if lines else ()), *(self.change_reasons if changes else ())]
        return tuple(dict.fromkeys(held))

    @property
    def undecided(self) -> Sequence[LineDifference | ChangeDifference]:
        """What was edited in both places and nobody chose for, of what can come now; a thousand lines at most."""
        lines = () if self.line_reasons else self.taking.lines.undecided
        return (*lines, *(() if self.change_reasons else self.taking.changes.undecided))

    def require_good_choices(self) -> None:
        """Raise BadInput for a choice that names nothing, names two, or is made both ways."""
        chosen, used = self.choices.theirs | self.choices.ours, self.taking.lines.used | self.taking.changes.used
        faults = [
            *(_choice_fault(name, "is chosen both ways") for name in sorted(self.choices.theirs & self.choices.ours)),
            *(_choice_fault(name, "names nothing that differs") for name in sorted(chosen - used - _KINDS)),
            *(_choice_fault(name, "is the name of several lines") for name in sorted(self.taking.lines.ambiguous)),
        ]
        if faults:
            raise BadInput(
                "Not every choice is clear; nothing was taken.",
                remedy="Choose for lines and changes as the look names them, or for all of a kind.",
                faults=faults,
            )

    def require_decided(self) -> None:
        """Raise BadInput naming each that was edited in both places and nobody chose for."""
        if undecided := self.undecided:
            count = self.look().asks - self.decided
            raise BadInput(
                f"{count:,} {'was' if count == 1 else 'were'} edited in both places: choose for each whose is kept;"
                " nothing was taken.",
                remedy="Choose theirs or ours, for each by its name or for all of a kind.",
                faults=[undecided_fault(each) for each in undecided],
                details={"decide": [each.name for each in undecided]},
            )

    def require_some(self) -> None:
        """Raise NotPossibleNow with every reason where something would come, and nothing of it can come now."""
        look = self.look()
        if look.held and not self.taken().moved:
            require_possible(self.reasons, "Taking the source's budget in")

    @property
    def decided(self) -> int:
        """How many of those that ask were chosen for."""
        lines = 0 if self.line_reasons else self.taking.lines.decided
        return lines + (0 if self.change_reasons else self.taking.changes.decided)

    def look(self) -> Look:
        """What was seen."""
        lines, changes, digits = self.taking.lines, self.taking.changes, self.project.digits
        return Look(
            project=self.project.number,
            connection=self.link.connection,
            source_project=self.link.source_project,
            source_number=self.spooled.project.number,
            source_name=self.spooled.project.name,
            currency=self.project.currency,
            hash=self.hash,
            taken_at=self.link.taken_at,
            locked=self.spooled.locked,
            original=from_units(lines.original, digits),
            change_total=from_units(changes.total, digits),
            counts=lines.counts,
            change_counts=changes.counts,
            lines=tuple(lines.shown),
            changes=tuple(changes.shown),
            sub_jobs=self.sub_jobs,
            warnings=self.spooled.warnings,
            line_reasons=self.line_reasons,
            change_reasons=self.change_reasons,
        )

    def taken(self) -> Taken:
        """What was taken in."""
        digits, held = self.project.digits, self.look().held
        return Taken(
            project=self.project.number,
            lines=self.taking.written,
            removed=self.taking.removed,
            changes=tuple(self.taking.taken),
            sub_jobs=() if self.line_reasons and self.change_reasons else self.sub_jobs,
            original=from_units(0 if self.line_reasons else self.taking.lines.moved, digits),
            change_total=from_units(self.taking.change_total, digits),
            held=held,
            reasons=self.reasons if held else (),
        )


def undecided_fault(each: LineDifference | ChangeDifference) -> Fault:
    """One that a person has to decide, with all three values."""
    if isinstance(each, LineDifference):
        told = [None if side is None else side.amount for side in (each.base, each.theirs, each.ours)]
        where = f"line {each.name}"
    else:
        told, where = [each.base, each.theirs, each.ours], each.name
    base, theirs, ours = ("none" if amount is None else plain(amount) for amount in told)
    return Fault(
        where,
        f"was edited in both places ({each.verdict.value}): last taken {base}, there {theirs}, here {ours}",
        value=ours,
        expected="theirs or ours",
        rule="B8",
        remedy=f"Choose --theirs or --ours '{each.name}'.",
    )


def _choice_fault(name: str, message: str) -> Fault:
    return Fault(f"choice {name!r}", message, value=name, expected=f"a line, a change, or one of {', '.join(_KINDS)}")


def _wanted(counts: dict[Verdict, int]) -> bool:
    return any(count and (verdict.comes or verdict.asks) for verdict, count in counts.items())
