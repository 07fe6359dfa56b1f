"""The outbox: a notice is a row in the transaction that made it true, so none is lost and none told too early (M5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from erp_bridge_core.store.tables import outbox


def notify(
    connection: Connection,
    company_id: int,
    *,
    kind: str,
    people: Iterable[int],
    payload: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write a notice for people (by id), once each; `payload` is JSON-able and holds no secret."""
    recipients = sorted(set(people))
    if recipients:
        connection.execute(
            outbox.insert().values(
                company_id=company_id, kind=kind, recipients=recipients, payload=dict(payload), created_at=at
            )
        )
