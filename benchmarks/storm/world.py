"""The storm's world: one installation of several companies, every ERP of each, and its budget sources."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import define, evolve, field
from sqlalchemy import make_url

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.file_import import ImportChoices
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.conformance.wire import FaultProxy
from erp_bridge_core.conformance.world.workload import HEADER, erp_side
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract.errors import NotSupported, PluginError
from erp_bridge_core.contract.money import plain
from erp_bridge_core.contract.profile import Capability
from erp_bridge_core.contract.source import SourceCapability
from erp_bridge_core.demo.erp_side import secrets_into
from erp_bridge_core.demo.people import Cast, hire
from erp_bridge_core.demo.source_side import RECEIVER
from erp_bridge_core.installation import create_home
from erp_bridge_core.registry import Registry
from erp_bridge_core.sources import ColumnMapping
from erp_bridge_core.sources.writing import write_table
from storm.budgets import contract
from storm.options import ROUNDS, Options
from storm.places import Place, Project, Site, Source
from storm.processes import SimulatedServer, nursery
from storm.product import Simulated

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


@define(eq=False, kw_only=True)
class World:
    """The home, its places, and the budget sources that some of their projects come from."""

    home: Path
    places: list[Place]
    sources: list[Source]
    context: Any = field(repr=False)

    @property
    def sites(self) -> list[Site]:
        """All that may be killed, and whose wire may fail."""
        return [*self.places, *self.sources]

    def projects_of(self, source: Source) -> list[Project]:
        """What is made at a source."""
        return [project for place in self.places for project in place.projects if project.source is source]

    def jobs_of(self, source: Source) -> list[str]:
        """The jobs by which a source's simulator knows its projects."""
        return [project.codes.job for project in self.projects_of(source)]


@contextmanager
def made_world(options: Options, root: Path, random: Random, *, address: str, url: str = "") -> Iterator[World]:
    """Set all of it up in a folder: simulators serve until the block ends, no process of the product runs yet.

    `address` is where our server will be, which sources call; `url` that of the database.
    """
    registry = Registry.load()
    erps, asked = _simulated(registry, options.erps), _asked_at(registry) if options.asked_every else []
    context = nursery(tuple(f"erp_bridge_{name}.plugin" for name in (*erps, *asked)))
    companies = COMPANIES[: options.companies]
    places = [_place(registry, company, erp, root, context) for company in companies for erp in erps]
    sources = [_source(registry, company, name, root, context) for company in companies for name in asked]
    _share_out(options, places, sources, random)
    places = [place for place in places if place.projects]
    used = {project.source for place in places for project in place.projects}
    sources = [source for source in sources if source in used]
    world = World(home=root / "home", places=places, sources=sources, context=context)
    try:
        for place in places:
            place.serve(place.simulator, [project.setup for project in place.projects])
        for source in sources:
            setups = [evolve(each.setup, name=each.contract.number) for each in world.projects_of(source)]
            source.serve(source.simulator, setups)
        _install(world, options, url, address)
        yield world
    finally:
        for site in world.sites:
            site.end()


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


def _asked_at(registry: Registry) -> list[str]:
    """The sources that have a simulator, whose users ask for exports and are told what became of them."""
    found = []
    for name, source in sorted(registry.sources.items()):
        capable = map(source.profile.supports, (SourceCapability.REQUESTS, SourceCapability.OUTCOMES))
        try:
            source.simulator()
        except NotSupported:
            continue
        if all(capable):
            found.append(name)
    return found


def _place(registry: Registry, company: str, erp: str, root: Path, context: Any) -> Place:
    adapter, folder = registry.adapter(erp), root / "erps" / f"{company}-{erp}"
    return Place(
        plugin=erp, profile=adapter.profile, simulator=adapter.simulator(),
        **_site(company, Simulated(plugin=erp, is_source=False, folder=folder), context),
    )  # fmt: skip


def _source(registry: Registry, company: str, name: str, root: Path, context: Any) -> Source:
    source, folder = registry.source(name), root / "sources" / f"{company}-{name}"
    return Source(
        plugin=name, profile=source.profile, simulator=source.simulator(),
        **_site(company, Simulated(plugin=name, is_source=True, folder=folder), context),
    )  # fmt: skip


