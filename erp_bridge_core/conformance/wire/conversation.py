"""The client's side: requests read from one kept connection, each brought to its end before the next."""

import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, cast

from erp_bridge_core.conformance.wire.exchange import Incoming
from erp_bridge_core.conformance.wire.upstream import split_target

_LONGEST_LINE: Final = 65_536
#: Closing then sends a reset and drops what has not been sent.
_AT_ONCE: Final = struct.pack("ii", 1, 0)

Take = Callable[["Conversation", Incoming], None]


class Conversation(BaseHTTPRequestHandler):
    """Hands each request's head to `take`, which reads the body and answers. The constructor returns at the end."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, connection: socket.socket, take: Take, is_dead: Callable[[], bool]) -> None:
        self._take = take
        self._is_dead = is_dead
        super().__init__(connection, connection.getpeername(), cast("Any", None))

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: the proxy keeps a record of its own."""

    def handle_one_request(self) -> None:
        """Take one request; raises what the proxy's own side failed with."""
        try:
            self.raw_requestline = self.rfile.readline(_LONGEST_LINE)
        except OSError:
            self.raw_requestline = b""
        if not self.raw_requestline:
            self.close_connection = True
        elif self._is_dead():
            self.reset()
        elif self.parse_request():
            path, query = split_target(self.path)
            headers: dict[str, str] = {}
            for name, value in self.headers.items():
                lower = name.lower()
                headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
            self._take(self, Incoming(method=self.command, path=path, query=query, headers=headers))
        else:
            self.close_connection = True

    def read_body(self) -> bytes:
        """The request's body; raises OSError when the client went away in the middle of it."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked()
        return self._exactly(int(self.headers.get("Content-Length") or 0))

    def send(self, data: bytes, *, last: bool) -> None:
        """Send bytes to the client, and after the last ones end the connection."""
        self.wfile.write(data)
        if last:
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection as usual."""
        self.close_connection = True

    def reset(self) -> None:
        """End the connection with a reset instead of a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close_connection = True

    def wait_for_end(self) -> None:
        """Wait until the client gives up."""
        try:
            while self.rfile.read(1):
                pass
        except OSError:
            self.close_connection = True  # it gave up with a reset

    def _exactly(self, size: int) -> bytes:
        body = self.rfile.read(size) if size else b""
        if len(body) < size:
            raise ConnectionError("the client went away in the middle of its request")
        return body

    def _chunked(self) -> bytes:
        pieces = []
        while size := int(self.rfile.readline(_LONGEST_LINE).partition(b";")[0] or b"0", 16):
            pieces.append(self._exactly(size))
            self.rfile.readline(_LONGEST_LINE)
        while self.rfile.readline(_LONGEST_LINE).strip():
            pass  # trailers
        return b"".join(pieces)
