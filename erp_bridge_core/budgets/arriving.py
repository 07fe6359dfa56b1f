"""Lines on their way into a budget: in a table of this transaction's own, brought in by a handful of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    false,
    insert,
    literal,
    null,
    select,
    tuple_,
    update,
)

from erp_bridge_core.budgets.exported import exported_originals
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.store.bulk import insert_selected
from erp_bridge_core.store.tables import budget_lines

KEY: Final = ("sub_job", "cost_code", "category")
#: The columns of a line that arrives, in order; `source` is JSON text, or None.
COLUMNS: Final = (*KEY, "description", "quantity", "unit", "unit_cost", "amount", "source")

#: `gone`: the line is to leave the budget, and says nothing beside its key.
arriving = Table(
    "arriving_lines",
    MetaData(),
    *(Column(name, String(64), primary_key=True) for name in KEY),
    Column("description", String(500), nullable=False),
    Column("quantity", BigInteger),
    Column("unit", String(32), nullable=False),
    Column("unit_cost", BigInteger),
    Column("amount", BigInteger, nullable=False),
    Column("source", JSON),
    Column("gone", Boolean, nullable=False, server_default=false()),
    prefixes=["TEMPORARY"],
)


@contextmanager
def arriving_table(connection: Connection) -> Iterator[Table]:
    """The table, empty, for as long as the block lasts; a transaction that is rolled back takes it along."""
    arriving.create(connection)
    yield arriving
    arriving.drop(connection)


def same_key(project: ProjectView) -> ColumnElement[bool]:
    """Whether a line of the budget has the key of one that arrives."""
    own = budget_lines.c
    return and_(own.project_id == project.id, *(own[name] == arriving.c[name] for name in KEY))


def still_there() -> ColumnElement[bool]:
    """Whether a line of the budget was not removed; an exported one that was stays, at zero (B10)."""
    return budget_lines.c.removed.is_(False)


def clear_lines(connection: Connection, project: ProjectView, lines: ColumnElement[bool]) -> tuple[int, int]:
    """Take lines out of the budget: one that was exported is set to zero and kept (B10).

    Returns how many were set to zero, and how many are gone.
    """
    own = budget_lines.c
    spoken = exported_originals(project.id).subquery().c
    exported = tuple_(*(own[name] for name in KEY)).in_(select(*(spoken[f"our_{name}"] for name in KEY)))
    quantity = case((own.quantity.is_(None), null()), else_=0)
    zero = {"amount": 0, "quantity": quantity, "unit_cost": None, "removed": True}
    zeroed = connection.execute(update(budget_lines).where(lines, exported, still_there()).values(**zero)).rowcount
    dropped = connection.execute(delete(budget_lines).where(lines, ~exported)).rowcount
    return zeroed, dropped


def write_lines(connection: Connection, project: ProjectView) -> int:
    """Put what arrives and is not gone into the budget, in the place of lines of the same key; how many lines."""
    stands = arriving.c.gone.is_(False)
    replaced = exists().where(same_key(project), stands).correlate(budget_lines)
    connection.execute(delete(budget_lines).where(replaced))
    columns = [arriving.c[name] for name in COLUMNS]
    query = select(literal(project.company_id), literal(project.id), literal(False), *columns).where(stands)
    names = ["company_id", "project_id", "removed", *COLUMNS]
    return insert_selected(connection, insert(budget_lines).from_select(names, query))
