"""A budget from the ERP job's own figures, while nothing was ever exported (R1, R2).

What is imported is in the ERP already. So that a later send carries only what differs from it, the imported figures
are kept as an item of version 0, all of whose lines arrived: no send, no export and no answer is behind it, and it
stands in no list.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from attrs import define, frozen
from sqlalchemy import Connection, delete, func, insert, select

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.budgets.arriving import COLUMNS
from erp_bridge_core.budgets.file_import import merge_mode
from erp_bridge_core.budgets.masters import SpooledReading, spool_reading, store_reading
from erp_bridge_core.budgets.merging import Merged, MergeMode, merge_lines
from erp_bridge_core.budgets.projects import open_job, require_still_linked
from erp_bridge_core.budgets.records import ProjectView, find_project, note_contribution
from erp_bridge_core.budgets.rules import reasons_import_not_supported, reasons_not_to_import
from erp_bridge_core.budgets.state import require_possible
from erp_bridge_core.connections.maps import kinds_in_use
from erp_bridge_core.contract.budget import Part
from erp_bridge_core.contract.errors import BadInput, Fault, NotSupported
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_edit, require
from erp_bridge_core.store.bulk import PAGE
from erp_bridge_core.store.paging import batched
from erp_bridge_core.store.tables import (
    budget_changes,
    budget_lines,
    change_lines,
    item_lines,
    items,
    maps,
    master_figures,
)

if TYPE_CHECKING:
    from erp_bridge_core.budgets.lines import Budgets

IMPORTED_VERSION: Final = 0
#: The number of the budget change that holds the changes which the ERP had when it was imported.
IMPORTED_CHANGE: Final = "ERP"
_KINDS: Final = ("sub_job", "cost_code", "category", "unit")


@frozen(kw_only=True)
class ErpImport:
    """What was imported from the ERP: keys, original budget and changes, by which route they were read."""

    job: str
    route: str
    lines: int
    original: Decimal
    changes: Decimal
    merged: Merged


@define
class _Figures:
    """The figures of one route, in the ERP's codes and in ours."""

    spooled: SpooledReading
    route: str
    ours: Mapping[str, Mapping[str, list[str]]]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.spooled.rows(master_figures):
            if row["route"] == self.route and (row["original"] or row["changes"]):
                yield row

    def in_our_codes(self, row: Mapping[str, Any]) -> dict[str, str]:
        return {kind: self.candidates(kind, row[kind])[0] for kind in _KINDS}

    def candidates(self, kind: str, value: str) -> list[str]:
        """Our values for one of the ERP's; the value itself where no map is kept, or it is blank."""
        if kind not in self.ours or not value:
            return [value]
        return self.ours[kind].get(value, [])

    def faults(self) -> Iterator[Fault]:
        told: set[tuple[str, str]] = set()
        for row in self:
            for kind in _KINDS:
                found = self.candidates(kind, row[kind])
                if len(found) != 1 and (kind, row[kind]) not in told:
                    told.add((kind, row[kind]))
                    yield _unmapped(kind, row[kind], found)


def import_from_erp(budgets: "Budgets", actor: Actor, number: str, *, mode: str | None) -> ErpImport:
    """Read the job and make its figures the budget; raises NotPossibleNow with every reason why not.

    Over existing lines `mode` must be `keep` or `override` (R2).
    """
    chosen = None if mode is None else merge_mode(mode)
    with budgets.store.read() as connection:
        project = _importable(budgets, connection, actor, number, mode=chosen)
    spooled = spool_reading(open_job(budgets.connections, project), project.digits)
    try:
        with budgets.store.begin() as connection:
            read, project = project, _importable(budgets, connection, actor, number, mode=chosen)
            require_still_linked(read, project)
            store_reading(connection, project.company_id, project.id, reading=spooled, at=budgets.clock.now())
            return _import(budgets, connection, actor, project, spooled=spooled, mode=chosen or MergeMode.KEEP)
    finally:
        spooled.close()


def _importable(
    budgets: "Budgets", connection: Connection, actor: Actor, number: str, *, mode: MergeMode | None
) -> ProjectView:
    project, rights = find_project(connection, actor, number)
    require(may_edit(rights))
    state = budgets.state(connection, project)
    if unsupported := reasons_import_not_supported(state):
        raise NotSupported(unsupported[0].message, remedy=unsupported[0].remedy or "", faults=unsupported)
    existing = select(func.count()).where(budget_lines.c.project_id == project.id, budget_lines.c.removed.is_(False))
    count = 0 if mode is not None else connection.execute(existing).scalar_one()
    require_possible(reasons_not_to_import(state, existing=count), "Importing from the ERP")
    return project


def _import(
    budgets: "Budgets",
    connection: Connection,
    actor: Actor,
    project: ProjectView,
    *,
    spooled: SpooledReading,
    mode: MergeMode,
) -> ErpImport:
    figures = _figures(connection, budgets, project, spooled)
    if mode is MergeMode.OVERRIDE:
        _forget_import(connection, project)
    merged = merge_lines(connection, project, (_line(figures, row) for row in figures), mode=mode)
    _note_item(connection, actor, project, figures, budgets.clock.now())
    changes = _import_changes(connection, actor, project, figures, day=budgets.clock.today())
    original, lines = sum(row["original"] for row in figures), sum(1 for _ in figures)
    note_contribution(connection, actor, project, "import")
    report = ErpImport(
        job=project.job or "",
        route=figures.route,
        lines=lines,
        original=from_units(original, project.digits),
        changes=from_units(changes, project.digits),
        merged=merged,
    )
    details = {"job": report.job, "lines": lines, "original": str(report.original), "changes": str(report.changes)}
    budgets.audit.record(connection, actor, "budget.import_from_erp", "project", project.id, details=details)
    return report


