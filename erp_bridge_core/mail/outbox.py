"""The outbox: a notice is a row in the transaction that made it true, so none is lost and none told too early (M5)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from erp_bridge_core.store.tables import deliveries, outbox


def notify(
    connection: Connection,
    company_id: int,
    *,
    kind: str,
    people: Iterable[int],
    payload: Mapping[str, Any],
    at: datetime,
    day: date | None = None,
) -> None:
    """Write a notice for people (by id), once each; `payload` is JSON-able and holds no secret.

    Each of them gets a delivery with a Message-ID that it keeps over all tries, even those of a restored copy. `day`
    is that of a daily summary, which a person gets once a day and company (M1).
    """
    recipients = sorted(set(people))
    if not recipients:
        return
    row = {"company_id": company_id, "kind": kind, "recipients": recipients, "payload": dict(payload)}
    added = outbox.insert().values(**row, created_at=at).returning(outbox.c.id)
    notice = connection.execute(added).scalar_one()
    shared = {"company_id": company_id, "outbox_id": notice, "day": day, "due_at": at}
    rows = [{**shared, "person_id": person, "message_id": new_message_id()} for person in recipients]
    connection.execute(deliveries.insert(), rows)


def new_message_id() -> str:
    """Unique without asking anybody: the domain is one that no mail server can have."""
    return f"<{uuid4().hex}@erp-bridge.invalid>"
