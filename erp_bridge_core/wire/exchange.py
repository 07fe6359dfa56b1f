"""One request on its way: how far it came, and when it must be over."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from attrs import Factory, define, field

from erp_bridge_core.contract.effects import Attempt
from erp_bridge_core.wire.addresses import AddressBook

_CURRENT: ContextVar["Exchange | None"] = ContextVar("erp_bridge_exchange", default=None)


class OutOfTime(OSError):
    """The whole exchange took longer than it may."""


@define(eq=False)
class Exchange:
    """What the connection below reports to the session above: exactly this decides between not sent and doubtful.

    `reached` says that a connection of ours was tried; `started` that the first byte may have left. Only *reached and
    not started* proves that nothing was sent: a failure from elsewhere proves nothing.
    """

    addresses: AddressBook
    attempt: Attempt | None
    seconds: float
    reached: bool = False
    started: bool = False
    expired: bool = False
    _socket: socket.socket | None = field(init=False, default=None)
    _over: bool = field(init=False, default=False)
    _lock: threading.Lock = field(init=False, default=Factory(threading.Lock))

    @property
    def is_write(self) -> bool:
        """Whether it belongs to an attempt at writing."""
        return self.attempt is not None

    @property
    def proves_nothing_sent(self) -> bool:
        """Whether a failure now proves that nothing left this host."""
        return self.reached and not self.started

    def connected(self, connection: socket.socket) -> None:
        """Take note of the socket, so that it can be shut when time is up."""
        with self._lock:
            self._socket = connection
        self.check_time()

    def about_to_send(self) -> None:
        """The last moment before anything leaves: lease and deadline are checked here (L12)."""
        self.check_time()
        if self.attempt is not None:
            self.attempt.check()
        self.started = True

    def check_time(self) -> None:
        """Raise `OutOfTime` once the whole exchange's time is up."""
        if self.expired:
            raise OutOfTime(f"it was not over after {self.seconds:g} seconds")

    def expire(self) -> None:
        """Time is up: whatever waits on the socket wakes with an error."""
        with self._lock:
            if self._over:
                return
            self.expired = True
            if self._socket is not None:
                # The plain socket's method: the TLS one would first forget its encryption and leave a reader reading.
                with suppress(OSError):  # already shut by the other side
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def finish(self) -> None:
        """It is over; the socket may serve another exchange."""
        with self._lock:
            self._over = True


@contextmanager
def under_way(exchange: Exchange) -> Iterator[Exchange]:
    """Make it the current exchange of this thread and watch its time.

    A time-out per read can't do that: a server that drips a byte a second never exceeds it.
    """
    watch = threading.Timer(exchange.seconds, exchange.expire)
    watch.daemon = True
    token = _CURRENT.set(exchange)
    watch.start()
    try:
        yield exchange
    finally:
        exchange.finish()
        watch.cancel()
        _CURRENT.reset(token)


def current_exchange() -> Exchange | None:
    """The exchange that this thread is in."""
    return _CURRENT.get()
