"""Signing in: Basic with `CLIENT||USER`, or a bearer token by OAuth client credentials, renewed before it ends."""

import base64
import threading
from typing import Any, Final

from attrs import Factory, define, field

from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_cmic.wire import decode
from erp_bridge_core.contract import Erp, SignInMemory, reading
from erp_bridge_core.contract.errors import ErpError, NotSent, SignInFailed

CmicErp = Erp[CmicSettings]

#: A token is renewed so long before its end, in seconds: longer than any request takes.
MARGIN: Final = 90.0
_USUAL: Final = 300.0


@define
class SignIn:
    """How one connection proves who it is, for requests side by side.

    A refused log-in is never tried again, unless a person checks the connection: CMiC's users can be locked.
    """

    erp: CmicErp
    by_person: bool = field(default=False, kw_only=True)
    _memory: SignInMemory = field(
        init=False,
        repr=False,
        default=Factory(lambda self: SignInMemory(self.erp.state, by_person=self.by_person), takes_self=True),
    )
    _token: str = field(default="", init=False, repr=False)
    _ends: float = field(default=0.0, init=False)
    _worked: str = field(default="", init=False, repr=False)
    _refused: SignInFailed | None = field(default=None, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    @property
    def header(self) -> str:
        """The value of the `Authorization` header; raises `SignInFailed`, `ReadFailed` when no token can be had."""
        with self._lock:
            if self._refused is not None:
                raise self._refused
            self._memory.require()
            if self.erp.settings.authentication == "basic":
                return f"Basic {self._basic()}"
            if not self._token or self.erp.clock.monotonic() >= self._ends:
                self._fetch()
            return f"Bearer {self._token}"

    def worked(self, header: str) -> None:
        """Remember that the server took this header."""
        self._worked = header
        with self._lock:
            self._memory.accepted()

    def turned_away(self, header: str) -> ErpError:
        """What a 401 means: a token that ended (`NotSent`: the next try has a new one), or a log-in refused for good.

        CMiC looks at who calls before it looks at what is asked, so that nothing was done either way.
        """
        with self._lock:
            return self._turned_away(header)

    def _turned_away(self, header: str) -> ErpError:
        is_current = header == f"Bearer {self._token}"
        ended = self.erp.settings.authentication == "oauth" and (self._worked == header or not is_current)
        if is_current:
            self._token = ""
        if ended:
            return NotSent(
                "CMiC turned a request away, since the access token was no longer valid.",
                remedy="It is asked again with a new token.",
            )
        self._refused = SignInFailed(
            "CMiC refused the log-in (401).",
            remedy="Check client_id, user and password, or the OAuth settings, and that the host fits the way of "
            "logging in; then run `erp-bridge connection check`.",
        )
        return self._memory.refused(self._refused)

    def _basic(self) -> str:
        settings = self.erp.settings
        user = f"{settings.client_id}||{settings.user}" if settings.client_id else settings.user
        return base64.b64encode(f"{user}:{settings.password.reveal()}".encode()).decode()

    def _fetch(self) -> None:
        settings = self.erp.settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.oauth_client_id,
            "client_secret": settings.oauth_client_secret.reveal(),
            **({"scope": settings.oauth_scope} if settings.oauth_scope else {}),
        }
        asked = self.erp.clock.monotonic()
        with reading():
            answer = self.erp.http.post(settings.token_url, data=form, headers={"Accept": "application/json"})
        body = _object(answer.content)
        token, lasts = body.get("access_token"), body.get("expires_in", _USUAL)
        if answer.status_code != 200 or not isinstance(token, str) or not token:  # noqa: PLR2004
            self._refused = SignInFailed(
                f"The identity provider gave no access token (HTTP {answer.status_code}: {body.get('error', '')}).",
                remedy="Check token_url, oauth_client_id, oauth_client_secret and oauth_scope.",
            )
            raise self._memory.refused(self._refused)
        self._token = token
        self._ends = asked + max(1.0, _seconds(lasts) - MARGIN)


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = decode(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return _USUAL
