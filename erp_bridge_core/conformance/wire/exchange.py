"""What passes through the proxy: a request as it came in, an answer, and the record of both."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Final

from attrs import Factory, define, evolve, frozen

from erp_bridge_core.conformance.wire.faults import WireFault

_PER_CONNECTION: Final = frozenset({"connection", "keep-alive", "content-length", "transfer-encoding"})
_TEXT: Final = ("text/", "json", "xml")
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@frozen(kw_only=True)
class Incoming:
    """A request as the proxy took it in. `path` is without the query, header names are lower case.

    `tag` is what was announced of it. While its body has not been read, `body` is empty.
    """

    method: str = ""
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = Factory(dict)
    body: bytes = b""
    tag: object = None

    def equals(self, other: "Incoming") -> bool:
        """Whether it asks for the same: method, path, query and body."""
        return _question(self) == _question(other)


def _question(request: Incoming) -> tuple[str, str, str, bytes]:
    return (request.method, request.path, request.query, request.body)


@frozen(kw_only=True)
class Answer:
    """An answer to a request: the ERP's, or one that the proxy gives in its place."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def head(self, method: str) -> bytes:
        """Status line and headers as they go to a client that asked with that method."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Other"
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers if name.lower() not in _PER_CONNECTION]
        lines += self._length(method)
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _length(self, method: str) -> list[str]:
        if self.status in _BODILESS:
            return []
        stated = next((value for name, value in self.headers if name.lower() == "content-length"), "")
        length = stated if method == "HEAD" and stated else str(len(self.body))
        return [f"Content-Length: {length}"]

    def moved(self, old: str, new: str) -> "Answer":
        """The same answer with the addresses of one `host:port` replaced by another's, in `Location` and in text."""
        replaced = tuple(
            (name, _moved(value, old, new) if name.lower() == "location" else value) for name, value in self.headers
        )
        named = {name.lower(): value.lower() for name, value in self.headers}
        readable = named.get("content-encoding", "identity") == "identity"
        if not readable or not any(kind in named.get("content-type", "") for kind in _TEXT):
            return evolve(self, headers=replaced)
        body = _moved(self.body.decode("latin-1"), old, new).encode("latin-1")
        return evolve(self, headers=replaced, body=body)


def _moved(text: str, old: str, new: str) -> str:
    port = old.rpartition(":")[2]
    for host in (old, f"localhost:{port}"):
        text = text.replace(f"http://{host}", f"http://{new}")
    return text


@define(kw_only=True, eq=False)
class Exchange:
    """The record of one request. Times are of `time.monotonic`.

    `answered` is what the ERP said, `told` what the client got, in full or in part, when `replied`. `copies` counts how
    often the request reached the ERP, also by a later release; `forwarded` says that it did at all.
    """

    request: Incoming
    taken_at: float
    ended_at: float | None = None
    fault: WireFault | None = None
    copies: int = 0
    replied: bool = False
    answered: Answer | None = None
    told: Answer | None = None

    @property
    def method(self) -> str:
        """How it asked."""
        return self.request.method

    @property
    def path(self) -> str:
        """What it asked for, without the query."""
        return self.request.path

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, by lower-case name."""
        return self.request.headers

    @property
    def body(self) -> bytes:
        """The bytes that it sent."""
        return self.request.body

    @property
    def tag(self) -> object:
        """What was announced of it."""
        return self.request.tag

    @property
    def forwarded(self) -> bool:
        """Whether it reached the ERP."""
        return self.copies > 0

    @property
    def status(self) -> int | None:
        """The status that the client was told; None when it was told nothing."""
        return self.told.status if self.told else None

    @property
    def reply(self) -> bytes:
        """The body that the client was told."""
        return self.told.body if self.told else b""


#: Chooses the requests that a fault strikes.
When = Callable[[Incoming], bool]
#: What stands around the ERP's carrying a request out: entered before it is forwarded, left before it is answered.
Around = Callable[[], AbstractContextManager[object]]


@define(kw_only=True, eq=False)
class Armed:
    """A fault that lies in wait: it strikes the first `times` requests that `when` chooses."""

    fault: WireFault
    when: When
    times: int = 1
    around_commit: Around | None = None
    struck: int = 0

    def strikes(self, request: Incoming) -> bool:
        """Whether it strikes that request."""
        return self.struck < self.times and self.when(request)
