"""The demo from an empty folder to the job costs report: set-up, simulators, then every job's walk."""

import getpass
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from erp_bridge_core.contract.errors import NotPossibleNow, NotSupported, PluginError, StorageError
from erp_bridge_core.contract.profile import Capability
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.demo.budgets import DemoBudget, demo_budgets, without_sub_jobs
from erp_bridge_core.demo.erp_side import choose_codes, job_setup, secrets_into
from erp_bridge_core.demo.options import DemoJob, DemoOptions, DemoResult
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.demo.telling import side_by_side
from erp_bridge_core.demo.walking import Planned, Site, Walk
from erp_bridge_core.installation import Paths, create_home

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter

COMPANY: Final = "demo"
Say = Callable[[str], None]


def run_demo(options: DemoOptions, *, say: Say) -> DemoResult:
    """Run it; the home folder stays behind, and every command of the product works on it.

    Raises what the services raise: bad data of a file is told whole, before anything is set up.
    """
    from erp_bridge_core.app import Application

    _clear(options.home)
    create_home(
        options.home,
        company_code=COMPANY,
        company_name="Demo Contractors",
        time_zone="America/Indiana/Indianapolis",
        currency="USD",
        admin_login="administrator",
        admin_name="Administrator",
        demo=True,
    ).close()
    with Application.open(options.home) as application:
        cast = hire(application, COMPANY, getpass.getuser())
        jobs = tuple(
            job
            for adapter in _adapters(application, options)
            for job in _run_erp(application, adapter, options, cast, say)
        )
    say("\nWhat each ERP's own books hold, and how it was verified:")
    for line in side_by_side(jobs):
        say(line)
    return DemoResult(home=options.home, jobs=jobs)


def _clear(home: Path) -> None:
    """Make room for a new demo where an old one stands; anything else there is left alone."""
    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / "demo").is_dir() or not Paths(home=home).configuration.exists():
        raise StorageError(
            f"The folder {home} holds something other than a demo.",
            remedy="Choose another folder with --home.",
        )
    shutil.rmtree(home)


def _adapters(application: "Application", options: DemoOptions) -> list["Adapter"]:
    found = [
        adapter
        for name, adapter in sorted(application.registry.adapters.items())
        if options.erp in {None, name} and _has_simulator(adapter)
    ]
    if not found:
        raise PluginError(
            "No installed adapter has a simulator to run the demo with.",
            remedy="Install an adapter: `pip install erp-bridge-…`; `erp-bridge plugins` lists what is there.",
        )
    return found


def _has_simulator(adapter: "Adapter") -> bool:
    try:
        adapter.simulator()
    except NotSupported:
        return False
    return True


def _run_erp(
    application: "Application", adapter: "Adapter", options: DemoOptions, cast: Cast, say: Say
) -> Iterator[DemoJob]:
    simulated = options.home / "simulators" / adapter.name
    simulator = adapter.simulator()
    say(f"== {adapter.profile.title} (simulated) ==")
    with demo_budgets(options, options.home / "demo" / adapter.name) as budgets:
        planned = _planned(budgets, adapter)
        simulator.setup(simulated, [job_setup(each.budget, each.codes, adapter.profile) for each in planned])
        with simulator.serve(simulated) as served:
            secrets_into(options.home, served.secrets)
            for number, group in enumerate(_by_connection(planned, adapter)):
                site = Site(
                    application=application,
                    adapter=adapter,
                    simulator=simulator,
                    simulated=simulated,
                    connection=adapter.name if not number else f"{adapter.name}-{number + 1}",
                    cast=cast,
                    say=say,
                )
                _connect(site, served)
                _enter_maps(site, group)
                for each in group:
                    yield Walk(site=site, planned=each, told=options.budget is None).run()


def _planned(budgets: Iterable[DemoBudget], adapter: "Adapter") -> list[Planned]:
    taken: set[str] = set()
    planned = []
    for as_made in budgets:
        takes_sub_jobs = adapter.profile.supports(Capability.SUB_JOBS)
        budget = as_made if takes_sub_jobs or not as_made.sub_jobs else without_sub_jobs(as_made)
        codes = choose_codes(budget, adapter.profile, taken)
        taken.add(codes.job)
        planned.append(Planned(as_made=as_made, budget=budget, codes=codes))
    return planned


def _by_connection(planned: list[Planned], adapter: "Adapter") -> list[list[Planned]]:
    """Maps belong to a connection: where sub jobs are jobs, one code of ours is another job in every project."""
    if not adapter.profile.supports(Capability.SUB_JOBS_ARE_JOBS):
        return [planned]
    plain = [each for each in planned if not each.budget.sub_jobs]
    return [*([plain] if plain else []), *([each] for each in planned if each.budget.sub_jobs)]


def _connect(site: Site, served: Served) -> None:
    application, cast = site.application, site.cast
    application.connections.add(
        cast.administrator,
        site.connection,
        erp=site.adapter.name,
        settings=served.settings,
        files_root=served.files_root,
        hosts=served.hosts,
        plain_http=True,
    )
    broken = [each for each in application.connections.check(cast.approver, site.connection) if not each.ok]
    if broken:
        raise NotPossibleNow(f"The simulator of {site.adapter.name} does not answer as it should: {broken[0].message}")


def _enter_maps(site: Site, planned: Iterable[Planned]) -> None:
    from erp_bridge_core.connections.maps import MapEntry

    entries = {(kind, ours): theirs for each in planned for kind, ours, theirs in each.codes.entries()}
    rows = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(entries.items())]
    if rows:
        shown = ", ".join(f"{row.ours} → {row.theirs}" for row in rows if row.ours != row.theirs)
        site.say(f"Maps to the ERP's codes: {shown}.")
        site.application.maps.load(site.cast.administrator, site.connection, rows=rows)