def _figures(connection: Connection, budgets: "Budgets", project: ProjectView, spooled: SpooledReading) -> _Figures:
    readable = {row["route"] for row in spooled.rows(master_figures) if row["original"] is not None}
    route = next((name for name in spooled.routes if name in readable), min(readable, default=""))
    profile = budgets.profile(connection, project)
    kinds = kinds_in_use(connection, project.connection_id or 0, profile.map_kinds if profile else ())
    ours: dict[str, dict[str, list[str]]] = {kind: {} for kind in kinds}
    for row in connection.execute(select(maps).where(maps.c.connection_id == project.connection_id)):
        if row.kind in ours:
            ours[row.kind].setdefault(row.theirs, []).append(row.ours)
    figures = _Figures(spooled=spooled, route=route, ours=ours)
    faults = list(figures.faults())
    if not route or not any(True for _ in figures):
        faults.append(Fault(f"job {project.job}", "holds no original budget that can be read", rule="R1"))
    if faults:
        raise BadInput(
            f"The budget of job {project.job} can't be imported; nothing was changed.",
            remedy="Map each code that is named to one of ours, or enter the budget another way.",
            faults=faults,
        )
    return figures


def _unmapped(kind: str, value: str, found: list[str]) -> Fault:
    message = f"stands for several of our codes: {', '.join(found)}" if found else "is mapped to none of our codes"
    return Fault(
        f"{kind} {value}", message, value=value, expected="one of ours", rule="B9", remedy="See `erp-bridge map list`."
    )


def _line(figures: _Figures, row: Mapping[str, Any]) -> tuple[Any, ...]:
    kept = {name: row[name] for name in ("description", "quantity")}
    line = {**kept, **figures.in_our_codes(row), "unit_cost": None, "amount": row["original"] or 0, "source": None}
    return tuple(line[name] for name in COLUMNS)


def _forget_import(connection: Connection, project: ProjectView) -> None:
    """An earlier import is replaced whole: its item, and the change it made."""
    item = select(items.c.id).where(items.c.project_id == project.id, items.c.version == IMPORTED_VERSION)
    change = select(budget_changes.c.id).where(
        budget_changes.c.project_id == project.id, budget_changes.c.number == IMPORTED_CHANGE
    )
    connection.execute(delete(item_lines).where(item_lines.c.item_id.in_(item)))
    connection.execute(delete(items).where(items.c.id.in_(item)))
    connection.execute(delete(change_lines).where(change_lines.c.change_id.in_(change)))
    connection.execute(delete(budget_changes).where(budget_changes.c.id.in_(change)))


def _note_item(connection: Connection, actor: Actor, project: ProjectView, figures: _Figures, at: Any) -> None:
    values = {
        "company_id": project.company_id, "project_id": project.id, "version": IMPORTED_VERSION,
        "state": ItemState.RETRIEVED.value, "connection_id": project.connection_id, "job": project.job,
        "currency": project.currency, "digits": project.digits, "first_export": False, "content_hash": "",
        "line_count": 0, "original": 0, "changes": 0, "sent_by": actor.person_id, "sent_at": at, "contributors": [],
        "masters_at": at, "reason": "Imported from the ERP.",
    }  # fmt: skip
    item_id = _inserted(connection, items, values)
    number = 0
    for page in batched(_item_lines(figures), PAGE):
        rows = []
        for row in page:
            number += 1
            rows.append({**row, "item_id": item_id, "number": number, "company_id": project.company_id})
        connection.execute(insert(item_lines), rows)


def _item_lines(figures: _Figures) -> Iterator[dict[str, Any]]:
    for row in figures:
        ours = figures.in_our_codes(row)
        key = {f"our_{kind}": ours[kind] for kind in _KINDS[:3]} | {kind: row[kind] for kind in _KINDS}
        for part, change in ((Part.ORIGINAL, None), (Part.CHANGE, IMPORTED_CHANGE)):
            amount = row["original"] if part is Part.ORIGINAL else row["changes"]
            if part is Part.ORIGINAL or amount:
                quantity = row["quantity"] if part is Part.ORIGINAL else None
                yield {
                    **key, "part": part.value, "change_number": change, "description": row["description"],
                    "quantity": quantity, "unit_cost": None, "amount": amount or 0, "state": "arrived", "remark": None,
                }  # fmt: skip


def _import_changes(connection: Connection, actor: Actor, project: ProjectView, figures: _Figures, *, day: date) -> int:
    """The changes that the ERP holds, as one approved change that is exported already; returns their sum."""
    total = sum(row["changes"] or 0 for row in figures)
    if not any(row["changes"] for row in figures):
        return 0
    values = {
        "company_id": project.company_id, "project_id": project.id, "number": IMPORTED_CHANGE, "date": day,
        "description": "Budget changes as the ERP held them when they were imported", "status": "approved",
        "created_by": actor.person_id, "approved_by": actor.person_id,
    }  # fmt: skip
    change_id = _inserted(connection, budget_changes, values)
    rows = (
        {
            **figures.in_our_codes(row), "company_id": project.company_id, "change_id": change_id,
            "description": row["description"], "quantity": None, "unit_cost": None, "amount": row["changes"],
        }
        for row in figures
        if row["changes"]
    )  # fmt: skip
    for page in batched(rows, PAGE):
        connection.execute(insert(change_lines), list(page))
    return total


def _inserted(connection: Connection, table: Any, values: Mapping[str, Any]) -> int:
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
