"""The `erp` object of one connection and one job, or the `source` object: everything that a plugin may reach."""

import logging
from pathlib import Path
from typing import TypeVar

from erp_bridge_core.configuration.configuration import ConnectionConfig
from erp_bridge_core.connections.files import NoFiles, SharedFiles
from erp_bridge_core.connections.settings import know_secrets
from erp_bridge_core.contract.connection import Clock, Erp, Files, Maps, State
from erp_bridge_core.contract.masters import Masters
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.contract.source import Source
from erp_bridge_core.store.database import Store
from erp_bridge_core.wire.http import GuardedSession, Limits, open_session
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle import Throttles
from erp_bridge_core.wire.throttle_database import DatabaseThrottles
from erp_bridge_core.wire.throttle_files import FileThrottles

Settings = TypeVar("Settings")


def build_erp(
    *,
    connection: ConnectionConfig,
    settings: Settings,
    company: str,
    throttles: Throttles,
    clock: Clock,
    masters: Masters,
    maps: Maps,
    state: State,
    redactor: Redactor,
    installation: str,
    job: str = "",
    rate: RateLimit,
    limits: Limits | None = None,
) -> Erp[Settings]:
    """What an adapter is given. `settings` is an instance of its settings class, as `read_settings` made it."""
    know_secrets(redactor, settings)
    return Erp(
        name=connection.name,
        company=company,
        settings=settings,
        http=_session(connection, throttles=throttles, rate=rate, clock=clock, redactor=redactor, limits=limits),
        files=open_files(connection),
        clock=clock,
        masters=masters,
        maps=maps,
        state=state,
        log=open_log(connection.name, redactor, job=job),
        installation=installation,
        job=job,
    )


def build_source(
    *,
    connection: ConnectionConfig,
    settings: Settings,
    company: str,
    throttles: Throttles,
    clock: Clock,
    state: State,
    private: Path,
    redactor: Redactor,
    installation: str,
    rate: RateLimit,
    limits: Limits | None = None,
) -> Source[Settings]:
    """What a source's plugin is given: the same session, rate, redaction and classified errors as an adapter's."""
    know_secrets(redactor, settings)
    return Source(
        name=connection.name,
        company=company,
        settings=settings,
        http=_session(connection, throttles=throttles, rate=rate, clock=clock, redactor=redactor, limits=limits),
        files=open_files(connection),
        clock=clock,
        state=state,
        private=private,
        log=open_log(connection.name, redactor),
        installation=installation,
    )


def _session(
    connection: ConnectionConfig,
    *,
    throttles: Throttles,
    rate: RateLimit,
    clock: Clock,
    redactor: Redactor,
    limits: Limits | None,
) -> GuardedSession:
    return open_session(
        name=connection.name,
        hosts=connection.http.hosts,
        plain_http=connection.http.plain_http,
        ca_file=connection.http.ca_file,
        id_header=connection.http.id_header,
        throttles=throttles,
        rate=rate,
        clock=clock,
        redactor=redactor,
        limits=limits,
    )


def throttles_of(store: Store, home: Path) -> Throttles:
    """Those of all hosts where they share a PostgreSQL database, else those of this host, as files of the home."""
    if store.on_postgresql:
        return DatabaseThrottles(store.locks)
    return FileThrottles(home / "throttle")


def open_files(connection: ConnectionConfig) -> Files:
    """The connection's share, or an area that refuses where none is configured."""
    if not connection.files.root:
        return NoFiles(connection=connection.name)
    return SharedFiles(connection.files.root, connection.allowed_roots, name=f"The share of {connection.name}")


def open_log(name: str, redactor: Redactor, *, job: str = "") -> "logging.LoggerAdapter[logging.Logger]":
    """The connection's log. Nothing passes it, or the libraries' own log of requests, with a secret in it."""
    logger = logging.getLogger(f"erp_bridge.connections.{name}")
    for guarded in (logger, logging.getLogger("urllib3.connectionpool"), logging.getLogger("requests")):
        guarded.addFilter(redactor)
    return logging.LoggerAdapter(logger, {"connection": name, "job": job})
