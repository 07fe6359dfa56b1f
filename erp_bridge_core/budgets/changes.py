"""Budget changes: drafted, approved, voided, reversed; an exported one is immutable (B2)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, delete, func, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.change_views import ChangeStatus, ChangeView, FoundChanges, load_changes
from erp_bridge_core.budgets.entries import LineEntry, line_rows
from erp_bridge_core.budgets.lines import project_profile, require_sub_jobs
from erp_bridge_core.budgets.records import ProjectView, find_project, note_contribution
from erp_bridge_core.budgets.rules import (
    reasons_not_to_add_change,
    reasons_not_to_alter_change,
    reasons_not_to_move_change,
    reasons_not_to_reverse_change,
)
from erp_bridge_core.budgets.state import load_state, require_possible
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_edit, may_see_project, require
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_changes, change_lines

_NUMBER_LENGTH: Final = 32


@define
class Changes:
    """The budget changes of a company's projects. Editing needs standard on Budget (P2)."""

    store: Store
    audit: AuditTrail
    connections: Connections
    clock: Clock

    def list(self, actor: Actor, number: str) -> tuple[ChangeView, ...]:
        """The changes of a project, by date and number."""
        return self.find(actor, number).rows

    def find(self, actor: Actor, number: str, *, offset: int = 0, limit: int | None = None) -> FoundChanges:
        """Some changes of a project, by date and number: at most `limit` from `offset` on, and how many there are."""
        own = budget_changes.c
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_see_project(rights))
            query = select(budget_changes).where(own.project_id == project.id).order_by(own.date, own.number)
            rows = connection.execute(query.limit(limit).offset(max(0, offset))).all()
            counted = select(func.count()).select_from(budget_changes).where(own.project_id == project.id)
            total = connection.execute(counted).scalar_one()
            return FoundChanges(rows=load_changes(connection, project, rows), total=total)

    def show(self, actor: Actor, number: str, change: str) -> ChangeView:
        """One change of a project; raises NotFound."""
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, number)
            require(may_see_project(rights))
            return load_changes(connection, project, [_require_change(connection, project, change)])[0]

    def add(
        self,
        actor: Actor,
        project_number: str,
        *,
        number: str,
        day: date,
        lines: Sequence[LineEntry],
        description: str = "",
        reverses: str | None = None,
    ) -> ChangeView:
        """Draft a change; raises BadInput with every fault, NotPossibleNow between an export and its posting (V1)."""
        with self.store.begin() as connection:
            project = self._addable(connection, actor, project_number)
            rows = _checked(connection, project, number, description, lines)
            _require_free(connection, project, number)
            undone = None if reverses is None else _require_reversible(connection, project, reverses)
            values = {
                "number": number, "date": day, "description": description, "status": ChangeStatus.DRAFT.value,
                "reverses_id": undone, "created_by": actor.person_id,
            }  # fmt: skip
            change = _insert(connection, project, values)
            _insert_lines(connection, project, change, rows)
            return self._done(connection, actor, project, number, verb="change.add", to_state=ChangeStatus.DRAFT)

    def edit(
        self,
        actor: Actor,
        project_number: str,
        number: str,
        *,
        day: date | None = None,
        description: str | None = None,
        lines: Sequence[LineEntry] | None = None,
    ) -> ChangeView:
        """Change a change that is a draft or under review; what is None stays."""
        with self.store.begin() as connection:
            project = self._addable(connection, actor, project_number)
            row = _require_change(connection, project, number)
            view = load_changes(connection, project, [row])[0]
            _require_none(reasons_not_to_alter_change(number, status=row.status, progress=view.progress))
            kept = view.lines if lines is None else lines
            text = row.description if description is None else description
            rows = _checked(connection, project, number, text, kept)
            values = {"date": day or row.date, "description": text}
            connection.execute(update(budget_changes).where(budget_changes.c.id == row.id).values(**values))
            connection.execute(delete(change_lines).where(change_lines.c.change_id == row.id))
            _insert_lines(connection, project, row.id, rows)
            return self._done(connection, actor, project, number, verb="change.edit")

    def set_status(self, actor: Actor, project_number: str, number: str, *, status: str) -> ChangeView:
        """Move a change to another status; a staged or exported one stays as it is, a void one stays void."""
        wanted = _status(status)
        with self.store.begin() as connection:
            project, rights = find_project(connection, actor, project_number)
            require(may_edit(rights))
            row = _require_change(connection, project, number)
            _require_movable(connection, project, row, wanted)
            values: dict[str, Any] = {"status": wanted.value, "approved_by": None, "approved_at": None}
            if wanted is ChangeStatus.APPROVED:
                values |= {"approved_by": actor.person_id, "approved_at": self.clock.now()}
            connection.execute(update(budget_changes).where(budget_changes.c.id == row.id).values(**values))
            return self._done(
                connection, actor, project, number, verb="change.set_status", from_state=row.status, to_state=wanted
            )

    def reverse(
        self, actor: Actor, project_number: str, number: str, *, new_number: str, day: date, description: str = ""
    ) -> ChangeView:
        """Draft the change that undoes an exported one: the same lines, the other way round, linked to it."""
        with self.store.read() as connection:
            project, rights = find_project(connection, actor, project_number)
            require(may_edit(rights))
            row = _require_change(connection, project, number)
            lines = [_negated(entry) for entry in load_changes(connection, project, [row])[0].lines]
        text = description or f"Reverses {number}"
        return self.add(
            actor, project_number, number=new_number, day=day, lines=lines, description=text, reverses=number
        )

    def _addable(self, connection: Connection, actor: Actor, number: str) -> ProjectView:
        project, rights = find_project(connection, actor, number)
        require(may_edit(rights))
        state = load_state(connection, project, project_profile(self.connections, connection, project))
        require_possible(reasons_not_to_add_change(state), "Changing budget changes")
        return project

    def _done(
        self,
        connection: Connection,
        actor: Actor,
        project: ProjectView,
        number: str,
        *,
        verb: str,
        from_state: str | None = None,
        to_state: str | None = None,
    ) -> ChangeView:
        note_contribution(connection, actor, project, "change")
        view = load_changes(connection, project, [_require_change(connection, project, number)])[0]
        details = {"project": project.number, "change": number, "lines": len(view.lines), "amount": str(view.amount)}
        self.audit.record(
            connection, actor, verb, "project", project.id, from_state=from_state, to_state=to_state, details=details
        )
        return view


