"""The provider of sign-ins: rounds to it and back."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Self

from attrs import define, field
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2 import OAuth2Client, OAuth2Error
from requests import HTTPError
from sqlalchemy import delete, insert, select

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.sign_in_provider import OidcConfig
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.people.passwords import token_hash
from erp_bridge_core.store.tables import provider_rounds
from erp_bridge_core.web.oidc.directory import Directory, Endpoints, failed, told_as_failure
from erp_bridge_core.web.oidc.id_tokens import IdTokens, refused
from erp_bridge_core.web.oidc.rounds import SECONDS, Going, Proof, Purpose, Round
from erp_bridge_core.web.oidc.sealing import Seal
from erp_bridge_core.wire.http import GuardedSession, Limits, open_session

#: Where the provider sends people back to.
BACK: Final = "/sign-in/provider/back"
_LIMITS: Final = Limits(
    connect=5.0, read=10.0, total=15.0, patience=5.0, reply_bytes=256 * 1024, redirects=0, tries_when_throttled=1
)
_AT_ONCE: Final = 8
_LONGEST: Final = 4000
_ANEW: Final = "Begin again on the sign-in page."
#: How long a round that came back is remembered: longer than any is good.
_REMEMBERED: Final = timedelta(hours=1)


@define(kw_only=True)
class Provider:
    """One provider, as `[oidc]` configures it."""

    application: Application = field(repr=False)
    config: OidcConfig
    base_url: str
    secret: str = field(repr=False)
    _directory: Directory = field(init=False)
    _seal: Seal = field(init=False, repr=False)
    _id_tokens: IdTokens = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Furnish what reads, seals and believes."""
        now = self.application.clock.now
        self._directory = Directory(
            issuer=self.config.issuer, hosts=self.config.allowed, session=self._session, now=now
        )
        self._seal = Seal(self.application.opened.audit_key)
        self._id_tokens = IdTokens(config=self.config, keys=self._directory.keys, now=now)

    @classmethod
    def of(cls, application: Application, configuration: Configuration, base_url: str) -> Self:
        """The configured provider; raises `BadSettings` where its secret leads nowhere."""
        config = configuration.oidc
        secret = configuration.secrets.resolve(config.client_secret).reveal() if config.client_secret else ""
        application.redactor.add(secret)
        return cls(application=application, config=config, base_url=base_url.rstrip("/"), secret=secret)

    def begin(self, purpose: Purpose, *, then: str, company: str, session: str, again: bool) -> Going:
        """Begin a round; raises `ProviderFailed`. `session` is the token of the session that is there, or blank."""
        endpoints = self._directory.endpoints()
        one = Round(
            purpose=purpose, then=then, company=company, session=token_hash(session) if session else "", again=again,
            state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48),
            began_at=self.application.clock.now(),
        )  # fmt: skip
        asked = {"nonce": one.nonce}
        if again:
            # `max_age` has it tell when that was; with 0 some would ask without end.
            asked |= {"prompt": "login", "max_age": str(SECONDS)}
        elif self.config.max_age_minutes:
            asked["max_age"] = str(self.config.max_age_minutes * 60)
        if self.config.acr:
            asked["acr_values"] = " ".join(self.config.acr)
        with self._session() as session_of_none:
            url, _ = self._client(session_of_none, endpoints).create_authorization_url(
                endpoints.authorization, state=one.state, code_verifier=one.verifier, **asked
            )
        return Going(url=url, sealed=self._seal.close(one))

    def round_of(self, answer: Mapping[str, str], sealed: str, session: str) -> Round:
        """The round that an answer ends, this once; raises `NotAllowed` for one that this browser did not begin."""
        one = self._seal.open(sealed, self.application.clock.now())
        if one is None or not hmac.compare_digest(answer.get("state", "").encode(), one.state.encode()):
            raise NotAllowed("This sign-in was not begun in this browser, or took too long.", remedy=_ANEW)
        if one.purpose is Purpose.LINK and one.session != token_hash(session):
            raise NotAllowed("You signed in anew meanwhile; nothing was linked.", remedy="Begin again on your profile.")
        self._end(one)
        return one

    def proof(self, answer: Mapping[str, str], one: Round) -> Proof:
        """Whom the provider vouches for; raises `NotAllowed` where it refuses or is not believed, `ProviderFailed`."""
        endpoints = self._directory.endpoints()
        named = answer.get("iss")
        if (named is None and endpoints.names_itself) or (named is not None and named != self.config.issuer):
            raise refused("another provider answered")
        if error := answer.get("error"):
            raise _told(error, answer.get("error_description", ""))
        code = answer.get("code", "")
        if not 0 < len(code) <= _LONGEST:
            raise refused("it holds no code")
        return self._id_tokens.read(self._id_token(endpoints, code, one.verifier), one)

    def _id_token(self, endpoints: Endpoints, code: str, verifier: str) -> str:
        with told_as_failure(), self._session() as session:
            try:
                said = self._client(session, endpoints).fetch_token(endpoints.token, code=code, code_verifier=verifier)
            except OAuth2Error as error:
                raise _told(str(error.error), str(error.description or "")) from error
            except (HTTPError, ValueError, TypeError, RecursionError) as error:
                raise failed("the provider's answer to the code can't be read") from error
        token = said.get("id_token")
        if not isinstance(token, str):
            raise failed("the provider gave no ID token")
        return token

    def _client(self, session: GuardedSession, endpoints: Endpoints) -> "_Client":
        way = "none"
        if self.secret:
            way = "client_secret_basic" if "client_secret_basic" in endpoints.auth_methods else "client_secret_post"
        return _Client(
            session, client_id=self.config.client_id, client_secret=self.secret or None,
            token_endpoint_auth_method=way, scope=" ".join(self.config.scopes), redirect_uri=self.base_url + BACK,
            code_challenge_method="S256",
        )  # fmt: skip

    def _session(self) -> GuardedSession:
        return open_session(
            name="the provider of sign-ins",
            hosts=self.config.allowed.hosts,
            plain_http=self.config.plain_http,
            ca_file=self.config.ca_file,
            throttles=self.application.connections.throttles,
            rate=RateLimit(at_once=_AT_ONCE),
            clock=self.application.clock,
            redactor=self.application.redactor,
            limits=_LIMITS,
        )

    def _end(self, one: Round) -> None:
        now, state = self.application.clock.now(), token_hash(one.state)
        with self.application.store.begin() as connection:
            if connection.execute(select(provider_rounds.c.id).where(provider_rounds.c.state_hash == state)).first():
                raise NotAllowed("This sign-in came back already; it is good once.", remedy=_ANEW)
            connection.execute(delete(provider_rounds).where(provider_rounds.c.came_back_at < now - _REMEMBERED))
            connection.execute(insert(provider_rounds).values(state_hash=state, came_back_at=now))


class _Client(OAuth2Client):  # type: ignore[misc] # the library has no types
    """Its client over a session of requests, which ours is."""

    client_auth_class = OAuth2ClientAuth


def _told(error: str, description: str) -> NotAllowed:
    """What the provider gives as its reason, as data: its code and words, bounded."""
    words = " ".join(text[:200] for text in (error, description) if text)
    if error == "access_denied":
        return NotAllowed(f"You or the provider refused the sign-in ({words}).", remedy=_ANEW)
    remedy = f"{_ANEW} If it stays so, an administrator looks at the client of ERP Bridge at the provider."
    return NotAllowed(f"The provider refused the sign-in ({words}).", remedy=remedy)
