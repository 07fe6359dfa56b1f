"""The baseline: the ERP's own figures of the job at accept, in bulk, from which every later comparison starts (V2)."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, literal, or_, select, union

from erp_bridge_core.exports.moves import KEY, same_key, sent_by_key
from erp_bridge_core.store.bulk import insert_selected
from erp_bridge_core.store.tables import adoptions, baselines, items, master_figures, master_readings

_EXPORTED: Final = ("waiting", "mismatch", "synced")


@frozen(kw_only=True)
class Holdings:
    """What the job's keys hold in the ERP before an export: how many keys are not zero, and their total in units."""

    keys: int
    total: int


def take_baseline(
    connection: Connection, item_id: int, company_id: int, *, reading_id: int, routes: Sequence[str]
) -> Holdings:
    """Copy the figures of a stored reading: of each key the route that reads both sides, then the first of `routes`."""
    figure = master_figures.c
    position = case(*((figure.route == route, number) for number, route in enumerate(routes)), else_=len(routes))
    half = case((or_(figure.original.is_(None), figure.changes.is_(None)), 1), else_=0)
    rank = func.row_number().over(partition_by=[figure[name] for name in KEY], order_by=[half, position, figure.id])
    ranked = (
        select(*(figure[name] for name in KEY), figure.original, figure.changes, figure.total, rank.label("rank"))
        .where(figure.reading_id == reading_id)
        .subquery()
    )
    chosen = select(
        literal(item_id),
        literal(company_id),
        *(ranked.c[name] for name in (*KEY, "original", "changes", "total")),
    ).where(ranked.c.rank == 1)
    connection.execute(delete(baselines).where(baselines.c.item_id == item_id))
    columns = ["item_id", "company_id", *KEY, "original", "changes", "total"]
    insert_selected(connection, insert(baselines).from_select(columns, chosen))
    return _holdings(connection, item_id)


def reading_stands(connection: Connection, reading_id: int) -> bool:
    """Whether a stored reading is still there: newer ones push older ones out."""
    return connection.execute(select(master_readings.c.id).filter_by(id=reading_id)).first() is not None


def _holdings(connection: Connection, item_id: int) -> Holdings:
    row = baselines.c
    total = func.coalesce(row.total, row.original + row.changes, row.original, row.changes, 0)
    some = or_(func.coalesce(row.original, 0) != 0, func.coalesce(row.changes, 0) != 0, total != 0)
    found = connection.execute(
        select(func.count(), func.coalesce(func.sum(total), 0)).where(row.item_id == item_id, some)
    ).one()
    return Holdings(keys=found[0], total=int(found[1]))


def drifted_keys(connection: Connection, item_id: int, project_id: int) -> int:
    """How many keys of a fresh baseline are not what the project's last export left behind, as far as both are known.

    A baseline that took in an unnoticed change, or a figure that lags behind, would make the next comparison wrong.
    """
    last = connection.execute(
        select(items.c.id)
        .where(items.c.project_id == project_id, items.c.id != item_id, items.c.state.in_(_EXPORTED))
        .order_by(items.c.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    if last is None:
        return 0
    fresh, old, sent = baselines.alias("fresh"), baselines.alias("old"), sent_by_key(last).cte("sent")
    keys = union(
        select(*(sent.c[name] for name in KEY)),
        select(*(fresh.c[name] for name in KEY)).where(fresh.c.item_id == item_id),
        select(*(old.c[name] for name in KEY)).where(old.c.item_id == last),
    ).cte("keys")
    joined = (
        keys.outerjoin(sent, same_key(sent, keys))
        .outerjoin(fresh, and_(fresh.c.item_id == item_id, same_key(fresh, keys)))
        .outerjoin(old, and_(old.c.item_id == last, same_key(old, keys)))
        .outerjoin(adoptions, and_(adoptions.c.item_id == last, same_key(adoptions, keys)))
    )
    original = func.coalesce(sent.c.so, 0) + func.coalesce(adoptions.c.original, 0)
    changes = func.coalesce(sent.c.sc, 0) + func.coalesce(adoptions.c.changes, 0)
    # What a route could not read is NULL here, and a comparison with NULL counts nothing.
    differs = or_(
        _side(fresh, fresh.c.original) != _side(old, old.c.original) + original,
        _side(fresh, fresh.c.changes) != _side(old, old.c.changes) + changes,
        _side(fresh, _total(fresh)) != _side(old, _total(old)) + original + changes,
    )
    return int(connection.execute(select(func.count()).select_from(joined).where(differs)).scalar_one())


def _side(table: Any, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The figure, or zero for a key that the baseline does not have."""
    return case((table.c.item_id.is_(None), 0), else_=value)


def _total(table: Any) -> ColumnElement[Any]:
    return func.coalesce(table.c.total, table.c.original + table.c.changes)
