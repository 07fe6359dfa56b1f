"""A budget as people see it: every key with original, changes, revised and exported, streamed, and the totals (B3)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attrs import field, frozen
from sqlalchemy import Connection

from erp_bridge_core.budgets.line_queries import Key, LineQueries, LineSearch
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.budget import LineKey, Stream
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.paging import batched

#: Keys whose lines are read at once: three values of each go into a statement, and a database takes 32,766.
PAGE: Final = 5_000


@frozen(kw_only=True)
class LineSource:
    """Where a line was imported from: the file's name and its rows, several where repeated keys were summed (B8).

    Of a line that was taken from a budget source, `file` is the connection and the place there; it has no rows.
    """

    file: str
    rows: tuple[int, ...]

    def __str__(self) -> str:
        """As people read it."""
        if not self.rows:
            return self.file
        rows = ", ".join(map(str, self.rows))
        return f"{self.file}, row {rows}" if len(self.rows) == 1 else f"{self.file}, the sum of rows {rows}"


@frozen(kw_only=True)
class BudgetLineView:
    """One key of a budget: `changes` are the approved ones; `removed` keys stay visible since they were exported.

    `source` is None of a line that was typed, or read from the ERP.
    """

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
    source: LineSource | None = None

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
class FoundLines:
    """Some lines of a budget, and the sums of all that match."""

    totals: BudgetTotals
    lines: tuple[BudgetLineView, ...]


def find_lines(connection: Connection, project: ProjectView, search: LineSearch) -> FoundLines:
    """The lines that match, and their sums."""
    queries = LineQueries(connection, project.id)
    sums, lineless = queries.sums(search), queries.lineless(search)
    keys, number = queries.keys(search, lineless), sums.pop("lines") + len(lineless)
    lines = (found for page in batched(keys, PAGE) for found in _lines(queries, page, project.digits))
    return FoundLines(
        totals=BudgetTotals(
            lines=number,
            **{name: from_units(units, project.digits) for name, units in sums.items()},
        ),
        lines=tuple(lines),
    )


def view_budget(store: Store, connection: Connection, project: ProjectView) -> BudgetView:
    """The budget of a project as it stands; its lines are read page by page when they are asked for."""
    return BudgetView(
        project=project,
        totals=find_lines(connection, project, LineSearch(limit=0)).totals,
        lines=Stream(lambda: _stream(store, project)),
    )


def _stream(store: Store, project: ProjectView) -> Iterator[BudgetLineView]:
    after: tuple[str, str, str] | None = None
    while True:
        with store.read() as connection:
            queries = LineQueries(connection, project.id)
            wanted = LineSearch(limit=PAGE)
            keys = queries.keys(wanted, queries.lineless(wanted), after)
            page = list(_lines(queries, keys, project.digits))
        yield from page
        if len(keys) < PAGE:
            return
        after = keys[-1]


def _lines(queries: LineQueries, keys: Sequence[Key], digits: int) -> Iterator[BudgetLineView]:
    if not keys:
        return
    own, changes, arrived = queries.lines(keys), queries.changes(keys), queries.arrived(keys)
    for key in keys:
        row, exported = own.get(key), arrived.get(key)
        yield BudgetLineView(
            key=LineKey(*key),
            description=row.description if row else "",
            quantity=None if row is None or row.quantity is None else from_units(row.quantity, QUANTITY_DIGITS),
            unit=row.unit if row else "",
            unit_cost=None if row is None or row.unit_cost is None else from_units(row.unit_cost, QUANTITY_DIGITS),
            original=from_units(row.amount if row else 0, digits),
            changes=from_units(changes.get(key, 0), digits),
            exported_original=from_units(int(exported.exported_original) if exported else 0, digits),
            exported_changes=from_units(int(exported.exported_changes) if exported else 0, digits),
            removed=bool(row.removed) if row else False,
            source=_source(row.source) if row and row.source else None,
        )


def _source(kept: Mapping[str, Any]) -> LineSource:
    return LineSource(file=kept["file"], rows=tuple(kept["rows"]))
