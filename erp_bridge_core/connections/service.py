"""Connections to ERPs and budget sources: added, checked, removed, opened as what their plugins are given (P0)."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import define, field
from sqlalchemy import Connection, delete, insert, select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.configuration.words import AnyProfile, with_words
from erp_bridge_core.connections.authorizing import Authorizing
from erp_bridge_core.connections.connector_people import look_at_connector, require_members
from erp_bridge_core.connections.editing import (
    ConnectionSettings,
    hosts_first,
    leads_to,
    require_may_set,
    require_revision,
    settings_of,
)
from erp_bridge_core.connections.opening import Opening, Plugins
from erp_bridge_core.connections.private import remove_private_folder
from erp_bridge_core.connections.settings import read_settings
from erp_bridge_core.connections.views import ConnectionView, connection_by_id, find_connection, list_connections
from erp_bridge_core.contract.connection import Checked, Clock, Erp
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault, NotPossibleNow
from erp_bridge_core.contract.masters import JobHeader, Masters
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import Source, SourceCapability, SourceProfile
from erp_bridge_core.people.access import require_administrator, require_tending
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_administer, may_look_at_items, require
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    adapter_state,
    connections,
    items,
    maps,
    projects,
    source_hints,
    source_links,
    source_polls,
    source_requests,
)
from erp_bridge_core.wire.redaction import Redactor
from erp_bridge_core.wire.throttle import Throttles

__all__ = ["ConnectionView", "Connections"]


@define
class Connections:
    """The connections of an installation: their rows in the database, their settings in the configuration file."""

    store: Store
    audit: AuditTrail
    registry: Plugins
    redactor: Redactor
    home: Path
    installation_code: str
    clocks: Callable[[int], Clock]
    authorizing: Authorizing = field(init=False)
    _opening: Opening = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make what opens and authorizes them."""
        self._opening = Opening(
            self.store, self.registry, self.redactor, self.home, self.installation_code, self.clocks
        )

        self.authorizing = Authorizing(self.store, self.audit, self._opening, self.clocks)

    @property
    def throttles(self) -> Throttles:
        """How all who speak to a host keep to its permitted rate together."""
        return self._opening.throttles

    def add(
        self,
        actor: Actor,
        name: str,
        *,
        erp: str = "",
        source: str = "",
        settings: Mapping[str, Any],
        files_root: str = "",
        hosts: tuple[str, ...] = (),
        plain_http: bool = False,
    ) -> ConnectionView:
        """Add a connection of the actor's company to an ERP or to a budget source, by its plugin's name.

        Raises BadSettings with every wrong setting at once, BadInput unless exactly one of `erp` and `source` is named.

        On the command line, whoever may write the home folder also permits the shared folder; from elsewhere it must
        lie below a root that was permitted there before, and secrets are the company's own (`editing.py`).
        """
        with self.store.begin() as connection:
            self._require_administrator(connection, actor)
            kind, plugin = _one_plugin(erp, source)
            settings_class = self._opening.plugin(kind, plugin).profile.settings_class
            _require_free(connection, name)
            require_may_set(actor, name, {**settings, "http.plain_http": plain_http})
            configuration = Configuration.read(self.home)
            read_settings(settings_class, settings, connection=name, secrets=configuration.secrets)
            if files_root and actor.via == "cli":
                configuration = configuration.allow_root(files_root)
            values = {"name": name, "kind": kind.value, "plugin": plugin, "hosts": list(hosts)}
            now = self.clocks(actor.company_id).now()
            connection.execute(insert(connections).values(**values, company_id=actor.company_id, created_at=now))
            view = self.find(connection, actor, name)
            details = {**values, "files_root": files_root}
            self.audit.record(connection, actor, "connection.add", "connection", view.id, details=details)
            # Last: a file can't be rolled back, so nothing may fail after it but the commit itself.
            configuration.add_connection(
                name,
                company=actor.company,
                plugin=plugin,
                kind=kind,
                root=files_root,
                hosts=hosts,
                plain_http=plain_http,
                settings=settings,
            )
        return view

    def list(self, actor: Actor, kind: ConnectionKind | None = None) -> tuple[ConnectionView, ...]:
        """The connections of the actor's company, by name; for whoever may look at ERP Integrations (P1)."""
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            return list_connections(connection, actor.company_id, kind)

    def check(self, actor: Actor, name: str) -> tuple[Checked, ...]:
        """Look whether a connection works; what an ERP says of its books is kept. Changes nothing at the other end."""
        with self.store.read() as connection:
            require_tending(connection, actor)
            target = self.find(connection, actor, name)
        looked = tuple(self._looked(target))
        facts = {name: value for checked in looked for name, value in checked.facts.items()}
        with self.store.begin() as connection:
            if facts.get("company") and target.kind is ConnectionKind.ERP:
                live = {"true": True, "false": False}.get(facts.get("live", "").lower())
                self._keep_company(connection, target, facts["company"], live)
            details = {"ok": all(checked.ok for checked in looked), "looked_at": len(looked)}
            self.audit.record(connection, actor, "connection.check", "connection", target.id, details=details)
        return looked

    def _looked(self, target: ConnectionView) -> Iterator[Checked]:
        if target.kind is ConnectionKind.SOURCE:
            adapter, source = self.source(target.company_id, target.id)
            files, looked = source.files, adapter.check_source(source)
        else:
            adapter, erp = self.erp(target.company_id, target.id, "")
            files, looked = erp.files, adapter.check_connection(erp)
        warnings = files.warnings() if hasattr(files, "warnings") else ()
        yield from (Checked(name="shared folder", ok=False, message=warning) for warning in warnings)
        yield from looked or ()
        if target.kind is ConnectionKind.SOURCE and adapter.profile.supports(SourceCapability.REQUESTS):
            config = Configuration.read(self.home).connection(target.name)
            with self.store.read() as connection:
                yield look_at_connector(connection, target.company_id, config.connector)

    def metadata(self, actor: Actor, name: str, erp_connection: str) -> Mapping[str, Any]:
        """What is handed in to a budget source so that it knows the ERP of another connection, in its site's words.

        For whoever may look at ERP Integrations (P1). Raises NotSupported where the source needs nothing handed in.
        """
        with self.store.read() as connection:
            require(may_look_at_items(rights_of(connection, actor)))
            target = self.find(connection, actor, name, ConnectionKind.SOURCE)
            erp = self.find(connection, actor, erp_connection, ConnectionKind.ERP)
        found: Mapping[str, Any] = self.registry.source(target.plugin).connector_metadata(self.profile(erp))
        return found

    def remove(self, actor: Actor, name: str) -> None:
        """Remove a connection that no project uses and nothing was sent over; raises NotPossibleNow otherwise."""
        with self.store.begin() as connection:
            self._require_administrator(connection, actor)
            target = self.find(connection, actor, name)
            _require_unused(connection, target)
            for table in (maps, adapter_state, source_hints, source_polls):
                connection.execute(delete(table).where(table.c.connection_id == target.id))
            connection.execute(delete(connections).where(connections.c.id == target.id))
            self.audit.record(connection, actor, "connection.remove", "connection", target.id, details={"name": name})
            remove_private_folder(self.home, target.id, name)
            configuration = Configuration.read(self.home)
            if name in configuration.connections:  # not so where the database was lost right after it was taken out
                configuration.remove_connection(name)

    def settings(self, actor: Actor, name: str) -> ConnectionSettings:
        """What is set of a connection, with references in the place of secrets; for administrators."""
        with self.store.read() as connection:
            require(may_administer(rights_of(connection, actor)))
            self.find(connection, actor, name)
        configuration = Configuration.read(self.home)
        return settings_of(configuration.connection(name), configuration.web.base_url)

    def set(self, actor: Actor, name: str, setting: str, value: Any) -> tuple[str, ...]:
        """Change one setting of a connection; None takes it away. See `change`; what else is wrong is let be."""
        # Where a setting stands in a group that there is not, it is the group that the fault names.
        groups = [f"settings.{setting[:at]}" for at, each in enumerate(setting) if each == "."]
        named = (setting, *groups)
        return self._change(actor, name, {setting: value}, "", lambda fault: fault.where.endswith(named))

    def change(self, actor: Actor, name: str, changes: Mapping[str, Any], *, revision: str = "") -> tuple[str, ...]:
        """Change some settings of a connection in one act: the plugin's, `files.root`, `http.hosts` and the like; None
        takes one away. Returns the secrets' settings that a changed host has cleared and that were not set anew, with
        `authorization` where a person has to authorize it anew.

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
            before = configuration.connection(name)
            require_revision(before, revision)
            forgotten: list[str] = []

            def check(after: Configuration) -> None:
                self._require_taken(target, counts, after)
                require_members(connection, target, after.connection(name).connector, changes)
                # Nothing of a sign-in follows to another machine unseen.
                elsewhere = leads_to(before) != leads_to(after.connection(name))
                if elsewhere and remove_private_folder(self.home, target.id, name):
                    forgotten.append("authorization")

            if changes.get("files.root") and actor.via == "cli":
                configuration = configuration.allow_root(str(changes["files.root"]))
            changed = configuration.change(name, hosts_first(changes), check)
            hosts = list(changed.connection(name).http.hosts)
            connection.execute(update(connections).where(connections.c.id == target.id).values(hosts=hosts))
            cleared = (*changed.cleared, *forgotten)
            # Not the plugin's values: somebody may have typed a secret where its reference belongs.
            details: dict[str, Any] = {"name": name, "settings": sorted(changes), "cleared": list(cleared)}
            if ours := {setting: value for setting, value in changes.items() if setting.startswith("connector.")}:
                details["connector"] = ours
            self.audit.record(connection, actor, "connection.set", "connection", target.id, details=details)
        return cleared

    def find(
        self, connection: Connection, actor: Actor, name: str, kind: ConnectionKind | None = None
    ) -> ConnectionView:
        """The connection of that name in the actor's company; another company's is told as not found.

        Raises BadInput where it is of another kind than the one that is asked for.
        """
        return find_connection(connection, actor, name, kind)

    def by_id(self, connection: Connection, company_id: int, connection_id: int) -> ConnectionView:
        """The connection of that id in a company; raises NotFound."""
        return connection_by_id(connection, company_id, connection_id)

    def profile(self, target: ConnectionView) -> ErpProfile:
        """The profile of a connection's ERP, in the words of its site."""
        return self.profile_of(target.plugin, target.name)

    def source_profile(self, target: ConnectionView) -> SourceProfile:
        """The profile of a connection's budget source, in the words of its site."""
        profile: SourceProfile = self.registry.source(target.plugin).profile
        return self._in_words(profile, target.name)

    def profile_of(self, erp: str, name: str | None) -> ErpProfile:
        """The profile of an ERP in the words of the connection of that name (B7); in the plugin's without one."""
        profile: ErpProfile = self.registry.adapter(erp).profile
        return self._in_words(profile, name or "")

    def _in_words(self, profile: AnyProfile, name: str) -> AnyProfile:
        config = Configuration.read(self.home).connections.get(name)
        return profile if config is None else with_words(profile, config.words)

    def erp(
        self, company_id: int, connection_id: int, job: str, masters: Masters | None = None
    ) -> tuple[Any, Erp[Any]]:
        """The adapter and what it is given. `masters` None: the ones last stored, read when they are first asked for.

        Raises BadSettings for a configuration that is wrong or is another company's, PluginError for a broken plugin,
        BadInput for a connection to a budget source.
        """
        return self._opening.erp(company_id, connection_id, job, masters)

    def source(self, company_id: int, connection_id: int) -> tuple[Any, Source[Any]]:
        """The source's adapter and what it is given; raises as `erp`, BadInput for a connection to an ERP.

        Raises StorageError where its private folder can't be used.
        """
        return self._opening.source(company_id, connection_id)

    def close(self) -> None:
        """Close the sessions that are still open; one that is used again opens its connections anew."""
        self._opening.close()

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

    def _require_taken(self, target: ConnectionView, counts: Callable[[Fault], bool], after: Configuration) -> None:
        """Raise BadSettings where the plugin's settings don't take what is set, for faults that count."""
        config = after.connection(target.name)
        settings_class = self._opening.plugin(target.kind, target.plugin).profile.settings_class
        try:
            read_settings(settings_class, config.settings, connection=target.name, secrets=after.secrets)
        except BadSettings as error:
            if any(counts(fault) for fault in error.faults):
                raise

    def _require_administrator(self, connection: Connection, actor: Actor) -> None:
        require_administrator(connection, actor, self.clocks(actor.company_id).now())


