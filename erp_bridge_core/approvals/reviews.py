"""The ERP Integrations tool as a service: list, show, accept, take back, reject, history (workflow section 3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, frozen
from sqlalchemy import Connection, delete, select, update

from erp_bridge_core.approvals.accepting import Fresh
from erp_bridge_core.approvals.answers import check_reason, check_values
from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import ItemView, find_item
from erp_bridge_core.approvals.reading import ReviewReading
from erp_bridge_core.approvals.recording import mark_recorded, only_recorded
from erp_bridge_core.approvals.rejecting import give_back, reject_payload, reject_recipients, write_remarks
from erp_bridge_core.approvals.rules import Answer, accept_hash, differences, is_answerable
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, Fault, NotPossibleNow
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import (
    may_answer,
    require,
)
from erp_bridge_core.store.tables import baselines, exports, items


@frozen(kw_only=True)
class Answered:
    """One item of a bulk accept: the item as accepted, or the error that kept it from it."""

    item: int
    accepted: ItemView | None = None
    error: ErpBridgeError | None = None


@define
class Reviews(ReviewReading):
    """Looking and answering. Every method checks the actor's rights; answers are optimistic, one wins (A6)."""

    # -- answering ----------------------------------------------------------------------------------------------------

    def accept(
        self,
        actor: Actor,
        item_id: int,
        *,
        values: FieldValues | None = None,
        confirm_import_closes: bool = False,
        confirm_baseline: bool = False,
        revision: int | None = None,
    ) -> ItemView:
        """Accept an item for export, bound to exactly what was reviewed (A4).

        The job is read anew and the batch validated against it (B5); the ERP's figures become the baseline. `revision`
        is that of the item as it was reviewed. Raises AlreadyAnswered when somebody was first (A6), NotAllowed,
        NotPossibleNow for a confirmation that is missing, BadInput with every error of fields or lines.
        """
        with self.store.read() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.ACCEPT, revision=revision)
        _require_confirmation(item, confirm_import_closes=confirm_import_closes)
        fresh = self.accepting.read(item)
        warnings = self.accepting.validate(item, fresh)
        checked, recorded = self._check_values(item, fresh, values or FieldValues())
        with self.store.begin() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.ACCEPT, revision=item.revision)
            self.accepting.bind(connection, item, fresh, confirm_baseline=confirm_baseline)
            self._set_state(connection, item, ItemState.ACCEPTED, self._acceptance(actor, item, fresh, checked))
            mark_recorded(connection, item_id, recorded)
            self._record(
                connection, actor, "accept", item, ItemState.ACCEPTED,
                lines=item.line_count, amount=str(item.amount), content=item.content_hash,
                warnings=warnings, baseline_confirmed=confirm_baseline,
            )  # fmt: skip
            return find_item(connection, actor, item_id)

    def bulk_accept(
        self, actor: Actor, item_ids: Sequence[int], *, confirm_import_closes: bool = False
    ) -> tuple[Answered, ...]:
        """Accept several items with the fields' defaults; one that can't be accepted does not stop the others."""
        answers = []
        for item_id in dict.fromkeys(item_ids):
            try:
                accepted = self.accept(actor, item_id, confirm_import_closes=confirm_import_closes)
                answers.append(Answered(item=item_id, accepted=accepted))
            except ErpBridgeError as error:
                answers.append(Answered(item=item_id, error=error))
        return tuple(answers)

    def take_back(self, actor: Actor, item_id: int, *, revision: int | None = None) -> ItemView:
        """Take an acceptance back, until the export starts (A4)."""
        with self.store.begin() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.TAKE_BACK, revision=revision)
            if connection.execute(select(exports.c.id).where(exports.c.item_id == item_id)).first() is not None:
                raise _answered(item, Answer.TAKE_BACK)
            connection.execute(delete(baselines).where(baselines.c.item_id == item_id))
            cleared = dict.fromkeys(
                ("accepted_by", "accepted_at", "accept_hash", "field_values", "erp_company", "live")
            )
            self._set_state(connection, item, ItemState.READY, {**cleared, "description": ""})
            self._record(connection, actor, "take back", item, ItemState.READY)
            return find_item(connection, actor, item_id)

    def reject(
        self,
        actor: Actor,
        item_id: int,
        *,
        reason: str,
        remarks: Mapping[int, str] | None = None,
        revision: int | None = None,
    ) -> ItemView:
        """Give an item back with a reason and remarks on lines, by their numbers (A5).

        Of a failed export what arrived stays exported and waits to be posted; the rest is released, and nothing while
        an outcome is unknown (E3). The budget becomes editable, and whom the ERP's profile names is told.
        """
        said = dict(remarks or {})
        with self.store.read() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.REJECT, revision=revision)
        check_reason(reason, said)
        adapter, _ = self.connections.erp(item.company_id, item.connection_id, item.job)
        with self.store.begin() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.REJECT, revision=item.revision)
            write_remarks(connection, item_id, said)
            state = give_back(connection, item, self.exports.release)
            now = self.clock.now()
            answer = {"answered_by": actor.person_id, "answered_at": now, "reason": reason.strip()}
            self._set_state(connection, item, state, answer)
            payload = reject_payload(connection, item, actor, reason=reason, remarks=said)
            told = reject_recipients(connection, item, adapter.profile.reject_tells)
            notify(connection, item.company_id, kind="reject", people=told, payload=payload, at=now)
            self._record(connection, actor, "reject", item, state, reason=reason.strip(), remarks=len(said))
            return find_item(connection, actor, item_id)

    def still_valid(self, actor: Actor, item: ItemView) -> None:
        """Check an accepted item again before its export starts (A4, B5): masters, findings, and what accept bound to.

        Raises NotPossibleNow naming everything that is no longer as it was accepted, BadInput with what the ERP would
        refuse. Nothing is written.
        """
        del actor  # his right is the export's affair
        fresh = self.accepting.read(item)
        changed = differences(
            (
                ("the ERP company", item.erp_company, fresh.header.company),
                ("the ERP's live or test mark", item.live, fresh.header.live),
                ("the adapter", item.wheel_hash, fresh.adapter.wheel_hash),
                ("the acceptance", item.accept_hash, _bound(item, fresh, _stored_values(item))),
            )
        )
        if changed:
            raise NotPossibleNow(
                f"Item {item.id} is not what was accepted: " + "; ".join(changed) + ".",
                faults=[Fault("accept", sentence, rule="A4") for sentence in changed],
                remedy="Take the acceptance back, review the item again, and accept it.",
            )
        self.accepting.validate(item, fresh)

    # -- what the methods share ---------------------------------------------------------------------------------------

    def _to_answer(
        self, connection: Connection, actor: Actor, item_id: int, answer: Answer, *, revision: int | None
    ) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(self._barred(connection, actor, item, answer))
        if not is_answerable(item.state, answer) or revision not in {None, item.revision}:
            raise _answered(item, answer)
        return item

    def _barred(self, connection: Connection, actor: Actor, item: ItemView, answer: Answer) -> Sequence[Fault]:
        faults = may_answer(rights_of(connection, actor, item.project_id))
        return [*faults, *self.barred_from_accepting(connection, actor, item)] if answer is Answer.ACCEPT else faults

    def _check_values(self, item: ItemView, fresh: Fresh, values: FieldValues) -> tuple[FieldValues, tuple[str, ...]]:
        """The values as they will be used, and which changes they only record in the ERP."""
        batch = load_batch(self.store.read, item.id)
        fields = tuple(fresh.adapter.revision_fields(batch, fresh.erp))
        changes = [change.number for change in batch.change_headers]
        checked = check_values(fields, values, changes=changes)
        return checked, only_recorded(fields, checked, changes)

    def _acceptance(self, actor: Actor, item: ItemView, fresh: Fresh, values: FieldValues) -> dict[str, Any]:
        return {
            "accepted_by": actor.person_id,
            "accepted_at": self.clock.now(),
            "accept_hash": _bound(item, fresh, values),
            "field_values": converter.unstructure(values),
            "description": values.description,
            "adapter_version": fresh.adapter.version,
            "wheel_hash": fresh.adapter.wheel_hash,
            "erp_company": fresh.header.company,
            "live": fresh.header.live,
        }

    def _set_state(self, connection: Connection, item: ItemView, state: ItemState, values: Mapping[str, Any]) -> None:
        moved = connection.execute(
            update(items)
            .where(items.c.id == item.id, items.c.state == item.state, items.c.revision == item.revision)
            .values(state=state, revision=items.c.revision + 1, **values)
        )
        if moved.rowcount != 1:
            raise _answered(item, Answer.ACCEPT)

    def _record(
        self, connection: Connection, actor: Actor, verb: str, item: ItemView, state: ItemState, **details: Any
    ) -> None:
        self.audit.record(
            connection, actor, f"review.{verb}", "item", item.id,
            from_state=item.state, to_state=state, details={"project": item.project, **details},
        )  # fmt: skip


