"""The demo from an empty folder to the job costs report: set-up, simulators, then every job's walk."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import frozen

from erp_bridge_core.contract.simulator import Simulator
from erp_bridge_core.demo.budgets import demo_budgets
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.options import DemoJob, DemoOptions, DemoResult
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.receiving import receiving
from erp_bridge_core.demo.setting_up import (
    by_connection,
    connect,
    enter_maps,
    hire_all,
    make_home,
    plan_jobs,
    simulated_adapters,
)
from erp_bridge_core.demo.source_side import (
    SourceSite,
    connect_source,
    only_when_asked,
    plan_site,
    set_up,
    simulated_source,
)
from erp_bridge_core.demo.source_walk import SourceWalk
from erp_bridge_core.demo.telling import side_by_side, sources_side_by_side
from erp_bridge_core.demo.walking import Planned, Site, Walk

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter
    from erp_bridge_core.registry.source_adapter import SourceAdapter

Say = Callable[[str], None]


def run_demo(options: DemoOptions, *, say: Say) -> DemoResult:
    """Run it; the home folder stays behind, and every command of the product works on it.

    Raises what the services raise: bad data of a file is told whole, before anything is set up.
    """
    from erp_bridge_core.app import Application

    make_home(options.home)
    with Application.open(options.home) as application, ExitStack() as stack:
        source = simulated_source(application, options.source) if options.source else None
        if source:
            only_when_asked(options.home)
        address = stack.enter_context(receiving(application)) if source else ""
        running = _Running(
            application=application,
            options=options,
            cast=hire_all(application),
            source=source,
            address=address,
            say=say,
        )
        jobs = tuple(job for adapter in simulated_adapters(application, options.erp) for job in running.erp(adapter))
    say("\nWhat each ERP's own books hold, and how it was verified:")
    for line in side_by_side(jobs):
        say(line)
    if source is not None:
        say(f"\nWhat {source.profile.title} was told, beside what we accepted and what the ERP's own books hold:")
        for line in sources_side_by_side(jobs):
            say(line)
    return DemoResult(home=options.home, jobs=jobs)


@frozen(kw_only=True)
class _Running:
    """A demo that runs: `address` is where a source tells us of requests, blank where nothing listens."""

    application: "Application"
    options: DemoOptions
    cast: Cast
    source: "SourceAdapter | None"
    address: str
    say: Say

    def erp(self, adapter: "Adapter") -> Iterator[DemoJob]:
        """All jobs in one ERP."""
        options, simulator = self.options, adapter.simulator()
        simulated = options.home / "simulators" / adapter.name
        says = f", its budgets from {self.source.profile.title} (simulated)" if self.source else ""
        self.say(f"== {adapter.profile.title} (simulated){says} ==")
        with demo_budgets(options, options.home / "demo" / adapter.name) as budgets, ExitStack() as stack:
            planned = plan_jobs(budgets, adapter)
            simulator.setup(simulated, [job_setup(each.budget, each.codes, adapter.profile) for each in planned])
            served = stack.enter_context(simulator.serve(simulated))
            secrets_into(options.home, served.secrets)
            source = self._source(adapter, planned, stack)
            for number, group in enumerate(by_connection(planned, adapter)):
                site = self._site(adapter, simulator, number)
                connect(site, served)
                if source is None:
                    enter_maps(site, group)
                for each in group:
                    walk = Walk(site=site, planned=each, told=options.budget is None)
                    yield self._from(source, walk).run() if source else walk.run()

    def _from(self, source: SourceSite, walk: Walk) -> SourceWalk:
        return SourceWalk(source=source, walk=walk, work=self._work, told_where=self.address)

    def _work(self) -> None:
        """What a worker of the installation would do now: requests looked for, outcomes told."""
        from erp_bridge_core.engine.worker import EngineWorker

        EngineWorker(self.application, "demo").run_once()

    def _site(self, adapter: "Adapter", simulator: Simulator, number: int) -> Site:
        return Site(
            application=self.application,
            adapter=adapter,
            simulator=simulator,
            simulated=self.options.home / "simulators" / adapter.name,
            connection=adapter.name if not number else f"{adapter.name}-{number + 1}",
            cast=self.cast,
            say=self.say,
        )

    def _source(self, erp: "Adapter", planned: Sequence[Planned], stack: ExitStack) -> SourceSite | None:
        """The source that this ERP's budgets come from, with its projects, served and connected."""
        if self.source is None:
            return None
        site = plan_site(self.application, self.source, erp)
        set_up(site, planned, erp)
        served = stack.enter_context(site.simulator.serve(site.simulated))
        connect_source(self.application, self.cast, site, served, address=self.address)
        return site
