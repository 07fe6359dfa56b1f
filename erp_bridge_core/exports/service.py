"""Exporting, as people and engines ask for it: start, resume, retry, take, settle, status (workflow section 4)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from attrs import define
from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from erp_bridge_core.approvals.items import ItemView, find_item, load_item, of_actor
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, NotAllowed, NotPossibleNow
from erp_bridge_core.exports import hand_overs, settling
from erp_bridge_core.exports.briefs import ExportBrief, load_export_briefs
from erp_bridge_core.exports.doubts import Doubt, load_doubts, why_not
from erp_bridge_core.exports.hand_overs import TakenFile
from erp_bridge_core.exports.lease import Ending, goes_on
from erp_bridge_core.exports.ledger import free_refused_lines, reopen_refused_acts
from erp_bridge_core.exports.plans import has_plan
from erp_bridge_core.exports.status import TO_RESUME, ExportState, ExportStatus, export_row, load_status
from erp_bridge_core.exports.telling import REPLACED, reopen
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.following import going_on
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.queries import actor_of
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import erp_jobs, exports, items, projects


def not_paused() -> ColumnElement[bool]:
    """Exports that nobody has paused, and that no later outcome replaced."""
    return or_(exports.c.held_as.is_(None), exports.c.held_as.not_in(("paused", REPLACED)))


class Audit(Protocol):
    """The audit trail, as far as exporting needs it."""

    def record(
        self,
        connection: Connection,
        actor: Actor,
        verb: str,
        subject: str,
        subject_id: str | int,
        *,
        from_state: str | None = None,
        to_state: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Any:
        """Write one entry in the caller's transaction."""