def _bound(item: ItemView, fresh: Fresh, values: FieldValues) -> str:
    return accept_hash(
        item.content_hash,
        values,
        wheel_hash=fresh.adapter.wheel_hash,
        erp_company=fresh.header.company,
        live=fresh.header.live,
    )


def _stored_values(item: ItemView) -> FieldValues:
    return structure(FieldValues, dict(item.field_values or {}), what="accepted field values")


def _require_confirmation(item: ItemView, *, confirm_import_closes: bool) -> None:
    if item.first_export and not confirm_import_closes:
        raise NotPossibleNow(
            f"This is the first export of project {item.project}: import from the ERP closes for good, for the budget "
            f"and for job {item.job}.",
            faults=[Fault("confirm_import_closes", "is not given", expected="a confirmation", rule="A4")],
            remedy="Confirm it; or import the ERP's estimates first.",
        )


def _answered(item: ItemView, answer: Answer) -> AlreadyAnswered:
    who = f" by {item.answered_by or item.accepted_by}" if item.answered_by or item.accepted_by else ""
    return AlreadyAnswered(
        f"Item {item.id} is {item.state}{who}, so you can't {answer} it as you saw it.",
        remedy="Look at it again: `erp-bridge review show`.",
        details={"state": item.state.value, "revision": item.revision},
    )
