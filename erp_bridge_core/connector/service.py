"""Requests as a service: heard of, looked for, listed, shown, and made items of the review."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import define, field
from sqlalchemy import Connection, Row

from erp_bridge_core.audit.freezing import require_thawed
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.sending import Sending
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.service import Connections, ConnectionView
from erp_bridge_core.connections.views import list_connections
from erp_bridge_core.connector.accepting import Accepting, ExportsDoor, ReviewsDoor
from erp_bridge_core.connector.hurrying import hinted
from erp_bridge_core.connector.outcomes_settling import OutcomeSettling
from erp_bridge_core.connector.outcomes_told import ToldView, told
from erp_bridge_core.connector.polling import Polling, no_requests
from erp_bridge_core.connector.receiving import Received, Receiver
from erp_bridge_core.connector.records import (
    count_requests,
    find_requests,
    load_polls,
    load_request,
    poll_view,
    request_of_item,
)
from erp_bridge_core.connector.taking import Pulls, Taking, not_linked
from erp_bridge_core.connector.transactions import transactions_of
from erp_bridge_core.connector.troubles import RequestTrouble, find_troubles
from erp_bridge_core.connector.values import (
    Polled,
    RequestList,
    RequestState,
    RequestView,
    TransactionView,
)
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow
from erp_bridge_core.contract.source import Delivery, SourceCapability
from erp_bridge_core.defects import tell_defect
from erp_bridge_core.exports.doubts import Doubt
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.people.access import require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import (
    may_edit,
    may_look_at_company,
    may_look_at_items,
    may_see_project,
    may_take,
    require,
)
from erp_bridge_core.store.database import Store
from erp_bridge_core.wire.redaction import Redactor


class OutcomesDoor(Protocol):
    """What telling a source offers to whoever asks for it by hand."""

    def let_tell(self, connection: Connection, actor: Actor, request_id: int) -> int:
        """Let a source be told what it was not told yet; the export that does it."""

    def tell(self, export_id: int) -> object:
        """Bring that on in this process."""

    def go_on(self, company_id: int, request_id: int) -> object:
        """Bring on what is to be told of a request now that a doubt was settled."""


class RequestDefect(ErpBridgeError):
    """A request ended by something that this software did not foresee; the details are in the home's log."""

    code = "defect"


