"""Settling what nobody can know of what a source was told: an audited act of a person, as of an item's export (L15)."""

from collections.abc import Callable

from attrs import frozen
from sqlalchemy import Connection

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connector.outcomes_told import latest_report, request_row
from erp_bridge_core.contract.errors import NotAllowed, NotFound
from erp_bridge_core.exports.doubts import Doubt, load_doubts, why_not
from erp_bridge_core.exports.settling import Settlement, SettlingAct, settle
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import require
from erp_bridge_core.store.database import Store


@frozen(kw_only=True)
class OutcomeSettling:
    """The doubts of what sources are told, and their settling. `may_settle` raises NotAllowed."""

    store: Store
    audit: AuditTrail
    worker: Worker
    may_settle: Callable[[Connection, Actor, int | None], None]

    def doubts(self, actor: Actor, number: int) -> tuple[Doubt, ...]:
        """What is in doubt of what the source was told of a request last, and why it can't be settled now."""
        with self.store.read() as connection:
            request = request_row(connection, actor.company_id, number)
            last = latest_report(connection, number)
            if last is None:
                return ()
            lacking = why_not(self.may_settle, connection, actor, request.project_id)
            seconds = self.worker.seconds or self.store.seconds
            profile = self.worker.errands(last.id).profile
            return load_doubts(
                connection, last.export_id, actor, profile=profile, now=seconds(connection), lacking=lacking
            )

    def require_somewhere(self, connection: Connection, actor: Actor) -> None:
        """Raise NotAllowed for whoever settles on no project; the privilege he may hold for one alone."""
        lacking = []
        try:
            self.may_settle(connection, actor, None)
        except NotAllowed as error:
            lacking = [fault for fault in error.faults if fault.where != "privilege"]
        require(lacking)

    def settle(self, actor: Actor, number: int, reference: str, *, how: Settlement, reason: str) -> None:
        """Say whether it arrived. What did not is planned once more; nothing is sent from here.

        Nobody exported it but the installation: whoever may settle an item's export may. Raises NotAllowed, NotFound,
        and NotPossibleNow with every reason.
        """
        with self.store.read() as connection:
            request = request_row(connection, actor.company_id, number)
            self.may_settle(connection, actor, request.project_id)
            last = latest_report(connection, number)
        if last is None:
            raise NotFound(f"The source was told nothing of request {number}.", remedy="Nothing is in doubt of it.")
        act = SettlingAct(actor=actor, audit=self.audit, verb="request.settle", subject="request", number=number)
        with self.worker.opened_to_tell(last.export_id) as telling:
            settle(self.store, telling, act, reference, how=how, reason=reason)
            self.worker.conclude_telling(telling)
