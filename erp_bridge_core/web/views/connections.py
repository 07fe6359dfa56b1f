"""A connection as pages show it: its last check, how its adapter stands, and what may be done with it."""

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from erp_bridge_core.app import Application
from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.certificates.standing import Standing
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.connector import receiver_address
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.views import ConnectionView
from erp_bridge_core.contract.errors import Fault, NotFound, PluginError
from erp_bridge_core.contract.source import SourceCapability
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import Rights, may_administer, may_look_at_items, may_tend, require
from erp_bridge_core.web.addresses import path_to


@frozen(kw_only=True)
class SourceFacts:
    """What a connection to a budget source has beside one to an ERP.

    `receiver` is where the source calls us, None where it never does, blank where no address is set that people type;
    `asks` says that its users ask there for exports. `handed_in` are the connections to ERPs that something is handed
    in for; `authorized` whether a person does that.
    """

    title: str
    asks: bool
    receiver: str | None
    handed_in: tuple[str, ...]
    authorized: bool


@frozen(kw_only=True)
class ConnectionPage:
    """One connection. `checked_at` is None before its first check; `trouble` says why its plugin can't be used.

    `source` is of a budget source that can be used, else None.
    """

    connection: ConnectionView
    checked_at: datetime | None
    works: bool
    standing: Standing | None
    source: SourceFacts | None
    trouble: str
    check: Sequence[Fault]
    administer: Sequence[Fault]

    @property
    def is_source(self) -> bool:
        """Whether budgets come from there."""
        return self.connection.kind is ConnectionKind.SOURCE

    @property
    def path(self) -> str:
        """The address of its page."""
        return connection_path(self.connection.name)


def connection_path(name: str, *rest: str) -> str:
    """The address of a connection's page, or of one below it."""
    return path_to("connections", name, *rest)


def load_connections(application: Application, actor: Actor) -> tuple[ConnectionPage, ...]:
    """The company's connections, by name; for whoever may look at items."""
    rights = rights_to_look(application, actor)
    checks = application.audit.latest(actor, subject="connection", verb="connection.check")
    known = application.connections.list(actor)
    erps = tuple(each.name for each in known if each.kind is ConnectionKind.ERP)
    return tuple(_page(application, rights, each, checks.get(str(each.id)), erps) for each in known)


def load_connection(application: Application, actor: Actor, name: str) -> ConnectionPage:
    """The connection of that name; raises NotFound, for another company's too."""
    for each in load_connections(application, actor):
        if each.connection.name == name:
            return each
    raise NotFound(f"There is no connection {name!r}.", remedy="Look at the page Connections.")


def rights_to_look(application: Application, actor: Actor) -> Rights:
    """What somebody may do who may look at items; raises NotAllowed for anybody else."""
    with application.store.read() as connection:
        rights = rights_of(connection, actor)
    require(may_look_at_items(rights))
    return rights


def _page(
    application: Application,
    rights: Rights,
    connection: ConnectionView,
    check: AuditEntry | None,
    erps: tuple[str, ...],
) -> ConnectionPage:
    standing, trouble = _standing_of(application, connection)
    source = _source_of(application, connection, erps) if connection.kind is ConnectionKind.SOURCE else None
    return ConnectionPage(
        connection=connection,
        checked_at=check.moment if check else None,
        works=bool(check and check.facts.get("ok")),
        standing=standing,
        source=source,
        trouble=trouble,
        check=may_tend(rights),
        administer=may_administer(rights),
    )


def _source_of(application: Application, connection: ConnectionView, erps: tuple[str, ...]) -> SourceFacts | None:
    adapter = application.registry.sources.get(connection.plugin)
    if adapter is None:
        return None
    receiver = receiver_address(Configuration.read(application.home).web.base_url, connection.name)
    return SourceFacts(
        title=adapter.profile.title,
        asks=adapter.profile.supports(SourceCapability.REQUESTS),
        receiver=receiver if adapter.profile.supports(SourceCapability.HINTS) else None,
        handed_in=erps if adapter.offers("connector_metadata") else (),
        authorized=adapter.profile.supports(SourceCapability.AUTHORIZATION),
    )


def _standing_of(application: Application, connection: ConnectionView) -> tuple[Standing | None, str]:
    """How a connection's plugin stands; None with the reason where it can't be used."""
    certificates, is_erp = application.certificates, connection.kind is ConnectionKind.ERP
    try:
        return (certificates.assess if is_erp else certificates.assess_source)(connection.plugin).standing, ""
    except PluginError as error:  # a connection is shown without it, with what is wrong
        return None, f"{error.message} {error.remedy}".strip()
