"""A simulated budget source beside a simulated ERP: set up with the same codes, connected, and told where we listen."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract.errors import NotPossibleNow, NotSupported
from erp_bridge_core.contract.simulator import Paced, Served
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_core.demo.erp_side import job_setup, secrets_into
from erp_bridge_core.demo.people import Cast
from erp_bridge_core.demo.walking import Planned

if TYPE_CHECKING:
    from erp_bridge_core.app import Application
    from erp_bridge_core.registry import Adapter
    from erp_bridge_core.registry.source_adapter import SourceAdapter

#: The name under which a simulator tells the secret that its calls are known by.
RECEIVER: Final = "receiver"


@frozen(kw_only=True)
class SourceSite:
    """A simulated source that is connected: its budgets go into one ERP."""

    adapter: "SourceAdapter"
    simulator: SourceSimulator
    simulated: Path
    connection: str

    @property
    def title(self) -> str:
        """The source's name as people write it."""
        return self.adapter.profile.title


def simulated_source(application: "Application", name: str) -> "SourceAdapter":
    """An installed source that has a simulator; raises `PluginError` or `NotSupported`."""
    source = application.registry.source(name)
    source.simulator()
    return source


def only_when_asked(home: Path) -> None:
    """Let the story's people read ERPs back, and nobody by himself; raises BadSettings."""
    with rewrite(home) as document:
        document["schedule"] = {"verify_minutes": 0, "nightly_at": ""}


def sources_with_simulators(application: "Application") -> list["SourceAdapter"]:
    """All installed sources that have a simulator, in their order."""
    return [source for _, source in sorted(application.registry.sources.items()) if _has_simulator(source)]


def _has_simulator(source: "SourceAdapter") -> bool:
    try:
        source.simulator()
    except NotSupported:
        return False
    return True


def plan_site(application: "Application", source: "SourceAdapter", erp: "Adapter") -> SourceSite:
    """Where a source whose budgets go into an ERP has its books, and by which name it is connected."""
    name = f"{source.name}-{erp.name}"
    simulated = application.home / "simulators" / name
    return SourceSite(adapter=source, simulator=source.simulator(), simulated=simulated, connection=name)


def set_up(site: SourceSite, planned: Iterable[Planned], erp: "Adapter") -> None:
    """A project for each job, with the ERP's own codes: a source takes them from there.

    Its name tells the ERP: two connections that show the same project are taken for ways to one.
    """
    known = [job_setup(each.budget, each.codes, erp.profile) for each in planned]
    setups = [evolve(each, name=f"{each.name}, {erp.name}") for each in known]
    site.simulator.setup(site.simulated, setups)
    if isinstance(site.simulator, Paced):
        # A story that is watched need not show how long a source makes us wait.
        site.simulator.permit_any_rate(site.simulated, any_rate=True)


def connect_source(application: "Application", cast: Cast, site: SourceSite, served: Served, *, address: str) -> None:
    """Add the connection, in the manager's name, and see that it works; have `address` told of requests.

    Raises `NotPossibleNow`.
    """
    served = own_secrets(site.connection, served)
    secrets_into(application.home, served.secrets)
    application.connections.add(
        cast.administrator,
        site.connection,
        source=site.adapter.name,
        settings=served.settings,
        files_root=served.files_root,
        hosts=served.hosts,
        plain_http=True,
    )
    application.connections.set(cast.administrator, site.connection, "connector.act_as", "manager")
    lead_hints(site, served, address)
    broken = [each for each in application.connections.check(cast.approver, site.connection) if not each.ok]
    if broken and address:  # where nothing listens, a source may miss who it is to tell
        told = broken[0].message
        raise NotPossibleNow(f"The simulator of {site.adapter.name} does not answer as it should: {told}")
    # Nothing is asked yet: from here on it is looked for when it is told of, or in its time.
    application.requests.poll(cast.approver, site.connection)


def lead_hints(site: SourceSite, served: Served, address: str) -> None:
    """Have the source tell our receiver at an address of requests from now on; `served` has its own secrets' names."""
    secret = served.secrets.get(f"{site.connection}-{RECEIVER}")
    if address and secret:
        site.simulator.tell(site.simulated, f"{address}/receive/{site.connection}", secret)


def own_secrets(connection: str, served: Served) -> Served:
    """The same, each secret under a name of this connection's: simulated sources of one kind name theirs alike."""
    names = {name: f"{connection}-{name}" for name in served.secrets}
    return evolve(
        served,
        settings=_renamed(served.settings, names),
        secrets={names[name]: value for name, value in served.secrets.items()},
    )


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _renamed(each, names) for name, each in value.items()}
    if isinstance(value, str) and value.startswith("file:"):
        name = value.removeprefix("file:")
        return f"file:{names.get(name, name)}"
    return value
