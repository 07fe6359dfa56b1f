"""One source looked at for requests: what it tells is noted, then each that is open is tried, none stopping another."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol

from attrs import define, evolve
from sqlalchemy import Connection, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.connector import ConnectorConfig
from erp_bridge_core.connector.accepting import Accepting
from erp_bridge_core.connector.people import SENDING, person_of
from erp_bridge_core.connector.reading import Noted, Reading, in_order
from erp_bridge_core.connector.reasons import Reasons
from erp_bridge_core.connector.records import load_request
from erp_bridge_core.connector.taking import Taking
from erp_bridge_core.connector.values import Polled, RequestState, RequestView
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import ErpBridgeError, Fault, NotFound, NotPossibleNow, StorageError
from erp_bridge_core.contract.source import SourceRequest
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import source_requests

_LOGGER: Final = logging.getLogger(__name__)


class SourcesDoor(Protocol):
    """Where sources and what they are given come from."""

    def source(self, company_id: int, connection_id: int) -> tuple[Any, Any]:
        """The source's adapter and its connection."""


@define(kw_only=True)
class Polling:
    """Looks at sources; `told_defect` notes what this software did not foresee and says it as an error."""

    store: Store
    audit: AuditTrail
    connections: SourcesDoor
    taking: Taking
    accepting: Accepting
    clock: Clock
    told_defect: Callable[[str, Exception], ErpBridgeError]

    def poll(self, actor: Actor, name: str, connection_id: int, config: ConnectorConfig) -> Polled:
        """Look at one source. What keeps it from being read is in the answer and in its row; nothing is lost by it."""
        begun = self.clock.now()
        every = timedelta(minutes=config.poll_minutes)
        with self.store.read() as connection:
            unread = self._reading(connection, actor, connection_id).unread()
        try:
            adapter, source = self.connections.source(actor.company_id, connection_id)
            found = in_order(adapter.read_requests(source))
        except StorageError:
            raise
        except ErpBridgeError as error:
            with self.store.begin() as connection:
                reading = self._reading(connection, actor, connection_id)
                if not reading.is_overtaken(unread, begun):
                    reading.end(begun=begun, now=self.clock.now(), every=every, error=error)
            return Polled(connection=name, error=error)
        with self.store.begin() as connection:
            reading = self._reading(connection, actor, connection_id)
            if reading.is_overtaken(unread, begun):
                return Polled(connection=name, seen=len(found))
            noted = reading.note(found, unread, begun=begun, now=self.clock.now())
            reading.end(begun=begun, now=self.clock.now(), every=every)
        made = self._try_each(found, noted, config)
        return Polled(connection=name, seen=len(found), new=noted.new, closed=noted.closed, items=tuple(made))

    def take(self, actor: Actor, view: RequestView, config: ConnectorConfig, *, acknowledge: Collection[str]) -> None:
        """Make the item of one request in the actor's own name; raises what keeps it from becoming one."""
        adapter, source = self.connections.source(actor.company_id, view.connection_id)
        for request in adapter.read_requests(source):
            if request.id == view.request and request.open:
                break
        else:
            raise NotFound(
                f"Request {view.number} is not open at the source any more.",
                remedy=f"Look at the source, then: `erp-bridge request poll {view.connection}`.",
            )
        try:
            self.taking.take(actor, view, request, acknowledge=acknowledge)
        except ErpBridgeError as error:
            self._keep(view, Reasons.of(error))
            raise
        with self.store.read() as connection:
            view = load_request(connection, view.company_id, view.number)
        self._accept(config, view)

    def _try_each(self, found: Collection[SourceRequest], noted: Noted, config: ConnectorConfig) -> list[int]:
        made = []
        for request in found:
            view = noted.views[request.id]
            if view.state is RequestState.RECEIVED:
                item = self._try(view, request, config)
                made += [item] if item is not None else []
                view = evolve(view, item=item)
            self._accept(config, view)
        return made

    def _try(self, view: RequestView, request: SourceRequest, config: ConnectorConfig) -> int | None:
        try:
            with self.store.read() as connection:
                actor = person_of(
                    connection, view.company_id, config.act_as, SENDING,
                    setting="connector.act_as", source=view.connection,
                )  # fmt: skip
            return self.taking.take(actor, view, request, acknowledge=config.acknowledge)
        except StorageError:
            raise
        except ErpBridgeError as error:
            reasons = Reasons.of(error)
        except Exception as error:  # noqa: BLE001 -- one request's defect must not stop the others
            reasons = Reasons.of(self.told_defect(f"request {view.number}", error))
        self._keep(view, reasons)
        return None

    def _accept(self, config: ConnectorConfig, view: RequestView) -> None:
        found = self.accepting.accept(config, view)
        if found is not None:
            reasons, hands_off = found
            self._keep(view, reasons, hands_off=hands_off)

    def _keep(self, view: RequestView, reasons: Reasons, **values: Any) -> None:
        kept: Mapping[str, Any] = {
            "reasons": reasons.stored(), "for_person": reasons.for_person, "tried_at": self.clock.now(), **values
        }  # fmt: skip
        own = source_requests.c
        where = [own.id == view.number]
        if "hands_off" not in values:  # why it is no item: nobody else has made one meanwhile
            where += [own.item_id.is_(None), own.done_at.is_(None)]
        _LOGGER.info("Request %s of %s: %s", view.request, view.connection, _said(reasons))
        with self.store.begin() as connection:
            connection.execute(update(source_requests).where(*where).values(kept))

    def _reading(self, connection: Connection, actor: Actor, connection_id: int) -> Reading:
        return Reading(audit=self.audit, connection=connection, actor=actor, connection_id=connection_id)


def no_requests(name: str) -> NotPossibleNow:
    """The error for a connection of which nobody asks anything."""
    message = f"The connection {name} leads to no source whose users ask for exports."
    remedy = "Choose another: `erp-bridge connection list`."
    return NotPossibleNow(message, faults=[Fault("connection", message, value=name, remedy=remedy)], remedy=remedy)


def _said(reasons: Reasons) -> str:
    return "; ".join(fault.message for fault in reasons.faults[:3]) or "nothing is in its way"
