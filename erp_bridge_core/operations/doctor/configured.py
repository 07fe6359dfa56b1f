"""What the configuration says: secrets that can be found, files that are there, addresses that people type, plugins."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from erp_bridge_core.configuration.configuration import Configuration, ConnectionConfig
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.configuration.secrets import is_reference
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.registry import Registry
from erp_bridge_core.upkeep.findings import Looked, failed, fine, warning


def look_at_configuration(configuration: Configuration) -> Iterator[Looked]:
    """Each section that something can be wrong with beyond its form."""
    yield fine("configuration", f"erp-bridge.toml is read: {len(configuration.connections)} connections.")
    yield from _secrets(configuration)
    yield from _certificate_files(configuration)
    yield from _plugins(configuration)
    yield from _addresses(configuration)
    yield from _schedule(configuration)


def _secrets(configuration: Configuration) -> Iterator[Looked]:
    """Whether each reference leads to a secret, which is not shown."""
    wanted = dict(_references(configuration))
    wrong = []
    for where, reference in wanted.items():
        try:
            configuration.secrets.resolve(reference)
        except ErpBridgeError as error:
            wrong.append(failed("secrets", f"{where} ({reference}): {error.message}", remedy=error.remedy))
    yield from wrong
    if not wrong:
        yield fine("secrets", f"{len(wanted)} references lead to secrets.")


def _references(configuration: Configuration) -> Iterator[tuple[str, str]]:
    for where, value in {
        "mail.password": configuration.mail.password,
        "metrics.token": configuration.metrics.token,
        "oidc.client_secret": configuration.oidc.client_secret,
        "database.password": configuration.database.password,
    }.items():
        if value:
            yield where, value
    for connection in configuration.connections.values():
        yield from _within(f"connections.{connection.name}", connection.settings)


def _within(where: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _within(f"{where}.{name}", value)
        elif isinstance(value, str) and is_reference(value):
            yield f"{where}.{name}", value


def _certificate_files(configuration: Configuration) -> Iterator[Looked]:
    """Certificates of a company's own authority."""
    named = {f"connections.{each.name}.http.ca_file": each.http.ca_file for each in configuration.connections.values()}
    named |= {
        "webhooks.ca_file": configuration.webhooks.ca_file,
        "mail.ca_file": configuration.mail.ca_file,
        "oidc.ca_file": configuration.oidc.ca_file,
    }
    for where, file in named.items():
        if file and not Path(file).is_file():
            yield failed("certificates", f"{where}: {file} is not there.", remedy="Put the certificates there.")


def _plugins(configuration: Configuration) -> Iterator[Looked]:
    registry = Registry.load(configuration.enabled_plugins)
    for name, broken in registry.broken.items():
        yield failed("plugins", f"{name}: {broken.error.message}", remedy=broken.error.remedy)
    if configuration.enabled_plugins is None:
        remedy = "Name them in `[plugins] enabled`, with version and hash: `erp-bridge plugins` tells them."
        yield warning("plugins", "Every installed plugin is imported, whatever it is.", remedy=remedy)
    sources = f"; budget sources: {', '.join(sorted(registry.sources))}" if registry.sources else ""
    yield fine("plugins", f"Usable: {', '.join(sorted(registry.adapters)) or 'none'}{sources}.")
    for each in configuration.connections.values():
        yield from _of_connection(each, registry)


def _of_connection(connection: ConnectionConfig, registry: Registry) -> Iterator[Looked]:
    plugins = registry.adapters if connection.kind is ConnectionKind.ERP else registry.sources
    if connection.plugin not in plugins:
        told = f"{connection.name} needs the plugin {connection.plugin}, which can't be used."
        yield failed("plugins", told, remedy="Install or enable it: `erp-bridge plugins`.")
    if connection.http.plain_http:
        told = f"{connection.name} uses http without TLS, on the loopback address."
        yield warning("tls", told, remedy="Only a simulator is reached so: set http.plain_http to false.")


def _addresses(configuration: Configuration) -> Iterator[Looked]:
    base_url = configuration.web.base_url
    if not base_url:
        remedy = "Set `base_url` in `[web]` to the address that people type."
        yield warning(
            "address", "No address is set: mail can hold no links, pages serve this host alone.", remedy=remedy
        )
    elif not base_url.startswith("https://"):
        remedy = "Put a proxy that ends TLS before it, and write https:// in `[web] base_url`."
        yield warning("address", f"{base_url} is not https: passwords travel in the clear.", remedy=remedy)
    else:
        yield fine("address", f"People type {base_url}.")
    mail = configuration.mail
    if not mail.transport and not mail.host:
        yield warning("mail", "No way for mail is configured; it waits.", remedy="Name the mail server in `[mail]`.")


def _schedule(configuration: Configuration) -> Iterator[Looked]:
    """What a worker leaves out."""
    schedule = configuration.schedule
    off = [name for name in ("verify_minutes", "resume_minutes", "mail_minutes") if not getattr(schedule, name)]
    off += [] if schedule.nightly_at else ["nightly_at"]
    if off:
        remedy = "Set them, or see that commands do that work: `erp-bridge verify run`, `export resume`, `mail send`."
        yield warning("schedule", f"No worker does the work of {', '.join(off)}.", remedy=remedy)
    else:
        yield fine("schedule", f"Verified every {schedule.verify_minutes} minutes; the night's work at its time.")
