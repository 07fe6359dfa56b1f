"""Telling a budget source something, by the ledger's steps: what differs there from bringing an item into an ERP.

Nobody accepted it and nobody retries it: a run that an error ended is tried again by itself. A later outcome replaces
one of which no write is under way.
"""

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, and_, exists, or_, select, update

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.errors import ErpBridgeError, LedgerConflict, PluginError
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.exports.conclusions import sum_up
from erp_bridge_core.exports.lease import Lease
from erp_bridge_core.exports.ledger import ExportIdentity, may_have_gone_out, reopen_refused_acts
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import effects, exports

#: How an export is held that a later outcome replaced: it begins no further write.
REPLACED: Final = "replaced"
#: States from which telling goes on by itself.
TO_TELL: Final = (ExportState.RUNNING, ExportState.UNKNOWN, ExportState.OFFERED, ExportState.FAILED)


@frozen(kw_only=True)
class Errand:
    """What is to be told, and the source that is told it. `carry` has its plugin do so."""

    company: str
    subject: tuple[str, ...]
    profile: SourceProfile
    version: str
    clock: Clock
    carry: Callable[[Effects], None]


#: Opens what is to be told, by the number of the outcome.
ErrandOpener = Callable[[int], Errand]


def no_errands(outcome_id: int) -> Errand:
    """The opener of an installation that tells nobody anything."""
    raise PluginError(f"Outcome {outcome_id} can't be told: this program knows no budget sources.")


@frozen(kw_only=True)
class Telling:
    """An outcome's export, opened for work."""

    row: Row[Any]
    errand: Errand
    lease: Lease

    @property
    def profile(self) -> SourceProfile:
        """What the source's plugin declares."""
        return self.errand.profile

    @property
    def clock(self) -> Clock:
        """The company's clock."""
        return self.errand.clock

    @property
    def identity(self) -> ExportIdentity:
        """What the effects' keys are made of."""
        return ExportIdentity(
            export_id=self.row.id,
            company_id=self.row.company_id,
            company=self.errand.company,
            item_id=None,
            subject=self.errand.subject,
            short=f"o{self.row.outcome_id}",
            erp=self.row.erp,
            erp_company=self.row.erp_company,
            job=self.row.job,
            adapter_version=self.errand.version,
        )

    def carry(self, effects: Effects) -> None:
        """Have the source told."""
        self.errand.carry(effects)


#: Told when the export of an outcome of that number has come to rest, in the same transaction.
Concluded = Callable[[Connection, int], object]


def nobody_notes(_connection: Connection, _outcome_id: int) -> None:
    """Nobody waits for it."""


def conclude(
    store: Store, telling: Telling, *, stopped: ErpBridgeError | None, returned: bool, concluded: Concluded
) -> ExportState:
    """Write how the telling stands now. Raises `LeaseLost` as for an item.

    A source that holds something else in its place, or whose request was closed, is a conflict: nothing was written
    over, and the same is not told again.
    """
    number = telling.row.id
    with store.begin() as connection:
        telling.lease.remaining(connection)
        if returned:
            connection.execute(update(exports).where(exports.c.id == number).values(planned=True))
        whole = connection.execute(select(exports.c.planned).where(exports.c.id == number)).scalar_one()
        state = sum_up(connection, number, stopped=stopped, whole=whole).export
        if state is ExportState.FAILED and isinstance(stopped, LedgerConflict):
            state = ExportState.CONFLICT
        over = state is ExportState.COMPLETE
        values = {
            "state": state,
            "failure": stopped.to_json() if stopped is not None and not over else None,
            "finished_at": telling.clock.now() if over else None,
        }
        connection.execute(update(exports).where(exports.c.id == number).values(values))
        if state not in {ExportState.RUNNING, ExportState.OFFERED}:
            concluded(connection, telling.row.outcome_id)
    return state


def reopen(connection: Connection, export_id: int) -> None:
    """Let a telling that an error ended, or that met a conflict before any write, run again."""
    reopen_refused_acts(connection, export_id)
    connection.execute(
        update(exports)
        .where(exports.c.id == export_id)
        .values(state=ExportState.RUNNING, planned=False, retries=exports.c.retries + 1)
    )


def is_under_way(connection: Connection, export_id: int) -> bool:
    """Whether a write of it may be on its way: then nothing takes its place yet (L9)."""
    tried = or_(effects.c.state == "unknown", and_(effects.c.state == "open", may_have_gone_out()))
    moving = exists().where(effects.c.export_id == export_id, tried)
    return bool(connection.execute(select(moving)).scalar_one())


def replace(connection: Connection, export_id: int) -> None:
    """Let it begin nothing any more: a later outcome says what is to be told now."""
    connection.execute(update(exports).where(exports.c.id == export_id).values(held_as=REPLACED))
