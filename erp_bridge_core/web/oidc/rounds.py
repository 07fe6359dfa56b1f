"""What one round to the provider is, and what it brings back. Nothing here needs the extra."""

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from erp_bridge_core.contract.errors import ErpBridgeError

#: How long a person may take at the provider.
SECONDS = 600


class Purpose(StrEnum):
    """What a person goes to the provider for: to sign in, or to be linked with what he is there."""

    SIGN_IN = "sign_in"
    LINK = "link"


class ProviderFailed(ErpBridgeError):
    """The provider of sign-ins can't be reached, or answers what can't be believed; nobody was signed in."""

    code = "provider"
    whose = "the provider's"


@frozen(kw_only=True)
class Round:
    """One round. `then` is where it leads afterwards, `company` the one to act in where the person belongs to it.

    `state` comes back in the address and `nonce` in the ID token; `verifier` proves that who began it ends it. `again`
    asks the provider to have the person show anew who he is. `session` is the hash of the session in which it began,
    blank without one.
    """

    purpose: Purpose
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    then: str
    company: str
    again: bool
    session: str
    began_at: datetime


@frozen(kw_only=True)
class Going:
    """A round that begins: the address at the provider, and the sealed round for the browser's cookie."""

    url: str
    sealed: str = field(repr=False)


@frozen(kw_only=True)
class Proof:
    """Whom the provider vouches for; `proved_at` is when he showed it who he is, None where it does not tell."""

    issuer: str
    subject: str
    proved_at: datetime | None
