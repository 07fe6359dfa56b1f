"""Believing an ID token: signed by the provider, for us, for this round, of now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import frozen
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jws import JWSRegistry

from erp_bridge_core.configuration.sign_in_provider import OidcConfig
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.web.oidc.directory import Key
from erp_bridge_core.web.oidc.rounds import Proof, Round

#: Signatures by a key that the provider alone has; never by our own secret, and never none.
ALGORITHMS: Final = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC",
}  # fmt: skip
#: By how much the provider's clock and ours may differ.
SKEW: Final = timedelta(seconds=60)
_LONGEST: Final = 64 * 1024
_LONGEST_SUBJECT: Final = 255


@frozen(kw_only=True)
class IdTokens:
    """Reads ID tokens of one provider. `keys` answers its keys of a number and kind, read anew if need be."""

    config: OidcConfig
    keys: Callable[[str | None, str], tuple[Key, ...]]
    now: Callable[[], datetime]

    def read(self, token: str, one: Round) -> Proof:
        """Whom the token vouches for; raises `NotAllowed` with what is wrong with it, `ProviderFailed` without keys."""
        now = self.now()
        claims = self._verified(token)
        self._check_claims(claims, one, now)
        proved_at = _moment(claims.get("auth_time"))
        self._check_ages(claims, one, proved_at, now)
        return Proof(
            issuer=self.config.issuer,
            subject=claims["sub"],
            proved_at=None if proved_at is None else min(proved_at, now),
        )

    def _verified(self, token: str) -> CodeIDToken:
        try:
            if len(token) > _LONGEST:
                raise refused("it is too long")
            header = jws.extract_compact(token.encode()).headers()
            kind = ALGORITHMS.get(str(header.get("alg")))
            if kind is None:
                raise refused("it is not signed in a way that is believed")
            registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
            for key in self.keys(header.get("kid"), kind):
                try:
                    found = jwt.decode(token, key, registry=registry)
                except BadSignatureError:
                    continue
                return CodeIDToken(found.claims, found.header, self._options())
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise refused("it can't be read") from error
        raise refused("none of the provider's keys has signed it")

    def _options(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.config.issuer},
            "aud": {"essential": True, "value": self.config.client_id},
        }

    def _check_claims(self, claims: CodeIDToken, one: Round, now: datetime) -> None:
        claims.params = {"nonce": one.nonce, "client_id": self.config.client_id}
        try:
            claims.validate(now=int(now.timestamp()), leeway=int(SKEW.total_seconds()))
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            raise refused(f"{getattr(error, 'claim', None) or 'a claim'} is not right") from error
        subject = claims["sub"]
        if claims["iss"] != self.config.issuer:  # a list that holds it is no name
            raise refused("iss is not right")
        if not (isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUBJECT and subject.isascii()):
            raise refused("sub is not right")
        if self.config.acr and claims.get("acr") not in self.config.acr:
            raise refused("acr is none of those that [oidc] acr asks for: sign in there in the stronger way")

    def _check_ages(self, claims: CodeIDToken, one: Round, proved_at: datetime | None, now: datetime) -> None:
        made_at = _moment(claims["iat"])
        if made_at is None or not one.began_at - SKEW <= made_at <= now + SKEW:
            raise refused("iat is not of now")
        oldest = one.began_at if one.again else now - timedelta(minutes=self.config.max_age_minutes)
        if one.again or self.config.max_age_minutes:
            if proved_at is None:
                raise refused("it does not say when you signed in there (auth_time)")
            if proved_at < oldest - SKEW:
                raise refused("you signed in there too long ago: sign in there anew")
        if proved_at is not None and proved_at > now + SKEW:
            raise refused("auth_time is not right")


def refused(why: str) -> NotAllowed:
    """The refusal of what came back from the provider."""
    return NotAllowed(
        f"What the provider says of you was not believed: {why}.",
        remedy="Sign in again. If it stays so, an administrator looks at the provider and [oidc] of erp-bridge.toml.",
    )


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
