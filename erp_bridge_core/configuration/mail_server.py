"""`[mail]` of the configuration: the server that takes our mail, or the folder that it is written to."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from attrs import frozen

from erp_bridge_core.configuration.secrets import HOW, is_reference
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.people.texts import email_faults, name_faults
from erp_bridge_core.wire.addresses import is_loopback_name

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_LARGEST_PORT: Final = 65535


@frozen(kw_only=True)
class MailConfig:
    """How mail leaves this host.

    `transport`: `smtp`, or `files` for a folder `mail` in the home that takes each mail as a file; blank: `smtp` where
    a host is named, else none. `security` is `starttls` or `tls`, both with verified certificates, or `none`, which is
    for loopback alone. `port` 0 is the usual one of that security. `password` is a reference. `ca_file` names
    certificates to trust instead of the system's. `timeout` is in seconds, for each answer of the server.
    """

    transport: Literal["", "smtp", "files"] = ""
    host: str = ""
    port: int = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = ""
    ca_file: str = ""
    from_address: str = ""
    from_name: str = "ERP Bridge"
    reply_to: str = ""
    timeout: int = 30

    @property
    def way(self) -> str:
        """The transport that is meant: `smtp`, `files`, or blank for none."""
        return self.transport or ("smtp" if self.host else "")

    @property
    def port_used(self) -> int:
        """The port of the server."""
        return self.port or _PORTS[self.security]


def mail_faults(mail: MailConfig) -> Iterator[Fault]:
    """Everything that is wrong with `[mail]`."""
    if mail.way == "smtp":
        yield from _server_faults(mail)
    for name in ("from_address", "reply_to"):
        yield from (_at(name, fault) for fault in email_faults(getattr(mail, name)))
    yield from (_at("from_name", fault) for fault in name_faults(mail.from_name))


def _server_faults(mail: MailConfig) -> Iterator[Fault]:
    if not _HOST.fullmatch(mail.host):
        yield Fault("mail.host", "not a host", value=mail.host, expected="a name, such as smtp.company.example")
    if not 0 <= mail.port <= _LARGEST_PORT:
        yield Fault("mail.port", "not a port", value=str(mail.port), expected="1 to 65535, or 0 for the usual one")
    if mail.security == "none" and not is_loopback_name(mail.host):
        yield Fault("mail.security", "would send unencrypted to another machine", expected="starttls or tls")
    if not mail.from_address:
        yield Fault("mail.from_address", "is missing", expected="the address that our mail comes from")
    if mail.password and not is_reference(mail.password):
        yield Fault("mail.password", "a secret must not stand in the configuration itself", remedy=HOW)
    if bool(mail.username) != bool(mail.password):
        yield Fault("mail.username", "goes with a password, and a password with it")
    if mail.ca_file and not Path(mail.ca_file).is_absolute():
        yield Fault("mail.ca_file", "not a full path", value=mail.ca_file, expected="a full path")
    if mail.timeout < 1:
        yield Fault("mail.timeout", "not a time", value=str(mail.timeout), expected="seconds, 1 or more")


def _at(name: str, fault: Fault) -> Fault:
    return Fault(f"mail.{name}", fault.message, value=fault.value, expected=fault.expected)
