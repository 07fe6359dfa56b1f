"""The `erp.http` of an adapter: a session that an honest plugin can't get wrong.

On a write a reply is passed on only when it is the ERP's own to read; everything else is classified here, once (L6).
"""

import logging
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import requests

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import StorageError, Throttled
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.contract.wire import current_attempt, reading, writing
from erp_bridge_core.wire.addresses import AllowedHosts, Forbidden, target_of
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.replies import is_unasked_page, retry_after
from erp_bridge_core.wire.throttle import Throttles
from erp_bridge_core.wire.transport import GuardedTransport, Limits, Wires, place_of

__all__ = ["GuardedSession", "Limits", "open_session", "reading", "writing"]

_log = logging.getLogger(__name__)

_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
#: Statuses from which a reader concludes something: data, or that there is none.
_MEANINGFUL: Final = frozenset({*range(200, 300), 404, 410})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
#: When the ERP names no time: long enough to matter, short enough to try within a read's patience.
_USUAL_PAUSE: Final = 5.0


class GuardedSession(requests.Session):
    """A session of one connection.

    Raises, and nothing else: `NotSent`, `Doubtful`, `Throttled` on writes; `ReadFailed` on reads; `LeaseLost` from
    the attempt; `StorageError` when the throttle's folder is unusable. No retry of anything but a throttled read.
    """

    def __init__(self, wires: Wires) -> None:
        super().__init__()
        self.wires = wires
        self.trust_env = False  # no proxies, credentials or certificates from the environment
        self.max_redirects = wires.limits.redirects
        self.headers["User-Agent"] = f"erp-bridge/{_version()}"
        self.headers["Accept-Encoding"] = "gzip, deflate"  # what can be unpacked within bounds
        transport = GuardedTransport(wires)
        self.adapters.clear()
        self.mount("https://", transport)
        self.mount("http://", transport)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a request; what can't be prepared was not sent."""
        try:
            return super().prepare_request(request)
        except (requests.RequestException, ValueError, TypeError) as error:
            unprepared = requests.PreparedRequest()
            unprepared.method, unprepared.url = request.method, place_of(str(request.url))
            raise self.wires.failure(unprepared, f"the request can't be built: {error}", sent=False) from error

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a request as a write or a read, whichever is under way."""
        options.setdefault("verify", self.verify)
        if current_attempt() is not None:
            return self._write(request, options)
        return self._read(request, options)

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """On a redirect to another host, drop every header that holds a secret, not `Authorization` alone."""
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]
        before, after = target_of(response.request.url or ""), target_of(prepared_request.url or "")
        if before != after:
            clean = self.wires.redactor.clean
            for name in [name for name, value in prepared_request.headers.items() if clean(str(value)) != str(value)]:
                del prepared_request.headers[name]

    def _write(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        options["allow_redirects"] = False
        response = self._send(request, options)
        if response.status_code == _TOO_MANY:
            wait = self._pause(response)
            raise Throttled(
                f"{self.wires.name} takes no more requests for now and did nothing ({place_of(request.url)}).",
                retry_after=wait,
                remedy="It is sent again after the time the ERP asked for.",
            )
        if why := _doubt(response):
            raise self.wires.failure(request, why, sent=True)
        return response

    def _read(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        safe = request.method in _SAFE_METHODS
        # A body may hold credentials: it is never handed on to where a reply points.
        options["allow_redirects"] = follow = safe and options.get("allow_redirects", True)
        for _ in range(self.wires.limits.tries_when_throttled if safe else 1):
            response = self._send(request, dict(options))
            if response.status_code != _TOO_MANY or not self._may_wait(response):
                break
        if response.status_code == _TOO_MANY:
            raise self.wires.failure(request, "the ERP takes no more requests for now (429)", sent=True)
        if response.is_redirect and not follow and not safe:
            raise self.wires.failure(request, f"it was answered by a redirect ({response.status_code})", sent=True)
        if response.status_code in _MEANINGFUL and is_unasked_page(response):
            raise self.wires.failure(request, f"a web page came instead of data ({response.status_code})", sent=True)
        return response

    def _send(self, request: requests.PreparedRequest, options: dict[str, Any]) -> requests.Response:
        try:
            self.get_adapter(request.url or "")
        except requests.RequestException as error:
            raise self.wires.failure(request, "it is no https address", sent=False) from error
        try:
            return super().send(request, **options)
        except Forbidden as error:
            raise self.wires.failure(request, f"it was redirected: {error}", sent=True) from error
        except (requests.RequestException, ValueError) as error:
            # The transport classifies all of its own; what is left happened to a reply: redirects, cookies, hooks.
            raise self.wires.failure(request, f"its reply can't be used: {type(error).__name__}", sent=True) from error

    def _may_wait(self, response: requests.Response) -> bool:
        """Let everyone wait as the ERP asked; False when that is longer than a reader waits."""
        return (self._pause(response) or _USUAL_PAUSE) <= self.wires.limits.longest_pause

    def _pause(self, response: requests.Response) -> float | None:
        wait = retry_after(response, self.wires.clock.now())
        target = target_of(response.request.url or "")
        try:
            self.wires.throttle(target).pause(_USUAL_PAUSE if wait is None else wait)
        except StorageError as error:
            # The reply counts more than the pause: without it the next request asks again and is told again.
            _log.warning("%s: the pause that the ERP asked for could not be kept: %s", self.wires.name, error)
        return wait


def _doubt(response: requests.Response) -> str:
    status = response.status_code
    if status >= _SERVER_ERROR:
        return f"it was answered by a server error ({status})"
    if response.is_redirect or 300 <= status < 400:  # noqa: PLR2004
        return f"it was answered by a redirect ({status}), which a write never follows"
    if is_unasked_page(response):
        return f"a web page came instead of an answer ({status})"
    return ""


def _version() -> str:
    try:
        return version("erp-bridge-core")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0"


def open_session(
    *,
    name: str,
    hosts: tuple[str, ...],
    plain_http: bool,
    ca_file: str | None,
    throttles: Throttles,
    rate: RateLimit,
    clock: Clock,
    redactor: Redactor,
    limits: Limits | None = None,
    id_header: str = "",
) -> GuardedSession:
    """A session for a connection; `ca_file` names the certificates of a company's own authority."""
    session = GuardedSession(
        Wires(
            name=name,
            hosts=AllowedHosts(hosts=hosts, plain_http=plain_http),
            limits=limits or Limits(),
            throttles=throttles,
            rate=rate,
            clock=clock,
            redactor=redactor,
            id_header=id_header,
        )
    )
    if ca_file:
        session.verify = ca_file
    return session
