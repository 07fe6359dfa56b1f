"""Connections: added, checked, removed, and opened as the `erp` object that an adapter is given (P0)."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import requests
from attrs import define, field, frozen
from sqlalchemy import Connection, delete, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.budgets.masters import LazyMasters, StoredMasters, load_masters
from erp_bridge_core.connections.build import build_erp, throttles_of
from erp_bridge_core.connections.configuration import Configuration, ConnectionConfig
from erp_bridge_core.connections.editing import (
    ConnectionSettings,
    hosts_first,
    require_may_set,
    require_revision,
    settings_of,
)
from erp_bridge_core.connections.redaction import Redactor
from erp_bridge_core.connections.settings import read_settings
from erp_bridge_core.connections.state import CallbackState
from erp_bridge_core.connections.throttle import Throttles
from erp_bridge_core.connections.words import with_words
from erp_bridge_core.contract.connection import Checked, Clock, Erp
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault, NotFound, NotPossibleNow
from erp_bridge_core.contract.masters import JobHeader, Masters
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.people.access import require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import policy_of, rights_of
from erp_bridge_core.people.rules import may_administer, may_look_at_items, require, signed_in_recently
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import adapter_state, companies, connections, items, maps, projects

#: Sessions that are kept open: more than any process works with at the same time.
OPEN_SESSIONS: Final = 32


@frozen(kw_only=True)
class ConnectionView:
    """A connection: its name, which ERP, and what the ERP said of its books when it was last asked."""

    id: int
    company_id: int
    name: str
    erp: str
    erp_company: str | None = None
    live: bool | None = None
    hosts: tuple[str, ...] = ()


class Adapters(Protocol):
    """Whatever resolves an ERP's name to its one adapter: the registry."""

    def adapter(self, name: str) -> Any:
        """The adapter of that name; raises PluginError when it is missing or broken."""


