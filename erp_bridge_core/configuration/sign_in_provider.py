"""`[oidc]` of the configuration: the OpenID provider that people may sign in through."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.configuration.secrets import HOW, is_reference
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.people.texts import name_faults
from erp_bridge_core.wire.addresses import AllowedHosts, Forbidden, target_of

_LONGEST_AGE: Final = 30 * 24 * 60


@frozen(kw_only=True)
class OidcConfig:
    """An OpenID Connect provider; without an `issuer` there is none.

    `issuer` is its address, letter by letter as it names itself. `client_id` and `client_secret`, a reference, are what
    it knows this installation by; a blank secret is for a public client. `label` stands on the button. `hosts` (`name`
    or `name:port`) are further ones of the provider that we may talk to. `plain_http` is for loopback alone. `acr` are
    the ways of signing in, as the provider calls them, one of which is asked for. `max_age_minutes` is how old the
    sign-in at the provider may be; 0: as old as it likes. `only` closes the sign-in by password on pages and API to
    everybody but administrators.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    scopes: tuple[str, ...] = ("openid",)
    label: str = "your company's account"
    hosts: tuple[str, ...] = ()
    plain_http: bool = False
    ca_file: str | None = None
    acr: tuple[str, ...] = ()
    max_age_minutes: int = 0
    only: bool = False

    @property
    def allowed(self) -> AllowedHosts:
        """The hosts that we may talk to: the issuer's and those that are listed."""
        return AllowedHosts(hosts=(str(target_of(self.issuer)), *self.hosts), plain_http=self.plain_http)


def oidc_faults(oidc: OidcConfig, *, base_url: str) -> Iterator[Fault]:
    """Everything that is wrong with `[oidc]`; people are sent back to `[web] base_url`."""
    if not oidc.issuer:
        if oidc != OidcConfig():
            yield Fault("oidc.issuer", "is missing", expected="the provider's address, as it names itself")
        return
    yield from _issuer_faults(oidc)
    yield from _client_faults(oidc)
    if name_faults(oidc.label):
        yield Fault("oidc.label", "is not visible text of one line", value=oidc.label)
    if oidc.ca_file is not None and not Path(oidc.ca_file).is_absolute():
        yield Fault("oidc.ca_file", "not a full path", value=oidc.ca_file, expected="a full path")
    if not 0 <= oidc.max_age_minutes <= _LONGEST_AGE:
        yield Fault("oidc.max_age_minutes", "out of bounds", value=str(oidc.max_age_minutes), expected="0 to 43200")
    if not base_url:
        expected = "the address that people type: the provider sends them back there"
        yield Fault("web.base_url", "is missing, which [oidc] needs", expected=expected)


def _issuer_faults(oidc: OidcConfig) -> Iterator[Fault]:
    plain = oidc.issuer.isascii() and oidc.issuer.isprintable() and not any(sign in oidc.issuer for sign in " ?#")
    try:
        oidc.allowed.admit(oidc.issuer)
    except Forbidden:
        plain = False
    if not plain:
        expected = "https://…, without user, blanks, ? and #; plain_http permits http to this machine itself"
        yield Fault("oidc.issuer", "is no provider's address", value=oidc.issuer, expected=expected)


def _client_faults(oidc: OidcConfig) -> Iterator[Fault]:
    if not oidc.client_id.strip():
        yield Fault("oidc.client_id", "is missing", expected="what the provider knows this installation by")
    if oidc.client_secret and not is_reference(oidc.client_secret):
        yield Fault("oidc.client_secret", "a secret must not stand in the configuration itself", remedy=HOW)
    if "openid" not in oidc.scopes or not all(_is_word(scope) for scope in oidc.scopes):
        yield Fault("oidc.scopes", "are not right", value=" ".join(oidc.scopes), expected="openid, and maybe others")
    if not all(_is_word(way) for way in oidc.acr):
        yield Fault("oidc.acr", "is not right", value=" ".join(oidc.acr), expected="words without blanks")


def _is_word(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and not set(text) & set(' "\\')
