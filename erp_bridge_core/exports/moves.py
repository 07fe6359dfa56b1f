"""How far each key's figures moved, by each route, as one SQL query: what the comparison classifies.

Sides a route does not read are worked out from the total where that is read, else left out; then a move has one side.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import frozen
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from erp_bridge_core.contract.postings import RevisionSight, RouteSight
from erp_bridge_core.exports.outcomes import ONCE_GOOD, ONCE_UNPOSTED
from erp_bridge_core.store.tables import adoptions, baselines, item_lines, items, key_outcomes, observations

KEY: Final = ("sub_job", "cost_code", "category")
#: Lines that are, or may be, in the ERP. Once an export is over only arrived ones are left of these.
LIVE: Final = ("arrived", "sent", "unknown")


@frozen(kw_only=True)
class Subject:
    """What is compared: an item's lines with one verification's observations, knowing its earlier verifications.

    `project_id` tells the keys that other items of the project exported: they are kept in the result though untouched.
    """

    item_id: int
    project_id: int
    verification_id: int
    sights: Sequence[RouteSight]
    earlier: Sequence[int] = ()
    revisions: Sequence[RevisionSight] = ()
    originals_count_at_once: bool = False

    @property
    def readable(self) -> tuple[RouteSight, ...]:
        """The routes that could be read this time: from the others nothing is concluded."""
        return tuple(sight for sight in self.sights if sight.failed is None)


def flag(condition: ColumnElement[Any]) -> ColumnElement[int]:
    """1 where the condition holds, else 0 (also where it is NULL)."""
    return case((condition, 1), else_=0)


def same_key(left: Any, right: Any) -> ColumnElement[bool]:
    """Whether two rows are about one key."""
    return and_(*(left.c[name] == right.c[name] for name in KEY))


def moves(subject: Subject) -> CTE:
    """One row per key and route: sx, sy sent and x, y moved, with everything that classification asks."""
    facts = computed_once(_facts(subject))
    return computed_once(_sides(computed_once(_deltas(facts))))


def computed_once(step: CTE) -> CTE:
    """The step as a table of its own: inlined, each would be computed again for every mention in the next, and so on.

    SQLite would otherwise fold the steps into one expression that grows with every mention, a hundred times the work.
    """
    return step.prefix_with("MATERIALIZED")


# -- facts ------------------------------------------------------------------------------------------------------------


def sent_by_key(item_id: int) -> Select[Any]:
    """Per key, what the item's lines that are in the ERP add up to, original and changes apart."""
    line = item_lines.c
    live = line.state.in_(LIVE)
    return (
        select(
            *(line[name] for name in KEY),
            _total(case((and_(live, line.part == "original"), line.amount), else_=0)).label("so"),
            _total(case((and_(live, line.part == "change"), line.amount), else_=0)).label("sc"),
            func.max(flag(live)).label("live"),
            func.max(flag(line.state == "withdrawn")).label("withdrawn"),
        )
        .where(line.item_id == item_id, line.state.in_([*LIVE, "withdrawn"]))
        .group_by(*(line[name] for name in KEY))
    )


