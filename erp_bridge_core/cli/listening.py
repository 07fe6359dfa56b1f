"""Waiting on this machine for a browser that a budget source leads back here, once."""

import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from erp_bridge_core.connections.authorizing import MOST
from erp_bridge_core.contract.errors import NotPossibleNow, UsageError

#: Whoever connects and then says nothing holds up nobody for longer, in seconds.
_PATIENCE: Final = 10.0


class _Answers(BaseHTTPRequestHandler):
    """Takes the first answer that holds a state; anything else, such as a browser's icon, is not here."""

    timeout = _PATIENCE
    server: "_Listener"

    def do_GET(self) -> None:
        """Keep an answer, and let its person go."""
        found = dict(parse_qsl(urlsplit(self.path).query))
        if "state" in found:
            self.server.found = found
        text = b"This is told to ERP Bridge. Close this window, and look at the terminal.\n" if found else b""
        self.send_response(200 if "state" in found else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing: a code is nobody's business."""


class _Listener(HTTPServer):
    found: Mapping[str, str] | None = None


def wait_for_answer(port: int, *, seconds: float = MOST.total_seconds()) -> Mapping[str, str]:
    """The query of the browser that comes back to this machine; raises `NotPossibleNow` where none does in time."""
    try:
        listener = _Listener(("127.0.0.1", port), _Answers)
    except OSError as error:
        raise UsageError(
            f"Port {port} of this machine can't be listened on: {error.strerror or error}.",
            remedy="Name another port, or leave --listen out and paste what the browser was led to.",
        ) from error
    end = time.monotonic() + seconds
    with listener:
        while listener.found is None and (left := end - time.monotonic()) > 0:
            listener.timeout = left
            listener.handle_request()
    if listener.found is None:
        raise NotPossibleNow("Nobody came back in time; nothing was authorized.", remedy="Do it again.")
    return listener.found
