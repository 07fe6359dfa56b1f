"""One pass over one export under its lease: `advance` is idempotent, and any engine may call it again (the engine)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, Row, func, select, update

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import ItemView, load_item
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.budget import ExportBatch
from erp_bridge_core.contract.connection import Clock, Erp
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.errors import ErpBridgeError, LeaseLost, NotPossibleNow, OutcomeUnknown
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.structuring import structure
from erp_bridge_core.contract.wire import writing
from erp_bridge_core.exports.attempt import Mark, Observer, nobody_watches
from erp_bridge_core.exports.conclusions import Conclusion, store_conclusion, sum_up
from erp_bridge_core.exports.lease import Ending, EndingClock, Lease, Seconds, goes_on, leased
from erp_bridge_core.exports.ledger import ExportIdentity
from erp_bridge_core.exports.revisions import hold_recorded
from erp_bridge_core.exports.runner import LedgerEffects
from erp_bridge_core.exports.status import LEFT_ALONE, ExportState, count_lines
from erp_bridge_core.exports.telling import Concluded, ErrandOpener, Telling, no_errands, nobody_notes
from erp_bridge_core.exports.telling import conclude as conclude_outcome
from erp_bridge_core.following import Step, about, doing
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import attempts, effects, exports
from erp_bridge_core.wire.redaction import Redactor


class AdapterDoor(Protocol):
    """What an export needs of a resolved adapter."""

    @property
    def profile(self) -> ErpProfile:
        """The adapter's profile."""

    @property
    def version(self) -> str:
        """The adapter's version."""

    @property
    def wheel_hash(self) -> str:
        """What identifies the adapter's code."""

    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        """Call the hook of this adapter alone."""


#: Opens an item's connection: its adapter and the `erp` object that the adapter is given.
Opener = Callable[[ItemView], tuple[AdapterDoor, Erp[Any]]]
Told = Callable[[Connection, ItemView, Conclusion], None]


@frozen(kw_only=True)
class Work:
    """An export opened for work: everything an adapter's `export` is called with."""

    row: Row[Any]
    item: ItemView
    batch: ExportBatch
    values: FieldValues
    adapter: AdapterDoor
    erp: Erp[Any]
    lease: Lease

    @property
    def identity(self) -> ExportIdentity:
        """What the effects' keys are made of."""
        return ExportIdentity(
            export_id=self.row.id,
            company_id=self.item.company_id,
            company=self.batch.company,
            item_id=self.item.id,
            subject=(f"item {self.item.id}", f"version {self.item.version}"),
            short=str(self.item.id),
            erp=self.row.erp,
            erp_company=self.row.erp_company,
            job=self.row.job,
            adapter_version=self.adapter.version,
        )

    @property
    def profile(self) -> ErpProfile:
        """What the adapter declares."""
        return self.adapter.profile

    @property
    def clock(self) -> Clock:
        """The company's clock."""
        return self.erp.clock

    def carry(self, effects: Effects) -> None:
        """Have the adapter export it."""
        self.adapter.export(self.batch, self.values, self.erp, effects)


