"""A project's budget lines and sub jobs: shown, added, edited, removed, imported (B1, B8, B10)."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, evolve, fields_dict
from sqlalchemy import Connection, and_, delete, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.entries import LineEntry, key_row, line_rows
from erp_bridge_core.budgets.erp_import import ErpImport, import_from_erp
from erp_bridge_core.budgets.exported import is_spoken_for
from erp_bridge_core.budgets.file_import import FileImport, ImportChoices, import_file, remembered_mapping
from erp_bridge_core.budgets.line_queries import LineSearch
from erp_bridge_core.budgets.records import ProjectView, find_project, note_contribution
from erp_bridge_core.budgets.rules import SendState, reasons_not_to_edit
from erp_bridge_core.budgets.state import load_state, require_possible
from erp_bridge_core.budgets.views import BudgetLineView, BudgetView, FoundLines, find_lines, view_budget
from erp_bridge_core.connections.service import Connections
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units, plain
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_edit, may_see_project, require
from erp_bridge_core.sources.mapping import ColumnMapping
from erp_bridge_core.sources.text import parse_code, parse_text
from erp_bridge_core.sources.values import BadValue
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_lines, sub_jobs


@define
class Budgets:
    """The budgets of a company's projects. Editing needs standard on Budget and an unlocked budget (P2, V1)."""

    store: Store
    audit: AuditTrail
    connections: Connections
    clock: Clock

    def show(self, actor: Actor, number: str) -> BudgetView:
        """A project's budget: totals, and lines that stream."""
        with self.store.read() as connection:
            return view_budget(self.store, connection, self._visible(connection, actor, number))

    def find_lines(self, actor: Actor, number: str, search: LineSearch) -> FoundLines:
        """Some lines of a project's budget: those that match, a page of them, with the sums of all that match."""
        with self.store.read() as connection:
            return find_lines(connection, self._visible(connection, actor, number), search)

    def line(self, actor: Actor, number: str, key: LineKey) -> BudgetLineView:
        """The line of a key; raises NotFound."""
        found = self.find_lines(actor, number, LineSearch(key=key)).lines
        if not found:
            raise NotFound(f"The budget has no line {key}.", remedy="List its lines: `erp-bridge budget show`.")
        return found[0]

    def add_line(self, actor: Actor, number: str, entry: LineEntry) -> LineKey:
        """Add a line; raises BadInput with every fault at once, such as a key that the budget has already."""
        with self.store.begin() as connection:
            project = self.editable(connection, actor, number)
            row = line_rows([entry], project.digits)[0]
            key = LineKey(row["sub_job"], row["cost_code"], row["category"])
            _require_sub_job(connection, project, key)
            existing = _find(connection, project, key)
            if existing is not None and not existing.removed:
                raise BadInput(
                    f"The budget has a line {key} already.",
                    remedy="Edit that line, or give this one another key.",
                    faults=[Fault("line 1", "has the key of an existing line", value=str(key), rule="B1")],
                )
            _replace(connection, project, row)
            self._note(connection, actor, project, "budget.add_line", key, after=row)
            return key

    def edit_line(self, actor: Actor, number: str, key: LineKey, *, changes: Mapping[str, Any]) -> LineKey:
        """Change fields of a line, by the names of `LineEntry`; raises NotFound, or BadInput with every fault.

        The key of a line that was exported stays: remove the line and add another.
        """
        with self.store.begin() as connection:
            project = self.editable(connection, actor, number)
            before = _require_line(connection, project, key)
            _require_fields(changes)
            entry = evolve(_entry(before, project.digits), **changes)
            row = line_rows([entry], project.digits)[0]
            changed = LineKey(row["sub_job"], row["cost_code"], row["category"])
            if changed != key:
                _require_movable(connection, project, key, changed)
                connection.execute(delete(budget_lines).where(_is(project, key)))
            _replace(connection, project, row)
            self._note(connection, actor, project, "budget.edit_line", key, before=before, after=row)
            return changed

    def remove_line(self, actor: Actor, number: str, key: LineKey) -> bool:
        """Remove a line; one that was exported is set to zero and kept (B10). Returns whether it was kept."""
        with self.store.begin() as connection:
            project = self.editable(connection, actor, number)
            before = _require_line(connection, project, key)
            kept = is_spoken_for(connection, project.id, key)
            if kept:
                quantity = None if before.quantity is None else 0
                zero = {"amount": 0, "quantity": quantity, "unit_cost": None, "removed": True}
                connection.execute(update(budget_lines).where(_is(project, key)).values(**zero))
            else:
                connection.execute(delete(budget_lines).where(_is(project, key)))
            self._note(connection, actor, project, "budget.remove_line", key, before=before)
            return kept

    def sub_job(self, actor: Actor, number: str, code: str, *, name: str) -> None:
        """Add a sub job to a project, or rename it."""
        with self.store.begin() as connection:
            project = self.editable(connection, actor, number)
            _require_texts(code, name)
            where = and_(sub_jobs.c.project_id == project.id, sub_jobs.c.code == code)
            if not connection.execute(update(sub_jobs).where(where).values(name=name)).rowcount:
                values = {"company_id": project.company_id, "project_id": project.id, "code": code, "name": name}
                connection.execute(insert(sub_jobs).values(**values))
            note_contribution(connection, actor, project, "edit")
            details = {"code": code, "name": name}
            self.audit.record(connection, actor, "budget.sub_job", "project", project.id, details=details)

    def sub_jobs(self, actor: Actor, number: str) -> tuple[tuple[str, str], ...]:
        """The sub jobs of a project: code and name."""
        with self.store.read() as connection:
            project = self._visible(connection, actor, number)
            query = select(sub_jobs.c.code, sub_jobs.c.name).where(sub_jobs.c.project_id == project.id)
            return tuple((row.code, row.name) for row in connection.execute(query.order_by(sub_jobs.c.code)))

    def import_file(self, actor: Actor, number: str, path: Path, *, choices: ImportChoices | None = None) -> FileImport:
        """Import lines from a CSV or XLSX file, all or nothing (B8); raises BadInput with every fault."""
        return import_file(self, actor, number, path=path, choices=choices or ImportChoices())

    def remembered_mapping(self, actor: Actor, number: str) -> ColumnMapping | None:
        """Which columns the last file of this budget was read by, where somebody said so."""
        with self.store.read() as connection:
            return remembered_mapping(connection, self._visible(connection, actor, number))

    def import_from_erp(self, actor: Actor, number: str, *, mode: str | None = None) -> ErpImport:
        """Import the ERP job's own figures as the budget, while nothing was ever exported (R1); `mode` as in R2."""
        return import_from_erp(self, actor, number, mode=mode)

    def editable(self, connection: Connection, actor: Actor, number: str) -> ProjectView:
        """The project, if the actor may edit its budget and it can be edited now."""
        project, rights = find_project(connection, actor, number)
        require(may_edit(rights))
        require_possible(reasons_not_to_edit(self.state(connection, project)), "Editing")
        return project

    def state(self, connection: Connection, project: ProjectView) -> SendState:
        """The state that decides what may be done with the budget."""
        return load_state(connection, project, self.profile(connection, project))

    def profile(self, connection: Connection, project: ProjectView) -> ErpProfile | None:
        """The profile of the ERP that the project is linked to, if it is."""
        return project_profile(self.connections, connection, project)

    def _visible(self, connection: Connection, actor: Actor, number: str) -> ProjectView:
        project, rights = find_project(connection, actor, number)
        require(may_see_project(rights))
        return project

    def _note(
        self,
        connection: Connection,
        actor: Actor,
        project: ProjectView,
        verb: str,
        key: LineKey,
        *,
        before: Any = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        note_contribution(connection, actor, project, "edit")
        details = {"line": str(key)}
        if before is not None:
            details["before"] = plain(from_units(before.amount, project.digits))
        if after is not None:
            details["after"] = plain(from_units(after["amount"], project.digits))
        self.audit.record(connection, actor, verb, "project", project.id, details=details)


def project_profile(connections: Connections, connection: Connection, project: ProjectView) -> ErpProfile | None:
    """The profile of the ERP that a project is linked to, or None."""
    if project.connection_id is None:
        return None
    return connections.profile(connections.by_id(connection, project.company_id, project.connection_id))


def require_sub_jobs(connection: Connection, project: ProjectView, codes: Mapping[str, str]) -> None:
    """Raise BadInput for each sub job (code -> where it stands) that the project does not have."""
    query = select(sub_jobs.c.code).where(sub_jobs.c.project_id == project.id)
    known = set(connection.execute(query).scalars())
    faults = [
        Fault(
            f"{place}, sub_job", "the project has no such sub job", value=code, rule="B7",
            expected=f"one of {', '.join(sorted(known)) or 'none yet'}", remedy="Add it: `erp-bridge budget sub-job`.",
        )
        for code, place in codes.items()
        if code and code not in known
    ]  # fmt: skip
    if faults:
        raise BadInput("A sub job is not known.", remedy="Add it to the project, or correct it.", faults=faults)


def _require_sub_job(connection: Connection, project: ProjectView, key: LineKey) -> None:
    require_sub_jobs(connection, project, {key.sub_job: "line 1"})


def _is(project: ProjectView, key: LineKey) -> Any:
    line = budget_lines.c
    return and_(line.project_id == project.id, *(line[name] == value for name, value in key_row(key).items()))


def _find(connection: Connection, project: ProjectView, key: LineKey) -> Any:
    return connection.execute(select(budget_lines).where(_is(project, key))).one_or_none()


def _require_line(connection: Connection, project: ProjectView, key: LineKey) -> Any:
    row = _find(connection, project, key)
    if row is None or row.removed:
        raise NotFound(f"The budget has no line {key}.", remedy="List its lines: `erp-bridge budget show`.")
    return row


def _replace(connection: Connection, project: ProjectView, row: Mapping[str, Any]) -> None:
    key = LineKey(row["sub_job"], row["cost_code"], row["category"])
    values = {**row, "removed": False}
    if not connection.execute(update(budget_lines).where(_is(project, key)).values(**values)).rowcount:
        connection.execute(insert(budget_lines).values(company_id=project.company_id, project_id=project.id, **values))


def _require_fields(changes: Mapping[str, Any]) -> None:
    known = fields_dict(LineEntry)
    faults = [
        Fault(name, "no such field", expected=f"one of {', '.join(known)}") for name in changes if name not in known
    ]
    if faults:
        raise BadInput("The line can't be changed.", remedy="Name fields of a line.", faults=faults)


def _require_movable(connection: Connection, project: ProjectView, key: LineKey, changed: LineKey) -> None:
    _require_sub_job(connection, project, changed)
    fault: Fault | None = None
    if is_spoken_for(connection, project.id, key):
        fault = Fault(f"line {key}", "was exported under this key", rule="B10", remedy="Remove it and add another.")
    elif (other := _find(connection, project, changed)) is not None and not other.removed:
        fault = Fault(f"line {changed}", "is there already", rule="B1", remedy="Edit that line.")
    if fault is not None:
        raise BadInput(f"The line {key} can't become {changed}.", remedy=fault.remedy or "", faults=[fault])


def _require_texts(code: str, name: str) -> None:
    faults = []
    for field, value, parse in (("code", code, parse_code), ("name", name, parse_text)):
        try:
            if parse(value) != value or not value:
                faults.append(Fault(f"sub job {field}", "is blank, or has outer blanks", value=value, rule="B7"))
        except BadValue as error:
            faults.append(Fault(f"sub job {field}", error.message, value=value, expected=error.expected, rule="B7"))
    if faults:
        raise BadInput("The sub job can't be kept.", remedy="Correct what is named.", faults=faults)


def _entry(row: Any, digits: int) -> LineEntry:
    def fine(units: int | None) -> Decimal | None:
        return None if units is None else from_units(units, QUANTITY_DIGITS)

    return LineEntry(
        sub_job=row.sub_job,
        cost_code=row.cost_code,
        category=row.category,
        description=row.description,
        quantity=fine(row.quantity),
        unit=row.unit,
        unit_cost=fine(row.unit_cost),
        amount=from_units(row.amount, digits),
    )
