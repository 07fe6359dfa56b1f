"""Taking a source's budget in, in the caller's transaction: lines through a temporary table, changes one by one."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, delete, exists, insert, literal, select, update

from erp_bridge_core.budgets.arriving import COLUMNS, KEY, arriving_table, clear_lines, same_key, write_lines
from erp_bridge_core.budgets.change_views import ChangeStatus
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.contract.money import to_units
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.changes import ChangeMet, ChangeTally, changes_met
from erp_bridge_core.pulling.comparing import LineTally, three_sides
from erp_bridge_core.pulling.rules import Choice, LineValue, Verdict
from erp_bridge_core.pulling.spool import LONGEST_NUMBER, SpooledBudget, TakenChange
from erp_bridge_core.store.bulk import PAGE, insert_rows
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import (
    budget_changes,
    budget_lines,
    change_lines,
    source_changes,
    source_lines,
    sub_jobs,
)

_VALUES: Final = LineValue._fields
#: Of a line that arrives, and whether it is gone at the source.
_COLUMNS: Final = (*COLUMNS, "gone")


@define(kw_only=True)
class Taking:
    """One budget being taken in; nothing of it stands unless the caller's transaction commits."""

    connection: Connection
    actor: Actor
    project: ProjectView
    spooled: SpooledBudget
    source: str
    at: datetime
    today: date
    lines: LineTally
    changes: ChangeTally
    written: int = 0
    removed: int = 0
    taken: list[str] = field(factory=list)
    change_total: int = 0

    def take_lines(self) -> None:
        """Bring lines in, as the rules and the choices say; what was taken is remembered as it is at the source."""
        with arriving_table(self.connection) as table:
            for page in batched(self._rows(), PAGE):
                insert_rows(self.connection, table, _COLUMNS, page)
            gone = exists().where(same_key(self.project), table.c.gone.is_(True)).correlate(budget_lines)
            self.removed = sum(clear_lines(self.connection, self.project, gone))
            self.written = write_lines(self.connection, self.project)
        if self.lines.base_moved:
            self._remember_lines()

    def look_at_lines(self) -> None:
        """See the lines, and take none of them."""
        for met in three_sides(self.connection, self.project.id, self.spooled):
            self.lines.see(met)

    def take_changes(self) -> None:
        """Bring approved changes in, each as approved here by whoever takes it."""
        numbers = set(self.connection.execute(_of_project(self.project, budget_changes.c.number)).scalars())
        for met in changes_met(self.connection, self.project, self.spooled):
            self._take_change(met, self.changes.see(met), numbers)

    def look_at_changes(self) -> None:
        """See the changes, and take none of them."""
        for met in changes_met(self.connection, self.project, self.spooled):
            self.changes.see(met)

    def take_sub_jobs(self) -> tuple[str, ...]:
        """Add the sub jobs that the project has not, under the source's names; returns their codes."""
        added = new_sub_jobs(self.connection, self.project, self.spooled)
        own = {"company_id": self.project.company_id, "project_id": self.project.id}
        if added:
            rows = [{**own, "code": code, "name": name} for code, name in added]
            self.connection.execute(insert(sub_jobs), rows)
        return tuple(code for code, _ in added)

    # -- lines --------------------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for met in three_sides(self.connection, self.project.id, self.spooled):
            wanted = self.lines.after(met, self.lines.see(met))
            if wanted == met.ours:
                continue
            if wanted is None:
                yield *met.key, "", None, "", None, 0, None, True
            else:
                place = f"{self.source}: {met.place}" if met.place else self.source
                yield *met.key, *wanted, json.dumps({"file": place, "rows": []}), False

    def _remember_lines(self) -> None:
        own = self.project
        self.connection.execute(delete(source_lines).where(source_lines.c.project_id == own.id))
        columns = ("company_id", "project_id", *KEY, "source_id", *_VALUES)
        rows = ((own.company_id, own.id, *line.key, line.id, *line.value) for line in self.spooled.lines())
        insert_rows(self.connection, source_lines, columns, rows)

    # -- changes ------------------------------------------------------------------------------------------------------

    def _take_change(self, met: ChangeMet, choice: Choice | None, numbers: set[str]) -> None:
        if met.verdict is Verdict.NEW or choice is Choice.THEIRS:
            self._bring(met, numbers)
        elif met.verdict is Verdict.SAME or choice is Choice.OURS:
            self._remember_change(met, met.ours_id)

    def _bring(self, met: ChangeMet, numbers: set[str]) -> None:
        """What the source has of a change: ours is altered or voided where it may be, else another is made."""
        if met.verdict in {Verdict.TOLD, Verdict.KEPT} and not met.may_alter:
            self._refuse(met)
        if met.theirs is None:
            self._set_status(met.ours_id, ChangeStatus.VOID)
            self._remember_change(met, None)
        else:
            change_id = met.ours_id if met.may_alter else None
            change_id = self._insert(met.theirs, numbers) if change_id is None else self._replace(change_id, met)
            self._remember_change(met, change_id)
        self.taken.append(met.theirs.number if met.theirs else met.known.number)
        stood = met.ours if met.may_alter else None
        if stood is not None and stood.status is ChangeStatus.APPROVED:
            self.change_total -= to_units(stood.amount, self.project.digits)
        self.change_total += met.theirs.amount if met.theirs else 0

    def _refuse(self, met: ChangeMet) -> None:
        number = met.ours.number if met.ours else ""
        raise BadInput(
            f"Budget change {number} is on its way, or exported: the source's can't take its place.",
            remedy="Keep ours, and reverse it or draft the difference once that is possible.",
            faults=[Fault(met.name, "is on its way, or exported", value=number, rule="B2")],
        )

    def _insert(self, change: TakenChange, numbers: set[str]) -> int:
        number = free_number(change.number, numbers)
        numbers.add(number)
        own = {"company_id": self.project.company_id, "project_id": self.project.id}
        values = {**own, **self._values(change, number), "number": number, "created_by": self.actor.person_id}
        key = self.connection.execute(insert(budget_changes).values(**values)).inserted_primary_key
        assert key is not None
        self._insert_lines(change, int(key[0]))
        return int(key[0])

    def _replace(self, change_id: int, met: ChangeMet) -> int:
        assert met.theirs is not None
        assert met.ours is not None
        values = self._values(met.theirs, met.ours.number)
        self.connection.execute(update(budget_changes).where(budget_changes.c.id == change_id).values(**values))
        self.connection.execute(delete(change_lines).where(change_lines.c.change_id == change_id))
        self._insert_lines(met.theirs, change_id)
        return change_id

    def _values(self, change: TakenChange, number: str) -> dict[str, Any]:
        """A row's values: approved, since only what was approved comes, and by whoever takes it (P4)."""
        approved = {"status": ChangeStatus.APPROVED.value, "approved_by": self.actor.person_id, "approved_at": self.at}
        text = change.description
        if number != change.number:
            text = f"{text[:440]} ({change.number} at the source)".strip()
        return {**approved, "date": change.day or self.today, "description": text}

    def _insert_lines(self, change: TakenChange, change_id: int) -> None:
        own = {"company_id": self.project.company_id, "change_id": change_id}
        for page in batched(change.rows, PAGE):
            self.connection.execute(insert(change_lines), [{**row, **own} for row in page])

    def _set_status(self, change_id: int | None, status: ChangeStatus) -> None:
        values = {"status": status.value, "approved_by": None, "approved_at": None}
        self.connection.execute(update(budget_changes).where(budget_changes.c.id == change_id).values(**values))

    def _remember_change(self, met: ChangeMet, change_id: int | None) -> None:
        """What was taken of it; None for `change_id` forgets it. Of one that is gone there, ours stays: no content."""
        if met.known is not None:
            self.connection.execute(delete(source_changes).where(source_changes.c.id == met.known.id))
        gone_here = met.theirs is None and met.verdict is Verdict.SAME
        if change_id is None or gone_here:
            return
        theirs = met.theirs
        values = {
            "company_id": self.project.company_id, "project_id": self.project.id, "change_id": change_id,
            "source_id": theirs.id if theirs else met.known.source_id,
            "number": theirs.number if theirs else met.known.number,
            "date": theirs.day if theirs else met.known.date,
            "amount": theirs.amount if theirs else met.known.amount,
            "content": theirs.content if theirs else "",
            "taken_at": self.at,
        }  # fmt: skip
        self.connection.execute(insert(source_changes).values(**values))


