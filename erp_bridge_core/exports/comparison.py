"""The comparison, in the database (V2): what is seen against what was before and what was sent, for any number of keys.

The rules are those of `outcomes`, where they stand as a table; here they are one INSERT .. SELECT over `moves`.
"""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, not_, or_, select, tuple_, update

from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.at_once import changes_have_moved, let_changes_wait
from erp_bridge_core.exports.classifying import insert_outcomes
from erp_bridge_core.exports.moves import KEY, LIVE, Subject, lagging, same_key, sent_by_key
from erp_bridge_core.exports.outcomes import outcome_of_item
from erp_bridge_core.exports.pairing import name_wrong_places
from erp_bridge_core.exports.revisions import name_without_effect
from erp_bridge_core.store.bulk import insert_selected
from erp_bridge_core.store.tables import item_lines, key_outcomes, observations

#: Lines of an export that has gone wrong, of which nothing is in the ERP.
HERE: Final = ("staged", "refused")


@frozen(kw_only=True)
class Comparison:
    """What a comparison came to: the item's outcome, and how many keys have which (zero sums left out)."""

    outcome: Outcome
    counts: Mapping[Outcome, int]
    odd_unposted: int


def compare(connection: Connection, subject: Subject, *, company_id: int) -> Comparison:
    """Write one `key_outcomes` row per key that was sent or has moved, and conclude the item's outcome."""
    insert_selected(connection, insert_outcomes(subject, company_id))
    name_wrong_places(connection, subject)
    name_without_effect(connection, subject.item_id, subject.verification_id, subject.revisions)
    if subject.originals_count_at_once:
        let_changes_wait(connection, subject)
    counts = _counts(connection, subject)
    half = not subject.originals_count_at_once or changes_have_moved(connection, subject)
    outcome = outcome_of_item(
        counts,
        missing=_missing(connection, subject) if half else 0,
        lagging=connection.execute(lagging(subject)).scalar_one(),
    )
    if outcome.is_good and _nothing_got_there(connection, subject):
        outcome = Outcome.NOT_VISIBLE_YET
    if outcome.is_waiting:
        _let_zero_sums_wait(connection, subject)
    odd = connection.execute(_odd_unposted(subject)).scalar_one()
    return Comparison(outcome=outcome, counts=counts, odd_unposted=odd)


def _nothing_got_there(connection: Connection, subject: Subject) -> bool:
    """Whether all lines are still here, refused or never sent, and none was given back: no figure had to move."""
    line = item_lines.c
    query = select(func.count(), func.count().filter(line.state.in_(HERE))).where(line.item_id == subject.item_id)
    lines, here = connection.execute(query).one()
    return bool(lines == here > 0)


def _is_zero_sum() -> ColumnElement[bool]:
    """Nothing to see: lines that add up to nothing go with the rest of their item; other items' keys are untouched."""
    row = key_outcomes.c
    return and_(
        row.sent_original == 0, row.sent_changes == 0, row.outcome.in_([Outcome.POSTED.value, Outcome.SYNCED.value])
    )


def _counts(connection: Connection, subject: Subject) -> dict[Outcome, int]:
    row = key_outcomes.c
    rows = connection.execute(
        select(row.outcome, func.count())
        .where(row.verification_id == subject.verification_id, not_(_is_zero_sum()))
        .group_by(row.outcome)
    )
    return {Outcome(outcome): count for outcome, count in rows.all()}


def _missing(connection: Connection, subject: Subject) -> int:
    row = key_outcomes.c
    stale = [sight.route for sight in subject.readable if sight.stale is not None]
    waiting = [Outcome.NOT_VISIBLE_YET.value, Outcome.UNPOSTED.value]
    query = select(func.count()).where(
        row.verification_id == subject.verification_id, row.outcome.in_(waiting), row.route.not_in(stale)
    )
    return int(connection.execute(query).scalar_one())


def _let_zero_sums_wait(connection: Connection, subject: Subject) -> None:
    own = select(*(item_lines.c[name] for name in KEY)).where(
        item_lines.c.item_id == subject.item_id, item_lines.c.state.in_(LIVE)
    )
    keys = tuple_(*(key_outcomes.c[name] for name in KEY))
    connection.execute(
        update(key_outcomes)
        .where(key_outcomes.c.verification_id == subject.verification_id, _is_zero_sum(), keys.in_(own))
        .values(outcome=Outcome.NOT_VISIBLE_YET.value)
    )


def _odd_unposted(subject: Subject) -> Select[Any]:
    """Keys whose unposted entries are not what still has to be posted: a person should look before posting them."""
    row, seen = key_outcomes.c, observations.c
    good = row.outcome.in_([Outcome.POSTED.value, Outcome.SYNCED.value])
    original: ColumnElement[Any] = case((good, 0), else_=row.sent_original)
    changes: ColumnElement[Any] = case((good, 0), else_=row.sent_changes)
    expected = or_(
        func.coalesce(seen.unposted_original, original) != original,
        func.coalesce(seen.unposted_changes, changes) != changes,
    )
    some = or_(func.coalesce(seen.unposted_original, 0) != 0, func.coalesce(seen.unposted_changes, 0) != 0)
    sent = sent_by_key(subject.item_id).subquery()
    return (
        select(func.count(func.distinct(seen.sub_job + "\n" + seen.cost_code + "\n" + seen.category)))
        .select_from(key_outcomes)
        .join(observations, same_key(observations, key_outcomes))
        .join(sent, same_key(sent, key_outcomes))
        .where(row.verification_id == subject.verification_id, seen.verification_id == subject.verification_id)
        .where(some, expected)
    )