@define(kw_only=True)
class Exports:
    """The export service.

    `may_export`, `may_resume` and `may_settle` raise NotAllowed; `still_valid` raises when the item may not start now.
    """

    store: Store
    audit: Audit
    worker: Worker
    may_export: Callable[[Connection, Actor, int], None]
    may_resume: Callable[[Connection, Actor, int | None], None]
    may_settle: Callable[[Connection, Actor, int | None], None]
    still_valid: Callable[[Actor, ItemView], None]
    now: Callable[[], datetime]

    def start(self, actor: Actor, item_id: int) -> ExportStatus:
        """Start the export of an accepted item: the right is checked again, so are masters and binding (P3, B5, A4).

        Nothing is written to the ERP yet: `run` does that, here or in a worker. Import from the ERP closes for the
        budget and the ERP's job (R1).
        """
        item = self.to_start(actor, item_id)
        self.still_valid(actor, item)
        with self.store.begin() as connection:
            self.may_export(connection, actor, item.project_id)
            self._claim(connection, actor, item)
            return load_status(connection, actor.company_id, item_id)

    def run(self, actor: Actor, item_id: int) -> ExportStatus:
        """Run an export in this process as far as it can be brought now (the inline engine)."""
        with self.store.read() as connection:
            self.may_export(connection, actor, find_item(connection, actor, item_id).project_id)
            row = export_row(connection, actor.company_id, item_id)
        return self._advance(actor, row.id, item_id)

    def carry_on(self, export_id: int, ending: Ending = goes_on) -> ExportState:
        """Bring an export that was started as far as it goes now, as an engine does; tells how it stands then.

        Before its first write the right of whoever started it is checked once more (P3); what a source is told nobody
        started. Raises `AtWork` while another process is at it, Frozen while writing is frozen, LeaseLost once `ending`
        says so.
        """
        query = select(exports.c.state).where(exports.c.id == export_id)
        with self.store.read() as connection:
            require_thawed(connection)
            row = connection.execute(select(exports).where(exports.c.id == export_id)).one()
            if row.item_id is not None and not has_plan(connection, export_id):
                item = load_item(connection, row.company_id, row.item_id)
                self.may_export(connection, actor_of(connection, row.started_by, row.company_id), item.project_id)
        with going_on(row.cause):
            if row.outcome_id is not None and row.state == ExportState.FAILED:
                with self.store.begin() as connection:
                    reopen(connection, export_id)
            self.worker.advance(export_id, ending)
        with self.store.read() as connection:
            return ExportState(connection.execute(query).scalar_one())

    def status(self, actor: Actor, item_id: int) -> ExportStatus:
        """How an export stands, for whoever may look at ERP Integrations (P1)."""
        with self.store.read() as connection:
            self._seen(connection, actor, item_id)
            return load_status(connection, actor.company_id, item_id)

    def briefs(self, actor: Actor, numbers: Sequence[int]) -> Mapping[int, ExportBrief]:
        """How the exports of many items stand, by item; one that has none is left out (P1)."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return load_export_briefs(connection, actor, numbers)

    def doubts(self, actor: Actor, item_id: int) -> tuple[Doubt, ...]:
        """What is in doubt: what was tried and seen, and why it can't be settled now, or not by this person (E6)."""
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            lacking = why_not(self.may_settle, connection, actor, item.project_id)
            row = connection.execute(select(exports.c.id).where(exports.c.item_id == item_id)).one_or_none()
            if row is None:
                return ()
            seconds = self.worker.seconds or self.store.seconds
            profile = self.worker.opener(item)[0].profile
            return load_doubts(connection, row.id, actor, profile=profile, now=seconds(connection), lacking=lacking)

    def resume(self, actor: Actor) -> tuple[ExportStatus, ...]:
        """Take up every export of the company that is not at rest, as after a crash; a token's, of its projects.

        Nothing is started, retried or taken over here: it goes on with what a person has started. One that can't go on
        now, since another worker has it, say, does not keep the others waiting; raises only where none could go on.
        Those of projects on which he may not are left alone; NotAllowed for who may nowhere.
        """
        started = select(exports.c.id, exports.c.item_id, items.c.project_id).join(
            items, items.c.id == exports.c.item_id
        )
        mine = started.where(*of_actor(actor), exports.c.state.in_(TO_RESUME), not_paused())
        with self.store.read() as connection:
            self.may_resume(connection, actor, None)
            found = connection.execute(mine.order_by(exports.c.id)).all()
            rows = [row for row in found if self._may_take_up(connection, actor, row)]
        errors: list[ErpBridgeError] = []
        for row in rows:
            try:
                self._advance(actor, row.id, row.item_id)
            except ErpBridgeError as error:
                errors.append(error)
        if errors and len(errors) == len(rows):
            raise errors[0]
        return tuple(self._status(actor, row.item_id) for row in rows)

    def retry(self, actor: Actor, item_id: int) -> ExportStatus:
        """Send again what has not arrived, and only that (E3), in this process."""
        self.reopen(actor, item_id)
        return self.run(actor, item_id)

    def reopen(self, actor: Actor, item_id: int) -> None:
        """Let a failed export run again; refused lines form a new generation. Nothing is sent yet, as by `start`."""
        with self.store.begin() as connection:
            item = find_item(connection, actor, item_id)
            self.may_export(connection, actor, item.project_id)
            row = export_row(connection, actor.company_id, item_id)
            if row.state != ExportState.FAILED:
                raise NotPossibleNow(
                    f"The export of item {item_id} is {row.state}: only a failed one is retried.",
                    remedy="Look at `erp-bridge export status`; an unknown outcome is resumed or settled.",
                )
            freed = free_refused_lines(connection, item_id)
            reopen_refused_acts(connection, row.id)
            connection.execute(
                update(exports)
                .where(exports.c.id == row.id)
                .values(
                    state=ExportState.RUNNING,
                    planned=False,
                    failure=None,
                    retries=exports.c.retries + 1,
                    held_as=None,
                    held_by=None,
                    held_reason=None,
                )
            )
            _move_item(connection, item, ItemState.EXPORTING)
            self.audit.record(
                connection, actor, "export.retry", "item", item_id,
                from_state=item.state, to_state=ItemState.EXPORTING, details={"lines": freed},
            )  # fmt: skip

    def hand_overs(self, actor: Actor, item_id: int) -> tuple[HandOver, ...]:
        """What lies ready for a person, or was taken: described, nothing moved."""
        with self.store.read() as connection:
            self._seen(connection, actor, item_id)
            row = export_row(connection, actor.company_id, item_id)
        return hand_overs.describe(self.worker, row.id)

    def take(self, actor: Actor, item_id: int) -> tuple[HandOver, ...]:
        """Take over what lies ready, once; taking again answers the same and moves nothing."""
        with self.store.begin() as connection:
            item = find_item(connection, actor, item_id)
            self.may_export(connection, actor, item.project_id)
            row = export_row(connection, actor.company_id, item_id)
            self.audit.record(connection, actor, "export.take", "item", item_id, from_state=item.state)
        return hand_overs.take(self.worker, row.id)

    def taken_file(self, actor: Actor, item_id: int, sha256: str) -> TakenFile:
        """A copy of a file that was taken, for evidence; told by its hash, for whoever may look at the item."""
        with self.store.read() as connection:
            self._seen(connection, actor, item_id)
            row = export_row(connection, actor.company_id, item_id)
        return hand_overs.read_taken(self.worker, row.id, sha256)

    def refresh(self, actor: Actor, item_id: int) -> ExportStatus:
        """Look again at what people were handed: taken by hand, refused by the ERP, gone, or arrived late."""
        with self.store.read() as connection:
            row = export_row(connection, actor.company_id, item_id)
        hand_overs.refresh(self.worker, row.id)
        return self._status(actor, item_id)

    def settle(
        self, actor: Actor, item_id: int, effect_reference: str, *, how: settling.Settlement, reason: str
    ) -> ExportStatus:
        """Settle an outcome that nobody can know: an audited act, with a reason, by another person (E6, L15)."""
        with self.store.read() as connection:
            item = find_item(connection, actor, item_id)
            self.may_settle(connection, actor, item.project_id)
            row = export_row(connection, actor.company_id, item_id)
        act = settling.SettlingAct(actor=actor, audit=self.audit, verb="export.settle", subject="item", number=item_id)
        with self.worker.opened(row.id) as work:
            settling.settle(self.store, work, act, effect_reference, how=how, reason=reason)
            self.worker.conclude(work)
        return self._status(actor, item_id)

    def release(self, connection: Connection, item_id: int) -> int:
        """Give back what has not arrived, as a reject does; returns how many lines stay exported (E3)."""
        return settling.release(connection, item_id)

    def _may_take_up(self, connection: Connection, actor: Actor, row: Any) -> bool:
        try:
            self.may_resume(connection, actor, row.project_id)
        except NotAllowed:
            return False
        return True

    def _advance(self, actor: Actor, export_id: int, item_id: int) -> ExportStatus:
        self.worker.advance(export_id)
        return self._status(actor, item_id)

    def _status(self, actor: Actor, item_id: int) -> ExportStatus:
        with self.store.read() as connection:
            return load_status(connection, actor.company_id, item_id)

    def _seen(self, connection: Connection, actor: Actor, item_id: int) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(may_look_at_items(rights_of(connection, actor, item.project_id)))
        return item

    # -- starting -----------------------------------------------------------------------------------------------------

    def to_start(self, actor: Actor, item_id: int) -> ItemView:
        """The accepted item, for who may export it; raises what forbids that, before anything is read or noted."""
        with self.store.read() as connection:
            item = find_item(connection, actor, item_id)
            self.may_export(connection, actor, item.project_id)
        if item.state is not ItemState.ACCEPTED:
            raise AlreadyAnswered(
                f"Item {item_id} is {item.state}: only an accepted item can be exported.",
                remedy="Look at it with `erp-bridge review show`.",
            )
        return item

    def _claim(self, connection: Connection, actor: Actor, item: ItemView) -> None:
        now = self.now()
        moved = connection.execute(
            update(items)
            .where(items.c.id == item.id, items.c.state == ItemState.ACCEPTED, items.c.revision == item.revision)
            .values(state=ItemState.EXPORTING, revision=items.c.revision + 1)
        )
        if moved.rowcount != 1:
            raise AlreadyAnswered(
                f"Item {item.id} was changed by somebody else meanwhile.",
                remedy="Look at it again with `erp-bridge review show`.",
            )
        connection.execute(
            insert(exports).values(
                company_id=item.company_id,
                item_id=item.id,
                erp=item.erp,
                erp_company=item.erp_company,
                job=item.job,
                state=ExportState.RUNNING,
                started_by=actor.person_id,
                started_at=now,
                adapter_version=item.adapter_version,
            )
        )
        _close_import(connection, item, now)
        self.audit.record(
            connection, actor, "export.start", "item", item.id,
            from_state=ItemState.ACCEPTED, to_state=ItemState.EXPORTING,
            details={"job": item.job, "lines": item.line_count, "amount": str(item.amount)},
        )  # fmt: skip


def _close_import(connection: Connection, item: ItemView, now: datetime) -> None:
    """A write may arrive from here on: nothing of this budget, or of this job, is imported again (R1)."""
    connection.execute(
        update(projects)
        .where(projects.c.id == item.project_id, projects.c.first_exported_at.is_(None))
        .values(first_exported_at=now)
    )
    connection.execute(
        update(erp_jobs)
        .where(
            erp_jobs.c.erp == item.erp,
            erp_jobs.c.erp_company == item.erp_company,
            erp_jobs.c.job == item.job,
            erp_jobs.c.import_closed_at.is_(None),
        )
        .values(import_closed_at=now)
    )


def _move_item(connection: Connection, item: ItemView, state: ItemState) -> None:
    connection.execute(
        update(items)
        .where(items.c.id == item.id, items.c.revision == item.revision)
        .values(state=state, revision=items.c.revision + 1)
    )
