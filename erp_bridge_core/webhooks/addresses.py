"""Where webhooks may lead: https to a public address, or to a host that this host's configuration names."""

import ipaddress
from collections.abc import Collection
from typing import Final

from attrs import define, field

from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.wire.addresses import AddressBook, Forbidden, Target, innermost, is_loopback_name, target_of

LONGEST: Final = 2000


def url_faults(url: str, *, allowed: Collection[str], demo: bool) -> list[Fault]:
    """What is wrong with a webhook's URL, as far as it tells by itself; the address is looked at when it is sent to."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return [Fault("url", "is no URL", value=url[:LONGEST], expected="https://…, in ASCII, without blanks")]
    try:
        target = target_of(url)
    except Forbidden as error:
        return [Fault("url", str(error), value=url, expected="https://name/path, without user and password")]
    if target.scheme == "https" or (demo and is_loopback_name(target.host)):
        return _literal_faults(url, target, allowed=allowed, demo=demo)
    return [Fault("url", "is not https", value=url, expected="https; http to this machine alone, in a demo's home")]


def is_listed(target: Target, allowed: Collection[str]) -> bool:
    """Whether the configuration names the host, with its port or without any."""
    listed = {entry.lower() for entry in allowed}
    return str(target) in listed or target.host in listed


@define(kw_only=True)
class PublicAddresses(AddressBook):
    """Addresses of the internet alone, unless the host is `exempt`; never such as hand out credentials."""

    exempt: bool = field(default=False)

    def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The pinned addresses of a host; raises `Forbidden` if one is not permitted and OSError if none is known."""
        found = super().addresses(host, port)
        for text in found:
            if not self.exempt and not _is_public(text):
                raise Forbidden(
                    f"{host} leads to {text}, an address of a private network; name the host in"
                    " [webhooks] allowed_hosts of erp-bridge.toml if it should be told."
                )
        return found


def _literal_faults(url: str, target: Target, *, allowed: Collection[str], demo: bool) -> list[Fault]:
    if is_listed(target, allowed) or (demo and is_loopback_name(target.host)):
        return []
    try:
        public = _is_public(target.host)
    except ValueError:  # a name, whose addresses are looked at whenever it is sent to
        public = not is_loopback_name(target.host)
    remedy = "An operator names the host in [webhooks] allowed_hosts of erp-bridge.toml."
    return [] if public else [Fault("url", "leads into a private network", value=url, remedy=remedy)]


def _is_public(text: str) -> bool:
    return innermost(ipaddress.ip_address(text.partition("%")[0])).is_global