def _status(text: str) -> ChangeStatus:
    try:
        return ChangeStatus(text)
    except ValueError:
        expected = ", ".join(status.value for status in ChangeStatus)
        fault = Fault("status", "no such status", value=text, expected=expected, rule="B2")
        raise BadInput(f"{text!r} is no status.", remedy=f"Choose one of {expected}.", faults=[fault]) from None


def _checked(
    connection: Connection, project: ProjectView, number: str, description: str, lines: Sequence[LineEntry]
) -> list[dict[str, Any]]:
    faults = []
    for field, value, parse in (("number", number, parse_code), ("description", description, parse_text)):
        try:
            parse(value)
        except BadValue as error:
            faults.append(
                Fault(f"change {field}", error.message, value=value[:100], expected=error.expected, rule="B2")
            )
    if not number.strip() or number != number.strip() or len(number) > _NUMBER_LENGTH:
        expected = f"1 to {_NUMBER_LENGTH} characters without outer blanks"
        faults.append(Fault("change number", "is no number of a change", value=number, expected=expected, rule="B2"))
    if not lines:
        faults.append(Fault("lines", "there is none", expected="at least one line", rule="B2"))
    try:
        rows = line_rows(lines, project.digits)
    except BadInput as error:
        faults += error.faults
    if faults:
        raise BadInput(
            f"Budget change {number!r} can't be kept; nothing was changed.",
            remedy="Correct what is named.",
            faults=faults,
        )
    require_sub_jobs(connection, project, {row["sub_job"]: f"line {place}" for place, row in enumerate(rows, 1)})
    return rows


def _require_free(connection: Connection, project: ProjectView, number: str) -> None:
    if _find(connection, project, number) is not None:
        raise BadInput(f"There is a budget change {number!r} already.", remedy="Choose another number.")


def _find(connection: Connection, project: ProjectView, number: str) -> Any:
    query = select(budget_changes).where(budget_changes.c.project_id == project.id, budget_changes.c.number == number)
    return connection.execute(query).one_or_none()


def _require_change(connection: Connection, project: ProjectView, number: str) -> Any:
    row = _find(connection, project, number)
    if row is None:
        raise NotFound(
            f"Project {project.number} has no budget change {number!r}.", remedy="See `erp-bridge budget change list`."
        )
    return row


def _require_reversible(connection: Connection, project: ProjectView, number: str) -> int:
    row = _require_change(connection, project, number)
    view = load_changes(connection, project, [row])[0]
    _require_none(reasons_not_to_reverse_change(number, progress=view.progress, reversed_by=view.reversed_by))
    return int(row.id)


def _require_movable(connection: Connection, project: ProjectView, row: Any, wanted: ChangeStatus) -> None:
    progress = load_changes(connection, project, [row])[0].progress
    _require_none(reasons_not_to_move_change(row.number, status=row.status, progress=progress, wanted=wanted))


def _require_none(reasons: Iterable[Fault]) -> None:
    for reason in reasons:
        raise NotPossibleNow(reason.message, remedy=reason.remedy or "", faults=[reason])


def _negated(entry: LineEntry) -> LineEntry:
    return LineEntry(
        sub_job=entry.sub_job,
        cost_code=entry.cost_code,
        category=entry.category,
        description=entry.description,
        quantity=None if entry.quantity is None else -entry.quantity,
        unit=entry.unit,
        unit_cost=entry.unit_cost,
        amount=None if entry.amount is None else -entry.amount,
    )


def _insert(connection: Connection, project: ProjectView, values: Mapping[str, Any]) -> int:
    own = {"company_id": project.company_id, "project_id": project.id}
    key = connection.execute(insert(budget_changes).values(**own, **values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _insert_lines(connection: Connection, project: ProjectView, change: int, rows: Iterable[Mapping[str, Any]]) -> None:
    values = [{**row, "company_id": project.company_id, "change_id": change} for row in rows]
    connection.execute(insert(change_lines), values)
