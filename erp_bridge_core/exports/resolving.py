"""Adopting what the ERP shows as the new baseline, in SQL: from then on that is what is expected (V5)."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from erp_bridge_core.contract.errors import NotPossibleNow
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY, same_key
from erp_bridge_core.store.tables import adoptions, item_lines, key_outcomes

_NAMED: Final = tuple(outcome.value for outcome in Outcome if outcome.is_mismatch)
#: Keys whose entries never came into the ERP's figures: given back, so that the next send carries them again.
_ABSENT: Final = (Outcome.REMOVED.value, Outcome.NOT_VISIBLE_YET.value)


def adopt_figures(connection: Connection, item_id: int, company_id: int, *, verification_id: int, half: bool) -> None:
    """Move the baseline by every difference that the verification names.

    Lines that are not in the ERP at all are released: the next send holds them again. `half`: the item was half
    posted, so that keys still missing are given up too. Raises NotPossibleNow while entries wait to be posted.
    """
    outcomes = (*_NAMED, Outcome.NOT_VISIBLE_YET.value) if half else _NAMED
    row = key_outcomes.c
    _require_nothing_unposted(connection, verification_id)
    chosen = and_(row.verification_id == verification_id, row.outcome.in_(outcomes))
    known = exists().where(adoptions.c.item_id == item_id, same_key(adoptions, key_outcomes))
    keys = [adoptions.c[name] for name in KEY]
    here = and_(chosen, same_key(key_outcomes, adoptions))
    original, changes = _differences(row)
    connection.execute(
        update(adoptions)
        .where(adoptions.c.item_id == item_id, tuple_(*keys).in_(select(*(row[name] for name in KEY)).where(chosen)))
        .values(
            original=adoptions.c.original + _scalar(original, here),
            changes=adoptions.c.changes + _scalar(changes, here),
        )
    )
    columns = ["item_id", "company_id", *KEY, "original", "changes"]
    added: Select[Any] = select(
        literal(item_id), literal(company_id), *(row[name] for name in KEY), original, changes
    ).where(chosen, ~known)
    connection.execute(insert(adoptions).from_select(columns, added))
    _release(connection, item_id, verification_id, half=half)


def _scalar(value: ColumnElement[int], here: ColumnElement[bool]) -> Any:
    return select(value).where(here).correlate(adoptions).scalar_subquery()


def _require_nothing_unposted(connection: Connection, verification_id: int) -> None:
    row = key_outcomes.c
    count = connection.execute(
        select(func.count()).where(row.verification_id == verification_id, row.outcome == Outcome.UNPOSTED.value)
    ).scalar_one()
    if count:
        raise NotPossibleNow(
            f"Entries of {count} keys still wait to be posted in the ERP.",
            remedy="Post them, or have them removed there; then verify again.",
        )


def _differences(row: Any) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """What is there beyond before and sent, by side; where only a total is readable, all of it as original.

    Of a key that is absent, or half there, what is missing is released, so nothing is left to adopt.
    """
    absent = row.outcome.in_([*_ABSENT, Outcome.HALF_POSTED.value])
    total = row.now_total - row.before_total - row.sent_original - row.sent_changes
    original = row.now_original - row.before_original - row.sent_original
    changes = row.now_changes - row.before_changes - row.sent_changes
    return (
        case((absent, 0), else_=func.coalesce(original, total - changes, total, 0)),
        case((absent, 0), else_=func.coalesce(changes, total - original, 0)),
    )


def _release(connection: Connection, item_id: int, verification_id: int, *, half: bool) -> None:
    row, line = key_outcomes.c, item_lines.c
    outcomes = _ABSENT if half else (Outcome.REMOVED.value,)
    of_key = and_(row.verification_id == verification_id, *(row[name] == line[name] for name in KEY))
    side = or_(
        and_(line.part == "original", row.now_original == row.before_original),
        and_(line.part == "change", row.now_changes == row.before_changes),
    )
    missing = exists().where(
        of_key, or_(row.outcome.in_(outcomes), and_(row.outcome == Outcome.HALF_POSTED.value, side))
    )
    connection.execute(
        update(item_lines)
        .where(line.item_id == item_id, line.state.in_(("arrived", "withdrawn")), missing)
        .values(state="released")
    )
