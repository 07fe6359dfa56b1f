"""One request on its way through the proxy: what a strike, or nothing, makes of it."""

from collections.abc import Callable
from typing import Protocol

from attrs import evolve, frozen

from erp_bridge_core.conformance.wire.exchange import Answer, Armed, Exchange, Incoming
from erp_bridge_core.conformance.wire.upstream import Unreached

Strike = Callable[["Passage"], None]


class Line(Protocol):
    """The connection that the request came over."""

    def read_body(self) -> bytes:
        """The request's body; raises OSError when the client went away in the middle of it."""

    def send(self, data: bytes, *, last: bool) -> None:
        """Send bytes to the client, and after the last ones end the connection."""

    def hang_up(self) -> None:
        """End the connection as usual."""

    def reset(self) -> None:
        """End the connection with a reset instead of a goodbye."""

    def wait_for_end(self) -> None:
        """Wait until the client gives up."""


class Traffic(Protocol):
    """The proxy, as a request on its way sees it."""

    @property
    def address(self) -> str:
        """Its own `host:port`."""

    def stage(self, name: str, request: Incoming) -> None:
        """Tell that a request came so far."""

    def strike_on(self, exchange: Exchange, *, early: bool) -> Armed | None:
        """The fault that strikes it now, before its body is read or after."""

    def carry(self, exchange: Exchange) -> Answer:
        """Send it to the ERP; raises `Unreached`."""

    def hold(self, exchange: Exchange) -> None:
        """Keep it for a later release."""

    def let_connection_die(self, exchange: Exchange) -> None:
        """Keep its connection open, but let the next request on it find it dead."""

    def earlier(self, request: Incoming) -> Answer | None:
        """What the ERP answered last to an equal request."""

    def finish(self, exchange: Exchange) -> None:
        """It is over: called before the client can notice, so that its next request is never counted beside it."""


@frozen(kw_only=True)
class Passage:
    """A request that was taken in; `run` brings it to its end."""

    traffic: Traffic
    line: Line
    exchange: Exchange
    strikes: Callable[[Armed | None], Strike]

    @property
    def request(self) -> Incoming:
        """The request."""
        return self.exchange.request

    def run(self) -> None:
        """Read its body and do with it what a fault, or none, asks for."""
        self.traffic.stage("connected", self.request)
        if early := self.traffic.strike_on(self.exchange, early=True):
            self.strikes(early)(self)
            return
        self.exchange.request = evolve(self.request, body=self.line.read_body())
        self.traffic.stage("body_sent", self.request)
        armed = self.traffic.strike_on(self.exchange, early=False)
        try:
            self.strikes(armed)(self)
        except Unreached:
            self.hang_up()

    def forward(self, *, times: int = 1) -> Answer:
        """Send it to the ERP, several times over if asked, and give the first answer; raises `Unreached`."""
        answers = [self.traffic.carry(self.exchange) for _ in range(times)]
        self.traffic.stage("reply_held", self.request)
        return answers[0]

    def tell(self, answer: Answer) -> None:
        """Give the client an answer."""
        self._send(answer, answer.head(self.request.method) + self._body(answer))

    def tell_half(self, answer: Answer, *, of_head: bool) -> None:
        """Give the client half of an answer and end the connection: the head and half of the body, or half the head."""
        head, body = answer.head(self.request.method), self._body(answer)
        cut = head[: len(head) // 2] if of_head or not body else head + body[: len(body) // 2]
        self._send(answer, cut, last=True)

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self.traffic.finish(self.exchange)
        self.line.hang_up()

    def reset(self) -> None:
        """Reset the connection without an answer."""
        self.traffic.finish(self.exchange)
        self.line.reset()

    def wait_for_end(self) -> None:
        """Answer nothing until the client gives up."""
        self.line.wait_for_end()
        self.hang_up()

    def _body(self, answer: Answer) -> bytes:
        return b"" if self.request.method == "HEAD" else answer.body

    def _send(self, answer: Answer, data: bytes, *, last: bool = False) -> None:
        self.exchange.told, self.exchange.replied = answer, True
        self.traffic.finish(self.exchange)
        try:
            self.line.send(data, last=last)
        except OSError:
            # The client went away before it was told: a worker that was killed, or that had waited long enough.
            self.exchange.told, self.exchange.replied = None, False
            self.line.hang_up()
