"""The ERP Integrations tool as a service: list, show, accept, take back, reject, history (workflow section 3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from attrs import define, field, frozen
from sqlalchemy import Connection, delete, select, update

from erp_bridge_core.approvals.accepting import Accepting, ConnectionsDoor, Fresh, RegistryDoor
from erp_bridge_core.approvals.answers import check_reason, check_values
from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.details import (
    Details,
    ReviewList,
    count_states,
    review_lines,
    review_row,
    review_totals,
    stored_findings,
    stored_remarks,
)
from erp_bridge_core.approvals.items import ItemView, find_item, items_of_project
from erp_bridge_core.approvals.listing import ItemSearch, count_items, find_items
from erp_bridge_core.approvals.recording import mark_recorded, only_recorded
from erp_bridge_core.approvals.rejecting import give_back, reject_payload, reject_recipients, write_remarks
from erp_bridge_core.approvals.rules import FILTERS, Answer, accept_hash, differences, is_answerable, state_faults
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.masters import last_header
from erp_bridge_core.budgets.records import find_project
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import AlreadyAnswered, ErpBridgeError, Fault, NotPossibleNow
from erp_bridge_core.contract.fields import FieldValues, RevisionField
from erp_bridge_core.contract.profile import Thing
from erp_bridge_core.contract.structuring import converter, structure
from erp_bridge_core.mail.outbox import notify
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import granted_by_self, policy_of, rights_of
from erp_bridge_core.people.rules import (
    may_answer,
    may_look_at_items,
    may_see_history,
    require,
    separation_of_duties,
    signed_in_recently,
)
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import baselines, exports, items


class ExportsDoor(Protocol):
    """What the review asks of exporting."""

    def release(self, connection: Connection, item_id: int) -> int:
        """Give back what has not arrived; returns how many lines stay exported."""


@frozen(kw_only=True)
class Answered:
    """One item of a bulk accept: the item as accepted, or the error that kept it from it."""

    item: int
    accepted: ItemView | None = None
    error: ErpBridgeError | None = None


@define
class Reviews:
    """Every method checks the actor's rights in his company; answers are optimistic, one wins (A6).

    `more_to_know` gives what is to be known of an ERP's adapter beside what it says of itself (X5).
    """

    store: Store
    audit: AuditTrail
    connections: ConnectionsDoor
    registry: RegistryDoor
    exports: ExportsDoor
    clock: Clock
    more_to_know: Callable[[str], tuple[Thing, ...]] = field(default=lambda _: (), kw_only=True)
    accepting: Accepting = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Share the doors with the part that asks the ERP."""
        self.accepting = Accepting(self.store, self.connections, self.registry, self.clock)

    # -- looking ------------------------------------------------------------------------------------------------------

    def list(
        self,
        actor: Actor,
        *,
        filter: ItemState | None = None,  # noqa: A002 - the field's word
        project: str | None = None,
        text: str = "",
        sort: str = "waits",
        offset: int = 0,
        limit: int | None = None,
    ) -> ReviewList:
        """The items that are under way, the longest waiting first, and the counts of every filter (A1).

        With every word of `text` in their row; in another order of `SORTS`; at most `limit` of them from `offset` on.
        """
        states = tuple(FILTERS) if filter is None else (filter,)
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            found = find_project(connection, actor, project)[0].id if project is not None else None
            wanted = ItemSearch(
                states=states, project_id=found, text=text, sort=sort, offset=max(0, offset), limit=limit
            )
            rows = find_items(connection, actor, wanted)
            total = count_items(connection, actor, wanted)
            counts = count_states(connection, actor)
        now = self.clock.now()
        return ReviewList(rows=tuple(review_row(item, now) for item in rows), total=total, counts=counts)

    def counts(self, actor: Actor) -> Mapping[str, int]:
        """How many items each filter of the list shows."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return count_states(connection, actor)

    def show(self, actor: Actor, item_id: int, *, ask_fields: bool = True) -> Details:
        """One item in full: lines, totals, what differs from the last export, fields, things to know (A2, X5).

        For the fields the ERP may be asked; without `ask_fields` nothing is, and there are none.
        """
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            findings, remarks = stored_findings(connection, item_id), stored_remarks(connection, item_id)
            header = last_header(connection, item.project_id)
        batch = load_batch(self.store.read, item_id)
        adapter, _ = self.connections.erp(item.company_id, item.connection_id, item.job)
        asks = item.state in {ItemState.READY, ItemState.ACCEPTED}
        return Details(
            item=item,
            lines=review_lines(batch),
            totals=review_totals(batch),
            changes=batch.change_headers,
            remarks=remarks,
            findings=findings,
            fields=self.accepting.fields(item) if asks and ask_fields else (),
            header=header,
            import_closes=item.first_export and asks,
            difference_of_original=adapter.profile.difference_of_original,
            things_to_know=(*self.more_to_know(item.erp), *adapter.profile.things_to_know),
        )

    def item(self, actor: Actor, item_id: int) -> ItemView:
        """One item as it stands, without what it holds."""
        with self.store.read() as connection:
            return self._seen(connection, actor, item_id)

    def fields(self, actor: Actor, item_id: int) -> tuple[RevisionField, ...]:
        """The revision fields of this ERP for this item, with choices and defaults (A3)."""
        return self.accepting.fields(self.item(actor, item_id))

    def why_not(self, actor: Actor, item_id: int, answer: Answer) -> tuple[Fault, ...]:
        """Every reason why the actor can't give that answer now, as far as the item and his rights tell; none: he may.

        A sign-in that is not recent is none: it is asked for when he answers.
        """
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            faults = [fault for fault in self._barred(connection, actor, item, answer) if fault.where != "sign_in"]
        return (*faults, *state_faults(item.id, item.state, answer))

    def history(self, actor: Actor, project: str) -> tuple[ItemView, ...]:
        """Every item of a project, the latest first; here rejected is told from retrieved (B6)."""
        with self.store.read() as connection:
            found, rights = find_project(connection, actor, project)
            require(may_see_history(rights))
            return items_of_project(connection, actor.company_id, found.id)

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
        findings = self.accepting.validate(item, fresh)
        checked, recorded = self._check_values(item, fresh, values or FieldValues())
        with self.store.begin() as connection:
            item = self._to_answer(connection, actor, item_id, Answer.ACCEPT, revision=item.revision)
            self.accepting.bind(connection, item, fresh, confirm_baseline=confirm_baseline)
            self._set_state(connection, item, ItemState.ACCEPTED, self._acceptance(actor, item, fresh, checked))
            mark_recorded(connection, item_id, recorded)
            self._record(
                connection, actor, "accept", item, ItemState.ACCEPTED,
                lines=item.line_count, amount=str(item.amount), content=item.content_hash,
                warnings=len(findings), baseline_confirmed=confirm_baseline,
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

    def _seen(self, connection: Connection, actor: Actor, item_id: int) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(may_look_at_items(rights_of(connection, actor, item.project_id)))
        return item

    def _to_answer(
        self, connection: Connection, actor: Actor, item_id: int, answer: Answer, *, revision: int | None
    ) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(self._barred(connection, actor, item, answer))
        if not is_answerable(item.state, answer) or revision not in {None, item.revision}:
            raise _answered(item, answer)
        return item

    def _barred(self, connection: Connection, actor: Actor, item: ItemView, answer: Answer) -> Sequence[Fault]:
        policy = policy_of(connection, actor.company_id)
        faults = may_answer(rights_of(connection, actor, item.project_id))
        if answer is Answer.ACCEPT and actor.person_id is not None:
            by_self = granted_by_self(connection, actor.company_id, actor.person_id, item.project_id)
            faults += separation_of_duties(
                actor.person_id, item.contributors, sender_id=item.sent_by_id, granted_by_self=by_self, policy=policy
            )
            if not actor.is_token:
                faults += signed_in_recently(actor.signed_in_at, self.clock.now(), minutes=policy.recent_minutes)
        return faults

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
