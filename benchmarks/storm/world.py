"""The storm's world: one installation of several companies, and every ERP of each in a simulator of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any, Final

from attrs import define, evolve, field, frozen
from sqlalchemy import make_url

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.conformance.wire import FaultProxy
from erp_bridge_core.conformance.world.workload import HEADER, erp_side
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.profile import Capability, ErpProfile
from erp_bridge_core.contract.simulator import JobSetup, Paced, Served, Simulator
from erp_bridge_core.demo.erp_side import Codes, secrets_into
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.installation import create_home
from erp_bridge_core.registry import Registry
from erp_bridge_core.sources import ColumnMapping
from erp_bridge_core.sources.writing import write_table
from storm.budgets import Contract, contract
from storm.options import ROUNDS, Options
from storm.processes import Living, SimulatedErp, nursery

PASSWORD: Final = "a dozen heavy clouds"
#: The variable that holds the database's password, and how many connections each process has to it at most.
SECRET: Final = "STORM_DATABASE_PASSWORD"
_CONNECTIONS: Final = 40
TESTER: Final = "storm"
COMPANIES: Final = ("east", "west", "north", "south")
_ZONE: Final = "America/Indiana/Indianapolis"
_MAPPING: Final = ColumnMapping(columns={"sub_job": "Sub Job", "category": "Category"})
_SCHEDULE: Final = """
[schedule]
verify_minutes = 2
resume_minutes = 1
nightly_at = ""
poll_seconds = 0.5
at_once = 16

[engine]
kind = "{engine}"
"""


@frozen(kw_only=True)
class Project:
    """One project, the ERP's codes for its budget, and the job as the ERP's administrator has it."""

    contract: Contract
    codes: Codes
    setup: JobSetup


@define(eq=False, kw_only=True)
class Place:
    """One ERP of one company: its simulator in a process, the proxy before it, its projects. `desk`: one at a time."""

    company: str
    erp: str
    profile: ErpProfile
    simulator: Simulator
    folder: Path
    proxy: FaultProxy
    server: SimulatedErp
    living: Living
    projects: list[Project] = field(factory=list)
    desk: Any = field(factory=Lock)

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.company} {self.erp}"

    @property
    def connection(self) -> str:
        """The name of the connection to it."""
        return f"{self.company}-{self.erp}"

    @property
    def share(self) -> Path | None:
        """The folder that is shared with the ERP, where files are how it is written to."""
        root = "" if self.server.served is None else self.server.served.files_root
        return Path(root) if root else None


@define(eq=False, kw_only=True)
class World:
    """The home, and its places."""

    home: Path
    places: list[Place]
    context: Any = field(repr=False)


@contextmanager
def made_world(options: Options, root: Path, random: Random, *, url: str = "") -> Iterator[World]:
    """Set all of it up in a folder: simulators serve until the block ends, no process of the product runs yet."""
    registry = Registry.load()
    chosen = _simulated(registry, options.erps)
    context = nursery(tuple(f"erp_bridge_{erp}.plugin" for erp in chosen))
    places = [
        _place(registry, company, erp, root, context) for company in COMPANIES[: options.companies] for erp in chosen
    ]
    _share_out(options, places, random)
    places = [place for place in places if place.projects]
    world = World(home=root / "home", places=places, context=context)
    try:
        for place in places:
            _serve(place)
        _install(world, options, url)
        yield world
    finally:
        for place in places:
            place.living.end()
            place.proxy.__exit__(None, None, None)


def _simulated(registry: Registry, wanted: Sequence[str]) -> list[str]:
    found = []
    for name in wanted or sorted(registry.adapters):
        try:
            registry.adapter(name).simulator()
        except PluginError:
            if wanted:
                raise
        else:
            found.append(name)
    return found


def _place(registry: Registry, company: str, erp: str, root: Path, context: Any) -> Place:
    adapter = registry.adapter(erp)
    folder = root / "erps" / f"{company}-{erp}"
    folder.mkdir(parents=True)
    server = SimulatedErp(erp=erp, folder=folder, context=context)
    return Place(
        company=company, erp=erp, profile=adapter.profile, simulator=adapter.simulator(), folder=folder,
        proxy=FaultProxy(), server=server, living=server.living(),
    )  # fmt: skip


def _share_out(options: Options, places: list[Place], random: Random) -> None:
    """Projects in turn, until their rounds are as many as the exports that were asked for."""
    left, at = options.exports, 0
    while left > 0:
        place = places[at % len(places)]
        at += 1
        rounds = min(ROUNDS, left)
        left -= rounds
        made = contract(
            random, number=f"{place.connection}-{at}", job=f"24-{at:04d}", rounds=rounds,
            takes_changes=place.profile.supports(Capability.CHANGES),
        )  # fmt: skip
        codes, setup = erp_side(made.workload, place.profile, job=made.job)
        place.projects.append(Project(contract=made, codes=codes, setup=setup))


def _serve(place: Place) -> None:
    place.simulator.setup(place.folder, [project.setup for project in place.projects])
    if isinstance(place.simulator, Paced):
        # What a proxy delivers late or twice is nobody's to pace.
        place.simulator.permit_any_rate(place.folder, any_rate=True)
    place.living.start()
    assert place.server.served is not None, f"{place.name} does not start: {place.folder.with_suffix('.log')}"
    place.proxy.upstream = place.server.served.hosts[0]
    place.proxy.__enter__()


# -- the installation --------------------------------------------------------------------------------------------------


def _install(world: World, options: Options, url: str) -> None:
    first, *others = COMPANIES[: options.companies]
    _create(world.home, first, url)
    with (world.home / "erp-bridge.toml").open("a", encoding="utf-8") as configuration:
        configuration.write(_SCHEDULE.format(engine=options.engine))
    with Application.open(world.home) as application:
        casts = {first: hire(application, first, TESTER)}
        for company in others:
            application.companies.add(
                casts[first].administrator, company, name=company.title(), time_zone=_ZONE, currency="USD"
            )
            casts[company] = hire(application, company, TESTER)
        for cast in casts.values():
            application.companies.set_policy(cast.administrator, recent_minutes=10_000)
        for login in ("manager", "approver", "controller"):
            application.people.set_password(application.companies.system(first), login, PASSWORD)
        for place in world.places:
            _connect(application, casts[place.company], place)
            for project in place.projects:
                _enter(application, casts[place.company], place, project)


def _create(home: Path, company: str, url: str) -> None:
    create_home(
        home, company_code=company, company_name=company.title(), time_zone=_ZONE, currency="USD",
        admin_login="administrator", admin_name="Administrator", demo=True, database=_named(url),
    ).close()  # fmt: skip


def _named(url: str) -> DatabaseConfig:
    """A server's database as the configuration names it: its password comes from the environment."""
    if not url:
        return DatabaseConfig()
    place = make_url(url)
    password = f"env:{SECRET}" if place.password else ""
    url = f"postgresql://{place.username}@{place.host}:{place.port}/{place.database}"
    return DatabaseConfig(url=url, password=password, connections=_CONNECTIONS)


