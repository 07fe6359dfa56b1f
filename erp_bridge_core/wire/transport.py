"""One request and its reply: permitted, throttled, bounded, and every failure classified once (ledger L6)."""

import re
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, Final

import requests
from attrs import field, frozen
from urllib3.exceptions import HTTPError

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.effects import Attempt
from erp_bridge_core.contract.errors import Doubtful, ErpBridgeError, NotSent, ReadFailed, StorageError
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.contract.wire import current_attempt
from erp_bridge_core.following import Fact, Step, doing
from erp_bridge_core.wire.addresses import AddressBook, AllowedHosts, Forbidden, Target
from erp_bridge_core.wire.exchange import Exchange, under_way
from erp_bridge_core.wire.pinned import GuardedPools
from erp_bridge_core.wire.queueing import Queues
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.replies import BadReply, read_reply
from erp_bridge_core.wire.throttle import OutOfPatience, Patience, Throttle, Throttles, within

_SCHEME_AND_CREDENTIAL: Final = 2
_SECRET_PARTS: Final = re.compile(r"(?<=://)[^/?#]*@|[?#].*", re.DOTALL)


@frozen(kw_only=True)
class Limits:
    """What one request may take. Times in seconds, sizes in bytes; the same bound holds before and after unpacking."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 300.0
    patience: float = 120.0
    reply_bytes: int = 64 * 1024 * 1024
    redirects: int = 3
    tries_when_throttled: int = 3
    longest_pause: float = 60.0


@frozen(kw_only=True)
class Wires:
    """What the transport of one connection is made of."""

    name: str
    hosts: AllowedHosts
    limits: Limits
    throttles: Throttles = field(repr=False)
    rate: RateLimit
    clock: Clock = field(repr=False)
    redactor: Redactor = field(repr=False)
    addresses: AddressBook = field(repr=False, factory=AddressBook)
    id_header: str = ""

    def throttle(self, target: Target) -> Throttle:
        """The throttle of a host, the same for all who keep to it together."""
        return self.throttles.of(str(target), self.rate, self.clock)

    def learn(self, request: requests.PreparedRequest) -> None:
        """Let nothing tell what this request signs in with, nor what its plugin has kept since."""
        self.redactor.look()
        if credential := _credential(request.headers.get("Authorization")):
            self.redactor.learn(credential)

    def failure(self, request: requests.PreparedRequest, why: str, *, sent: bool, remedy: str = "") -> ErpBridgeError:
        """The one place where a failure gets its class: reading, not sent, or doubtful."""
        place = self.redactor.clean(f"{request.method} {place_of(request.url)}")
        reason = self.redactor.clean(why).rstrip(".")
        details = {"connection": self.name, "request": place}
        if current_attempt() is None:
            return ReadFailed(
                f"Reading from {self.name} failed ({place}): {reason}.",
                remedy=remedy or "Check that the ERP can be reached, then do it again; nothing was changed.",
                details=details,
            )
        if not sent:
            return NotSent(
                f"Nothing was sent to {self.name} ({place}): {reason}.",
                remedy=remedy or "Check that the ERP can be reached, then resume the export.",
                details=details,
            )
        return Doubtful(
            f"It is not known whether {self.name} carried out {place}: {reason}.",
            remedy=remedy or "Nothing is sent again by itself; the export looks for it in the ERP first.",
            details=details,
        )


def _credential(header: str | bytes | None) -> str:
    """What stands behind the scheme, where that is one word: a signature of several parts is of this request alone."""
    text = header.decode("latin-1") if isinstance(header, bytes) else header or ""
    words = text.split()
    return words[-1] if 0 < len(words) <= _SCHEME_AND_CREDENTIAL else ""


def place_of(url: str | None) -> str:
    """A URL without user, password, query and fragment, which may carry what is nobody's business."""
    return _SECRET_PARTS.sub("", url or "")


