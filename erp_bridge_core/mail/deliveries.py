"""The states of a delivery: claimed by one process at a time, put off, given up where people see it, or sent (M5)."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, update

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.store.numbers import row_number
from erp_bridge_core.store.tables import deliveries, outbox, people

#: Pauses between the tries of a message that the server does not take for now; after the last one it is given up.
PAUSES: Final = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 480, 720, 1440))
#: How long a claim holds: far longer than a message takes, so that one of a process that ended is taken over.
CLAIM: Final = timedelta(minutes=15)
#: The pause after no message was taken at all, which is not counted against any of them.
SERVER_PAUSE: Final = timedelta(minutes=1)
LONGEST_PROBLEM: Final = 500


class DeliveryState(StrEnum):
    """Where one person's mail stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"


@frozen(kw_only=True)
class Delivery:
    """One person's mail as it stands; `problem` is why it was not sent so far, `day` that of a daily summary."""

    id: int
    kind: str
    item: int | None
    login: str
    name: str
    address: str
    state: DeliveryState
    tries: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    day: date | None
    problem: str
    message_id: str


@frozen(kw_only=True)
class Claim:
    """The right to send one delivery; whoever took it over meanwhile has another `token`."""

    delivery_id: int
    token: str
    tries: int
    cause: str | None = None


def claim_next(connection: Connection, company_id: int, now: datetime) -> Claim | None:
    """Claim the delivery of a company that has been due the longest, in a write transaction; None when none is due."""
    due = or_(
        and_(deliveries.c.state == DeliveryState.WAITING, deliveries.c.due_at <= now),
        and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.claimed_at <= now - CLAIM),
    )
    columns = deliveries.c.id, deliveries.c.tries, outbox.c.cause
    told = select(*columns).join(outbox, outbox.c.id == deliveries.c.outbox_id)
    query = told.where(deliveries.c.company_id == company_id, due)
    row = connection.execute(query.order_by(deliveries.c.due_at, deliveries.c.id).limit(1)).one_or_none()
    if row is None:
        return None
    claim = Claim(delivery_id=row.id, token=uuid4().hex, tries=row.tries + 1, cause=row.cause)
    values = {"state": DeliveryState.SENDING, "claim": claim.token, "claimed_at": now, "tries": claim.tries}
    connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(values))
    return claim


def mark_sent(connection: Connection, claim: Claim, now: datetime) -> None:
    """The server took it, whoever holds the claim by now."""
    values = {"state": DeliveryState.SENT, "sent_at": now, "claim": None, "problem": None}
    connection.execute(update(deliveries).where(deliveries.c.id == claim.delivery_id).values(values))


def put_off(connection: Connection, claim: Claim, now: datetime, problem: str) -> DeliveryState:
    """Try again after a pause that grows, or give up after the last one; tells which."""
    if claim.tries > len(PAUSES):
        give_up(connection, claim, f"given up after {claim.tries} tries: {problem}")
        return DeliveryState.GIVEN_UP
    _release(connection, claim, problem, due_at=now + PAUSES[claim.tries - 1])
    return DeliveryState.WAITING


def wait_for_server(connection: Connection, claim: Claim, now: datetime, problem: str) -> None:
    """Give the claim back without counting the try: it was not this message's fault."""
    _release(connection, claim, problem, due_at=now + SERVER_PAUSE, tries=claim.tries - 1)


def give_up(connection: Connection, claim: Claim, problem: str) -> None:
    """Try no more; people see it, and may put it back."""
    _release(connection, claim, problem, state=DeliveryState.GIVEN_UP)


def put_back(connection: Connection, company_id: int, delivery_id: int | None, now: datetime) -> tuple[int, ...]:
    """Make one delivery that was given up, or all of them, due again; returns which."""
    where: list[ColumnElement[bool]] = [
        deliveries.c.company_id == company_id,
        deliveries.c.state == DeliveryState.GIVEN_UP,
    ]
    if delivery_id is not None:
        where.append(deliveries.c.id == delivery_id)
    values = {"state": DeliveryState.WAITING, "tries": 0, "due_at": now}
    done = connection.execute(update(deliveries).where(*where).values(values).returning(deliveries.c.id))
    return tuple(sorted(int(number) for number in done.scalars()))


def list_deliveries(
    connection: Connection, company_id: int, *, state: DeliveryState | None, limit: int
) -> tuple[Delivery, ...]:
    """The newest deliveries of a company, newest first."""
    query = _select(company_id)
    if state is not None:
        query = query.where(deliveries.c.state == state)
    return tuple(_delivery(row) for row in connection.execute(query.order_by(deliveries.c.id.desc()).limit(limit)))


def load_delivery(connection: Connection, company_id: int, delivery_id: int) -> Delivery:
    """The delivery of that number; raises NotFound when the company has none, be it another company's."""
    row = connection.execute(_select(company_id).where(deliveries.c.id == row_number(delivery_id))).one_or_none()
    if row is None:
        raise NotFound(f"No mail {delivery_id}.", remedy="List them: `erp-bridge mail list`.")
    return _delivery(row)


def _release(connection: Connection, claim: Claim, problem: str, **values: Any) -> None:
    """Only of a claim that still holds: a process that slept must not undo what another has done meanwhile."""
    held = deliveries.c.id == claim.delivery_id, deliveries.c.claim == claim.token
    changed = {"state": DeliveryState.WAITING, "claim": None, "problem": problem[:LONGEST_PROBLEM], **values}
    connection.execute(update(deliveries).where(*held).values(changed))


def _select(company_id: int) -> Select[Any]:
    about = outbox.c.kind, outbox.c.payload, outbox.c.created_at, people.c.login, people.c.name, people.c.email
    return (
        select(*(deliveries.c[name] for name in _OWN), *about)
        .join(outbox, outbox.c.id == deliveries.c.outbox_id)
        .join(people, people.c.id == deliveries.c.person_id)
        .where(deliveries.c.company_id == company_id)
    )


_OWN: Final = ("id", "state", "tries", "due_at", "sent_at", "day", "problem", "message_id")


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        **{name: getattr(row, name) for name in ("id", "tries", "due_at", "sent_at", "day", "message_id")},
        kind=row.kind,
        item=row.payload.get("item"),
        login=row.login,
        name=row.name,
        address=row.email,
        state=DeliveryState(row.state),
        created_at=row.created_at,
        problem=row.problem or "",
    )