def _one_plugin(erp: str, source: str) -> tuple[ConnectionKind, str]:
    if bool(erp) == bool(source):
        fault = Fault("erp", "both are named" if erp else "is missing", expected="either an ERP or a budget source")
        raise BadInput("A connection leads to one ERP or to one budget source.", remedy="Name one.", faults=[fault])
    return (ConnectionKind.SOURCE, source) if source else (ConnectionKind.ERP, erp)


def _require_free(connection: Connection, name: str) -> None:
    if connection.execute(select(connections.c.id).where(connections.c.name == name)).first() is not None:
        raise BadInput(f"The name {name!r} is taken.", remedy="Choose another name for the connection.")


def _require_unused(connection: Connection, target: ConnectionView) -> None:
    linked = select(projects.c.number).where(projects.c.connection_id == target.id)
    if (number := connection.execute(linked).scalars().first()) is not None:
        raise NotPossibleNow(f"Project {number} is linked over {target.name}.", remedy="Unlink it first.")
    taking = select(projects.c.number).join(source_links).where(source_links.c.connection_id == target.id)
    if (number := connection.execute(taking).scalars().first()) is not None:
        raise NotPossibleNow(f"Project {number} takes its budget from {target.name}.", remedy="Unlink it first.")
    asked = select(source_requests.c.id).where(source_requests.c.connection_id == target.id)
    if connection.execute(asked).first() is not None:
        raise NotPossibleNow(
            f"Exports were asked for over {target.name}; its history needs it.", remedy="Leave it as it is, unused."
        )
    if connection.execute(select(items.c.id).where(items.c.connection_id == target.id)).first() is not None:
        raise NotPossibleNow(
            f"Budgets were sent over {target.name}; its history needs it.", remedy="Leave it as it is, unused."
        )