class GuardedTransport(GuardedPools):
    """Sends one prepared request; raises only errors of the contract's tree."""

    def __init__(self, wires: Wires) -> None:
        self.wires = wires
        self._queues = Queues(wires.rate.at_once)
        super().__init__(max_retries=0)

    def send(  # noqa: PLR0917 - the library's signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002, ARG002 - the library's signature; a reply is always read whole
        timeout: Any = None,
        verify: Any = True,  # noqa: FBT002
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request and read its reply whole."""
        attempt = current_attempt()
        self.wires.learn(request)
        with self._told_of(request, attempt) as step:
            target = self._admit(request, verify=verify, proxies=proxies)
            if self.wires.id_header:
                told = step.cause.parent_text if self.wires.id_header == "traceparent" else step.cause.id
                request.headers[self.wires.id_header] = told
            response = self._in_turn(request, target, attempt, step, timeout=timeout, verify=verify, cert=cert)
            step.tell(status=response.status_code)
        return response

    def _told_of(self, request: requests.PreparedRequest, attempt: Attempt | None) -> AbstractContextManager[Step]:
        """What the log says of a request to the ERP: where it went, never what was in it."""
        known: dict[str, Fact] = {"connection": self.wires.name, "method": request.method or ""}
        known["place"] = self.wires.redactor.clean(place_of(request.url))
        known["access"] = "read" if attempt is None else "write"
        if attempt is not None:
            known["attempt"] = attempt.number
        return doing("erp request", **known)

    def _in_turn(
        self,
        request: requests.PreparedRequest,
        target: Target,
        attempt: Attempt | None,
        step: Step,
        **options: Any,
    ) -> requests.Response:
        began = perf_counter()
        patience = self._patience(attempt)
        try:
            with self._queues.turn(str(target), patience), self.wires.throttle(target).turn(patience):
                step.tell(waited=perf_counter() - began)
                return self._exchange(request, attempt, **options)
        except OutOfPatience as error:
            raise self.wires.failure(request, str(error), sent=False) from error
        except StorageError as error:
            # From waiting for a turn, or from the last look at the lease: both come before the first byte.
            if attempt is None:
                raise
            raise self.wires.failure(request, error.message, sent=False, remedy=error.remedy) from error

    def _admit(self, request: requests.PreparedRequest, *, verify: Any, proxies: Any) -> Target:
        if verify is False or proxies:
            why = "the plugin asked for a request without certificate check, or through a proxy"
            raise self.wires.failure(request, why, sent=False, remedy="Give the authority's certificates as ca_file.")
        try:
            return self.wires.hosts.admit(request.url or "")
        except Forbidden as error:
            raise self.wires.failure(request, str(error), sent=False, remedy=str(error)) from error

    def _patience(self, attempt: Attempt | None) -> Patience:
        patience = within(self.wires.clock, self.wires.limits.patience)
        return patience if attempt is None else lambda: min(patience(), attempt.seconds_left)

    def _exchange(
        self, request: requests.PreparedRequest, attempt: Attempt | None, *, timeout: Any, verify: Any, cert: Any
    ) -> requests.Response:
        exchange = Exchange(addresses=self.wires.addresses, attempt=attempt, seconds=self._seconds(request, attempt))
        try:
            with under_way(exchange):
                times = self._times(timeout, exchange.seconds)
                response = super().send(request, stream=True, timeout=times, verify=verify, cert=cert)
                exchange.reached = exchange.started = True  # an answer is proof enough of that
                with response.raw:
                    read_reply(response, exchange, most_bytes=self.wires.limits.reply_bytes)
                return response
        except Forbidden as error:
            raise self.wires.failure(request, str(error), sent=False, remedy=str(error)) from error
        except (requests.RequestException, HTTPError, BadReply, OSError, ValueError) as error:
            sent = not exchange.proves_nothing_sent
            raise self.wires.failure(request, _why(error, exchange), sent=sent) from error

    def _seconds(self, request: requests.PreparedRequest, attempt: Attempt | None) -> float:
        if attempt is None:
            return self.wires.limits.total
        left = attempt.seconds_left
        if left <= 0:
            raise self.wires.failure(request, "the attempt's deadline has passed", sent=False)
        return min(self.wires.limits.total, left)

    def _times(self, timeout: Any, seconds: float) -> tuple[float, float]:
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        limits = self.wires.limits
        return (_shortest(connect, limits.connect, seconds), _shortest(read, limits.read, seconds))


def _shortest(asked: float | None, usual: float, most: float) -> float:
    return min(usual if asked is None else float(asked), most)


def _why(error: BaseException, exchange: Exchange) -> str:
    if exchange.expired:
        return f"it was not over after {exchange.seconds:g} seconds"
    inner = error
    while (deeper := _beneath(inner)) is not None:
        inner = deeper
    return str(inner) or type(inner).__name__


def _beneath(error: BaseException) -> BaseException | None:
    """What really happened: the libraries' own words hold whole URLs, with what their queries carry."""
    candidates = (getattr(error, "reason", None), error.__cause__, *error.args)
    return next((inner for inner in candidates if isinstance(inner, BaseException)), None)
