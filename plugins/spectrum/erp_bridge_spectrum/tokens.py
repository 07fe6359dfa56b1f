"""Enhanced Authentication, an option of hosted customers: a token by OAuth 2 client credentials beside the ID."""

import base64
import threading
from typing import Final

import requests
from attrs import define, field

from erp_bridge_core.contract import reading
from erp_bridge_core.contract.errors import ReadFailed, SignInFailed
from erp_bridge_spectrum.services import SpectrumErp

#: Renewed this many seconds before its end, so that none ends between a check and the call it was meant for.
_MARGIN: Final = 60.0


@define
class SignIn:
    """The HTTP headers by which a connection signs in; a token is asked for once and renewed before it ends."""

    erp: SpectrumErp
    _token: str = field(default="", init=False, repr=False)
    _ends: float = field(default=0.0, init=False)
    _refused: SignInFailed | None = field(default=None, init=False)
    _guard: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def headers(self) -> dict[str, str]:
        """What goes with every call: a token, Basic where the site wants it, or nothing. Raises `SignInFailed`."""
        settings = self.erp.settings
        if settings.token_url:
            return {"Authorization": f"Bearer {self._current_token()}"}
        if settings.basic:
            pair = f"{settings.company}:{settings.authorization_id.reveal()}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return {}

    def forget(self) -> None:
        """Ask for a new token next time: the server did not take this one."""
        with self._guard:
            self._token = ""

    def _current_token(self) -> str:
        with self._guard:
            if self._refused is not None:
                raise self._refused
            if not self._token or self.erp.clock.monotonic() > self._ends:
                self._ask()
            return self._token

    def _ask(self) -> None:
        settings = self.erp.settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id.reveal(),
            "client_secret": settings.client_secret.reveal(),
            "scope": settings.token_scope,
        }
        asked = self.erp.clock.monotonic()
        with reading():
            answer = self.erp.http.post(settings.token_url, data=form, headers={"Accept": "application/json"})
        if answer.status_code in {400, 401, 403}:
            self._refused = SignInFailed(
                f"The token address refused the client (HTTP {answer.status_code}). It is not tried again by itself.",
                remedy="Check client_id, client_secret and token_scope; the secret may have ended (7 to 120 days).",
            )
            raise self._refused
        self._token, seconds = _read_token(answer)
        self._ends = asked + max(0.0, seconds - _MARGIN)


def _read_token(answer: requests.Response) -> tuple[str, float]:
    try:
        data = answer.json()
        token, seconds = data["access_token"], float(data["expires_in"])
    except (ValueError, TypeError, KeyError):
        token, seconds = "", 0.0
    if answer.status_code != requests.codes.ok or not isinstance(token, str) or not token:
        raise ReadFailed(
            f"The token address answered HTTP {answer.status_code} without a token.", remedy="Check token_url."
        )
    return token, seconds