@define(kw_only=True)
class Worker:
    """Runs exports. `opener` opens connections, `told` writes what people must be told in the same transaction.

    `errands` opens what a source is to be told, `concluded` notes in the same transaction that it came to rest.
    """

    store: Store
    locks: Path
    mark: Mark
    opener: Opener
    told: Told
    errands: ErrandOpener = no_errands
    concluded: Concluded = nobody_notes
    observer: Observer = nobody_watches
    patience: float = 120.0
    seconds: Seconds | None = None
    redactor: Redactor = field(factory=Redactor)

    @contextmanager
    def opened(self, export_id: int, ending: Ending = goes_on) -> Iterator[Work]:
        """Hold the lease of an item's export and open all that work on it needs."""
        with leased(self.store, self.locks, export_id, seconds=self.seconds, ending=ending) as lease:
            yield self._work(self._row(export_id), lease)

    @contextmanager
    def opened_to_tell(self, export_id: int) -> Iterator[Telling]:
        """Hold the lease of an outcome's export and open all that work on it needs."""
        with leased(self.store, self.locks, export_id, seconds=self.seconds) as lease:
            yield self._telling(self._row(export_id), lease)

    def _telling(self, row: Row[Any], lease: Lease) -> Telling:
        return Telling(row=row, errand=self.errands(row.outcome_id), lease=lease)

    def _row(self, export_id: int) -> Row[Any]:
        with self.store.read() as connection:
            return connection.execute(select(exports).where(exports.c.id == export_id)).one()

    def _work(self, row: Row[Any], lease: Lease) -> Work:
        with self.store.read() as connection:
            item = load_item(connection, row.company_id, row.item_id)
        adapter, erp = self.opener(item)
        return Work(
            row=row,
            item=item,
            batch=load_batch(self.store.read, item.id),
            values=structure(FieldValues, dict(item.field_values or {}), what="stored field values"),
            adapter=adapter,
            erp=evolve(erp, clock=EndingClock(erp.clock, lease)),
            lease=lease,
        )

    def advance(self, export_id: int, ending: Ending = goes_on) -> ErpBridgeError | None:
        """Bring an export as far as it can be brought now; returns what stopped it, None when nothing did.

        Safe to call again after any crash: what the ledger holds decides what is done. Once `ending` says so nothing
        more is begun: raises `LeaseLost`.
        """
        with leased(self.store, self.locks, export_id, seconds=self.seconds, ending=ending) as lease:
            row = self._row(export_id)
            if row.outcome_id is not None:
                return self._tell(self._telling(row, lease))
            return self._export(self._work(row, lease))

    def _export(self, work: Work) -> ErpBridgeError | None:
        if work.row.state in LEFT_ALONE:  # it came to rest since it was seen running
            return None
        with self._told_of(work) as step:
            if work.row.held_as == "paused":
                raise NotPossibleNow(
                    f"The export of item {work.item.id} is paused: {work.row.held_reason}",
                    remedy=f"Continue it: `erp-bridge export continue {work.item.id}`.",
                )
            returned, stopped = self._carry(work)
            step.tell(state=self.conclude(work, stopped=stopped, ran=True, returned=returned).export.value)
            step.outcome = stopped.code if stopped else ""
        return stopped

    def _tell(self, telling: Telling) -> ErpBridgeError | None:
        if telling.row.held_as is not None:  # a later outcome replaced it
            return None
        known = about(company=telling.errand.company, export=telling.row.id, outcome=telling.row.outcome_id)
        with known, doing("outcome", source=telling.row.erp) as step:
            returned, stopped = self._carry(telling)
            state = self.conclude_telling(telling, stopped=stopped, returned=returned)
            step.tell(state=state.value)
            step.outcome = stopped.code if stopped else ""
        return stopped

    def _carry(self, work: Work | Telling) -> tuple[bool, ErpBridgeError | None]:
        """Have the plugin write all of it, once nothing earlier is under way: whether it did, and what stopped it."""
        self._wait_for_earlier_doubts(work)
        try:
            work.carry(self._effects(work))
        except LeaseLost:
            stopped = self._cancelled(work) if isinstance(work, Work) else None
            if stopped is None:
                raise
            return False, stopped
        except ErpBridgeError as error:
            return False, self.redactor.clean_error(error)
        return True, None

    def conclude(
        self, work: Work, *, stopped: ErpBridgeError | None = None, ran: bool = False, returned: bool = False
    ) -> Conclusion:
        """Write where export and item stand now, and tell whom it concerns.

        `ran`: the adapter was just asked to do all of it. `returned`: and it did, so that all of it is planned. Until
        then nobody knows whether there is more: what is left still runs, although all that was planned has arrived.

        Raises `LeaseLost`: a worker that slept through its lease must not write over what the next one concluded.
        """
        with self.store.begin() as connection:
            work.lease.remaining(connection)
            hold_recorded(connection, work.item.id)
            if returned:
                connection.execute(update(exports).where(exports.c.id == work.row.id).values(planned=True))
            before, failure, planned = connection.execute(
                select(exports.c.state, exports.c.failure, exports.c.planned).where(exports.c.id == work.row.id)
            ).one()
            conclusion = sum_up(connection, work.row.id, stopped=stopped, whole=planned)
            if not ran and failure and before == ExportState.FAILED and conclusion.export is ExportState.RUNNING:
                # An error ended its last run: a retry goes on, nobody who only looks.
                return Conclusion(export=ExportState.FAILED, item=ItemState.FAILED)
            store_conclusion(
                connection, work.row, work.adapter.profile, conclusion, at=work.erp.clock.now(), stopped=stopped
            )
            if before != conclusion.export:
                self.told(connection, work.item, conclusion)
        return conclusion

    def conclude_telling(
        self, telling: Telling, *, stopped: ErpBridgeError | None = None, returned: bool = False
    ) -> ExportState:
        """Write where it stands now that a source is told something, and note that it came to rest; as `conclude`."""
        return conclude_outcome(self.store, telling, stopped=stopped, returned=returned, concluded=self.concluded)

    @contextmanager
    def _told_of(self, work: Work) -> Iterator[Step]:
        """All that is done for an export is told of it, its ERP's requests, too."""
        item = work.item
        with about(company=work.batch.company, item=item.id, export=work.row.id), doing("export", erp=item.erp) as step:
            yield step

    def _cancelled(self, work: Work) -> ErpBridgeError | None:
        """What stopped an export that was cancelled; raises `LeaseLost` where another worker has it."""
        with self.store.read() as connection:
            if not work.lease.is_cancelled(connection):
                return None
            lines = count_lines(connection, work.item.id)
            reason = connection.execute(select(exports.c.held_reason).where(exports.c.id == work.row.id)).scalar_one()
        where = f"{lines.arrived:,} of its {lines.total:,} lines are in the ERP" if lines.arrived else "nothing arrived"
        return NotPossibleNow(
            f"It was cancelled ({reason}); {where}.",
            remedy="Retry it to send the rest; or reject the item, which gives the rest back.",
        )

    def _effects(self, work: Work | Telling) -> LedgerEffects:
        return LedgerEffects(
            identity=work.identity,
            store=self.store,
            lease=work.lease,
            profile=work.profile,
            clock=work.clock,
            seconds=work.lease.seconds,
            mark=self.mark,
            writing=writing,
            observer=self.observer,
            patience=self.patience,
            redactor=self.redactor,
        )

    def _wait_for_earlier_doubts(self, work: Work | Telling) -> None:
        """The drain barrier: a doubted write of an earlier export must be past its horizon (L9)."""
        bounds = {each.name: each.deadline + (each.execution_bound or 0.0) for each in work.profile.operations}
        query = (
            select(effects.c.operation, func.max(func.coalesce(attempts.c.ended_at, attempts.c.deadline)))
            .join(exports, exports.c.id == effects.c.export_id)
            .join(attempts, attempts.c.effect_id == effects.c.id)
            .where(
                exports.c.erp == work.row.erp,
                exports.c.erp_company == work.row.erp_company,
                exports.c.job == work.row.job,
                exports.c.id != work.row.id,
                attempts.c.outcome.is_(None) | (attempts.c.outcome == "doubtful"),
            )
            .group_by(effects.c.operation)
        )
        with self.store.read() as connection:
            now = work.lease.seconds(connection)
            ends = [end + bounds.get(operation, 0.0) for operation, end in connection.execute(query)]
        left = max(ends, default=now) - now
        if left > self.patience:
            raise OutcomeUnknown(
                f"An earlier write to {work.row.job} may still arrive for another {left:.0f} seconds.",
                remedy="Resume it then; nothing was sent.",
            )
        work.lease.pause(work.clock, left)
