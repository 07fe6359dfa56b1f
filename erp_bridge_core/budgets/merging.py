"""Many lines into a budget at once, of a file or of an ERP: what becomes of those that are there already (B8, B10)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, and_, case, exists, func, insert, literal, null, select, update

from erp_bridge_core.budgets.arriving import (
    COLUMNS,
    KEY,
    arriving,
    arriving_table,
    clear_lines,
    same_key,
    still_there,
    write_lines,
)
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.store.bulk import insert_rows
from erp_bridge_core.store.tables import budget_lines, sub_jobs

#: How many faults an error names; the others are counted.
MOST_FAULTS: Final = 1_000


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
    with arriving_table(connection) as table:
        insert_rows(connection, table, COLUMNS, rows)
        replaced = connection.execute(select(func.count()).where(same_key(project), still_there())).scalar_one()
        zeroed = dropped = 0
        if mode is MergeMode.OVERRIDE:
            others = ~exists().where(same_key(project)).correlate(budget_lines)
            zeroed, dropped = clear_lines(connection, project, and_(budget_lines.c.project_id == project.id, others))
        elif sum_repeated:
            _sum_existing(connection, project)
        else:
            _refuse_existing(connection, project, replaced)
        written = write_lines(connection, project)
        _add_sub_jobs(connection, project)
    return Merged(added=written - replaced, replaced=replaced, zeroed=zeroed, dropped=dropped)


def _refuse_existing(connection: Connection, project: ProjectView, count: int) -> None:
    if not count:
        return
    query = select(*(arriving.c[name] for name in KEY)).where(same_key(project), still_there())
    faults = [
        Fault(
            f"line {' / '.join(part for part in row if part)}",
            "is in the budget already",
            expected="keys that the budget does not have yet",
            rule="B8",
            remedy="Override the budget, ask for repeated keys to be summed, or take the line out.",
        )
        for row in connection.execute(query.order_by(*(arriving.c[name] for name in KEY)).limit(MOST_FAULTS))
    ]
    raise BadInput(
        f"{count:,} of the lines would stand in the budget twice; nothing was imported.",
        remedy="Override the budget, or ask for repeated keys to be summed.",
        faults=faults,
        details={"faults": count},
    )


def _sum_existing(connection: Connection, project: ProjectView) -> None:
    """Add what is there: the quantity only of like units, the unit cost blank when it differs (B8)."""
    own, new = budget_lines.c, arriving.c
    where = and_(same_key(project), still_there())

    def of(column: Any) -> Any:
        return select(column).where(where).correlate(arriving).scalar_subquery()

    alike = and_(own.unit == new.unit, own.quantity.is_not(None), new.quantity.is_not(None))
    values = {
        "amount": new.amount + of(own.amount),
        "quantity": of(case((alike, own.quantity + new.quantity), else_=null())),
        "unit": of(case((own.unit == new.unit, new.unit), else_=literal(""))),
        "unit_cost": of(case((own.unit_cost == new.unit_cost, new.unit_cost), else_=null())),
        "description": of(case((own.description == "", new.description), else_=own.description)),
    }
    found = exists().where(where).correlate(arriving)
    connection.execute(update(arriving).where(found).values(**values))


def _add_sub_jobs(connection: Connection, project: ProjectView) -> None:
    """Sub jobs that come with lines join the project under their codes; a person may name them later."""
    known = select(sub_jobs.c.code).where(sub_jobs.c.project_id == project.id)
    code = arriving.c.sub_job
    query = select(literal(project.company_id), literal(project.id), code, code).distinct()
    query = query.where(code != "", code.not_in(known))
    connection.execute(insert(sub_jobs).from_select(["company_id", "project_id", "code", "name"], query))
