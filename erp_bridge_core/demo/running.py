"""The demo from an empty folder to the job costs report: set-up, simulators, then every job's walk."""

import getpass
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from erp_bridge_core.contract.errors import NotPossibleNow, NotSupported, PluginError, StorageError
from erp_bridge_core.demo.budgets import DemoBudget, demo_budgets
from erp_bridge_core.demo.erp_side import Codes, choose_codes, job_setup, secrets_into
from erp_bridge_core.demo.options import DemoJob, DemoOptions, DemoResult
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.demo.walking import Site, Walk
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
        simulator.setup(simulated, [job_setup(budget, codes, adapter.profile) for budget, codes in planned])
        with _connected(application, adapter, simulated, options.home, cast) as connection:
            _enter_maps(application, connection, planned, cast, say)
            site = Site(
                application=application,
                adapter=adapter,
                simulator=simulator,
                simulated=simulated,
                connection=connection,
                cast=cast,
                say=say,
            )
            for budget, codes in planned:
                yield Walk(site=site, budget=budget, codes=codes, told=options.budget is None).run()


def _planned(budgets: Iterable[DemoBudget], adapter: "Adapter") -> list[tuple[DemoBudget, Codes]]:
    taken: set[str] = set()
    planned = []
    for budget in budgets:
        codes = choose_codes(budget, adapter.profile, taken)
        taken.add(codes.job)
        planned.append((budget, codes))
    return planned


@contextmanager
def _connected(
    application: "Application", adapter: "Adapter", simulated: Path, home: Path, cast: Cast
) -> Iterator[str]:
    simulator = adapter.simulator()
    with ExitStack() as stack:
        served = stack.enter_context(simulator.serve(simulated))
        secrets_into(home, served.secrets)
        application.connections.add(
            cast.administrator,
            adapter.name,
            erp=adapter.name,
            settings=served.settings,
            files_root=served.files_root,
            hosts=served.hosts,
            plain_http=True,
        )
        checked = application.connections.check(cast.approver, adapter.name)
        broken = [each for each in checked if not each.ok]
        if broken:
            raise NotPossibleNow(f"The simulator of {adapter.name} does not answer: {broken[0].message}")
        yield adapter.name


def _enter_maps(
    application: "Application", connection: str, planned: list[tuple[DemoBudget, Codes]], cast: Cast, say: Say
) -> None:
    from erp_bridge_core.connections.maps import MapEntry

    entries = {(kind, ours): theirs for _, codes in planned for kind, ours, theirs in codes.entries()}
    rows = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(entries.items())]
    if rows:
        shown = ", ".join(f"{row.ours} → {row.theirs}" for row in rows if row.ours != row.theirs)
        say(f"Maps to the ERP's codes: {shown}.")
        application.maps.load(cast.administrator, connection, rows=rows)
