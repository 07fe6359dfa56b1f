"""A connection as its administrators see and change it: what is set, by which words, and what only its host may set.

From elsewhere than the host nobody reaches secrets of others: a reference that comes from a page or a program names a
secret whose name begins with the company's code. What opens the host itself is set there alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.configuration.configuration import ConnectionConfig
from erp_bridge_core.configuration.connector import ConnectorConfig, receiver_address
from erp_bridge_core.configuration.document import hosts_in
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.configuration.secrets import is_of_company, is_reference
from erp_bridge_core.contract.errors import BadSettings, Changed, Fault, NotAllowed
from erp_bridge_core.contract.structuring import to_json
from erp_bridge_core.people.actor import Actor

#: What opens the host to a connection: plain http, and certificates of another authority.
HOST_ALONE: Final = ("http.plain_http", "http.ca_file")


@frozen(kw_only=True)
class ConnectionSettings:
    """What is set of a connection. `settings` are the plugin's as written: references, never secrets.

    `words` are what people at this site call things (B7). A source has a `connector`, an ERP None, and a `receiver`:
    where it calls us, blank where no address is set that people type. `revision` is another one after every change.
    """

    kind: ConnectionKind
    plugin: str
    connector: ConnectorConfig | None
    receiver: str
    settings: Mapping[str, Any]
    files_root: str
    hosts: tuple[str, ...]
    plain_http: bool
    ca_file: str | None
    words: Mapping[str, str]
    revision: str


def settings_of(config: ConnectionConfig, base_url: str = "") -> ConnectionSettings:
    """What is set of a configured connection; `base_url` is the address that people type."""
    is_source = config.kind is ConnectionKind.SOURCE
    seen = to_json([config.settings, config.files, config.http, config.words, config.connector])
    return ConnectionSettings(
        kind=config.kind,
        plugin=config.plugin,
        connector=config.connector if is_source else None,
        receiver=receiver_address(base_url, config.name) if is_source else "",
        settings=config.settings,
        files_root=config.files.root,
        hosts=config.http.hosts,
        plain_http=config.http.plain_http,
        ca_file=config.http.ca_file,
        words=config.words,
        revision=hashlib.sha256(seen.encode()).hexdigest()[:32],
    )


def require_revision(config: ConnectionConfig, revision: str) -> None:
    """Raise `Changed` where a connection was changed since somebody saw that revision of it."""
    if revision and revision != settings_of(config).revision:
        raise Changed(
            f"The settings of {config.name} were changed since you looked at them. Nothing was done.",
            remedy="Look at what is there now, then decide anew.",
        )


def require_may_set(actor: Actor, name: str, changes: Mapping[str, Any]) -> None:
    """Raise `NotAllowed` or `BadSettings` for what may not be set from where the actor is; on the host all may."""
    if actor.via == "cli":
        return
    accepts = changes.get("connector.accept_as")
    if accepts and accepts != actor.login:
        raise NotAllowed(
            f"Nobody lets {accepts} accept what he did not look at, but he himself.",
            remedy="He sets it himself; or somebody does on the host, by `erp-bridge connection set`.",
        )
    for setting in HOST_ALONE:
        if changes.get(setting):
            raise NotAllowed(
                f"{setting} opens this host to the connection, and is set on the host alone.",
                remedy=f"There: `erp-bridge connection set {name} {setting}:=VALUE`.",
            )
    if faults := list(_foreign(actor.company, changes, f"connections.{name}.settings")):
        raise BadSettings(
            "The secrets of others can't be named from here.", remedy="Name a secret of this company.", faults=faults
        )


def leads_to(config: ConnectionConfig) -> frozenset[str]:
    """The hosts that a connection names, as permitted ones and in its settings' addresses."""
    return hosts_in(config.http.hosts, ["http", "hosts"]).union(*_hosts_below(config.settings))


def _hosts_below(value: Any) -> Iterator[frozenset[str]]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _hosts_below(inner)
    else:
        yield hosts_in(value, ["settings"])


def hosts_first(changes: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The changes in their order, those that lead elsewhere first: they clear the secrets that are not set anew."""
    return sorted(changes.items(), key=lambda each: not (each[0] == "http.hosts" or hosts_in(each[1], ["settings"])))


def _foreign(company: str, value: Any, where: str) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _foreign(company, inner, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _foreign(company, inner, f"{where}[{index}]")
    elif is_reference(value) and not is_of_company(value, company):
        upper = company.upper().replace("-", "_")
        yield Fault(
            where,
            "names no secret of this company",
            expected=f"env:{upper}_NAME, file:{company}-NAME or keyring:{company}/USER; others are set on the host",
        )
