"""Many lines into a budget at once: through a table of this transaction's own, in a handful of statements (B8, B10)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    tuple_,
    update,
)

from erp_bridge_core.budgets.exported import exported_originals
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.store.bulk import insert_rows
from erp_bridge_core.store.tables import budget_lines, sub_jobs

_KEY: Final = ("sub_job", "cost_code", "category")
_VALUES: Final = ("description", "quantity", "unit", "unit_cost", "amount", "source")
#: The columns of a row to bring in, in order; `source` is JSON text, or None.
COLUMNS: Final = (*_KEY, *_VALUES)
#: How many faults an error names; the others are counted.
MOST_FAULTS: Final = 1_000

incoming = Table(
    "incoming_lines",
    MetaData(),
    *(Column(name, String(64), primary_key=True) for name in _KEY),
    Column("description", String(500), nullable=False),
    Column("quantity", BigInteger),
    Column("unit", String(32), nullable=False),
    Column("unit_cost", BigInteger),
    Column("amount", BigInteger, nullable=False),
    Column("source", JSON),
    prefixes=["TEMPORARY"],
)


class MergeMode(StrEnum):
    """What becomes of lines that are there already (R2)."""

    KEEP = "keep"
    OVERRIDE = "override"


@frozen(kw_only=True)
class Merged:
    """What an import did: lines added, lines replaced (or summed into), exported lines set to zero, lines dropped."""

    added: int
    replaced: int
    zeroed: int
    dropped: int


def merge_lines(
    connection: Connection,
    project: ProjectView,
    rows: Iterable[tuple[Any, ...]],
    *,
    mode: MergeMode,
    sum_repeated: bool = False,
) -> Merged:
    """Bring rows (as `COLUMNS` has them) of distinct keys into a budget in the caller's transaction.

    `keep` leaves the other lines and refuses keys that are there already, unless `sum_repeated`; `override` leaves
    the rows alone, with exported keys set to zero and kept. Raises BadInput naming the repeated keys.
    """
    incoming.create(connection)
    insert_rows(connection, incoming, COLUMNS, rows)
    replaced = connection.execute(select(func.count()).where(_same_key(project), _kept())).scalar_one()
    zeroed = dropped = 0
    if mode is MergeMode.OVERRIDE:
        zeroed, dropped = _clear_others(connection, project)
    elif sum_repeated:
        _sum_existing(connection, project)
    else:
        _refuse_existing(connection, project, replaced)
    total = connection.execute(select(func.count()).select_from(incoming)).scalar_one()
    _write(connection, project)
    incoming.drop(connection)
    return Merged(added=total - replaced, replaced=replaced, zeroed=zeroed, dropped=dropped)


def _same_key(project: ProjectView) -> Any:
    own = budget_lines.c
    return and_(own.project_id == project.id, *(own[name] == incoming.c[name] for name in _KEY))


def _kept() -> Any:
    return budget_lines.c.removed.is_(False)


def _refuse_existing(connection: Connection, project: ProjectView, count: int) -> None:
    if not count:
        return
    query = select(*(incoming.c[name] for name in _KEY)).where(_same_key(project), _kept())
    faults = [
        Fault(
            f"line {' / '.join(part for part in row if part)}",
            "is in the budget already",
            expected="keys that the budget does not have yet",
            rule="B8",
            remedy="Override the budget, ask for repeated keys to be summed, or take the line out.",
        )
        for row in connection.execute(query.order_by(*(incoming.c[name] for name in _KEY)).limit(MOST_FAULTS))
    ]
    raise BadInput(
        f"{count:,} of the lines would stand in the budget twice; nothing was imported.",
        remedy="Override the budget, or ask for repeated keys to be summed.",
        faults=faults,
        details={"faults": count},
    )


def _sum_existing(connection: Connection, project: ProjectView) -> None:
    """Add what is there: the quantity only of like units, the unit cost blank when it differs (B8)."""
    own, new = budget_lines.c, incoming.c
    where = and_(_same_key(project), _kept())

    def of(column: Any) -> Any:
        return select(column).where(where).correlate(incoming).scalar_subquery()

    alike = and_(own.unit == new.unit, own.quantity.is_not(None), new.quantity.is_not(None))
    values = {
        "amount": new.amount + of(own.amount),
        "quantity": of(case((alike, own.quantity + new.quantity), else_=null())),
        "unit": of(case((own.unit == new.unit, new.unit), else_=literal(""))),
        "unit_cost": of(case((own.unit_cost == new.unit_cost, new.unit_cost), else_=null())),
        "description": of(case((own.description == "", new.description), else_=own.description)),
    }
    found = exists().where(where).correlate(incoming)
    connection.execute(update(incoming).where(found).values(**values))


def _clear_others(connection: Connection, project: ProjectView) -> tuple[int, int]:
    own = budget_lines.c
    others = and_(own.project_id == project.id, ~exists().where(_same_key(project)).correlate(budget_lines))
    spoken = exported_originals(project.id).subquery().c
    exported = tuple_(*(own[name] for name in _KEY)).in_(select(*(spoken[f"our_{name}"] for name in _KEY)))
    quantity = case((own.quantity.is_(None), null()), else_=0)
    zero = {"amount": 0, "quantity": quantity, "unit_cost": None, "removed": True}
    zeroed = connection.execute(update(budget_lines).where(others, exported, _kept()).values(**zero)).rowcount
    dropped = connection.execute(delete(budget_lines).where(others, ~exported)).rowcount
    return zeroed, dropped


def _write(connection: Connection, project: ProjectView) -> None:
    connection.execute(delete(budget_lines).where(exists().where(_same_key(project)).correlate(budget_lines)))
    columns = [incoming.c[name] for name in (*_KEY, *_VALUES)]
    query = select(literal(project.company_id), literal(project.id), literal(False), *columns)
    names = ["company_id", "project_id", "removed", *_KEY, *_VALUES]
    connection.execute(insert(budget_lines).from_select(names, query))
    _add_sub_jobs(connection, project)


def _add_sub_jobs(connection: Connection, project: ProjectView) -> None:
    """Sub jobs that come with lines join the project under their codes; a person may name them later."""
    known = select(sub_jobs.c.code).where(sub_jobs.c.project_id == project.id)
    code = incoming.c.sub_job
    query = select(literal(project.company_id), literal(project.id), code, code).distinct()
    query = query.where(code != "", code.not_in(known))
    connection.execute(insert(sub_jobs).from_select(["company_id", "project_id", "code", "name"], query))
