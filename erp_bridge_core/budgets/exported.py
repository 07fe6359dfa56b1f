"""What of a project is in the ERP already, or on its way there: the queries that every difference is made against."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, select

from erp_bridge_core.approvals.states import OPEN_LINES
from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.store.tables import item_lines, items

line = item_lines.c
OUR_KEY: Final = (line.our_sub_job, line.our_cost_code, line.our_category)
#: Line states in which an amount counts as exported, or as spoken for until its item has an end.
SPOKEN_FOR: Final = ("arrived", *OPEN_LINES)


def items_of(project_id: int) -> Select[Any]:
    """The ids of a project's items."""
    return select(items.c.id).where(items.c.project_id == project_id)


def exported_originals(project_id: int) -> Select[Any]:
    """Per key of ours: amount and quantity of the original budget that is exported or on its way, and how often."""
    return (
        select(
            line.our_sub_job,
            line.our_cost_code,
            line.our_category,
            func.sum(line.amount).label("amount"),
            func.sum(line.quantity).label("quantity"),
            func.count().label("times"),
            func.max(line.item_id).label("last_item"),
        )
        .where(line.item_id.in_(items_of(project_id)), line.part == Part.ORIGINAL.value, line.state.in_(SPOKEN_FOR))
        .group_by(*OUR_KEY)
    )


def exported_changes(project_id: int) -> Select[Any]:
    """Change number and key of ours of every change line that is exported or on its way."""
    return (
        select(line.change_number, line.our_sub_job, line.our_cost_code, line.our_category)
        .where(line.item_id.in_(items_of(project_id)), line.part == Part.CHANGE.value, line.state.in_(SPOKEN_FOR))
        .distinct()
    )


def arrived_sums(project_id: int) -> Select[Any]:
    """Per key of ours: original and changes that arrived in the ERP."""
    return (
        select(
            line.our_sub_job,
            line.our_cost_code,
            line.our_category,
            func.sum(case((line.part == Part.ORIGINAL.value, line.amount), else_=0)).label("original"),
            func.sum(case((line.part == Part.CHANGE.value, line.amount), else_=0)).label("changes"),
        )
        .where(line.item_id.in_(items_of(project_id)), line.state == "arrived")
        .group_by(*OUR_KEY)
    )


def is_spoken_for(connection: Connection, project_id: int, key: LineKey) -> bool:
    """Whether a key's original budget was exported, or is on its way: then it is kept for good (B10)."""
    query = select(line.item_id).where(
        line.item_id.in_(items_of(project_id)),
        line.part == Part.ORIGINAL.value,
        line.state.in_(SPOKEN_FOR),
        line.our_sub_job == key.sub_job,
        line.our_cost_code == key.cost_code,
        line.our_category == key.category,
    )
    return connection.execute(query.limit(1)).first() is not None


def change_line_states(connection: Connection, project_id: int, numbers: Sequence[str]) -> dict[str, frozenset[str]]:
    """The states of budget changes' lines in the items that hold or held them, by the changes' numbers."""
    query = select(line.change_number, line.state).where(
        line.item_id.in_(items_of(project_id)), line.change_number.in_(numbers)
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(query.distinct()):
        found.setdefault(row.change_number, set()).add(row.state)
    return {number: frozenset(states) for number, states in found.items()}
