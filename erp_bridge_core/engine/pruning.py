"""Forgetting what nobody needs any more: sent mail, told webhooks, keys of writes, sign-ins and workers that ended.

The audit trail, items, ledger and figures are kept for good.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, or_, select

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import (
    deliveries,
    idempotency_keys,
    outbox,
    sessions,
    source_hints,
    webhook_deliveries,
    workers,
)

#: What no one waits for any more: it went out, or was given up.
_OVER: Final = ("sent", "given_up")
#: A key of a write answers again for a day; a sign-in that is over is of no use.
_DAY: Final = timedelta(days=1)


def prune(application: Application, actor: Actor) -> int:
    """Delete what is older than `[schedule] keep_days`, audited with how much; returns the number of rows."""
    now = application.clock.now()
    before = now - timedelta(days=Configuration.read(application.home).schedule.keep_days)
    told = exists().where(deliveries.c.outbox_id == outbox.c.id)
    with application.store.begin() as connection:
        due = select(outbox.c.id).where(outbox.c.created_at < before)
        old = deliveries.c.state.in_(_OVER), deliveries.c.outbox_id.in_(due)
        counts = {
            "mail": _delete(connection, deliveries, *old),
            "notices": _delete(connection, outbox, outbox.c.created_at < before, ~told),
            "webhooks": _delete(
                connection,
                webhook_deliveries,
                webhook_deliveries.c.state.in_(_OVER),
                webhook_deliveries.c.moved_at < before,
            ),
            "hints": _delete(connection, source_hints, source_hints.c.last_at < before),
            "keys": _delete(connection, idempotency_keys, idempotency_keys.c.taken_at < now - _DAY),
            "sign_ins": _delete(
                connection, sessions, or_(sessions.c.expires_at < now - _DAY, sessions.c.ended_at < now - _DAY)
            ),
            "workers": _delete(connection, workers, or_(workers.c.ended_at < before, workers.c.started_at < before)),
        }
        total = sum(counts.values())
        if total:
            details = {name: count for name, count in counts.items() if count}
            application.audit.record(
                connection, actor, "prune", "installation", application.opened.code, details=details
            )
    return total


def _delete(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(delete(table).where(*where)).rowcount)
