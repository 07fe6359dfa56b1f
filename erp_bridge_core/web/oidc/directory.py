"""What the provider says of itself: where it is asked, and the keys that it signs with."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from attrs import Factory, define, field, frozen
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from erp_bridge_core.contract.errors import ErpBridgeError, NotAllowed
from erp_bridge_core.visible import visible
from erp_bridge_core.web.oidc.rounds import ProviderFailed
from erp_bridge_core.wire.addresses import AllowedHosts, Forbidden
from erp_bridge_core.wire.http import GuardedSession

Key = RSAKey | ECKey

_log = logging.getLogger(__name__)

#: How long what was read is believed, and how soon keys are read again for one that is not among them.
_KEPT: Final = timedelta(hours=1)
_SOONEST: Final = timedelta(minutes=1)
#: How long a provider that failed is not asked again: many people may wait for it.
_SPARED: Final = timedelta(seconds=5)
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_KINDS: Final[Mapping[str, type[RSAKey] | type[ECKey]]] = {"RSA": RSAKey, "EC": ECKey}
#: What is read of a key, and how long it is at least; sets that are larger are nobody's.
_PARTS: Final = ("kty", "kid", "n", "e", "crv", "x", "y")
_LEAST_BITS: Final = 2048
_MOST_KEYS: Final = 100
_AGAIN: Final = "Try again in a moment. If it stays so, an administrator looks at [oidc] of erp-bridge.toml."


@frozen(kw_only=True)
class Endpoints:
    """Where the provider is asked. `auth_methods` are the ways in which we may show who we are.

    `names_itself` says that it names itself in every answer, so that one without its name is not its own.
    """

    authorization: str
    token: str
    keys: str
    auth_methods: tuple[str, ...]
    names_itself: bool


def failed(why: str) -> ProviderFailed:
    """The failure of the provider, in words for whoever wants to sign in."""
    return ProviderFailed(f"The sign-in did not work: {why}.", remedy=_AGAIN)


@contextmanager
def told_as_failure() -> Iterator[None]:
    """Whatever the wire does is the provider's failure; where it is stays out of the words, for strangers read them."""
    try:
        yield
    except (ProviderFailed, NotAllowed):
        raise
    except ErpBridgeError as error:
        _log.warning("The provider of sign-ins failed: %s", visible(error.message))
        raise failed("the provider can't be reached, or gives no answer that can be used") from error


@define(kw_only=True)
class Directory:
    """Reads once, keeps for an hour; keys are read again, at most once a minute, for one that is not among them.

    `session` opens a guarded session; names are resolved and pinned anew for each.
    """

    issuer: str
    hosts: AllowedHosts
    session: Callable[[], GuardedSession]
    now: Callable[[], datetime]
    _endpoints: Endpoints | None = field(init=False, default=None)
    _keys: tuple[Key, ...] = field(init=False, default=())
    _endpoints_at: datetime | None = field(init=False, default=None)
    _failed_at: datetime | None = field(init=False, default=None)
    _keys_at: datetime | None = field(init=False, default=None)
    _lock: Lock = field(init=False, default=Factory(Lock))

    def endpoints(self) -> Endpoints:
        """Where the provider is asked; raises `ProviderFailed`."""
        with self._lock:
            if self._endpoints is None or self._is_older(self._endpoints_at, _KEPT):
                if not self._is_older(self._failed_at, _SPARED):
                    raise failed("the provider did not answer a moment ago")
                self._failed_at = self.now()
                self._endpoints = self._read_endpoints()
                self._endpoints_at, self._failed_at = self.now(), None
            return self._endpoints

    def keys(self, number: str | None, kind: str) -> tuple[Key, ...]:
        """The keys of a kind (`RSA`, `EC`) with that number, or all of them where a token names none."""
        address = self.endpoints().keys
        with self._lock:
            if self._is_older(self._keys_at, _KEPT):
                self._read_keys(address)
            found = _fitting(self._keys, number, kind)
            if not found and self._is_older(self._keys_at, _SOONEST):
                self._read_keys(address)
                found = _fitting(self._keys, number, kind)
            return found

    def _is_older(self, moment: datetime | None, age: timedelta) -> bool:
        return moment is None or self.now() - moment >= age

    def _read_endpoints(self) -> Endpoints:
        said = self._read(self.issuer.rstrip("/") + _WELL_KNOWN)
        if said.get("issuer") != self.issuer:
            raise failed("the provider names itself otherwise than [oidc] issuer does")
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Endpoints(
            authorization=self._address(said, "authorization_endpoint"),
            token=self._address(said, "token_endpoint"),
            keys=self._address(said, "jwks_uri"),
            auth_methods=tuple(map(str, methods)) if isinstance(methods, list) else (),
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, said: Mapping[str, Any], name: str) -> str:
        address = said.get(name)
        try:
            if isinstance(address, str) and address.isascii() and address.isprintable() and "#" not in address:
                self.hosts.admit(address)
                return address
        except Forbidden as error:
            raise failed(f"the provider's {name} leads to a host that [oidc] hosts does not name") from error
        raise failed(f"the provider gives no {name}")

    def _read_keys(self, address: str) -> None:
        # The moment counts even where it fails: a stranger's token must not have us ask again and again.
        self._keys_at = self.now()
        listed = self._read(address).get("keys")
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise failed("the provider's keys can't be read")
        self._keys = tuple(key for each in listed if (key := _key(each)) is not None)

    def _read(self, address: str) -> dict[str, Any]:
        with told_as_failure(), self.session() as session:
            answer = session.get(address, headers={"Accept": "application/json"}, allow_redirects=False)
        try:
            said = json.loads(answer.content)
        except (ValueError, RecursionError):
            said = None
        if answer.status_code != 200 or not isinstance(said, dict):  # noqa: PLR2004 -- a redirect is no answer either
            raise failed("what the provider says of itself can't be read")
        return said


def _key(listed: Any) -> Key | None:
    """A key that signs; None for what is none of ours to use, which a provider may well list, too."""
    kind = _KINDS.get(str(listed.get("kty"))) if isinstance(listed, dict) else None
    if kind is None or listed.get("use", "sig") != "sig":
        return None
    # A short key could be guessed; what is written in six bits a letter tells its length.
    if kind is RSAKey and len(str(listed.get("n", ""))) * 6 < _LEAST_BITS:
        return None
    try:
        return kind.import_key({name: listed[name] for name in _PARTS if name in listed})
    except (JoseError, ValueError, TypeError):
        return None


def _fitting(keys: tuple[Key, ...], number: str | None, kind: str) -> tuple[Key, ...]:
    return tuple(key for key in keys if key.key_type == kind and number in {None, key.kid})
