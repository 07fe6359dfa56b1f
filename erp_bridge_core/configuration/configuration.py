"""`erp-bridge.toml` in the home folder: what a host's administrator sets, comments kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import attrs
import tomlkit
from attrs import Factory, frozen

from erp_bridge_core.configuration.connector import ConnectorConfig, connector_faults
from erp_bridge_core.configuration.database_server import DatabaseConfig, database_faults
from erp_bridge_core.configuration.document import FILE_NAME, Version, change_setting, load, rewrite, version_of
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.configuration.mail_server import MailConfig, mail_faults
from erp_bridge_core.configuration.operating import LogsConfig, MetricsConfig, TelemetryConfig, operating_faults
from erp_bridge_core.configuration.schedule import EngineConfig, ScheduleConfig, schedule_faults
from erp_bridge_core.configuration.secrets import SecretStore
from erp_bridge_core.configuration.sign_in_provider import OidcConfig, oidc_faults
from erp_bridge_core.configuration.words import word_faults
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault, NotFound
from erp_bridge_core.contract.structuring import structure

#: No underscore and no capital, so that every connection has environment variables of its own.
#: Homes whose configurations are kept; a process has one.
_KEPT: Final = 4
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?")
_BASE_URL: Final = re.compile(rf"https?://{_HOST.pattern}")
_HEADER: Final = re.compile(r"[Xx]-[A-Za-z0-9-]{1,60}|traceparent")
_SESSION_MINUTES: Final = range(5, 12 * 60 + 1)
_ITEM: Final = re.compile(r"\[([a-z0-9-]+)\]")
#: Parts of a connection that are the core's; every other setting is the plugin's.
_OURS: Final = ("files.root", "http.hosts", "http.plain_http", "http.ca_file", "words")


@frozen(kw_only=True)
class ShareConfig:
    """The folder shared with the ERP; blank: none."""

    root: str = ""


@frozen(kw_only=True)
class HttpConfig:
    """The hosts (`name` or `name:port`) a connection may talk to; `plain_http` is for loopback alone.

    `id_header` names the header in which the ERP is told the act's id, such as `X-Request-ID`; blank: in none.
    """

    hosts: tuple[str, ...] = ()
    plain_http: bool = False
    ca_file: str | None = None
    id_header: str = ""


@frozen(kw_only=True)
class WebConfig:
    """How `erp-bridge serve` is reached.

    `base_url` is the address that people type, `https://…` behind a proxy that ends TLS; blank: loopback alone.
    `allowed_hosts` are further names (`name` or `name:port`) that it answers to. `session_minutes` is how long a
    sign-in on a page lasts, at most twelve hours.
    """

    base_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    session_minutes: int = 480


@frozen(kw_only=True)
class WebhooksConfig:
    """Where webhooks may lead besides public addresses: `allowed_hosts` (`name` or `name:port`) of private networks.

    `ca_file` names the certificates of a company's own authority.
    """

    allowed_hosts: tuple[str, ...] = ()
    ca_file: str | None = None


@frozen(kw_only=True)
class _Connection:
    company: str
    erp: str = ""
    source: str = ""
    connector: ConnectorConfig | None = None
    files: ShareConfig = ShareConfig()
    http: HttpConfig = HttpConfig()
    settings: dict[str, Any] = Factory(dict)
    words: dict[str, str] = Factory(dict)


@frozen(kw_only=True)
class _Files:
    allowed_roots: tuple[str, ...] = ()


@frozen(kw_only=True)
class _Plugins:
    enabled: tuple[str, ...] | None = None


@frozen(kw_only=True)
class _Secrets:
    directory: str = ""


@frozen(kw_only=True)
class _Document:
    connections: dict[str, _Connection] = Factory(dict)
    database: DatabaseConfig = Factory(DatabaseConfig)
    engine: EngineConfig = Factory(EngineConfig)
    files: _Files = _Files()
    logs: LogsConfig = Factory(LogsConfig)
    mail: MailConfig = Factory(MailConfig)
    metrics: MetricsConfig = Factory(MetricsConfig)
    oidc: OidcConfig = Factory(OidcConfig)
    plugins: _Plugins = _Plugins()
    schedule: ScheduleConfig = Factory(ScheduleConfig)
    secrets: _Secrets = _Secrets()
    telemetry: TelemetryConfig = Factory(TelemetryConfig)
    web: WebConfig = WebConfig()
    webhooks: WebhooksConfig = WebhooksConfig()


@frozen(kw_only=True)
class ConnectionConfig:
    """One connection as configured. `settings` are the plugin's, as written: references, not secrets.

    `plugin` is the ERP's or the source's, as `kind` says; only a source has a `connector`. `words` are what people at
    this site call things, in place of the plugin's words (B7).
    """

    name: str
    company: str
    kind: ConnectionKind
    plugin: str
    connector: ConnectorConfig = Factory(ConnectorConfig)
    files: ShareConfig = ShareConfig()
    http: HttpConfig = HttpConfig()
    settings: Mapping[str, Any] = Factory(dict)
    words: Mapping[str, str] = Factory(dict)
    allowed_roots: tuple[str, ...] = ()


@frozen(kw_only=True)
class Configuration:
    """The configuration as it was read; each change writes the file and answers the new one.

    `cleared` names the secrets' settings that the last change took away, since it changed a connection's host: a
    password must not follow to another machine unseen.
    """

    home: Path
    connections: Mapping[str, ConnectionConfig]
    database: DatabaseConfig = Factory(DatabaseConfig)
    engine: EngineConfig = Factory(EngineConfig)
    allowed_roots: tuple[str, ...] = ()
    enabled_plugins: tuple[str, ...] | None = None
    logs: LogsConfig = Factory(LogsConfig)
    mail: MailConfig = Factory(MailConfig)
    metrics: MetricsConfig = Factory(MetricsConfig)
    schedule: ScheduleConfig = Factory(ScheduleConfig)
    oidc: OidcConfig = Factory(OidcConfig)
    secrets_directory: Path
    telemetry: TelemetryConfig = Factory(TelemetryConfig)
    web: WebConfig = WebConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    cleared: tuple[str, ...] = ()

    @staticmethod
    def read(home: Path) -> "Configuration":
        """Read the file; a home without one has no connections. Raises `BadSettings` with every fault at once."""
        return _read(home, version_of(home))

    @property
    def secrets(self) -> SecretStore:
        """Where references to secrets lead."""
        return SecretStore(directory=self.secrets_directory)

    def connection(self, name: str) -> ConnectionConfig:
        """The connection of that name; raises `NotFound`."""
        try:
            return self.connections[name]
        except KeyError:
            known = ", ".join(sorted(self.connections)) or "none yet"
            raise NotFound(
                f"There is no connection {name!r}.",
                remedy=f"Known connections: {known}. See: erp-bridge connection add",
            ) from None

    def add_connection(
        self,
        name: str,
        *,
        company: str,
        plugin: str,
        kind: ConnectionKind = ConnectionKind.ERP,
        root: str = "",
        hosts: tuple[str, ...] = (),
        plain_http: bool = False,
        ca_file: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> "Configuration":
        """Add a connection; raises `BadSettings` when the name is taken or anything in it is wrong.

        One that stands there just so, of an act whose database was lost right after, is left as it is.
        """
        http: dict[str, Any] = {"hosts": list(hosts), "plain_http": plain_http}
        if ca_file:
            http["ca_file"] = ca_file
        entry = {
            "company": company,
            kind.value: plugin,
            "files": {"root": root},
            "http": http,
            "settings": settings or {},
        }

        def add(document: tomlkit.TOMLDocument) -> None:
            connections = document.setdefault("connections", tomlkit.table(is_super_table=True))
            if name in connections and connections[name].unwrap() != entry:
                remedy = f"Choose another name; or take {name} out of {FILE_NAME}, if nobody knows of it any more."
                raise BadSettings(f"There is a connection {name!r} in {FILE_NAME} already.", remedy=remedy)
            connections[name] = entry

        return self._change(add)

    def remove_connection(self, name: str) -> "Configuration":
        """Remove a connection from the file; raises `NotFound`."""
        self.connection(name)
        return self._change(lambda document: document["connections"].pop(name, None))

    def set(self, name: str, setting: str, value: Any) -> "Configuration":
        """Set one setting of a connection; see `change`."""
        return self.change(name, [(setting, value)])

    def change(
        self,
        name: str,
        changes: Iterable[tuple[str, Any]],
        check: Callable[["Configuration"], object] = lambda _: None,
    ) -> "Configuration":
        """Set some settings of a connection: the plugin's, `files.root`, `http.hosts`, `http.plain_http`,
        `http.ca_file`, or `words.sub_job`, `connector.approve` and the like.

        None takes one away. Changing a host clears the connection's secrets (see `cleared`), but for those that are
        set after it. What `check` raises of the new configuration leaves the file as it was.
        """
        cleared: list[str] = []

        def apply(document: tomlkit.TOMLDocument) -> None:
            connection: Any = document["connections"][name]
            for setting, value in changes:
                is_ours = setting in _OURS or setting.startswith(("words.", "connector."))
                path = setting.split(".") if is_ours else ["settings", *setting.split(".")]
                cleared.extend(change_setting(connection, path, value))
                if setting in cleared and value is not None:
                    cleared.remove(setting)

        self.connection(name)
        return self._change(apply, cleared, check)

    def allow_root(self, root: str) -> "Configuration":
        """Permit folders below `root` as shares."""

        def add(document: tomlkit.TOMLDocument) -> None:
            files = document.setdefault("files", tomlkit.table())
            if root not in files.setdefault("allowed_roots", tomlkit.array()):
                files["allowed_roots"].append(root)

        return self._change(add)

    def _change(
        self,
        change: Callable[[tomlkit.TOMLDocument], Any],
        cleared: Iterable[str] = (),
        check: Callable[["Configuration"], object] = lambda _: None,
    ) -> "Configuration":
        with rewrite(self.home) as document:
            change(document)
            # Read before it is written: a change that makes the file wrong is refused and leaves it as it was.
            changed = _configuration(self.home, document)
            check(changed)
        return attrs.evolve(changed, cleared=tuple(cleared))


@lru_cache(_KEPT)
def _read(home: Path, version: Version | None) -> Configuration:
    """The configuration as it is now; kept until the file is another one, since every look at an ERP needs it."""
    del version
    return _configuration(home, load(home))


def _configuration(home: Path, document: tomlkit.TOMLDocument) -> Configuration:
    try:
        read = structure(_Document, document.unwrap(), what=FILE_NAME)
    except BadInput as error:
        raise _wrong(home, error.faults) from error
    faults = [fault for name, entry in read.connections.items() for fault in _faults(name, entry)]
    faults += [*_web_faults(read.web), *_webhooks_faults(read.webhooks), *mail_faults(read.mail)]
    faults += database_faults(read.database)
    faults += operating_faults(read.metrics, read.telemetry)
    if faults := [*faults, *schedule_faults(read.schedule)]:
        raise _wrong(home, faults)
    if faults := list(oidc_faults(read.oidc, base_url=read.web.base_url)):
        raise _wrong(home, faults)
    roots = read.files.allowed_roots
    return Configuration(
        home=home,
        connections={name: _connection(name, entry, roots) for name, entry in sorted(read.connections.items())},
        database=read.database,
        engine=read.engine,
        allowed_roots=roots,
        enabled_plugins=read.plugins.enabled,
        logs=read.logs,
        mail=read.mail,
        metrics=read.metrics,
        oidc=read.oidc,
        schedule=read.schedule,
        secrets_directory=home / (read.secrets.directory or "secrets"),
        telemetry=read.telemetry,
        web=read.web,
        webhooks=read.webhooks,
    )


def _connection(name: str, entry: _Connection, roots: tuple[str, ...]) -> ConnectionConfig:
    return ConnectionConfig(
        name=name,
        company=entry.company,
        kind=ConnectionKind.SOURCE if entry.source else ConnectionKind.ERP,
        plugin=entry.source or entry.erp,
        connector=entry.connector or ConnectorConfig(),
        files=entry.files,
        http=entry.http,
        settings=entry.settings,
        words=entry.words,
        allowed_roots=roots,
    )


def _wrong(home: Path, faults: Iterable[Fault]) -> BadSettings:
    return BadSettings(
        f"{home / FILE_NAME} is not right; it was not changed.",
        remedy="Correct each setting that is named.",
        faults=[attrs.evolve(fault, where=_ITEM.sub(r".\1", fault.where)) for fault in faults],
    )


def _faults(name: str, entry: _Connection) -> Iterator[Fault]:
    place = f"connections.{name}"
    if not _NAME.fullmatch(name):
        yield Fault(place, "not a connection's name", value=name, expected="small letters, digits and single hyphens")
    if not entry.company.strip():
        yield Fault(f"{place}.company", "is empty", expected="a name")
    if bool(entry.erp.strip()) == bool(entry.source.strip()):
        named = "both are named" if entry.erp.strip() else "is empty"
        yield Fault(f"{place}.erp", named, expected="the plugin's name as either erp or source")
    if entry.connector is not None:
        yield from _connector_faults(entry, f"{place}.connector")
    for host in entry.http.hosts:
        if not _HOST.fullmatch(host):
            yield Fault(f"{place}.http.hosts", "not a host", value=host, expected="name or name:port, without https://")
    if entry.http.id_header and not _HEADER.fullmatch(entry.http.id_header):
        yield Fault(f"{place}.http.id_header", "not a header", value=entry.http.id_header, expected="X-Request-ID")
    if entry.files.root and not Path(entry.files.root).is_absolute():
        yield Fault(f"{place}.files.root", "not a full path", value=entry.files.root, expected="a full path")
    yield from word_faults(entry.words, f"{place}.words")


def _connector_faults(entry: _Connection, where: str) -> Iterator[Fault]:
    if entry.connector is not None and not entry.source:
        yield Fault(where, "is for a budget source", expected="no such section for an ERP")
    elif entry.connector is not None:
        yield from connector_faults(entry.connector, where)


def _host_faults(where: str, hosts: Iterable[str]) -> Iterator[Fault]:
    for host in hosts:
        if not _HOST.fullmatch(host):
            yield Fault(where, "not a host", value=host, expected="name or name:port, without https://")


def _web_faults(web: WebConfig) -> Iterator[Fault]:
    if web.base_url and not _BASE_URL.fullmatch(web.base_url):
        yield Fault("web.base_url", "not an address", value=web.base_url, expected="https://name, without a path")
    yield from _host_faults("web.allowed_hosts", web.allowed_hosts)
    if web.session_minutes not in _SESSION_MINUTES:
        yield Fault("web.session_minutes", "out of bounds", value=str(web.session_minutes), expected="5 to 720")


def _webhooks_faults(webhooks: WebhooksConfig) -> Iterator[Fault]:
    yield from _host_faults("webhooks.allowed_hosts", webhooks.allowed_hosts)
    if webhooks.ca_file is not None and not Path(webhooks.ca_file).is_absolute():
        yield Fault("webhooks.ca_file", "not a full path", value=webhooks.ca_file, expected="a full path")