@define(kw_only=True)
class Requests:
    """What a company's sources ask for. Looking at a source is for whoever may send what is due (P1)."""

    store: Store
    audit: AuditTrail
    connections: Connections
    sending: Sending
    pulling: Pulls
    reviews: ReviewsDoor
    exports: ExportsDoor
    outcomes: OutcomesDoor
    settling: OutcomeSettling
    clock: Clock
    home: Path
    redactor: Redactor
    _polling: Polling = field(init=False)
    _receiver: Receiver = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Wire what looks at sources and what hears from them."""
        taking = Taking(
            store=self.store, audit=self.audit, sending=self.sending, pulling=self.pulling, now=self.clock.now
        )
        accepting = Accepting(store=self.store, reviews=self.reviews, exports=self.exports)
        self._polling = Polling(
            store=self.store, audit=self.audit, connections=self.connections, taking=taking, accepting=accepting,
            clock=self.clock, told_defect=self._told_defect,
        )  # fmt: skip
        self._receiver = Receiver(store=self.store, connections=self.connections, clock=self.clock)

    def receive(self, name: str, delivery: Delivery) -> Received:
        """Take what a source delivered to the connection of that name; nobody is signed in."""
        return self._receiver.receive(name, delivery)

    def list(
        self, actor: Actor, *, states: Collection[RequestState] = (), offset: int = 0, limit: int | None = None
    ) -> RequestList:
        """The company's requests, the newest first; for whoever may look at all of ERP Integrations."""
        with self.store.read() as connection:
            require(may_look_at_company(rights_of(connection, actor)))
            counts = count_requests(connection, actor.company_id)
            rows = find_requests(connection, actor.company_id, states=states, offset=max(0, offset), limit=limit)
            polls = load_polls(connection, actor.company_id)
            sources = self._asking(connection, actor)
        total = sum(counts[each.value] for each in states) if states else sum(counts.values())
        told = tuple(poll_view(each.name, polls.get(each.id)) for each in sources)
        return RequestList(rows=rows, total=total, counts=counts, polls=told)

    def waiting(self, actor: Actor) -> tuple[RequestTrouble, ...]:
        """The requests that wait for somebody, or whose source could not be told; to a token for projects, none."""
        with self.store.read() as connection:
            rights = rights_of(connection, actor)
            require(may_look_at_items(rights))
            return () if may_look_at_company(rights) else find_troubles(connection, actor.company_id)

    def show(self, actor: Actor, number: int) -> RequestView:
        """One request as it stands; for whoever may look at its project, too."""
        with self.store.read() as connection:
            return _seen(connection, actor, number)

    def transactions(
        self, actor: Actor, number: int, *, offset: int = 0, limit: int | None = None
    ) -> tuple[TransactionView, ...]:
        """What a request asks for and what became of it; nothing while it is no item yet."""
        with self.store.read() as connection:
            _seen(connection, actor, number)
            return tuple(transactions_of(connection, number, offset=max(0, offset), limit=limit))

    def told(self, actor: Actor, number: int) -> tuple[ToldView, ...]:
        """What the source was told of a request, or is to be, the newest first."""
        with self.store.read() as connection:
            _seen(connection, actor, number)
            return told(connection, number)

    def tell(self, actor: Actor, number: int) -> tuple[ToldView, ...]:
        """Tell the source now what it was not told yet; a request that it holds otherwise is told anew.

        For whoever may send what is due. Raises NotPossibleNow where all was told, or the request is closed there; what
        else kept it stands in the answer.
        """
        with self.store.begin() as connection:
            require_tending(connection, actor)
            require_thawed(connection)
            _seen(connection, actor, number)
            export_id = self.outcomes.let_tell(connection, actor, number)
        self.outcomes.tell(export_id)
        return self.told(actor, number)

    def doubts(self, actor: Actor, number: int) -> tuple[Doubt, ...]:
        """What nobody can know of what the source was told of a request: tried, seen, why it can't be settled (E6)."""
        with self.store.read() as connection:
            _seen(connection, actor, number)
        return self.settling.doubts(actor, number)

    def settle(
        self, actor: Actor, number: int, effect_reference: str, *, how: Settlement, reason: str
    ) -> tuple[ToldView, ...]:
        """Say whether a write in doubt arrived at the source: an audited act, with a reason, by a person (L15).

        The telling then goes on, at once where nothing keeps it; with what is so now, where that is something else.
        """
        with self.store.read() as connection:
            self.settling.require_somewhere(connection, actor)
            _seen(connection, actor, number)
        self.settling.settle(actor, number, effect_reference, how=how, reason=reason)
        self.outcomes.go_on(actor.company_id, number)
        return self.told(actor, number)

    def of_item(self, actor: Actor, item_id: int) -> RequestView | None:
        """The request that an item was made of, for whoever may look at items; None for one that a person sent."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return request_of_item(connection, actor.company_id, item_id)

    def poll(self, actor: Actor, name: str | None = None, *, due: bool = False) -> tuple[Polled, ...]:
        """Look at the company's sources for requests, or at one; with `due`, at those alone whose turn it is.

        Raises Frozen while writing is frozen. What keeps one source from being read stands in its answer.
        """
        with self.store.read() as connection:
            require_tending(connection, actor)
            require_thawed(connection)
            sources = self._asking(connection, actor)
            if name is not None:
                self.connections.find(connection, actor, name)
                sources = tuple(each for each in sources if each.name == name)
            polls = load_polls(connection, actor.company_id)
            called = hinted(connection, actor.company_id)
        if name is not None and not sources:
            raise no_requests(name)
        now = self.clock.now()
        if due:
            sources = tuple(each for each in sources if _is_due(polls.get(each.id), hinted=each.id in called, now=now))
        return tuple(self._polling.poll(actor, each.name, each.id, self._config(each.name)) for each in sources)

    def take(self, actor: Actor, number: int, *, acknowledge: Collection[str] = ()) -> RequestView:
        """Make the item of a request in one's own name, as where a person has to acknowledge warnings.

        Asks for the rights of editing and sending the project's budget. Raises NotPossibleNow, BadInput, or what the
        source raises, with every reason; then nothing is changed but that the reasons are kept.
        """
        with self.store.read() as connection:
            require(may_take(rights_of(connection, actor)))
            view = _seen(connection, actor, number)
            require_thawed(connection)
            if view.project_id is None:
                raise not_linked(view)
            require(may_edit(rights_of(connection, actor, view.project_id)))
        if view.state is not RequestState.RECEIVED:
            raise NotPossibleNow(f"Request {number} is {view.state}.", remedy=f"Look at it: {_SHOW.format(number)}.")
        self._polling.take(actor, view, self._config(view.connection), acknowledge=acknowledge)
        return self.show(actor, number)

    def _asking(self, connection: Connection, actor: Actor) -> tuple[ConnectionView, ...]:
        """The connections to sources whose users ask for exports; one whose plugin is broken counts, and is told."""
        found = list_connections(connection, actor.company_id, ConnectionKind.SOURCE)
        return tuple(each for each in found if self._asks(each))

    def _asks(self, target: ConnectionView) -> bool:
        try:
            profile: Any = self.connections.profile(target)
        except ErpBridgeError:
            return True
        return bool(profile.supports(SourceCapability.REQUESTS))

    def _config(self, name: str) -> ConnectorConfig:
        return Configuration.read(self.home).connection(name).connector

    def _told_defect(self, where: str, error: Exception) -> ErpBridgeError:
        tell_defect(error, where, home=self.home, clean=self.redactor.clean)
        return RequestDefect(
            f"ERP Bridge has a defect: {type(error).__name__}.",
            remedy="Report it; the details are in logs/errors.log of the home.",
        )


def _seen(connection: Connection, actor: Actor, number: int) -> RequestView:
    """A request, for whoever may look at all of ERP Integrations, or at its project."""
    rights = rights_of(connection, actor)
    faults = may_look_at_company(rights)
    if rights.verbs is not None:  # a token is for the whole company, or told of none
        require(faults)
    view = load_request(connection, actor.company_id, number)
    if faults and view.project_id is not None:
        faults = may_see_project(rights_of(connection, actor, view.project_id))
    require(faults)
    return view


_SHOW: Final = "`erp-bridge request show {}`"


def _is_due(poll: Row[Any] | None, *, hinted: bool, now: datetime) -> bool:
    """Whether a source is to be looked at now: one that failed is let be until its time, whatever it hints."""
    if poll is None or poll.due_at is None or poll.due_at <= now:
        return True
    return hinted and not poll.failures
