"""Pausing and cancelling an export: audited acts after which it begins no further write; what was written stays (E3).

A paused export goes on where it was once somebody says so. A cancelled one ends as failed, with how much of it is in
the ERP: it may be retried, which sends the rest, or rejected, which gives the rest back. One whose last write is in
doubt stays unknown, and is only looked for.
"""

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final

from attrs import define
from sqlalchemy import Connection, Row, update

from erp_bridge_core.approvals.items import find_item
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import BadInput, Fault, NotPossibleNow
from erp_bridge_core.exports.lease import AtWork
from erp_bridge_core.exports.status import ExportState, ExportStatus, count_lines, export_row, load_status
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import exports

LONGEST_REASON: Final = 500
#: States in which an export would begin further writes.
GOES_ON: Final = frozenset({ExportState.RUNNING, ExportState.UNKNOWN})


class Hold(StrEnum):
    """How an export is held."""

    PAUSED = "paused"
    CANCELLED = "cancelled"


@define
class Holding:
    """Holds exports, for whoever may export (P3). `may_export` raises NotAllowed."""

    store: Store
    audit: AuditTrail
    worker: Worker
    may_export: Callable[[Connection, Actor, int], None]

    def pause(self, actor: Actor, item_id: int, *, reason: str) -> ExportStatus:
        """Let an export begin no further write until it is continued; what is under way is finished."""
        return self._hold(actor, item_id, Hold.PAUSED, reason)

    def go_on(self, actor: Actor, item_id: int) -> ExportStatus:
        """Let a paused export go on: a worker takes it up, or whoever runs it."""
        with self.store.begin() as connection:
            row = self._row(connection, actor, item_id)
            if row.held_as != Hold.PAUSED:
                raise NotPossibleNow(f"The export of item {item_id} is not paused.", remedy="Look at its status.")
            self._set(connection, actor, row, None, "")
            return load_status(connection, actor.company_id, item_id)

    def cancel(self, actor: Actor, item_id: int, *, reason: str) -> ExportStatus:
        """Let an export end where it is. A worker that is at it ends it after the write that is under way."""
        self._hold(actor, item_id, Hold.CANCELLED, reason)
        with self.store.read() as connection:
            export_id = export_row(connection, actor.company_id, item_id).id
        # A worker that is at it meets the cancellation before its next write, and concludes.
        with suppress(AtWork):
            self.worker.advance(export_id)
        with self.store.read() as connection:
            return load_status(connection, actor.company_id, item_id)

    def _hold(self, actor: Actor, item_id: int, how: Hold, reason: str) -> ExportStatus:
        said = reason.strip()
        if not said or len(said) > LONGEST_REASON:
            fault = Fault("reason", "is missing or too long", expected=f"why, in at most {LONGEST_REASON} characters")
            raise BadInput("A reason is needed.", faults=[fault], remedy="Say why, for whoever asks later.")
        with self.store.begin() as connection:
            row = self._row(connection, actor, item_id)
            if row.state not in GOES_ON or row.held_as in {how, Hold.CANCELLED}:
                state = row.held_as or row.state
                raise NotPossibleNow(
                    f"The export of item {item_id} is {state}: it can't be {how}.",
                    remedy="Only one that runs, or whose outcome is unknown, begins further writes.",
                )
            self._set(connection, actor, row, how, said)
            return load_status(connection, actor.company_id, item_id)

    def _row(self, connection: Connection, actor: Actor, item_id: int) -> Row[tuple[object, ...]]:
        self.may_export(connection, actor, find_item(connection, actor, item_id).project_id)
        return export_row(connection, actor.company_id, item_id)

    def _set(
        self, connection: Connection, actor: Actor, row: Row[tuple[object, ...]], how: Hold | None, reason: str
    ) -> None:
        held = {"held_as": how, "held_by": actor.person_id if how else None, "held_reason": reason or None}
        connection.execute(update(exports).where(exports.c.id == row.id).values(**held))
        lines = count_lines(connection, row.item_id)
        verb = "export.go_on" if how is None else f"export.{'pause' if how is Hold.PAUSED else 'cancel'}"
        self.audit.record(
            connection, actor, verb, "item", row.item_id, from_state=row.held_as or row.state,
            to_state=how or row.state, details={"reason": reason, "arrived": lines.arrived, "lines": lines.total},
        )  # fmt: skip
