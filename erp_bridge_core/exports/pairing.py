"""Posted in the wrong place: a key that lacks just what another key has too much, found in SQL."""

from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, func, not_, or_, select, tuple_, union, update

from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY, Subject, same_key
from erp_bridge_core.store.tables import key_outcomes


def _excess(row: Any) -> ColumnElement[int]:
    """By how much a key moved too far (below zero: not far enough), in total, or on the one side that is readable."""
    return func.coalesce(
        row.now_total - row.before_total - row.sent_original - row.sent_changes,
        row.now_original - row.before_original - row.sent_original,
        row.now_changes - row.before_changes - row.sent_changes,
    )


_LACKING: Final = (
    Outcome.OTHER_AMOUNT, Outcome.HALF_POSTED, Outcome.REMOVED, Outcome.UNPOSTED, Outcome.NOT_VISIBLE_YET,
)  # fmt: skip


def name_wrong_places(connection: Connection, subject: Subject) -> None:
    """Name both keys, one for one: first those that differ in their sub job alone, then any others."""
    if not _any_taker(connection, subject):
        return
    for alike in (("cost_code", "category"), ("sub_job", "cost_code"), ()):
        pairs = _pairs(subject, alike)
        row = key_outcomes.c
        connection.execute(
            update(key_outcomes)
            .where(
                row.verification_id == subject.verification_id,
                tuple_(*(row[name] for name in KEY)).in_(pairs),
            )
            .values(outcome=Outcome.WRONG_PLACE.value)
        )


def _any_taker(connection: Connection, subject: Subject) -> bool:
    row = key_outcomes.c
    moved = row.outcome.in_([Outcome.OTHER_AMOUNT.value, Outcome.DRIFT.value])
    query = select(row.outcome).where(row.verification_id == subject.verification_id, moved).limit(1)
    return connection.execute(query).first() is not None


def _pairs(subject: Subject, alike: tuple[str, ...]) -> CompoundSelect[Any]:
    row = key_outcomes.c
    nothing_sent = and_(row.sent_original == 0, row.sent_changes == 0)
    too_far = or_(row.outcome == Outcome.OTHER_AMOUNT.value, and_(row.outcome == Outcome.DRIFT.value, nothing_sent))
    lacking = row.outcome.in_([outcome.value for outcome in _LACKING])
    takers = _numbered(subject, too_far, _excess(row), alike, "takers")
    givers = _numbered(subject, lacking, -_excess(row), alike, "givers")
    same = and_(
        takers.c.amount == givers.c.amount,
        takers.c.number == givers.c.number,
        *(takers.c[name] == givers.c[name] for name in alike),
        not_(same_key(takers, givers)),
    )
    return union(
        select(*(takers.c[name] for name in KEY)).join(givers, same),
        select(*(givers.c[name] for name in KEY)).join(takers, same),
    )


def _numbered(subject: Subject, chosen: Any, amount: ColumnElement[int], alike: tuple[str, ...], name: str) -> Any:
    row = key_outcomes.c
    number = func.row_number().over(
        partition_by=[amount, *(row[part] for part in alike)], order_by=[row[part] for part in KEY]
    )
    return (
        select(*(row[part] for part in KEY), amount.label("amount"), number.label("number"))
        .where(row.verification_id == subject.verification_id, chosen, amount != 0)
        .cte(name)
    )