def new_sub_jobs(connection: Connection, project: ProjectView, spooled: SpooledBudget) -> list[tuple[str, str]]:
    """The sub jobs that the source tells and the project has not: code and name."""
    known = set(connection.execute(_of_project(project, sub_jobs.c.code)).scalars())
    return [(code, name) for code, name in spooled.sub_jobs() if code not in known]


def add_missing_sub_jobs(connection: Connection, project: ProjectView) -> None:
    """Sub jobs that lines and changes name, and nobody told, join the project under their codes."""
    known = _of_project(project, sub_jobs.c.code)
    of_changes = (
        select(change_lines.c.sub_job)
        .join(budget_changes, budget_changes.c.id == change_lines.c.change_id)
        .where(budget_changes.c.project_id == project.id)
    )
    named = _of_project(project, budget_lines.c.sub_job).union(of_changes).subquery()
    query = select(literal(project.company_id), literal(project.id), named.c.sub_job, named.c.sub_job).where(
        named.c.sub_job != "", named.c.sub_job.not_in(known)
    )
    connection.execute(insert(sub_jobs).from_select(["company_id", "project_id", "code", "name"], query))


def free_number(number: str, taken: set[str]) -> str:
    """A change's number here: the source's, or the source's with -2, -3 and so on where it is taken (B2)."""
    found, count = number, 1
    while found in taken:
        count += 1
        suffix = f"-{count}"
        found = number[: LONGEST_NUMBER - len(suffix)] + suffix
    return found


def _of_project(project: ProjectView, column: Any) -> Any:
    return select(column).where(column.table.c.project_id == project.id)
