"""Verifications as values: the outcome, the keys behind it, what each route could see, and what is still to be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, case, select

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.money import from_units
from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.exports.conditions import ConditionState
from erp_bridge_core.store.tables import key_outcomes, verifications

#: How many keys a result names; the job costs report holds all of them.
KEYS_SHOWN: Final = 200


@frozen(kw_only=True)
class KeyOutcome:
    """One key of a verification: before, sent and now; None where the deciding route can't read a figure.

    `before` includes what was adopted since. `times` is how often it was posted, where that can be said.
    """

    key: LineKey
    outcome: Outcome
    before_original: Decimal | None
    before_changes: Decimal | None
    before_total: Decimal | None
    sent_original: Decimal
    sent_changes: Decimal
    now_original: Decimal | None
    now_changes: Decimal | None
    now_total: Decimal | None
    times: int | None
    route: str


@frozen(kw_only=True)
class VerificationResult:
    """What one verification concluded about an item.

    `keys` names what is not as it should be, at most KEYS_SHOWN of `named`. `since` is when this outcome was first
    seen without a break. `warnings` are sentences for the person who posts.
    """

    id: int
    item: int
    project: str
    job: str
    version: int
    outcome: Outcome
    state: ItemState
    taken_at: datetime
    since: datetime
    counts: Mapping[str, int]
    named: int
    keys: tuple[KeyOutcome, ...]
    routes: tuple[RouteSight, ...]
    warnings: tuple[str, ...] = ()
    conditions: tuple[ConditionState, ...] = ()


def last_verification(connection: Connection, item_id: int) -> Row[Any] | None:
    """The row of an item's last verification, or None."""
    query = select(verifications).where(verifications.c.item_id == item_id).order_by(verifications.c.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def named_keys(connection: Connection, verification_id: int, digits: int) -> tuple[KeyOutcome, ...]:
    """The keys that are not posted as sent, mismatches first, at most KEYS_SHOWN."""
    row = key_outcomes.c
    waiting = [outcome.value for outcome in Outcome if outcome.is_waiting or outcome is Outcome.NOT_VERIFIABLE]
    query = (
        select(key_outcomes)
        .where(row.verification_id == verification_id, row.outcome.not_in(_good()))
        .order_by(case((row.outcome.in_(waiting), 1), else_=0), row.sub_job, row.cost_code, row.category)
        .limit(KEYS_SHOWN)
    )
    return tuple(key_outcome(found, digits) for found in connection.execute(query))


def key_outcome(row: Row[Any], digits: int) -> KeyOutcome:
    """The value of one row of `key_outcomes`."""

    def amount(units: int | None) -> Decimal | None:
        return None if units is None else from_units(units, digits)

    return KeyOutcome(
        key=LineKey(row.sub_job, row.cost_code, row.category),
        outcome=Outcome(row.outcome),
        before_original=amount(row.before_original),
        before_changes=amount(row.before_changes),
        before_total=amount(row.before_total),
        sent_original=from_units(row.sent_original, digits),
        sent_changes=from_units(row.sent_changes, digits),
        now_original=amount(row.now_original),
        now_changes=amount(row.now_changes),
        now_total=amount(row.now_total),
        times=row.times,
        route=row.route,
    )


def load_result(
    connection: Connection, row: Row[Any], item: ItemView, conditions: Sequence[ConditionState]
) -> VerificationResult:
    """The value of a stored verification, with the item as it stands now."""
    counts = dict(row.counts)
    odd = counts.pop(ODD_UNPOSTED, 0)
    routes = tuple(RouteSight(**sight) for sight in row.sights)
    return VerificationResult(
        id=row.id,
        item=item.id,
        project=item.project,
        job=item.job,
        version=item.version,
        outcome=Outcome(row.outcome),
        state=item.state,
        taken_at=row.taken_at,
        since=row.first_seen_at,
        counts=counts,
        named=sum(count for outcome, count in counts.items() if not is_as_sent(outcome)),
        keys=named_keys(connection, row.id, item.digits),
        routes=routes,
        warnings=_warnings(Outcome(row.outcome), routes, odd),
        conditions=tuple(conditions),
    )


def _warnings(outcome: Outcome, routes: Sequence[RouteSight], odd_unposted: int) -> tuple[str, ...]:
    warnings = []
    if odd_unposted:
        keys = "1 key" if odd_unposted == 1 else f"{odd_unposted} keys"
        warnings.append(
            f"What waits unposted on {keys} is not what was sent: compare the unposted total with the hand-over before "
            "posting; this is the last moment at which a double can be removed."
        )
    if outcome is Outcome.NOT_VISIBLE_YET and not any(one.sees_unposted for one in routes if one.failed is None):
        warnings.append(
            "No route sees unposted entries, so whether they still wait or were removed can't be told from "
            "here: look in the ERP. If they were removed there, settle the export as withdrawn."
        )
    return tuple(warnings)


#: What `counts` has beside outcomes: keys whose unposted entries are not what was sent.
ODD_UNPOSTED: Final = "odd_unposted"


def is_as_sent(outcome: str) -> bool:
    """Whether keys that a verification counts under that word are as they were sent."""
    return outcome in {*_good(), ODD_UNPOSTED}


def _good() -> list[str]:
    return [Outcome.POSTED.value, Outcome.SYNCED.value]