@define
class Connections:
    """The connections of an installation: their rows in the database, their settings in the configuration file."""

    store: Store
    audit: AuditTrail
    registry: Adapters
    redactor: Redactor
    home: Path
    installation_code: str
    clocks: Callable[[int], Clock]
    throttles: Throttles = field(init=False)
    _sessions: deque[requests.Session] = field(factory=deque, init=False)

    def __attrs_post_init__(self) -> None:
        """Choose how all who speak to an ERP keep to its permitted rate together."""
        self.throttles = throttles_of(self.store, self.home)

    def add(
        self,
        actor: Actor,
        name: str,
        *,
        erp: str,
        settings: Mapping[str, Any],
        files_root: str = "",
        hosts: tuple[str, ...] = (),
        plain_http: bool = False,
    ) -> ConnectionView:
        """Add a connection of the actor's company; raises BadSettings with every wrong setting at once.

        On the command line, whoever may write the home folder also permits the shared folder; from elsewhere it must
        lie below a root that was permitted there before, and secrets are the company's own (`editing.py`).
        """
        profile: ErpProfile = self.registry.adapter(erp).profile
        with self.store.begin() as connection:
            self._require_administrator(connection, actor)
            _require_free(connection, name)
            require_may_set(actor, name, {**settings, "http.plain_http": plain_http})
            configuration = Configuration.read(self.home)
            read_settings(profile.settings_class, settings, connection=name, secrets=configuration.secrets)
            if files_root and actor.via == "cli":
                configuration = configuration.allow_root(files_root)
            values = {"company_id": actor.company_id, "name": name, "erp": erp, "hosts": list(hosts)}
            connection.execute(insert(connections).values(**values, created_at=self.clocks(actor.company_id).now()))
            view = self.find(connection, actor, name)
            details = {"name": name, "erp": erp, "hosts": list(hosts), "files_root": files_root}
            self.audit.record(connection, actor, "connection.add", "connection", view.id, details=details)
            # Last: a file can't be rolled back, so nothing may fail after it but the commit itself.
            configuration.add_connection(
                name,
                company=actor.company,
                erp=erp,
                root=files_root,
                hosts=hosts,
                plain_http=plain_http,
                settings=settings,
            )
        return view

    def list(self, actor: Actor) -> tuple[ConnectionView, ...]:
        """The connections of the actor's company, by name; for whoever may look at ERP Integrations (P1)."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            query = select(connections).where(connections.c.company_id == actor.company_id).order_by(connections.c.name)
            return tuple(_view(row) for row in connection.execute(query))

    def check(self, actor: Actor, name: str) -> tuple[Checked, ...]:
        """Look whether a connection works; what the ERP says of its books is kept. Changes nothing at the ERP."""
        with self.store.read() as connection:
            require_tending(connection, actor)
            target = self.find(connection, actor, name)
        adapter, erp = self.erp(actor.company_id, target.id, "")
        warnings = erp.files.warnings() if hasattr(erp.files, "warnings") else ()
        looked = [
            *(Checked(name="shared folder", ok=False, message=warning) for warning in warnings),
            *(adapter.check_connection(erp) or ()),
        ]
        facts = {name: value for checked in looked for name, value in checked.facts.items()}
        with self.store.begin() as connection:
            if facts.get("company"):
                live = {"true": True, "false": False}.get(facts.get("live", "").lower())
                self._keep_company(connection, target, facts["company"], live)
            details = {"ok": all(checked.ok for checked in looked), "looked_at": len(looked)}
            self.audit.record(connection, actor, "connection.check", "connection", target.id, details=details)
        return tuple(looked)

    def remove(self, actor: Actor, name: str) -> None:
        """Remove a connection that no project uses and nothing was sent over; raises NotPossibleNow otherwise."""
        with self.store.begin() as connection:
            self._require_administrator(connection, actor)
            target = self.find(connection, actor, name)
            _require_unused(connection, target)
            for table in (maps, adapter_state):
                connection.execute(delete(table).where(table.c.connection_id == target.id))
            connection.execute(delete(connections).where(connections.c.id == target.id))
            self.audit.record(connection, actor, "connection.remove", "connection", target.id, details={"name": name})
            Configuration.read(self.home).remove_connection(name)

    def settings(self, actor: Actor, name: str) -> ConnectionSettings:
        """What is set of a connection, with references in the place of secrets; for administrators."""
        with self.store.read() as connection:
            require(may_administer(rights_of(connection, actor)))
            self.find(connection, actor, name)
        return settings_of(Configuration.read(self.home).connection(name))

    def set(self, actor: Actor, name: str, setting: str, value: Any) -> tuple[str, ...]:
        """Change one setting of a connection; None takes it away. See `change`; what else is wrong is let be."""
        return self._change(actor, name, {setting: value}, "", lambda fault: fault.where.endswith(setting))

    def change(self, actor: Actor, name: str, changes: Mapping[str, Any], *, revision: str = "") -> tuple[str, ...]:
        """Change some settings of a connection in one act: the plugin's, `files.root`, `http.hosts` and the like; None
        takes one away. Returns the secrets' settings that a changed host has cleared and that were not set anew.

        Raises BadSettings, and leaves the file as it was, for values that the plugin's settings don't take; Changed
        where it is not at `revision` any more; NotAllowed for what its host alone may set (`editing.py`).
        """
        return self._change(actor, name, changes, revision, lambda _: True)

    def _change(
        self,
        actor: Actor,
        name: str,
        changes: Mapping[str, Any],
        revision: str,
        counts: Callable[[Fault], bool],
    ) -> tuple[str, ...]:
        with self.store.begin() as connection:
            self._require_administrator(connection, actor)
            target = self.find(connection, actor, name)
            require_may_set(actor, name, changes)
            configuration = Configuration.read(self.home)
            require_revision(configuration.connection(name), revision)
            if changes.get("files.root") and actor.via == "cli":
                configuration = configuration.allow_root(str(changes["files.root"]))
            changed = configuration.change(name, hosts_first(changes), partial(self._require_taken, target, counts))
            hosts = list(changed.connection(name).http.hosts)
            connection.execute(update(connections).where(connections.c.id == target.id).values(hosts=hosts))
            # Not the values: somebody may have typed a secret where its reference belongs.
            details = {"name": name, "settings": sorted(changes), "cleared": list(changed.cleared)}
            self.audit.record(connection, actor, "connection.set", "connection", target.id, details=details)
        return changed.cleared

    def find(self, connection: Connection, actor: Actor, name: str) -> ConnectionView:
        """The connection of that name in the actor's company; another company's is told as not found."""
        query = select(connections).where(connections.c.company_id == actor.company_id, connections.c.name == name)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no connection {name!r}.", remedy="List them: `erp-bridge connection list`.")
        return _view(row)

    def by_id(self, connection: Connection, company_id: int, connection_id: int) -> ConnectionView:
        """The connection of that id in a company; raises NotFound."""
        query = select(connections).where(connections.c.company_id == company_id, connections.c.id == connection_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no such connection.", remedy="List them: `erp-bridge connection list`.")
        return _view(row)

    def profile(self, target: ConnectionView) -> ErpProfile:
        """The profile of a connection's ERP, in the words of its site."""
        return self.profile_of(target.erp, target.name)

    def profile_of(self, erp: str, name: str | None) -> ErpProfile:
        """The profile of an ERP in the words of the connection of that name (B7); in the plugin's without one."""
        profile: ErpProfile = self.registry.adapter(erp).profile
        config = Configuration.read(self.home).connections.get(name or "")
        return profile if config is None else with_words(profile, config.words)

    def erp(
        self, company_id: int, connection_id: int, job: str, masters: Masters | None = None
    ) -> tuple[Any, Erp[Any]]:
        """The adapter and what it is given. `masters` None: the ones last stored, read when they are first asked for.

        Raises BadSettings for a configuration that is wrong or is another company's, PluginError for a broken plugin.
        """
        from erp_bridge_core.connections.maps import StoredMaps

        with self.store.read() as connection:
            target = self.by_id(connection, company_id, connection_id)
            company = connection.execute(select(companies.c.code).where(companies.c.id == company_id)).scalar_one()
        configuration = Configuration.read(self.home)
        config = _config(configuration, target, company)
        adapter = self.registry.adapter(target.erp)
        settings = read_settings(
            adapter.profile.settings_class,
            config.settings,
            connection=target.name,
            secrets=configuration.secrets,
            redactor=self.redactor,
        )
        erp = build_erp(
            connection=config,
            settings=settings,
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

    def close(self) -> None:
        """Close the sessions that are still open; one that is used again opens its connections anew."""
        self.throttles.close()
        while self._sessions:
            self._sessions.popleft().close()

    def _remember(self, session: requests.Session) -> None:
        """Close the oldest session beyond a few: nobody tells when an adapter is done with its `erp`."""
        self._sessions.append(session)
        if len(self._sessions) > OPEN_SESSIONS:
            self._sessions.popleft().close()

    def note_company(self, connection: Connection, target: ConnectionView, header: JobHeader) -> None:
        """Keep which books the ERP says these are. Raises NotPossibleNow when they changed under exported projects."""
        self._keep_company(connection, target, header.company, header.live)

    def _keep_company(self, connection: Connection, target: ConnectionView, company: str, live: bool | None) -> None:  # noqa: FBT001 - a fact of the ERP's, not a switch
        exported = select(projects.c.number).where(
            projects.c.connection_id == target.id, projects.c.first_exported_at.is_not(None)
        )
        if target.erp_company not in {None, company} and (number := connection.execute(exported).scalars().first()):
            raise NotPossibleNow(
                f"The connection {target.name} now leads to {company}; project {number} was exported to"
                f" {target.erp_company}, and that is fixed for good.",
                remedy="Point the connection back to its books, and add another connection for the others.",
            )
        connection.execute(
            update(connections).where(connections.c.id == target.id).values(erp_company=company, live=live)
        )

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

    def _require_taken(self, target: ConnectionView, counts: Callable[[Fault], bool], after: Configuration) -> None:
        """Raise BadSettings where the plugin's settings don't take what is set, for faults that count."""
        config = after.connection(target.name)
        try:
            read_settings(
                self.profile(target).settings_class, config.settings, connection=target.name, secrets=after.secrets
            )
        except BadSettings as error:
            if any(counts(fault) for fault in error.faults):
                raise

    def _require_administrator(self, connection: Connection, actor: Actor) -> None:
        policy = policy_of(connection, actor.company_id)
        now = self.clocks(actor.company_id).now()
        recent = signed_in_recently(actor.signed_in_at, now, minutes=policy.recent_minutes)
        require([*may_administer(rights_of(connection, actor)), *recent])


def _view(row: Any) -> ConnectionView:
    return ConnectionView(
        id=row.id,
        company_id=row.company_id,
        name=row.name,
        erp=row.erp,
        erp_company=row.erp_company,
        live=row.live,
        hosts=tuple(row.hosts),
    )


def _config(configuration: Configuration, target: ConnectionView, company: str) -> ConnectionConfig:
    config = configuration.connection(target.name)
    if (config.company, config.erp) != (company, target.erp):
        raise BadSettings(
            f"The connection {target.name} is configured for {config.erp} of company {config.company};"
            f" it was added for {target.erp} of company {company}.",
            remedy="Put company and erp back in erp-bridge.toml, or add another connection.",
        )
    return config


def _require_free(connection: Connection, name: str) -> None:
    if connection.execute(select(connections.c.id).where(connections.c.name == name)).first() is not None:
        raise BadInput(f"The name {name!r} is taken.", remedy="Choose another name for the connection.")


def _require_unused(connection: Connection, target: ConnectionView) -> None:
    linked = select(projects.c.number).where(projects.c.connection_id == target.id)
    if (number := connection.execute(linked).scalars().first()) is not None:
        raise NotPossibleNow(f"Project {number} is linked over {target.name}.", remedy="Unlink it first.")
    if connection.execute(select(items.c.id).where(items.c.connection_id == target.id)).first() is not None:
        raise NotPossibleNow(
            f"Budgets were sent over {target.name}; its history needs it.", remedy="Leave it as it is, unused."
        )