def _connect(application: Application, cast: Cast, place: Place) -> None:
    served = _through(place)
    secrets_into(application.home, served.secrets)
    application.connections.add(
        cast.administrator, place.connection, erp=place.erp, settings=served.settings, files_root=served.files_root,
        hosts=served.hosts, plain_http=True,
    )  # fmt: skip
    entries = {(kind, ours): theirs for each in place.projects for kind, ours, theirs in each.codes.entries()}
    rows = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(entries.items())]
    if rows:
        application.maps.load(cast.administrator, place.connection, rows=rows)


def _through(place: Place) -> Served:
    """What the simulator serves, its address being the proxy's and its secrets those of its company."""
    served = place.server.served
    assert served is not None
    prefix = f"{place.connection}-"
    settings: dict[str, Any] = {}
    for name, value in served.settings.items():
        settings[name] = value
        if isinstance(value, str):
            is_secret = value.startswith("file:") and value[5:] in served.secrets
            settings[name] = (
                f"file:{prefix}{value[5:]}" if is_secret else value.replace(served.hosts[0], place.proxy.address)
            )
    return evolve(
        served,
        settings=settings,
        secrets={prefix + name: value for name, value in served.secrets.items()},
        hosts=(place.proxy.address, *served.hosts[1:]),
    )


def _enter(application: Application, cast: Cast, place: Place, project: Project) -> None:
    """A project with the original budget of its first round, linked to its job."""
    number = project.contract.number
    application.projects.create(cast.administrator, number, name=f"Contract {number}")
    application.projects.link(cast.administrator, number, place.connection, job=project.codes.job)
    application.people.grant_project(cast.administrator, "manager", number, level="standard", may_send=True)
    application.projects.sync(cast.manager, number)
    rows = (
        ("", line.cost_code, line.category, line.description, "", "", "", plain(line.amount))
        for line in project.contract.rounds[0].lines
    )
    path = place.folder.with_suffix(".csv")
    write_table(path, HEADER, rows)
    choices = ImportChoices(mapping=_MAPPING, duplicates="refuse", mode="override")
    application.budgets.import_file(cast.manager, number, path, choices=choices)
