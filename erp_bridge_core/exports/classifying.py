"""The rules of `outcomes.classify` and its precedence in SQL: from moves to one outcome per key."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Insert, Select, and_, case, func, insert, literal, not_, or_, select

from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.moves import KEY, Subject, flag, moves
from erp_bridge_core.exports.outcomes import PRECEDENCE
from erp_bridge_core.store.tables import key_outcomes

#: The code of a key to which nothing was sent and which did not move: a row is kept only where it was exported before.
UNTOUCHED: Final = len(PRECEDENCE)
_CODE: Final = {outcome: code for code, outcome in enumerate(PRECEDENCE)}


def _multiple(sent: Any, moved: Any) -> ColumnElement[int]:
    """How often `sent` goes into `moved` without a rest, else 0."""
    divisible = and_(sent != 0, moved % func.nullif(sent, 0) == 0)
    return case((and_(divisible, moved // func.nullif(sent, 0) > 0), moved // func.nullif(sent, 0)), else_=0)


def _times(row: Any) -> ColumnElement[int]:
    one = case((row.sx != 0, _multiple(row.sx, row.x)), else_=flag(row.x == 0))
    other = case((row.sy != 0, _multiple(row.sy, row.y)), else_=flag(row.y == 0))
    total = _multiple(row.sx + row.sy, row.x + row.y)
    return case(
        (and_(one >= 1, other >= 1), case((one > other, one), else_=other)),
        (total > 1, total),
        (row.y == 0, _multiple(row.sx, row.x)),
        (row.x == 0, _multiple(row.sy, row.y)),
        else_=0,
    )


def _every_side_is_a_multiple(row: Any) -> ColumnElement[bool]:
    return and_(
        or_(_multiple(row.sx, row.x) >= 1, and_(row.sx == 0, row.x == 0)),
        or_(_multiple(row.sy, row.y) >= 1, and_(row.sy == 0, row.y == 0)),
    )


def _is_half(row: Any) -> ColumnElement[bool]:
    sides = or_(and_(row.x == row.sx, row.y == 0), and_(row.x == 0, row.y == row.sy))
    return and_(row.sx != 0, row.sy != 0, sides)


def _is_other_column(row: Any) -> ColumnElement[bool]:
    return or_(
        row.x + row.y == row.sx + row.sy,
        and_(row.sx != 0, row.x == 0, row.y == row.sx),
        and_(row.sy != 0, row.y == 0, row.x == row.sy),
    )


def _code(row: Any, times: ColumnElement[int]) -> ColumnElement[int]:
    """The rules of `outcomes.classify`, in the same order."""
    code = {outcome: _CODE[outcome] for outcome in PRECEDENCE}
    unmoved, match = and_(row.x == 0, row.y == 0), and_(row.x == row.sx, row.y == row.sy)
    nothing_sent = and_(row.sx == 0, row.sy == 0)
    removed = and_(row.sees_unposted == 1, row.once_unposted == 1)
    not_sent = case((row.withdrawn == 1, code[Outcome.REMOVED]), else_=UNTOUCHED)
    return case(
        (and_(row.known == 0, row.live == 1), code[Outcome.NOT_VERIFIABLE]),
        (row.known == 0, not_sent),
        (and_(row.live == 0, or_(unmoved, row.stale == 1)), not_sent),
        (row.live == 0, code[Outcome.DRIFT]),
        (and_(row.partial == 1, match), code[Outcome.NOT_VERIFIABLE]),
        (and_(row.stale == 1, not_(and_(unmoved, nothing_sent))), code[Outcome.NOT_VISIBLE_YET]),
        (match, code[Outcome.POSTED]),
        (nothing_sent, code[Outcome.DRIFT]),
        (and_(unmoved, row.once_good == 1), code[Outcome.REGRESSED]),
        (and_(unmoved, row.unposted == 1), code[Outcome.UNPOSTED]),
        (and_(unmoved, removed), code[Outcome.REMOVED]),
        (unmoved, code[Outcome.NOT_VISIBLE_YET]),
        (_every_side_is_a_multiple(row), code[Outcome.POSTED_TWICE]),
        (_is_half(row), case((row.once_good == 1, code[Outcome.REGRESSED]), else_=code[Outcome.HALF_POSTED])),
        (_is_other_column(row), case((row.once_good == 1, code[Outcome.DRIFT]), else_=code[Outcome.WRONG_PLACE])),
        (times > 1, code[Outcome.POSTED_TWICE]),
        (row.once_good == 1, code[Outcome.DRIFT]),
        else_=code[Outcome.OTHER_AMOUNT],
    )


def insert_outcomes(subject: Subject, company_id: int) -> Insert:
    """One row per key that was sent or has moved, with the outcome that its routes tell."""
    moved = moves(subject)
    times = _times(moved.c)
    coded = select(*moved.c, times.label("times"), _code(moved.c, times).label("code")).cte("coded")
    row = coded.c
    # A route that only confirms can't make a key good, nor take it back; seeing it twice it does count.
    weight = case((or_(row.proof == 1, row.code == _CODE[Outcome.POSTED_TWICE]), row.code), else_=UNTOUCHED - 1)
    key = [row[name] for name in KEY]
    confirming = and_(row.synced_back == 1, row.known == 1)
    confirmed = and_(confirming, row.code == _CODE[Outcome.POSTED])
    rank, counts = _among_routes(key, [weight, row.proof.desc(), row.position], (confirming, confirmed))
    if len(subject.readable) == 1:
        # Nothing to weigh: a large budget need not be sorted.
        rank, counts = literal(1), (flag(confirming), flag(confirmed))
    names = zip(("confirming", "confirmed"), counts, strict=True)
    columns = [weight.label("weight"), rank.label("rank"), *(count.label(name) for name, count in names)]
    ranked = select(*row, *columns).cte("ranked")
    return insert(key_outcomes).from_select(
        [column.name for column in key_outcomes.columns], _select_outcomes(ranked.c, subject, company_id)
    )


def _among_routes(
    key: list[Any], order: list[Any], conditions: tuple[ColumnElement[bool], ...]
) -> tuple[ColumnElement[int], tuple[ColumnElement[int], ...]]:
    """A row's rank among those of its key, and how many of these fulfil each condition."""
    rank = func.row_number().over(partition_by=key, order_by=order)
    return rank, tuple(func.sum(flag(condition)).over(partition_by=key) for condition in conditions)


def _select_outcomes(row: Any, subject: Subject, company_id: int) -> Select[Any]:
    synced = and_(row.weight == _CODE[Outcome.POSTED], row.confirming > 0, row.confirmed == row.confirming)
    names = [(row.weight == code, outcome.value) for outcome, code in _CODE.items()]
    values: dict[str, Any] = {
        "verification_id": literal(subject.verification_id),
        "company_id": literal(company_id),
        **{name: row[name] for name in KEY},
        "before_original": row.bo,
        "before_changes": row.bc,
        "before_total": row.bt,
        "sent_original": row.so,
        "sent_changes": row.sc,
        "now_original": row.no,
        "now_changes": row.nc,
        "now_total": row.nt,
        "times": case((row.known == 1, row.times), else_=None),
        "outcome": case((synced, Outcome.SYNCED.value), *names, else_=Outcome.POSTED.value),
        "route": row.route,
    }
    columns = [values[column.name].label(column.name) for column in key_outcomes.columns]
    return select(*columns).where(row.rank == 1, or_(row.weight < UNTOUCHED, row.exported == 1))
