"""What was done to the database itself, in the audit trail of every company (X1)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from erp_bridge_core.audit.entries import AuditHead
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.people.actor import system_actor
from erp_bridge_core.people.passwords import operating_system_user
from erp_bridge_core.store.tables import companies, installation


def record_for_all(
    connection: Connection,
    audit: AuditTrail,
    verb: str,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditHead:
    """Record an act of whoever may write the home's files, once for each company; the head of the trail then."""
    code = connection.execute(select(installation.c.code)).scalar_one()
    head = AuditHead(sequence=0, mac="")
    for row in connection.execute(select(companies.c.id, companies.c.code).order_by(companies.c.id)).all():
        acting = system_actor(row.id, row.code, os_user=operating_system_user())
        entry = audit.record(
            connection, acting, verb, "installation", code, from_state=from_state, to_state=to_state, details=details
        )
        head = AuditHead(sequence=entry.sequence, mac=entry.mac)
    return head
