"""The states of a delivery: claimed by one process at a time, put off, given up where people see it, or sent."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import frozen
from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.tables import webhook_deliveries
from erp_bridge_core.webhooks.values import WebhookDelivery, WebhookState

#: Pauses between the tries; after the last one a delivery is given up.
PAUSES: Final = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 480, 720, 1440))
#: How long a claim holds: far longer than a request takes, so that one of a process that ended is taken over.
CLAIM: Final = timedelta(minutes=5)
LONGEST_PROBLEM: Final = 500
_row = webhook_deliveries.c


@frozen(kw_only=True)
class Claim:
    """The right to send one delivery; whoever took it over meanwhile has another `token`."""

    delivery_id: int
    token: str
    tries: int
    cause: str | None = None


def claim_next(connection: Connection, company_id: int, now: datetime) -> Claim | None:
    """Claim the oldest delivery of a company that is due, in a write transaction; None when none is due."""
    due = or_(
        # A first try is due at once: the moment beside it is the database's, which may not agree with our clock.
        and_(_row.state == WebhookState.WAITING, or_(_row.tries == 0, _row.due_at <= now)),
        and_(_row.state == WebhookState.SENDING, _row.claimed_at <= now - CLAIM),
    )
    query = select(_row.id, _row.tries, _row.cause).where(_row.company_id == company_id, due)
    row = connection.execute(query.order_by(_row.id).limit(1)).one_or_none()
    if row is None:
        return None
    claim = Claim(delivery_id=row.id, token=uuid4().hex, tries=row.tries + 1, cause=row.cause)
    values = {"state": WebhookState.SENDING, "claim": claim.token, "claimed_at": now, "tries": claim.tries}
    connection.execute(update(webhook_deliveries).where(_row.id == row.id).values(values))
    return claim


def mark_sent(connection: Connection, claim: Claim, now: datetime, status: int) -> None:
    """The program took it, whoever holds the claim by now."""
    values = {"state": WebhookState.SENT, "sent_at": now, "status": status, "claim": None, "problem": None}
    connection.execute(update(webhook_deliveries).where(_row.id == claim.delivery_id).values(values))


def not_taken(
    connection: Connection, claim: Claim, now: datetime, *, problem: str, status: int | None, for_good: bool
) -> WebhookState:
    """Try again after a pause that grows; or give up, after the last one or at once. Tells which."""
    given_up = for_good or claim.tries > len(PAUSES)
    state = WebhookState.GIVEN_UP if given_up else WebhookState.WAITING
    values: dict[str, Any] = {"state": state, "claim": None, "status": status, "problem": problem[:LONGEST_PROBLEM]}
    if not given_up:
        values["due_at"] = now + PAUSES[claim.tries - 1]
    # Only of a claim that still holds: a process that slept must not undo what another has done meanwhile.
    held = _row.id == claim.delivery_id, _row.claim == claim.token
    connection.execute(update(webhook_deliveries).where(*held).values(values))
    return state


def put_back(connection: Connection, company_id: int, delivery_id: int | None, now: datetime) -> tuple[int, ...]:
    """Make one delivery that was given up, or all of them, due again; returns which."""
    where = [_row.company_id == company_id, _row.state == WebhookState.GIVEN_UP]
    if delivery_id is not None:
        where.append(_row.id == delivery_id)
    values = {"state": WebhookState.WAITING, "tries": 0, "due_at": now}
    done = connection.execute(update(webhook_deliveries).where(*where).values(values).returning(_row.id))
    return tuple(sorted(int(number) for number in done.scalars()))


def list_deliveries(
    connection: Connection, company_id: int, *, state: WebhookState | None, limit: int
) -> tuple[WebhookDelivery, ...]:
    """The newest deliveries of a company, newest first."""
    query = _select(company_id)
    if state is not None:
        query = query.where(_row.state == state)
    return tuple(_delivery(row) for row in connection.execute(query.order_by(_row.id.desc()).limit(limit)))


def load_delivery(connection: Connection, company_id: int, delivery_id: int) -> WebhookDelivery:
    """The delivery of that number; raises NotFound when the company has none, be it another company's."""
    row = connection.execute(_select(company_id).where(_row.id == row_number(delivery_id))).one_or_none()
    if row is None:
        raise NotFound(f"No delivery {delivery_id}.", remedy="List them: `erp-bridge webhooks deliveries`.")
    return _delivery(row)


def _select(company_id: int) -> Select[Any]:
    return select(webhook_deliveries).where(_row.company_id == company_id)


def _delivery(row: Row[Any]) -> WebhookDelivery:
    return WebhookDelivery(
        id=row.id,
        webhook=row.webhook_id,
        item=row.item_id,
        event=row.event,
        revision=row.revision,
        from_state=row.from_state,
        to_state=row.to_state,
        moved_at=row.moved_at,
        state=WebhookState(row.state),
        tries=row.tries,
        due_at=row.due_at,
        sent_at=row.sent_at,
        status=row.status,
        problem=row.problem or "",
    )
