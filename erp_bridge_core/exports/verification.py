"""Verification: read the ERP back, compare, and move the item; what differs waits for a person (V2, V5)."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final, Protocol

from attrs import define, frozen
from sqlalchemy import Connection, delete, insert, update

from erp_bridge_core.approvals.items import ItemView, find_item, of_actor, select_items
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, Fault, NotPossibleNow
from erp_bridge_core.contract.postings import Outcome, RouteSight
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.structuring import converter
from erp_bridge_core.exports.briefs import VerificationBrief, load_verification_briefs
from erp_bridge_core.exports.comparison import Comparison, compare
from erp_bridge_core.exports.conditions import all_met, condition_states, declare_conditions, record_conditions
from erp_bridge_core.exports.observing import Observed, observe
from erp_bridge_core.exports.outcomes import state_after
from erp_bridge_core.exports.resolving import adopt_figures
from erp_bridge_core.exports.results import VerificationResult, last_verification, load_result
from erp_bridge_core.exports.revisions import count_approved
from erp_bridge_core.exports.subjects import (
    VERIFIABLE,
    forget_older,
    is_overtaken,
    receipt_of,
    subject_of,
    tell_accepter,
)
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_answer, may_look_at_items, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import items, key_outcomes, resolutions, verifications

#: So often the ERP is read again where what was read may be older than what was concluded meanwhile.
READINGS: Final = 3


class ConnectionsDoor(Protocol):
    """Where adapters and their `erp` objects come from."""

    def erp(self, company_id: int, connection_id: int, job: str) -> tuple[Any, Any]:
        """The adapter and its connection to the ERP."""


class ExportsDoor(Protocol):
    """What verification asks of exporting."""

    def refresh(self, actor: Actor, item_id: int) -> Any:
        """Look again at what people were handed."""


@frozen(kw_only=True)
class Verified:
    """One item of `verify_all`: its result, or the error that kept it from being verified."""

    item: int
    project: str
    result: VerificationResult | None = None
    error: ErpBridgeError | None = None


@define
class Verification:
    """Verifies items, by schedule and by hand, and takes what people decide about mismatches."""

    store: Store
    audit: AuditTrail
    connections: ConnectionsDoor
    exports: ExportsDoor
    clock: Clock

    def verify(self, actor: Actor, item_id: int) -> VerificationResult:
        """Read the ERP back now and conclude (V2).

        Raises NotPossibleNow for an item that was never exported or that a later export has overtaken, and ReadFailed
        (exit status 3) when no route that decides could be read: then nothing is concluded.
        """
        return self._verify(actor, item_id, resolve=None)

    def verify_all(self, actor: Actor, *, also_synced: bool = False) -> tuple[Verified, ...]:
        """Verify every item of the company that waits; one that can't be verified does not keep the others from it.

        `also_synced` looks at finished items too, so that a change in the ERP is noticed.
        """
        states = VERIFIABLE if also_synced else VERIFIABLE - {ItemState.SYNCED}
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            query = select_items(actor.company_id).where(*of_actor(actor), items.c.state.in_(sorted(states)))
            waiting = [
                (row.id, row.project)
                for row in connection.execute(query.order_by(items.c.id))
                if not is_overtaken(connection, row)
            ]
        return tuple(self._verified(actor, number, project) for number, project in waiting)

    def show(self, actor: Actor, item_id: int) -> VerificationResult | None:
        """The last verification of an item as it was concluded, or None; nothing is read from the ERP."""
        with self.store.read() as connection:
            item = self._seen(connection, actor, item_id)
            return self._result(connection, item) if last_verification(connection, item.id) else None

    def briefs(self, actor: Actor, numbers: Sequence[int]) -> Mapping[int, VerificationBrief]:
        """What the last verification of many items concluded, by item; one that was never verified is left out."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return load_verification_briefs(connection, actor, numbers)

    def adopt(self, actor: Actor, item_id: int, reason: str) -> VerificationResult:
        """Make what the ERP shows the new baseline: what was seen at the last verification is expected from now on.

        Entries that are not in the ERP at all are given back to the budget; the next send holds them again. Nothing
        that was posted twice is sent again (V5).
        """
        return self._resolve(actor, item_id, "adopted", reason)

    def accept_difference(self, actor: Actor, item_id: int, reason: str) -> VerificationResult:
        """Accept a difference with a reason; where no route can tell, take a person's word that it is posted (V5)."""
        return self._resolve(actor, item_id, "accepted", reason)

    def corrected(self, actor: Actor, item_id: int, reason: str) -> VerificationResult:
        """Say that a mismatch was corrected in the ERP: it is verified again, and stays one when it is not so (V5)."""
        with self.store.read() as connection:
            self._resolvable(connection, actor, item_id, reason)
        return self._verify(actor, item_id, resolve=reason)

    # -- verifying ----------------------------------------------------------------------------------------------------

    def _verify(self, actor: Actor, item_id: int, *, resolve: str | None) -> VerificationResult:
        for _ in range(READINGS):
            with self.store.read() as connection:
                self._verifiable(connection, actor, item_id)
            self.exports.refresh(actor, item_id)
            with self.store.read() as connection:
                item = self._verifiable(connection, actor, item_id)
                began = _stands(connection, item)
            adapter, erp = self.connections.erp(item.company_id, item.connection_id, item.job)
            observed = observe(adapter.verify_posted(receipt_of(self.store, item), erp), item.digits)
            with closing(observed), self.store.begin() as connection:
                item = self._verifiable(connection, actor, item_id)
                if _stands(connection, item) == began:
                    return self._conclude(
                        connection, actor, item, observed=observed, resolve=resolve, profile=adapter.profile
                    )
        raise NotPossibleNow(
            f"Item {item_id} was verified by others, or moved, each time that the ERP was read for it.",
            remedy="Look at what they found: `erp-bridge verify show`; or verify it again.",
        )

    def _verified(self, actor: Actor, item_id: int, project: str) -> Verified:
        try:
            return Verified(item=item_id, project=project, result=self.verify(actor, item_id))
        except ErpBridgeError as error:
            return Verified(item=item_id, project=project, error=error)

    def _seen(self, connection: Connection, actor: Actor, item_id: int) -> ItemView:
        item = find_item(connection, actor, item_id)
        require(may_look_at_items(rights_of(connection, actor, item.project_id)))
        return item

    def _verifiable(self, connection: Connection, actor: Actor, item_id: int) -> ItemView:
        item = self._seen(connection, actor, item_id)
        if item.state not in VERIFIABLE:
            raise NotPossibleNow(
                f"Item {item_id} is {item.state}: nothing of it was exported.",
                remedy="Only an exported item can be verified; `erp-bridge review list` shows them.",
            )
        if is_overtaken(connection, item):
            raise NotPossibleNow(
                f"A later export of project {item.project} stands on top of item {item_id}.",
                remedy="Verify the project's latest item: it compares the whole job.",
            )
        return item

    def _conclude(
        self,
        connection: Connection,
        actor: Actor,
        item: ItemView,
        *,
        observed: Observed,
        resolve: str | None,
        profile: ErpProfile,
    ) -> VerificationResult:
        before = last_verification(connection, item.id)
        values = {
            "company_id": item.company_id,
            "item_id": item.id,
            "taken_at": self.clock.now(),
            "taken_by": actor.person_id,
            "first_seen_at": self.clock.now(),
            "outcome": "",
            "counts": {},
            "sights": [converter.unstructure(sight) for sight in observed.sights],
        }
        number = connection.execute(insert(verifications).values(**values).returning(verifications.c.id)).scalar_one()
        observed.store(connection, item.company_id, number)
        approved = count_approved(connection, item.id, observed.revisions)
        if approved:
            details = {"changes": list(approved)}
            self.audit.record(connection, actor, "revision approved in the ERP", "item", item.id, details=details)
        subject = subject_of(
            connection,
            item,
            number,
            sights=observed.sights,
            revisions=observed.revisions,
            originals_count_at_once=profile.originals_count_at_once,
        )
        comparison = compare(connection, subject, company_id=item.company_id)
        self._store_outcome(connection, number, comparison, before)
        if resolve is not None:
            self._record_resolution(
                connection, actor, item, action="corrected", reason=resolve, outcome=comparison.outcome
            )
        half = before is not None and before.outcome == Outcome.HALF_POSTED
        self._move(connection, actor, item, comparison.outcome, profile=profile, resolved=half or resolve is not None)
        forget_older(connection, item.id)
        return self._result(connection, find_item(connection, actor, item.id), profile)

    def _store_outcome(self, connection: Connection, number: int, comparison: Comparison, before: Any) -> None:
        counts = {outcome.value: count for outcome, count in sorted(comparison.counts.items())}
        values: dict[str, Any] = {"outcome": comparison.outcome.value, "counts": counts}
        if comparison.odd_unposted:
            counts["odd_unposted"] = comparison.odd_unposted
        if before is not None and before.outcome == comparison.outcome:
            values["first_seen_at"] = before.first_seen_at
        connection.execute(update(verifications).where(verifications.c.id == number).values(values))

    def _move(
        self,
        connection: Connection,
        actor: Actor,
        item: ItemView,
        outcome: Outcome,
        *,
        profile: ErpProfile,
        resolved: bool,
    ) -> None:
        if item.state.is_exported:
            record_conditions(connection, item, outcome, at=self.clock.now(), evidence={"outcome": outcome.value})
        met = all_met(connection, item, profile.unlock_conditions)
        state = state_after(item.state, outcome, resolved=resolved, conditions_met=met)
        if state is item.state:
            return
        self._set_state(connection, actor, item, state, outcome)
        if state is ItemState.MISMATCH:
            tell_accepter(connection, item, outcome, at=self.clock.now())

    def _set_state(
        self, connection: Connection, actor: Actor, item: ItemView, state: ItemState, outcome: Outcome
    ) -> None:
        connection.execute(
            update(items).where(items.c.id == item.id).values(state=state, revision=items.c.revision + 1)
        )
        self.audit.record(
            connection, actor, "verify", "item", item.id,
            from_state=item.state, to_state=state, details={"outcome": outcome.value},
        )  # fmt: skip

    def _result(self, connection: Connection, item: ItemView, profile: ErpProfile | None = None) -> VerificationResult:
        row = last_verification(connection, item.id)
        if row is None:
            raise NotPossibleNow(f"Item {item.id} was never verified.", remedy="Run `erp-bridge verify`.")
        if profile is None:
            profile = self._profile(item)
        states = condition_states(connection, item, profile.unlock_conditions)
        return load_result(connection, row, item, states)

    def _profile(self, item: ItemView) -> ErpProfile:
        adapter, _ = self.connections.erp(item.company_id, item.connection_id, item.job)
        profile: ErpProfile = adapter.profile
        return profile

    # -- resolving ----------------------------------------------------------------------------------------------------

    def _resolvable(self, connection: Connection, actor: Actor, item_id: int, reason: str) -> ItemView:
        item = self._verifiable(connection, actor, item_id)
        require(may_answer(rights_of(connection, actor, item.project_id)))
        if not reason.strip():
            fault = Fault("reason", "is missing", expected="why, and what was seen in the ERP", rule="V5")
            raise BadInput("A reason is needed.", faults=[fault], remedy="Give it with --reason.")
        row = last_verification(connection, item.id)
        untold = row is not None and row.outcome == Outcome.NOT_VERIFIABLE and item.state is ItemState.WAITING
        if row is None or not (item.state is ItemState.MISMATCH or untold):
            raise NotPossibleNow(
                f"Item {item_id} is {item.state}: there is no mismatch to resolve.",
                remedy="Verify it; a batch that was removed in the ERP is settled as withdrawn: "
                "`erp-bridge export settle`.",
            )
        return item

    def _resolve(self, actor: Actor, item_id: int, action: str, reason: str) -> VerificationResult:
        with self.store.read() as connection:
            profile = self._profile(self._resolvable(connection, actor, item_id, reason))
        with self.store.begin() as connection:
            item = self._resolvable(connection, actor, item_id, reason)
            outcome = self._recompare(connection, item)
            self._record_resolution(connection, actor, item, action=action, reason=reason, outcome=outcome)
            if outcome is Outcome.NOT_VERIFIABLE and action == "accepted" and actor.person_id is not None:
                evidence = {"reason": reason.strip()}
                declare_conditions(connection, item, actor.person_id, at=self.clock.now(), evidence=evidence)
                self._set_state(connection, actor, item, ItemState.SYNCED, outcome)
            else:
                self._move(connection, actor, item, outcome, profile=profile, resolved=True)
            return self._result(connection, find_item(connection, actor, item.id), profile)

    def _recompare(self, connection: Connection, item: ItemView) -> Outcome:
        """Adopt, then compare the figures that were seen with what is expected now."""
        row = last_verification(connection, item.id)
        assert row is not None, "only a verified item is resolvable"
        half = row.outcome == Outcome.HALF_POSTED
        adopt_figures(connection, item.id, item.company_id, verification_id=row.id, half=half)
        connection.execute(delete(key_outcomes).where(key_outcomes.c.verification_id == row.id))
        sights = [RouteSight(**sight) for sight in row.sights]
        at_once = self._profile(item).originals_count_at_once
        subject = subject_of(connection, item, row.id, sights=sights, originals_count_at_once=at_once)
        comparison = compare(connection, subject, company_id=item.company_id)
        self._store_outcome(connection, row.id, comparison, None)
        return comparison.outcome

    def _record_resolution(
        self, connection: Connection, actor: Actor, item: ItemView, *, action: str, reason: str, outcome: Outcome
    ) -> None:
        row = last_verification(connection, item.id)
        if row is None or actor.person_id is None:
            raise NotPossibleNow("Only a person resolves a mismatch.", remedy="Sign in.")
        values = {"company_id": item.company_id, "item_id": item.id, "verification_id": row.id, "action": action}
        connection.execute(
            insert(resolutions).values(
                **values, resolved_by=actor.person_id, resolved_at=self.clock.now(), reason=reason.strip()
            )
        )
        details = {"outcome": outcome.value, "reason": reason.strip()}
        self.audit.record(
            connection, actor, f"mismatch.{action}", "item", item.id, from_state=item.state, details=details
        )


def _stands(connection: Connection, item: ItemView) -> tuple[int, int]:
    """How the item stands, and its last verification: as long as both are so, nothing newer was concluded."""
    last = last_verification(connection, item.id)
    return item.revision, 0 if last is None else last.id
