"""A budget as people see it: every key with original, changes, revised and exported, streamed, and the totals (B3)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import Connection, FromClause, Select, Subquery, and_, func, literal, or_, select, tuple_, union_all

from erp_bridge_core.budgets.exported import arrived_sums
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import budget_changes, budget_lines, change_lines

#: Each page sums the whole budget anew, so pages are large; a hundred thousand keys are five.
PAGE: Final = 20_000
_KEY: Final = ("sub_job", "cost_code", "category")


@frozen(kw_only=True)
class BudgetLineView:
    """One key of a budget: `changes` are the approved ones; `removed` keys stay visible since they were exported."""

    key: LineKey
    description: str
    quantity: Decimal | None
    unit: str
    unit_cost: Decimal | None
    original: Decimal
    changes: Decimal
    exported_original: Decimal
    exported_changes: Decimal
    removed: bool = False

    @property
    def revised(self) -> Decimal:
        """The revised budget: original and approved changes."""
        return self.original + self.changes

    @property
    def exported(self) -> Decimal:
        """What arrived in the ERP of it."""
        return self.exported_original + self.exported_changes


@frozen(kw_only=True)
class BudgetTotals:
    """A budget's sums: what it holds, and what of it arrived in the ERP."""

    lines: int
    original: Decimal
    changes: Decimal
    exported_original: Decimal
    exported_changes: Decimal

    @property
    def revised(self) -> Decimal:
        """The revised budget: original and approved changes."""
        return self.original + self.changes

    @property
    def exported(self) -> Decimal:
        """What arrived in the ERP."""
        return self.exported_original + self.exported_changes


@frozen(kw_only=True)
class BudgetView:
    """A project's budget: its lines stream by key, as often as they are asked for."""

    project: ProjectView
    totals: BudgetTotals
    lines: Stream[BudgetLineView] = field(eq=False, repr=False)


@frozen(kw_only=True)
class LineSearch:
    """Which lines are wanted: those of a sub job (blank: the job itself; None: of any), with a text in a code or in
    the description; `limit` of them from `offset` on, by key.
    """

    sub_job: str | None = None
    text: str = ""
    offset: int = 0
    limit: int = 100


@frozen(kw_only=True)
class FoundLines:
    """Some lines of a budget, and the sums of all that match."""

    totals: BudgetTotals
    lines: tuple[BudgetLineView, ...]


def find_lines(connection: Connection, project: ProjectView, search: LineSearch) -> FoundLines:
    """The lines that match, and their sums."""
    found = _matching(project.id, search).cte("found")
    page = select(found).order_by(*(found.c[name] for name in _KEY)).limit(search.limit).offset(search.offset)
    return FoundLines(
        totals=_sums(connection, found, project.digits),
        lines=tuple(_line(row, project.digits) for row in connection.execute(page)),
    )


def _matching(project_id: int, search: LineSearch) -> Select[Any]:
    lines = _with_texts(project_id)
    key, description = [lines.c[name] for name in _KEY], lines.c.description
    query = select(lines)
    if search.sub_job is not None:
        query = query.where(lines.c.sub_job == search.sub_job)
    if search.text:
        query = query.where(or_(*(column.icontains(search.text, autoescape=True) for column in (*key, description))))
    return query


def view_budget(store: Store, connection: Connection, project: ProjectView) -> BudgetView:
    """The budget of a project as it stands; its lines are read page by page when they are asked for."""
    return BudgetView(
        project=project, totals=_totals(connection, project), lines=Stream(lambda: _lines(store, project))
    )


def _totals(connection: Connection, project: ProjectView) -> BudgetTotals:
    return _sums(connection, _keys(project.id).subquery(), project.digits)


def _sums(connection: Connection, lines: FromClause, digits: int) -> BudgetTotals:
    sums = (func.coalesce(func.sum(lines.c[name]), 0).label(name) for name in _SUMS)
    row = connection.execute(select(func.count().label("lines"), *sums).select_from(lines)).one()
    return BudgetTotals(lines=row.lines, **{name: from_units(int(getattr(row, name)), digits) for name in _SUMS})


def _lines(store: Store, project: ProjectView) -> Iterator[BudgetLineView]:
    after: tuple[str, str, str] | None = None
    while True:
        with store.read() as connection:
            page = connection.execute(_page(project.id, after)).all()
        if not page:
            return
        for row in page:
            yield _line(row, project.digits)
        last = page[-1]
        after = (last.sub_job, last.cost_code, last.category)


_SUMS: Final = ("original", "changes", "exported_original", "exported_changes")


def _page(project_id: int, after: tuple[str, str, str] | None) -> Select[Any]:
    lines = _with_texts(project_id)
    columns = [lines.c[name] for name in _KEY]
    query = select(lines)
    if after is not None:
        query = query.where(tuple_(*columns) > tuple_(*after))
    return query.order_by(*columns).limit(PAGE)


def _with_texts(project_id: int) -> Subquery:
    """Every key with its sums, and what its line says beside."""
    keys = _keys(project_id).subquery()
    own = budget_lines.c
    return (
        select(
            keys, own.description, own.quantity, own.unit, own.unit_cost,
            func.coalesce(own.removed, False).label("removed"),
        )
        .outerjoin(
            budget_lines, and_(own.project_id == project_id, *(own[name] == keys.c[name] for name in _KEY))
        )
        .subquery()
    )  # fmt: skip


def _keys(project_id: int) -> Select[Any]:
    """Every key of the budget, of its approved changes and of its exports, with the four sums."""
    zero = literal(0)
    lines, changed = budget_lines.c, change_lines.c
    arrived = arrived_sums(project_id).subquery().c
    parts = union_all(
        select(
            *(lines[name] for name in _KEY), lines.amount.label("original"), zero.label("changes"),
            zero.label("exported_original"), zero.label("exported_changes"),
        ).where(lines.project_id == project_id),
        select(*(changed[name] for name in _KEY), zero, changed.amount, zero, zero)
        .join(budget_changes, budget_changes.c.id == changed.change_id)
        .where(budget_changes.c.project_id == project_id, budget_changes.c.status == "approved"),
        select(
            *(arrived[f"our_{name}"] for name in _KEY), zero, zero, arrived.original, arrived.changes,
        ),
    ).subquery()  # fmt: skip
    columns = [parts.c[name] for name in _KEY]
    return select(*columns, *(func.sum(parts.c[name]).label(name) for name in _SUMS)).group_by(*columns)


def _line(row: Any, digits: int) -> BudgetLineView:
    return BudgetLineView(
        key=LineKey(row.sub_job, row.cost_code, row.category),
        description=row.description or "",
        quantity=None if row.quantity is None else from_units(row.quantity, QUANTITY_DIGITS),
        unit=row.unit or "",
        unit_cost=None if row.unit_cost is None else from_units(row.unit_cost, QUANTITY_DIGITS),
        removed=bool(row.removed),
        **{name: from_units(int(getattr(row, name)), digits) for name in _SUMS},
    )
