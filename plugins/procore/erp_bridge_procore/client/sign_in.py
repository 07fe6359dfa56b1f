"""Signing in at Procore: client credentials of a data connector, or the authorization of a person.

Firm [3.1]: tokens by POST /oauth/token at the login host; they live 5400 s. A code is used once and lives ten minutes.
A refused log-in is never tried again by itself.
"""

import threading
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import requests
from attrs import define, evolve, field, frozen

from erp_bridge_core.contract import Clock, Secret
from erp_bridge_core.contract.errors import ErpBridgeError, ErpError, NotSent, ReadFailed, SignInFailed
from erp_bridge_core.contract.wire import reading
from erp_bridge_procore.client.errors import AuthorizationLost
from erp_bridge_procore.client.tokens import TokenKeeper, Tokens
from erp_bridge_procore.client.wire import decode

#: A token is renewed so long before its end, in seconds: longer than any request takes.
MARGIN: Final = 90.0
_USUAL_LIFE: Final = 5400.0
_AUTHORIZE: Final = "Have a person authorize the app anew: `authorize_url` says where."


class Grant(Protocol):
    """How tokens are had."""

    @property
    def client_id(self) -> str:
        """The app's id."""

    @property
    def client_secret(self) -> Secret:
        """The app's secret."""

    def form(self, tokens: Tokens | None) -> dict[str, str]:
        """The fields that ask for a new token; raises `AuthorizationLost` when there is nothing to ask with."""

    @property
    def rotates(self) -> bool:
        """Whether asking uses something up that the answer replaces."""


@frozen(kw_only=True)
class ClientCredentials:
    """A data connector's app, which acts as its service account."""

    client_id: str
    client_secret: Secret
    rotates: bool = field(default=False, init=False)

    def form(self, tokens: Tokens | None) -> dict[str, str]:
        """The same fields every time."""
        del tokens
        return {"grant_type": "client_credentials"}


@frozen(kw_only=True)
class AuthorizationCode:
    """An app that acts for the person who authorized it; afterwards by refresh tokens, each used once."""

    client_id: str
    client_secret: Secret
    redirect_uri: str
    rotates: bool = field(default=True, init=False)

    def form(self, tokens: Tokens | None) -> dict[str, str]:
        """The fields that spend the refresh token."""
        if tokens is None or not tokens.refresh:
            raise AuthorizationLost("Nobody has authorized the app at Procore yet.", remedy=_AUTHORIZE)
        if tokens.refused:
            raise AuthorizationLost("Procore refused the refresh token before.", remedy=_AUTHORIZE)
        return {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "redirect_uri": self.redirect_uri}


