"""A loopback proxy between one client and one simulator, with real sockets, that fails in the way it is told to."""

import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet

from attrs import Factory, define, evolve, field

from erp_bridge_core.conformance.wire.conversation import Conversation
from erp_bridge_core.conformance.wire.exchange import Answer, Armed, Around, Exchange, Incoming, When
from erp_bridge_core.conformance.wire.faults import WireFault
from erp_bridge_core.conformance.wire.listener import HOST, Listener
from erp_bridge_core.conformance.wire.passage import Passage
from erp_bridge_core.conformance.wire.strikes import strike_of
from erp_bridge_core.conformance.wire.upstream import Unreached, forward

OnStage = Callable[[str, Incoming], None]
_OPEN: Final[WeakSet["FaultProxy"]] = WeakSet()


@define(eq=False, kw_only=True)
class FaultProxy:
    """Listens on a free loopback port while its context is open.

    `upstream` is the simulator's `host:port`; without one, connections end without an answer. `on_stage(name, request)`
    is called in the proxy's thread with "connected" (the head has come), "body_sent" (the whole request has come) and
    "reply_held" (the ERP has answered, the client knows nothing yet); what it raises ends the connection, is kept in
    `failures` and raised when the context ends.
    """

    upstream: str | None = None
    on_stage: OnStage | None = None
    exchanges: list[Exchange] = field(init=False, factory=list)
    failures: list[Exception] = field(init=False, factory=list)
    most_at_once: int = field(init=False, default=0)
    _armed: list[Armed] = field(init=False, factory=list)
    _held: list[Exchange] = field(init=False, factory=list)
    _under_way: dict[Exchange, socket.socket] = field(init=False, factory=dict)
    _clients: dict[socket.socket, threading.Thread] = field(init=False, factory=dict)
    _dead: set[socket.socket] = field(init=False, factory=set)
    _announced: object = field(init=False, default=None)
    _refused_by_strike: bool = field(init=False, default=False)
    _changed: threading.Condition = field(init=False, factory=threading.Condition)
    _listener: Listener = field(init=False, default=Factory(lambda self: Listener(self._accepted), takes_self=True))

    @property
    def address(self) -> str:
        """Where it listens: `host:port`."""
        return f"{HOST}:{self._listener.port}"

    @property
    def held(self) -> int:
        """How many requests wait for their release."""
        return len(self._held)

    def __enter__(self) -> Self:
        self._listener.open()
        _OPEN.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        _OPEN.discard(self)
        with self._changed:
            clients = dict(self._clients)
        for connection, thread in clients.items():
            _hang_up(connection)
            thread.join()
        if self.failures and error is None:
            raise ExceptionGroup("the fault proxy failed", self.failures)

    def announce(self, tag: object) -> None:
        """Say, right before a request goes out, what it is: the next request taken in gets this tag.

        This is also the moment at which REFUSED strikes, for `when` of a request that is nothing but its tag; it lasts
        until the next announcement, `accept()`, `disarm()` or `clear()`.
        """
        if self._refused_by_strike:
            self.accept()
        with self._changed:
            refused = self._first(Incoming(tag=tag), {WireFault.REFUSED})
            self._announced = None if refused else tag
        if refused:
            self._refused_by_strike = True
            self.refuse()

    def arm(self, fault: WireFault, when: When, *, times: int = 1, around_commit: Around | None = None) -> Armed:
        """Let a fault strike the first `times` requests that `when` chooses; of several faults the first armed strikes.

        RESET_BEFORE_READ chooses by the head alone. STALE_REPLY passes over requests that nothing equal came before.
        ACKNOWLEDGED_ONLY needs `around_commit`: it is entered before the ERP is given the request and left, taking back
        what was written, before the client is answered. Raises ValueError without it.
        """
        if fault is WireFault.ACKNOWLEDGED_ONLY and around_commit is None:
            raise ValueError("a write that is acknowledged and lost needs around_commit, which takes it back")
        armed = Armed(fault=fault, when=when, times=times, around_commit=around_commit)
        with self._changed:
            self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Nothing strikes any more; what is held stays held."""
        with self._changed:
            self._armed.clear()
            self._dead.clear()
        if self._refused_by_strike:
            self.accept()

    def refuse(self) -> None:
        """Refuse connections, and end those on which nothing is under way, until `accept()`."""
        self._listener.shut()
        with self._changed:
            idle = [connection for connection in self._clients if connection not in self._under_way.values()]
        for connection in idle:
            _hang_up(connection)

    def accept(self) -> None:
        """Take connections again."""
        self._refused_by_strike = False
        self._listener.open()

    def release(self) -> int:
        """Send all held requests to the ERP now, drop its answers, and say how many there were.

        Raises `Unreached` when the ERP takes no connection; what was not sent is still held then.
        """
        released = 0
        while self._held:
            try:
                self.carry(self._held[0])
            except Unreached as error:
                if not error.carried:
                    raise
            del self._held[0]
            released += 1
        return released

    def clear(self) -> None:
        """Begin another case: no record, no fault, nothing held (held requests are lost), connections accepted."""
        self.disarm()
        self.accept()
        with self._changed:
            self.exchanges.clear()
            self._held.clear()
            self.most_at_once = 0
            self._announced = None

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no request is under way, at most so many real seconds; what is held is not under way."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, timeout)

    # -- what a request on its way asks of the proxy ------------------------------------------------------------------

    def stage(self, name: str, request: Incoming) -> None:
        """Tell that a request came so far."""
        if self.on_stage is not None:
            self.on_stage(name, request)

    def strike_on(self, exchange: Exchange, *, early: bool) -> Armed | None:
        """The fault that strikes a request now, before its body is read or after."""
        faults = {WireFault.RESET_BEFORE_READ} if early else set(WireFault) - {WireFault.RESET_BEFORE_READ}
        with self._changed:
            armed = self._first(exchange.request, faults - {WireFault.REFUSED})
            exchange.fault = armed.fault if armed else None
        return armed

    def carry(self, exchange: Exchange) -> Answer:
        """Send a request to the ERP; raises `Unreached`."""
        upstream = self.upstream
        try:
            answer = forward(exchange.request, upstream).moved(upstream or "", self.address)
        except Unreached as error:
            exchange.copies += error.carried
            raise
        exchange.copies += 1
        exchange.answered = exchange.answered or answer
        return answer

    def hold(self, exchange: Exchange) -> None:
        """Keep a request for a later release."""
        with self._changed:
            self._held.append(exchange)

    def let_connection_die(self, exchange: Exchange) -> None:
        """Keep a request's connection open, but let the next request on it find it dead."""
        with self._changed:
            self._dead.add(self._under_way[exchange])

    def earlier(self, request: Incoming) -> Answer | None:
        """What the ERP answered last to an equal request in this case."""
        return next(
            (old.answered for old in reversed(self.exchanges) if old.answered and old.request.equals(request)), None
        )

    def finish(self, exchange: Exchange) -> None:
        """A request is over."""
        with self._changed:
            exchange.ended_at = exchange.ended_at or time.monotonic()
            self._under_way.pop(exchange, None)
            self._changed.notify_all()

    def _first(self, request: Incoming, faults: set[WireFault]) -> Armed | None:
        for armed in self._armed:
            stale = armed.fault is WireFault.STALE_REPLY
            if armed.fault in faults and armed.strikes(request) and not (stale and self.earlier(request) is None):
                armed.struck += 1
                return armed
        return None

    # -- connections --------------------------------------------------------------------------------------------------

    def _accepted(self, connection: socket.socket) -> None:
        thread = threading.Thread(target=self._converse, args=(connection,), name="fault proxy's client")
        with self._changed:
            self._clients[connection] = thread
        thread.start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection:
                Conversation(connection, self._take, lambda: self._is_dead(connection))
        except OSError:
            pass  # the client went away; its exchange says how far it came
        except Exception as error:  # noqa: BLE001 - kept, and raised when the context ends
            self.failures.append(error)
        finally:
            with self._changed:
                del self._clients[connection]
                self._dead.discard(connection)

    def _is_dead(self, connection: socket.socket) -> bool:
        with self._changed:
            dead = connection in self._dead
            if dead:
                self._announced = None
        return dead

    def _take(self, line: Conversation, head: Incoming) -> None:
        with self._changed:
            exchange = Exchange(request=evolve(head, tag=self._announced), taken_at=time.monotonic())
            self._announced = None
            self.exchanges.append(exchange)
            at_once = 1 + sum(not _is_gone(other) for other in self._under_way.values())
            self.most_at_once = max(self.most_at_once, at_once)
            self._under_way[exchange] = line.connection
        try:
            Passage(traffic=self, line=line, exchange=exchange, strikes=strike_of).run()
        finally:
            self.finish(exchange)

    def let_go(self) -> None:
        """In a process that was forked from this one: drop its copies of the sockets, which would keep them alive."""
        for connection in [*self._listener.sockets, *self._clients]:
            if (number := connection.detach()) >= 0:
                os.close(number)


def _let_go_in_child() -> None:
    for proxy in list(_OPEN):
        proxy.let_go()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # the client hung up first
        connection.shutdown(socket.SHUT_RDWR)


def _is_gone(connection: socket.socket) -> bool:
    """Whether the client closed its end: one that gave up is no longer there, though its thread may not know."""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            return bool(selector.select(0)) and not connection.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):
        return True
