"""Which hosts a connection may talk to, and at which addresses: listed, resolved once, pinned, and none of our own."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80}
#: Services of hosting providers that answer with credentials, at addresses that are not link-local.
_METADATA: Final = frozenset(
    ipaddress.ip_address(text) for text in ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_EMBEDDING: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Exception):
    """A request to this host or address is not permitted; the words say why and what to do. Nothing was sent."""


@frozen(kw_only=True)
class Target:
    """Where a URL leads."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def target_of(url: str) -> Target:
    """The scheme, host and port of a URL; raises `Forbidden` for what is no plain web address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("The address is not a URL; correct it in the connection's settings.") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise Forbidden("The address is not an https URL; correct it in the connection's settings.")
    if parts.username is not None or parts.password is not None:
        raise Forbidden("The URL carries a user name or password; put them into the connection's settings.")
    host = parts.hostname.rstrip(".").lower()
    return Target(scheme=parts.scheme, host=host, port=port or _DEFAULT_PORTS[parts.scheme])


@frozen(kw_only=True)
class AllowedHosts:
    """The configured `hosts` of a connection: `name` (at the scheme's own port) or `name:port`.

    https alone; `plain_http` permits http for loopback, and for nothing else.
    """

    hosts: tuple[str, ...]
    plain_http: bool = False

    def admit(self, url: str) -> Target:
        """The target of a permitted URL; raises `Forbidden` for any other."""
        target = target_of(url)
        if not self._lists(target):
            raise Forbidden(
                f"{target} is not a host of this connection; add it to the connection's http.hosts if it should be."
            )
        if target.scheme == "http" and not (self.plain_http and is_loopback_name(target.host)):
            raise Forbidden(f"{target} would be called without encryption; use https.")
        return target

    def _lists(self, target: Target) -> bool:
        default = target.port == _DEFAULT_PORTS[target.scheme]
        bare = f"[{target.host}]" if ":" in target.host else target.host
        listed = {entry.lower() for entry in self.hosts}
        return str(target) in listed or (default and not listed.isdisjoint({bare, target.host}))


def is_loopback_name(host: str) -> bool:
    """Whether a host's very name says that it is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the host's resolver gives for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@define
class AddressBook:
    """Names resolved once and kept for a session's life, so that a name can't come to mean another machine."""

    _pinned: dict[tuple[str, int], tuple[str, ...]] = field(init=False, default=Factory(dict))

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The pinned addresses of a host; raises `Forbidden` if one is not permitted and OSError if none is known."""
        key = (host, port)
        if key not in self._pinned:
            found = resolve(host, port)
            _check(host, found)
            self._pinned[key] = tuple(found)
        return self._pinned[key]


def _check(host: str, found: Iterable[str]) -> None:
    for text in found:
        address = innermost(ipaddress.ip_address(text.partition("%")[0]))
        if kind := _forbidden_kind(address, loopback_is_listed=is_loopback_name(host)):
            raise Forbidden(f"{host} leads to {text}, {kind}; correct the connection's host or your name server.")


def _forbidden_kind(address: Address, *, loopback_is_listed: bool) -> str:
    if address in _METADATA or address.is_link_local:
        return "a link-local or metadata address"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "an address that no ERP can have"
    if address.is_loopback and not loopback_is_listed:
        return "this machine itself"
    return ""


def innermost(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _EMBEDDING:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
