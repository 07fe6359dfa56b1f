"""Connections opened: the `erp` object that an adapter is given, and the `source` object of a source's plugin."""

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import requests
from attrs import define, field
from sqlalchemy import delete, insert, select

from erp_bridge_core.budgets.masters import LazyMasters, StoredMasters, load_masters
from erp_bridge_core.configuration.configuration import Configuration, ConnectionConfig
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.build import build_erp, build_source, throttles_of
from erp_bridge_core.connections.private import KeptSecrets, private_folder
from erp_bridge_core.connections.settings import read_settings
from erp_bridge_core.connections.state import CallbackState
from erp_bridge_core.connections.views import ConnectionView, connection_by_id
from erp_bridge_core.contract.connection import Clock, Erp
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.contract.masters import Masters
from erp_bridge_core.contract.source import Source
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import adapter_state, companies, projects
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle import Throttles

#: Sessions that are kept open: more than any process works with at the same time.
OPEN_SESSIONS: Final = 32


class Plugins(Protocol):
    """Whatever resolves a name to its one plugin: the registry."""

    def adapter(self, name: str) -> Any:
        """The ERP's adapter of that name; raises PluginError when it is missing or broken."""

    def source(self, name: str) -> Any:
        """The budget source's adapter of that name; raises PluginError when it is missing or broken."""


@define
class Opening:
    """Opens connections; what they share is the throttles, and the sessions that are still open."""

    store: Store
    registry: Plugins
    redactor: Redactor
    home: Path
    installation_code: str
    clocks: Callable[[int], Clock]
    throttles: Throttles = field(init=False)
    _sessions: deque[requests.Session] = field(factory=deque, init=False)

    def __attrs_post_init__(self) -> None:
        """Choose how all who speak to a host keep to its permitted rate together."""
        self.throttles = throttles_of(self.store, self.home)

    def plugin(self, kind: ConnectionKind, name: str) -> Any:
        """The plugin of that kind and name; raises PluginError when it is missing or broken."""
        return self.registry.adapter(name) if kind is ConnectionKind.ERP else self.registry.source(name)

    def erp(self, company_id: int, connection_id: int, job: str, masters: Masters | None) -> tuple[Any, Erp[Any]]:
        """The adapter and what it is given; see `Connections.erp`."""
        from erp_bridge_core.connections.maps import StoredMaps

        target, company, config = self._configured(company_id, connection_id, ConnectionKind.ERP)
        adapter = self.registry.adapter(target.plugin)
        erp = build_erp(
            connection=config,
            settings=self._settings(adapter, config),
            company=company,
            throttles=self.throttles,
            clock=self.clocks(company_id),
            masters=masters or LazyMasters(lambda: self._masters(target, job)),
            maps=StoredMaps(self.store, target.id),
            state=self._state(target),
            redactor=self.redactor,
            installation=self.installation_code,
            job=job,
            rate=adapter.profile.rate,
        )
        self._remember(erp.http)
        return adapter, erp

    def source(self, company_id: int, connection_id: int) -> tuple[Any, Source[Any]]:
        """The source's adapter and what it is given; see `Connections.source`."""
        target, company, config = self._configured(company_id, connection_id, ConnectionKind.SOURCE)
        adapter = self.registry.source(target.plugin)
        private = private_folder(self.home, target.id, target.name)
        self.redactor.watch(str(private), KeptSecrets(private))
        source = build_source(
            connection=config,
            settings=self._settings(adapter, config),
            company=company,
            throttles=self.throttles,
            clock=self.clocks(company_id),
            state=self._state(target),
            private=private,
            redactor=self.redactor,
            installation=self.installation_code,
            rate=adapter.profile.rate,
        )
        self._remember(source.http)
        return adapter, source

    def close(self) -> None:
        """Close the sessions that are still open; one that is used again opens its connections anew."""
        self.throttles.close()
        while self._sessions:
            self._sessions.popleft().close()

    def _configured(
        self, company_id: int, connection_id: int, kind: ConnectionKind
    ) -> tuple[ConnectionView, str, ConnectionConfig]:
        with self.store.read() as connection:
            target = connection_by_id(connection, company_id, connection_id)
            company = connection.execute(select(companies.c.code).where(companies.c.id == company_id)).scalar_one()
        target.require(kind)
        config = Configuration.read(self.home).connection(target.name)
        if (config.company, config.kind, config.plugin) != (company, target.kind, target.plugin):
            raise BadSettings(
                f"The connection {target.name} is configured for {config.plugin} of company {config.company};"
                f" it was added for {target.plugin} of company {company}.",
                remedy=f"Put company and {target.kind} back in erp-bridge.toml, or add another connection.",
            )
        return target, company, config

    def _settings(self, adapter: Any, config: ConnectionConfig) -> Any:
        return read_settings(
            adapter.profile.settings_class,
            config.settings,
            connection=config.name,
            secrets=Configuration.read(self.home).secrets,
            redactor=self.redactor,
        )

    def _remember(self, session: requests.Session) -> None:
        """Close the oldest session beyond a few: nobody tells when a plugin is done with what it was given."""
        self._sessions.append(session)
        if len(self._sessions) > OPEN_SESSIONS:
            self._sessions.popleft().close()

    def _masters(self, target: ConnectionView, job: str) -> StoredMasters | None:
        with self.store.read() as connection:
            query = select(projects.c.id).where(projects.c.connection_id == target.id, projects.c.job == job)
            project_id = connection.execute(query).scalars().first()
            return None if project_id is None else load_masters(connection, project_id)

    def _state(self, target: ConnectionView) -> CallbackState:
        key = {"connection_id": target.id}

        def load(name: str) -> str | None:
            with self.store.read() as connection:
                row = connection.execute(select(adapter_state.c.value).filter_by(**key, name=name)).one_or_none()
            return None if row is None else json.dumps(row.value)

        def save(name: str, text: str) -> None:
            with self.store.begin() as connection:
                connection.execute(delete(adapter_state).filter_by(**key, name=name))
                values = {**key, "company_id": target.company_id, "name": name, "value": json.loads(text)}
                connection.execute(insert(adapter_state).values(**values))

        return CallbackState(load, save, redactor=self.redactor)
