"""A tiny ERP behind a fault proxy, and the session that the product gives an adapter."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
from attrs import Factory, define, frozen

from erp_bridge_core.conformance.wire import Exchange, FaultProxy, Incoming, SuiteClock
from erp_bridge_core.contract.errors import ErpBridgeError, LeaseLost
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.simulation import Reply, Request, serve
from erp_bridge_core.wire.http import GuardedSession, Limits, open_session, reading, writing
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle_files import FileThrottles

PATIENCE = 10.0


@define
class Try:
    """An attempt as the ledger would give it."""

    seconds_left: float = 30.0
    number: int = 1
    lost: bool = False

    def check(self) -> None:
        if self.lost:
            raise LeaseLost("another worker took over")


@define
class Books:
    """What the ERP wrote, and every request that it saw."""

    entries: list[str] = Factory(list)
    seen: list[Request] = Factory(list)
    url: str = ""

    def answer(self, request: Request) -> Reply:
        """Write what is posted; show what is there, with a link to oneself."""
        self.seen.append(request)
        if request.path == "/moved":
            return Reply(status=302, headers=(("Location", f"{self.url}/entries"),))
        if request.path == "/hung":
            return Reply(lost=True)
        if request.method == "POST":
            self.entries.append(request.body.decode())
            return Reply(status=201, body='{"written": true}', content_type="application/json")
        local = self.url.replace("127.0.0.1", "localhost")
        shown = {"entries": self.entries, "self": f"{self.url}/entries", "local": f"{local}/entries"}
        return Reply(body=json.dumps(shown), content_type="application/json")


@frozen(kw_only=True)
class WireScene:
    """The ERP's books, the proxy, and a client."""

    books: Books
    proxy: FaultProxy
    session: GuardedSession

    @property
    def url(self) -> str:
        """Where the client finds the ERP."""
        return f"http://{self.proxy.address}"

    def write(self, body: str = "one", path: str = "/entries") -> requests.Response:
        """Post an entry within an attempt."""
        with writing(Try()):
            return self.session.post(f"{self.url}{path}", data=body)

    def read(self, path: str = "/entries") -> requests.Response:
        """Read what is there."""
        with reading():
            return self.session.get(f"{self.url}{path}")

    def outcome(self, *, of_write: bool = True) -> int | str:
        """What the client makes of a request: the status, or the code of the error."""
        try:
            return (self.write() if of_write else self.read()).status_code
        except ErpBridgeError as error:
            return error.code

    def exchange(self) -> Exchange:
        """The only exchange so far, when it is over."""
        assert self.proxy.wait_idle(PATIENCE)
        (exchange,) = self.proxy.exchanges
        return exchange


def always(_: Incoming) -> bool:
    """Chooses every request."""
    return True


def writes(request: Incoming) -> bool:
    """Chooses what writes."""
    return request.method == "POST"


@contextmanager
def open_scene(home: Path) -> Iterator[WireScene]:
    """A simulator, a proxy before it, a session that talks to the proxy and soon loses patience."""
    books = Books()
    with serve(books.answer) as upstream, FaultProxy(upstream=str(upstream)) as proxy:
        books.url = upstream.url
        session = open_session(
            name="books",
            hosts=(proxy.address,),
            plain_http=True,
            ca_file=None,
            throttles=FileThrottles(home / "throttle"),
            rate=RateLimit(),
            clock=SuiteClock(moment=datetime(2026, 3, 2, 15, tzinfo=UTC)),
            redactor=Redactor(),
            limits=Limits(connect=5.0, read=2.0),
        )
        with session:
            yield WireScene(books=books, proxy=proxy, session=session)
