"""A budget source in a served demo: one contract whose people have asked there for its export."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.demo.budgets import DemoBudget, asked_budget
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.lasting import Kept, lead_to, serving_again
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.setting_up import connect, plan_jobs
from erp_bridge_core.demo.source_side import (
    SourceSite,
    connect_source,
    lead_hints,
    own_secrets,
    plan_site,
    set_up,
)
from erp_bridge_core.demo.source_walk import SourceWalk
from erp_bridge_core.demo.walking import Site, Walk

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter, SourceAdapter


@frozen
class ServedSource:
    """A source that is served: its connection, the name that people know it by, and where it is."""

    connection: str
    title: str
    served: Served


@define(kw_only=True)
class AskedForDemo:
    """A source whose budgets go into one ERP, and the one that was sent."""

    application: "Application"
    cast: Cast
    source: "SourceAdapter"
    erp: "Adapter"
    budget: DemoBudget = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make the budget."""
        self.budget = asked_budget(self.application.home / "demo")

    def serve(self, erp: Served, stack: ExitStack, base_url: str) -> ServedSource:
        """Set all of it up beside an ERP that is served, and ask there for the export."""
        (planned,) = plan_jobs([self.budget], self.erp)
        source = plan_site(self.application, self.source, self.erp)
        site = self._erp_site()
        site.simulator.setup(site.simulated, [job_setup(planned.budget, planned.codes, self.erp.profile)])
        connect(site, erp)
        set_up(source, [planned], self.erp)
        served = stack.enter_context(source.simulator.serve(source.simulated))
        connect_source(self.application, self.cast, source, served, address=base_url)
        walk = SourceWalk(
            source=source, walk=Walk(site=site, planned=planned, told=False), work=_nothing, told_where=""
        )
        walk.set_up()
        walk.enter()
        source.simulator.send(source.simulated, planned.codes.job)
        self.application.requests.poll(self.cast.approver, source.connection)
        return ServedSource(source.connection, source.title, served)

    def _erp_site(self) -> Site:
        """A way into the ERP of its own: what comes from the source has the ERP's codes, and needs no maps."""
        return Site(
            application=self.application,
            adapter=self.erp,
            simulator=self.erp.simulator(),
            simulated=self.application.home / "simulators" / self.erp.name,
            connection=f"{self.erp.name}-{self.source.name}",
            cast=self.cast,
            say=_say_nothing,
        )


def taken_up(
    application: "Application", cast: Cast, kept: Kept, stack: ExitStack, base_url: str
) -> Iterator[ServedSource]:
    """The sources of a demo that was left, served again; where their connections lead, and what they tell."""
    for connection in application.connections.list(cast.administrator, ConnectionKind.SOURCE):
        if connection.name not in kept.ports:
            continue
        source = application.registry.source(connection.plugin)
        site = SourceSite(
            adapter=source,
            simulator=source.simulator(),
            simulated=application.home / "simulators" / connection.name,
            connection=connection.name,
        )
        each = stack.enter_context(serving_again(site.simulator, site.simulated, kept.ports[connection.name]))
        served = own_secrets(connection.name, each)
        secrets_into(application.home, served.secrets)
        lead_to(application, cast, connection.name, served)
        lead_hints(site, served, base_url)
        yield ServedSource(connection.name, site.title, served)


def _nothing() -> None:
    """The demo's own worker does the installation's work once all is made."""


def _say_nothing(_: str) -> None:
    """Of each project one line is enough."""
