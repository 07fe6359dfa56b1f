"""A loopback port that can be shut, so that connecting is refused; nobody else can take it meanwhile."""

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

HOST: Final = "127.0.0.1"


class Listener:
    """Accepts connections in a thread of its own and hands each to `accepted`."""

    def __init__(self, accepted: Callable[[socket.socket], None]) -> None:
        self._accepted = accepted
        # Bound but not listening: it keeps the port ours while connections to it are refused.
        self._reserved = _bound(0)
        self.port: int = self._reserved.getsockname()[1]
        self._guard = threading.RLock()
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._waker, self._wake = socket.socketpair()

    @property
    def sockets(self) -> list[socket.socket]:
        """All that it holds open, for a forked process to let go of."""
        held = [self._reserved, self._waker, self._wake]
        return [*held, self._listening] if self._listening else held

    def open(self) -> None:
        """Take connections; nothing happens if it does already."""
        with self._guard:
            if self._listening is not None:
                return
            listening = _bound(self.port)
            listening.setblocking(False)  # a caller may be gone again before it is taken
            listening.listen(128)
            self._listening = listening
            self._thread = threading.Thread(target=self._accept, args=(listening,), name="fault proxy")
            self._thread.start()

    def shut(self) -> None:
        """Refuse connections from now on; nothing happens if it does already."""
        with self._guard:
            if self._listening is None or self._thread is None:
                return
            self._waker.send(b"!")
            self._thread.join()
            self._wake.recv(1)
            self._listening.close()
            self._listening = self._thread = None

    def close(self) -> None:
        """End for good."""
        self.shut()
        for each in self.sockets:
            each.close()

    def _accept(self, listening: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            for each in (listening, self._wake):
                selector.register(each, selectors.EVENT_READ)
            while self._wake not in [key.fileobj for key, _ in selector.select()]:
                with suppress(OSError):
                    connection, _ = listening.accept()
                    connection.setblocking(True)
                    self._accepted(connection)


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HOST, port))
    return bound
