"""Carrying a request on to the ERP, over a connection of its own."""

import http.client
from typing import Final
from urllib.parse import urlsplit

from erp_bridge_core.conformance.wire.exchange import Answer, Incoming

MOVED: Final = "moved"
#: Seconds that an ERP may take before it counts as hung: its simulator answers at once.
_PATIENCE: Final = 60.0
#: The proxy's own business on each side; an uncompressed answer is one that it can put its own address into.
_OURS: Final = frozenset({"host", "origin", "connection", "keep-alive", "content-length", "transfer-encoding"})
_ANY_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


class Unreached(Exception):
    """The ERP did not answer; `carried` says whether it may have taken the request."""

    def __init__(self, *, carried: bool) -> None:
        super().__init__("the ERP did not answer")
        self.carried = carried


def forward(request: Incoming, upstream: str | None) -> Answer:
    """Send a request to `host:port` and read its answer whole; raises `Unreached`."""
    if upstream is None:
        raise Unreached(carried=False)
    host, _, port = upstream.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=_PATIENCE)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise Unreached(carried=False) from error
        return _exchange(connection, request, upstream)
    except (OSError, http.client.HTTPException) as error:
        raise Unreached(carried=True) from error
    finally:
        connection.close()


def _exchange(connection: http.client.HTTPConnection, request: Incoming, upstream: str) -> Answer:
    connection.putrequest(request.method, target(request), skip_host=True, skip_accept_encoding=True)
    for name, value in _headers(request, upstream).items():
        connection.putheader(name, value)
    connection.endheaders(request.body or None)
    with connection.getresponse() as response:
        return Answer(status=response.status, headers=tuple(response.getheaders()), body=response.read())


def _headers(request: Incoming, upstream: str) -> dict[str, str]:
    headers = {name: value for name, value in request.headers.items() if name not in _OURS}
    headers |= {"host": upstream, "connection": "close", "accept-encoding": "identity"}
    if origin := request.headers.get("origin"):
        own = f"http://{request.headers.get('host', '')}"
        headers["origin"] = f"http://{upstream}" if origin == own else origin
    if request.body or request.method in _ANY_BODY:
        headers["content-length"] = str(len(request.body))
    return headers


def target(request: Incoming) -> str:
    """The path and query as the ERP is to see them, without the mark of our own redirect."""
    query = "&".join(part for part in request.query.split("&") if part and part != MOVED)
    return f"{request.path}?{query}" if query else request.path


def moved_target(request: Incoming) -> str:
    """The same path and query with the mark of a redirect."""
    return f"{request.path}?{request.query}&{MOVED}" if request.query else f"{request.path}?{MOVED}"


def split_target(text: str) -> tuple[str, str]:
    """Path and query of a request line's target."""
    parts = urlsplit(f"//host{text}" if text.startswith("/") else text)
    return parts.path or "/", parts.query