def _site(company: str, which: Simulated, context: Any) -> dict[str, Any]:
    which.folder.mkdir(parents=True)
    server = SimulatedServer(which=which, context=context)
    return {
        "company": company, "folder": which.folder, "proxy": FaultProxy(), "server": server, "living": server.living(),
    }  # fmt: skip


def _share_out(options: Options, places: list[Place], sources: list[Source], random: Random) -> None:
    """Projects in turn, until their rounds are as many as the exports that were asked for; some made at a source."""
    left, at = options.exports, 0
    while left > 0:
        place = places[at % len(places)]
        source = _source_of(options, place.company, sources, at, at // len(places))
        at += 1
        rounds = min(ROUNDS, left)
        left -= rounds
        made = contract(
            random, number=f"{place.connection}-{at}", job=f"24-{at:04d}", rounds=rounds,
            takes_changes=place.profile.supports(Capability.CHANGES), one_rejected=source is not None,
        )  # fmt: skip
        codes, setup = erp_side(made.workload, place.profile, job=made.job)
        place.projects.append(Project(contract=made, codes=codes, setup=setup, source=source))


def _source_of(options: Options, company: str, sources: Collection[Source], at: int, turn: int) -> Source | None:
    """The source of a project, if it has one: one of so many, and in the end some of each place."""
    own = [source for source in sources if source.company == company]
    if not own or (at + turn) % options.asked_every != options.asked_every - 1:
        return None
    return own[at % len(own)]


# -- the installation --------------------------------------------------------------------------------------------------


def _install(world: World, options: Options, url: str, address: str) -> None:
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
        for source in world.sources:
            _connect_source(application, casts[source.company], source, options, address)
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
    served = place.through()
    secrets_into(application.home, served.secrets)
    names = [place.connection, *([place.asked_by] if any(each.source for each in place.projects) else [])]
    for name in names:
        application.connections.add(
            cast.administrator, name, erp=place.plugin, settings=served.settings, files_root=served.files_root,
            hosts=served.hosts, plain_http=True,
        )  # fmt: skip
    own = [each for each in place.projects if each.source is None]
    entries = {(kind, ours): theirs for each in own for kind, ours, theirs in each.codes.entries()}
    rows = [MapEntry(kind=kind, ours=ours, theirs=theirs) for (kind, ours), theirs in sorted(entries.items())]
    if rows:
        application.maps.load(cast.administrator, place.connection, rows=rows)


def _connect_source(application: Application, cast: Cast, source: Source, options: Options, address: str) -> None:
    """Connect it in the manager's name, and have it call our server."""
    served = source.through()
    secrets_into(application.home, served.secrets)
    application.connections.add(
        cast.administrator, source.connection, source=source.plugin,
        settings={**served.settings, **options.source_settings}, files_root=served.files_root, hosts=served.hosts,
        plain_http=True,
    )  # fmt: skip
    application.connections.set(cast.administrator, source.connection, "connector.act_as", "manager")
    secret = source.served.secrets.get(RECEIVER)
    if secret:
        source.simulator.tell(source.folder, f"{address}/receive/{source.connection}", secret)


def _enter(application: Application, cast: Cast, place: Place, project: Project) -> None:
    """A project with the original budget of its first round, linked to its job: entered here, or at its source."""
    number, source, job = project.contract.number, project.source, project.codes.job
    application.projects.create(cast.administrator, number, name=f"Contract {number}")
    way = place.connection if source is None else place.asked_by
    application.projects.link(cast.administrator, number, way, job=job)
    application.people.grant_project(cast.administrator, "manager", number, level="standard", may_send=True)
    application.projects.sync(cast.manager, number)
    lines = project.contract.rounds[0].lines
    if source is not None:
        theirs = source.simulator.project_id(source.folder, job)
        application.pulling.link(cast.administrator, number, source.connection, source_project=theirs)
        for line in lines:
            source.simulator.set_line(source.folder, job, project.codes.theirs(line.key), line.amount)
        return
    rows = (("", line.cost_code, line.category, line.description, "", "", "", plain(line.amount)) for line in lines)
    path = place.folder.with_suffix(".csv")
    write_table(path, HEADER, rows)
    choices = ImportChoices(mapping=_MAPPING, duplicates="refuse", mode="override")
    application.budgets.import_file(cast.manager, number, path, choices=choices)
