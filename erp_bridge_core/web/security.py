"""The outermost gate: only known hosts are answered, and every answer carries the same strict headers."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.web.addresses import routed

#: Bytes of a request's body; files of budgets come this way too.
LARGEST_BODY: Final = 25 * 1024 * 1024
#: Parts of a form; a table of a page has a handful of fields a row.
MOST_PARTS: Final = 5000

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
#: Nothing inline, nothing from elsewhere, in nobody's frame.
_CONTENT: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_POLICY: Final = "; ".join(f"{name} {source}" for name, source in _CONTENT.items())
_HEADERS: Final = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HTTPS: Final = {"strict-transport-security": "max-age=31536000; includeSubDomains"}
#: What people see is theirs and of now: no cache keeps it, unless a handler says otherwise (static files).
_UNLESS_SET: Final = {"cache-control": "no-store"}


def is_https(web: WebConfig) -> bool:
    """Whether people reach us by TLS."""
    return web.base_url.lower().startswith("https://")


def known_hosts(web: WebConfig) -> frozenset[str]:
    """The values of `Host` that are answered, without ports where any port will do."""
    own = [urlsplit(web.base_url).netloc] if web.base_url else []
    return frozenset(host.lower() for host in (*LOOPBACK, *own, *web.allowed_hosts))


class Perimeter:
    """Wraps the whole application, so that even a path that nobody knows is answered by its rules; HEAD, too."""

    def __init__(self, app: ASGIApp, web: WebConfig) -> None:
        self._app = app
        self._hosts = known_hosts(web)
        self._headers = _encoded({**_HEADERS, **(_HTTPS if is_https(web) else {})})
        self._unless_set = _encoded(_UNLESS_SET)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it for its `Host`, or for a path that no file or database takes."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return

        is_head = scope["method"] == "HEAD"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(list(message["headers"]))
            elif is_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if "\0" in scope["path"]:
            await _refuse(guarded, b"No address holds a NUL.\n")
        elif is_known(_host(scope), self._hosts):
            # HEAD is GET without a body, for every page and resource; the server itself has to know it as HEAD.
            asked: Any = {**scope, "path": routed(scope), **({"method": "GET"} if is_head else {})}
            await self._app(asked, receive, guarded)
        else:
            await _refuse(guarded, _OTHER_HOST)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in headers}
        # A second policy of content can only narrow the first: browsers keep both.
        fixed = dict(self._headers).keys() - {b"content-security-policy"}
        kept = [(name, value) for name, value in headers if name.lower() not in fixed]
        return [*kept, *self._headers, *(pair for pair in self._unless_set if pair[0] not in given)]


def is_known(host: str, hosts: Collection[str]) -> bool:
    """Whether a `Host` is one of ours; one that is known without a port is known with any."""
    name, _, port = host.lower().rpartition(":")
    bare = name if port.isdecimal() and port.isascii() else host.lower()
    return host.lower() in hosts or bare in hosts


def _host(scope: Scope) -> str:
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    # Two of them are an attempt to have two readers see two hosts.
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""


def _encoded(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_OTHER_HOST: Final = (
    b"This server does not answer to that name. Its [web] base_url and allowed_hosts say to which it does.\n"
)


async def _refuse(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