def _total(column: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _keys(subject: Subject, sent: CTE) -> CTE:
    return union(
        select(*(sent.c[name] for name in KEY)),
        select(*(baselines.c[name] for name in KEY)).where(baselines.c.item_id == subject.item_id),
        select(*(observations.c[name] for name in KEY)).where(
            observations.c.verification_id == subject.verification_id
        ),
    ).cte("keys")


def exported_keys(project_id: int) -> Select[Any]:
    """Every key that any item of a project brought into the ERP, in the ERP's codes."""
    own = select(items.c.id).where(items.c.project_id == project_id)
    line = item_lines.c
    return select(*(line[name] for name in KEY)).where(line.item_id.in_(own), line.state == "arrived").distinct()


def _routes(sights: Iterable[RouteSight]) -> CTE:
    rows = [
        select(
            literal(sight.route, String).label("route"),
            literal(position, Integer).label("position"),
            literal(int(sight.proof), Integer).label("proof"),
            literal(int(sight.synced_back), Integer).label("synced_back"),
            literal(int(sight.stale is not None), Integer).label("stale"),
            literal(int(sight.sees_sub_jobs), Integer).label("sees_sub_jobs"),
            literal(int(sight.sees_unposted), Integer).label("sees_unposted"),
        )
        for position, sight in enumerate(sights)
    ]
    return union_all(*rows).cte("routes")


def _earlier(subject: Subject) -> CTE:
    row = key_outcomes.c
    return (
        select(
            *(row[name] for name in KEY),
            row.route,
            func.max(flag(row.outcome.in_([outcome.value for outcome in ONCE_GOOD]))).label("once_good"),
            func.max(flag(row.outcome.in_([outcome.value for outcome in ONCE_UNPOSTED]))).label("once_unposted"),
        )
        .where(row.verification_id.in_(list(subject.earlier)))
        .group_by(*(row[name] for name in KEY), row.route)
    ).cte("earlier")


def _facts(subject: Subject) -> CTE:
    """Keys by routes, with what was sent, what stood before, and what the route shows now."""
    sent = sent_by_key(subject.item_id).cte("sent")
    keys, routes, earlier = _keys(subject, sent), _routes(subject.readable), _earlier(subject)
    exported = exported_keys(subject.project_id).cte("exported")
    split = select(keys.c.cost_code, keys.c.category).where(keys.c.sub_job != "").distinct().cte("split")
    seen, before, moved = observations, baselines, adoptions
    joined = (
        keys.join(routes, true())
        .outerjoin(sent, same_key(sent, keys))
        .outerjoin(before, and_(before.c.item_id == subject.item_id, same_key(before, keys)))
        .outerjoin(moved, and_(moved.c.item_id == subject.item_id, same_key(moved, keys)))
        .outerjoin(
            seen,
            and_(
                seen.c.verification_id == subject.verification_id,
                seen.c.route == routes.c.route,
                same_key(seen, keys),
            ),
        )
        .outerjoin(earlier, and_(same_key(earlier, keys), earlier.c.route == routes.c.route))
        .outerjoin(exported, same_key(exported, keys))
        .outerjoin(split, and_(split.c.cost_code == keys.c.cost_code, split.c.category == keys.c.category))
    )
    # A key to which nothing was sent and which a complete read does not name has no figures (any more).
    gone = and_(seen.c.route.is_(None), sent.c.live.is_(None))
    blind = and_(routes.c.sees_sub_jobs == 0, or_(keys.c.sub_job != "", split.c.cost_code.is_not(None)))
    return (
        select(
            *(keys.c[name] for name in KEY),
            *(routes.c[name] for name in ("route", "position", "proof", "synced_back", "stale", "sees_unposted")),
            func.coalesce(sent.c.so, 0).label("so"),
            func.coalesce(sent.c.sc, 0).label("sc"),
            func.coalesce(sent.c.live, 0).label("live"),
            flag(exported.c.cost_code.is_not(None)).label("exported"),
            flag(and_(sent.c.withdrawn == 1, sent.c.live == 0, moved.c.item_id.is_(None))).label("withdrawn"),
            *_before(before, moved),
            case((gone, 0), else_=seen.c.original).label("no"),
            case((gone, 0), else_=seen.c.changes).label("nc"),
            case((gone, 0), else_=func.coalesce(seen.c.total, seen.c.original + seen.c.changes)).label("nt"),
            flag(
                or_(func.coalesce(seen.c.unposted_original, 0) != 0, func.coalesce(seen.c.unposted_changes, 0) != 0)
            ).label("unposted"),
            flag(or_(seen.c.cannot_tell.is_not(None), blind)).label("untold"),
            func.coalesce(earlier.c.once_good, 0).label("once_good"),
            func.coalesce(earlier.c.once_unposted, 0).label("once_unposted"),
        )
        .select_from(joined)
        # Routes that only confirm are asked about what was sent, not about the rest of the job.
        .where(or_(routes.c.proof == 1, sent.c.live.is_not(None)))
    ).cte("facts")


def _before(before: Any, moved: Any) -> list[ColumnElement[Any]]:
    """Before, with what was adopted since; a key that the baseline lacks had no figures."""
    unknown = before.c.item_id.is_(None)
    original = func.coalesce(moved.c.original, 0)
    changes = func.coalesce(moved.c.changes, 0)
    total = func.coalesce(before.c.total, before.c.original + before.c.changes)
    return [
        (case((unknown, 0), else_=before.c.original) + original).label("bo"),
        (case((unknown, 0), else_=before.c.changes) + changes).label("bc"),
        (case((unknown, 0), else_=total) + original + changes).label("bt"),
    ]


# -- moves ------------------------------------------------------------------------------------------------------------


def _deltas(facts: CTE) -> CTE:
    fact = facts.c
    original, changes, total = fact.no - fact.bo, fact.nc - fact.bc, fact.nt - fact.bt
    return select(
        *fact,
        func.coalesce(original, total - changes).label("original"),
        func.coalesce(changes, total - original).label("changes"),
        total.label("total"),
    ).cte("deltas")


def _sides(deltas: CTE) -> CTE:
    row = deltas.c
    apart = and_(row.original.is_not(None), row.changes.is_not(None))
    by_total = row.total.is_not(None)
    by_original = row.original.is_not(None)
    known = or_(by_total, by_original, row.changes.is_not(None))
    return select(
        *row,
        case((apart, row.so), (by_total, row.so + row.sc), (by_original, row.so), else_=row.sc).label("sx"),
        case((apart, row.sc), else_=0).label("sy"),
        case((apart, row.original), (by_total, row.total), (by_original, row.original), else_=row.changes).label("x"),
        case((apart, row.changes), else_=0).label("y"),
        case(
            (apart, 0),
            (by_total, flag(and_(row.so + row.sc == 0, row.so != 0))),
            (by_original, flag(row.sc != 0)),
            else_=flag(row.so != 0),
        ).label("partial"),
        flag(and_(known, row.untold == 0)).label("known"),
    ).cte("moves")


def lagging(subject: Subject) -> Select[Any]:
    """How many posted keys a readable route of data carried back could show, and does not show yet."""
    row, seen = key_outcomes.c, observations.c
    names = [sight.route for sight in subject.readable if sight.synced_back and sight.sees_sub_jobs]
    blind = [sight.route for sight in subject.readable if sight.synced_back and not sight.sees_sub_jobs]
    other = key_outcomes.alias("other")
    split = select(other.c.cost_code, other.c.category).where(
        other.c.verification_id == subject.verification_id, other.c.sub_job != ""
    )
    alone = and_(row.sub_job == "", ~_pair_in(split))
    told = exists().where(
        seen.verification_id == subject.verification_id,
        # Implied by the last condition, and what lets the table's key find the row.
        seen.route.in_([*names, *blind]),
        same_key(observations, key_outcomes),
        seen.cannot_tell.is_(None),
        or_(seen.route.in_(names), and_(seen.route.in_(blind), alone)),
    )
    moved = or_(row.sent_original != 0, row.sent_changes != 0)
    return select(func.count()).where(
        row.verification_id == subject.verification_id, row.outcome == "posted", moved, told
    )


def _pair_in(pairs: Select[Any]) -> ColumnElement[bool]:
    return tuple_(key_outcomes.c.cost_code, key_outcomes.c.category).in_(pairs)
