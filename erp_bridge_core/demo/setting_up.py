"""What a demo sets up before its story: the home, its people, and per ERP a simulator, connections and maps."""

import getpass
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from erp_bridge_core.contract.errors import NotPossibleNow, NotSupported, PluginError, StorageError
from erp_bridge_core.contract.profile import Capability
from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.demo.budgets import DemoBudget, without_sub_jobs
from erp_bridge_core.demo.erp_side import choose_codes
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.demo.walking import Planned, Site
from erp_bridge_core.installation import Paths, create_home

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter

COMPANY: Final = "demo"


def make_home(home: Path) -> None:
    """Make a demo's home, in place of an older one."""
    clear_old_demo(home)
    create_home(
        home,
        company_code=COMPANY,
        company_name="Demo Contractors",
        time_zone="America/Indiana/Indianapolis",
        currency="USD",
        admin_login="administrator",
        admin_name="Administrator",
        demo=True,
    ).close()
    (home / "demo").mkdir()


def hire_all(application: "Application") -> Cast:
    """The people of a new demo, played by whoever runs it."""
    return hire(application, COMPANY, getpass.getuser())


def clear_old_demo(home: Path) -> None:
    """Make room for a new demo where an old one stands; anything else there is left alone."""
    if not home.exists() or not any(home.iterdir()):
        return
    if not (home / "demo").is_dir() or not Paths(home=home).configuration.exists():
        raise StorageError(
            f"The folder {home} holds something other than a demo.",
            remedy="Choose another folder with --home.",
        )
    shutil.rmtree(home)


def simulated_adapters(application: "Application", erp: str | None) -> list["Adapter"]:
    """The installed adapters that have a simulator; the one named alone, if one is."""
    found = [
        adapter
        for name, adapter in sorted(application.registry.adapters.items())
        if erp in {None, name} and _has_simulator(adapter)
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


def plan_jobs(budgets: Iterable[DemoBudget], adapter: "Adapter") -> list[Planned]:
    """Budgets as an ERP takes them, with codes that fit it and are not taken twice."""
    taken: set[str] = set()
    planned = []
    for as_made in budgets:
        takes_sub_jobs = adapter.profile.supports(Capability.SUB_JOBS)
        budget = as_made if takes_sub_jobs or not as_made.sub_jobs else without_sub_jobs(as_made)
        codes = choose_codes(budget, adapter.profile, taken)
        taken.add(codes.job)
        planned.append(Planned(as_made=as_made, budget=budget, codes=codes))
    return planned


def by_connection(planned: list[Planned], adapter: "Adapter") -> list[list[Planned]]:
    """Groups of jobs, a connection each: maps belong to one.

    Where sub jobs are jobs, one code of ours is another job in every project.
    """
    if not adapter.profile.supports(Capability.SUB_JOBS_ARE_JOBS):
        return [planned]
    plain = [each for each in planned if not each.budget.sub_jobs]
    return [*([plain] if plain else []), *([each] for each in planned if each.budget.sub_jobs)]


def connect(site: Site, served: Served) -> None:
    """Add a site's connection and see that it works; raises `NotPossibleNow`."""
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


def enter_maps(site: Site, planned: Iterable[Planned]) -> None:
    """Map our values to the ERP's codes."""
    from erp_bridge_core.connections.maps import MapEntry

    every = [each.codes for each in planned]
    # Once a kind is mapped, every value of it is: of the jobs whose codes all fit, too.
    kinds = {kind for codes in every for kind, _, _ in codes.entries()}
    entries = {
        (kind, ours): theirs for codes in every for kind in kinds for ours, theirs in codes.maps[kind].items() if ours
    }
    rows = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(entries.items())]
    if rows:
        shown = ", ".join(f"{row.ours} → {row.theirs}" for row in rows if row.ours != row.theirs)
        site.say(f"Maps to the ERP's codes: {shown}.")
        site.application.maps.load(site.cast.administrator, site.connection, rows=rows)