@define
class SignIn:
    """The tokens of one connection, for requests side by side and for all processes that share the keeper."""

    login_url: str
    session: requests.Session
    clock: Clock
    grant: Grant
    keeper: TokenKeeper
    _known: Tokens | None = field(default=None, init=False, repr=False)
    _refused: SignInFailed | None = field(default=None, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    @property
    def header(self) -> str:
        """The value of `Authorization`; raises `SignInFailed`, `ReadFailed`, `StorageError` when there is none."""
        with self._lock:
            if self._refused is not None:
                raise self._refused
            known = self._known or self.keeper.read()
            if known is None or not self._is_good(known):
                known = self._renewed(known)
            self._known = known
            return f"Bearer {known.access}"

    def turned_away(self, header: str) -> NotSent:
        """What a 401 means: this token ended early, and nothing was done. The next request has a new one."""
        with self._lock:
            if self._known is not None and header == f"Bearer {self._known.access}":
                self._known = self._renewed(self._known)
        return NotSent(
            "Procore turned a request away, since the access token was no longer valid.",
            remedy="It is sent again with a new token.",
        )

    def authorize_url(self, state: str) -> str:
        """Where a person allows the app to act for him; `state` comes back with the code and is to be compared."""
        grant = self._by_code()
        query = {"response_type": "code", "client_id": grant.client_id, "redirect_uri": grant.redirect_uri}
        return f"{self.login_url}/oauth/authorize?{urlencode({**query, 'state': state})}"

    def exchange(self, code: str) -> None:
        """Turn a code into tokens, and keep them; raises `AuthorizationLost` for a code that is used or too old."""
        grant = self._by_code()
        with self._lock, self.keeper.renewing():
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": grant.redirect_uri}
            self._known = self._asked(form)
            self.keeper.keep(self._known)
            self._refused = None

    def _by_code(self) -> AuthorizationCode:
        if not isinstance(self.grant, AuthorizationCode):
            raise ErpError("Only an app that acts for people is authorized by a person.", remedy="Set redirect_uri.")
        return self.grant

    def _is_good(self, tokens: Tokens) -> bool:
        return bool(tokens.access) and tokens.ends - MARGIN > self.clock.now().timestamp()

    def _renewed(self, old: Tokens | None) -> Tokens:
        """New tokens, by this process or by another that was quicker."""
        with self.keeper.renewing():
            kept = self.keeper.read()
            if kept is not None and self._is_good(kept) and (old is None or kept.access != old.access):
                return kept
            form = self.grant.form(kept)
            if self.grant.rotates and kept is not None:
                self.keeper.mark_spent(kept)
            try:
                new = self._asked(form)
            except SignInFailed as error:
                self._remember(kept, error)
                raise
            self.keeper.keep(new)
            return new

    def _remember(self, kept: Tokens | None, error: SignInFailed) -> None:
        self._refused = error
        if not self.grant.rotates or kept is None:
            return
        if not isinstance(error, AuthorizationLost):
            self.keeper.keep(kept)  # the app was refused before its token was looked at: it is as good as before
            return
        self.keeper.keep(evolve(kept, refused=True, spent=True))
        if kept.spent:
            error.remedy = f"The answer to an earlier renewal was lost, and with it the next token. {_AUTHORIZE}"

    def _asked(self, form: dict[str, str]) -> Tokens:
        fields = {**form, "client_id": self.grant.client_id, "client_secret": self.grant.client_secret.reveal()}
        answer = self._post(fields)
        try:
            body = decode(answer.content)
        except ValueError:
            body = None
        found: dict[str, Any] = body if isinstance(body, dict) else {}
        access = found.get("access_token")
        if answer.status_code == requests.codes.ok and isinstance(access, str) and access:
            refresh, lasts = found.get("refresh_token"), found.get("expires_in")
            return Tokens(
                access=access,
                ends=self.clock.now().timestamp() + (float(lasts) if isinstance(lasts, int) else _USUAL_LIFE),
                refresh=refresh if isinstance(refresh, str) else "",
            )
        raise _refusal(answer.status_code, found)

    def _post(self, fields: dict[str, str]) -> requests.Response:
        url = f"{self.login_url}/oauth/token"
        try:
            with reading():
                return self.session.post(
                    url, data=fields, headers={"Accept": "application/json"}, timeout=60, allow_redirects=False
                )
        except requests.RequestException as error:
            raise ReadFailed(
                f"Procore's login host gave no answer ({url}): {type(error).__name__}.",
                remedy="Check login_url and the network, then do it again.",
            ) from error


def _refusal(status: int, found: dict[str, Any]) -> ErpBridgeError:
    error, told = str(found.get("error", "")), str(found.get("error_description", ""))
    words = ": ".join(filter(None, (error, told))) or f"HTTP {status}"
    if error == "invalid_grant":
        return AuthorizationLost(f"Procore refused the authorization ({words}).", remedy=_AUTHORIZE)
    if error:
        remedy = "Check client_id and client_secret, and that both are of this environment, sandbox or production."
        return SignInFailed(f"Procore refused to sign the app in ({words}).", remedy=remedy)
    return ReadFailed(f"Procore gave no access token ({words}).", remedy="Check login_url, then do it again.")
