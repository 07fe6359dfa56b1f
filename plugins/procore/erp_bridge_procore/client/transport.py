"""One request to Procore's API: signed in, for one company, within its rate, and every failure classified once.

Reads may be asked again. A write goes out once: whether it was carried out is told by the kind of error, as everywhere
in the contract: `NotSent` and `Throttled` prove that nothing was done, `Doubtful` proves nothing (ledger L6).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import requests
from attrs import define, field, frozen

from erp_bridge_core.contract import Clock
from erp_bridge_core.contract.errors import Doubtful, NotSent, ReadFailed, Throttled
from erp_bridge_core.contract.wire import current_attempt, writing
from erp_bridge_procore.client.pace import Pace
from erp_bridge_procore.client.refusals import refusal_of
from erp_bridge_procore.client.sign_in import SignIn
from erp_bridge_procore.client.wire import decode, encode

#: How often a read is asked: tokens end, windows fill, a server is busy.
_TRIES: Final = 4
_SUCCESS: Final = range(200, 300)
_BUSY: Final = frozenset({429, 503})
_SECONDS: Final = 60.0


@frozen
class Answer:
    """A success: what its body says, None for an empty one, and its headers."""

    document: Any
    headers: Mapping[str, str]


@frozen
class OneTry:
    """The attempt of a write for which there is no ledger: it may take so many seconds, and nothing else holds it."""

    seconds_left: float = _SECONDS
    number: int = 1

    def check(self) -> None:
        """There is no lease to lose."""


@define
class Transport:
    """The API of one company. `session` is the one that was given: it may be guarded, or plain."""

    api_url: str
    company_id: int
    session: requests.Session
    clock: Clock
    sign_in: SignIn
    pace: Pace = field(kw_only=True)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Read. Raises `ErpRefused` and its kinds, `SignInFailed`, `ReadFailed`, `Throttled`."""
        url = f"{self.api_url}{path}" + (f"?{urlencode(dict(params))}" if params else "")
        for _ in range(_TRIES):
            answer, header = self._send("GET", url, None)
            if answer.status_code == requests.codes.unauthorized:
                self.sign_in.turned_away(header)
            elif answer.status_code in _BUSY:
                self.pace.sleep(self.pace.wait_told(answer.headers))
            else:
                return self._read(answer, url)
        raise ReadFailed(f"Procore did not answer this in {_TRIES} tries ({url}).", remedy="Try again later.")

    def write(self, method: str, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Answer:
        """Write, once. Raises `ErpRefused` and its kinds, `SignInFailed`, `NotSent`, `Throttled`, `Doubtful`."""
        url = f"{self.api_url}{path}" + (f"?{urlencode(dict(params))}" if params else "")
        with _as_write():
            answer, header = self._send(method, url, body)
        if answer.status_code == requests.codes.unauthorized:
            raise self.sign_in.turned_away(header)
        if answer.status_code == requests.codes.too_many_requests:
            wait = self.pace.wait_told(answer.headers)
            raise Throttled("Procore takes no more requests of this app for now and did nothing.", retry_after=wait)
        if answer.status_code in _SUCCESS:
            return _success(answer, doubt=True)
        refusal = refusal_of(answer)
        if refusal is not None:
            raise refusal
        raise _doubtful(url, f"it was answered with HTTP {answer.status_code}")

    def _send(self, method: str, url: str, body: Any) -> tuple[requests.Response, str]:
        self.pace.wait_for_turn()
        header = self.sign_in.header
        headers = {"Authorization": header, "Procore-Company-Id": str(self.company_id), "Accept": "application/json"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = encode(body), "application/json"
        try:
            answer = self.session.request(
                method, url, data=content, headers=headers, timeout=_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise _failure(method, url, error) from error
        self.pace.note(answer.headers)
        return answer, header

    def _read(self, answer: requests.Response, url: str) -> Answer:
        if answer.status_code in _SUCCESS:
            return _success(answer, doubt=False)
        refusal = refusal_of(answer)
        if refusal is not None:
            raise refusal
        raise ReadFailed(
            f"Procore answered HTTP {answer.status_code} ({url}).",
            remedy="Check api_url and the network; try again later.",
            details={"status": answer.status_code},
        )


@contextmanager
def _as_write() -> Iterator[None]:
    """Mark what goes out as a write, so that a guarded session tells a doubt as one."""
    if current_attempt() is not None:
        yield
        return
    with writing(OneTry()):
        yield


def _success(answer: requests.Response, *, doubt: bool) -> Answer:
    if not answer.content:
        return Answer(None, answer.headers)
    try:
        return Answer(decode(answer.content), answer.headers)
    except ValueError as error:
        url = str(answer.url)
        if doubt:
            raise _doubtful(url, "its answer is not JSON") from error
        raise ReadFailed(f"Procore's answer is not JSON ({url}).", remedy="Check api_url.") from error


def _failure(method: str, url: str, error: requests.RequestException) -> Exception:
    """What a failure of a plain session means; a guarded one tells it itself."""
    if method == "GET":
        remedy = "Check that Procore can be reached, then do it again; nothing was changed."
        return ReadFailed(f"Reading from Procore failed ({url}): {type(error).__name__}.", remedy=remedy)
    if isinstance(error, requests.ConnectTimeout):
        return NotSent(f"Nothing was sent to Procore ({url}): no connection.", remedy="Check the network.")
    return _doubtful(url, type(error).__name__)


def _doubtful(url: str, why: str) -> Doubtful:
    return Doubtful(
        f"It is not known whether Procore carried this out ({url}): {why}.",
        remedy="Read what is there before anything is sent again.",
    )
