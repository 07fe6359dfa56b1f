"""The demo from an empty folder to the job costs report: set-up, simulators, then every job's walk."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from erp_bridge_core.demo.budgets import demo_budgets
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.options import DemoJob, DemoOptions, DemoResult
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.setting_up import (
    by_connection,
    connect,
    enter_maps,
    hire_all,
    make_home,
    plan_jobs,
    simulated_adapters,
)
from erp_bridge_core.demo.telling import side_by_side
from erp_bridge_core.demo.walking import Site, Walk

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter

Say = Callable[[str], None]


def run_demo(options: DemoOptions, *, say: Say) -> DemoResult:
    """Run it; the home folder stays behind, and every command of the product works on it.

    Raises what the services raise: bad data of a file is told whole, before anything is set up.
    """
    from erp_bridge_core.app import Application

    make_home(options.home)
    with Application.open(options.home) as application:
        cast = hire_all(application)
        jobs = tuple(
            job
            for adapter in simulated_adapters(application, options.erp)
            for job in _run_erp(application, adapter, options, cast, say)
        )
    say("\nWhat each ERP's own books hold, and how it was verified:")
    for line in side_by_side(jobs):
        say(line)
    return DemoResult(home=options.home, jobs=jobs)


def _run_erp(
    application: "Application", adapter: "Adapter", options: DemoOptions, cast: Cast, say: Say
) -> Iterator[DemoJob]:
    simulated = options.home / "simulators" / adapter.name
    simulator = adapter.simulator()
    say(f"== {adapter.profile.title} (simulated) ==")
    with demo_budgets(options, options.home / "demo" / adapter.name) as budgets:
        planned = plan_jobs(budgets, adapter)
        simulator.setup(simulated, [job_setup(each.budget, each.codes, adapter.profile) for each in planned])
        with simulator.serve(simulated) as served:
            secrets_into(options.home, served.secrets)
            for number, group in enumerate(by_connection(planned, adapter)):
                site = Site(
                    application=application,
                    adapter=adapter,
                    simulator=simulator,
                    simulated=simulated,
                    connection=adapter.name if not number else f"{adapter.name}-{number + 1}",
                    cast=cast,
                    say=say,
                )
                connect(site, served)
                enter_maps(site, group)
                for each in group:
                    yield Walk(site=site, planned=each, told=options.budget is None).run()
