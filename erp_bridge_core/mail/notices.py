"""Notices about exports: who accepted an item is told when it failed or its outcome is unknown (M4)."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.exports.conclusions import Conclusion
from erp_bridge_core.exports.status import count_lines
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.store.tables import exports

KINDS: Final = {ItemState.FAILED: "export_failed", ItemState.UNKNOWN: "export_unknown"}


def tell_of_export(connection: Connection, item: ItemView, conclusion: Conclusion, *, at: datetime) -> None:
    """Write the notice that a conclusion calls for, if it calls for one, in the same transaction."""
    kind = KINDS.get(conclusion.item)
    if kind is None or item.accepted_by_id is None:
        return
    failure = connection.execute(select(exports.c.failure).where(exports.c.item_id == item.id)).scalar() or {}
    lines = count_lines(connection, item.id)
    payload = {
        "item": item.id, "project": item.project, "job": item.job, "state": conclusion.item.value,
        "failure": failure.get("message", ""), "remedy": failure.get("remedy", ""),
        "lines": {"total": lines.total, "arrived": lines.arrived, "refused": lines.refused, "unknown": lines.unknown},
    }  # fmt: skip
    notify(connection, item.company_id, kind=kind, people=[item.accepted_by_id], payload=payload, at=at)
