"""Where a storm's budgets come from and go to: simulated ERPs and budget sources, each in a process behind a proxy."""

from pathlib import Path
from threading import Lock
from typing import Any

from attrs import define, evolve, field, frozen

from erp_bridge_core.conformance.wire import FaultProxy
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.simulator import JobSetup, Paced, Served, Simulator
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_core.demo.erp_side import Codes
from storm.budgets import Contract
from storm.processes import Living, SimulatedServer


@define(eq=False, kw_only=True)
class Site:
    """A simulator in a process, of one company's, and the proxy before it."""

    company: str
    plugin: str
    folder: Path
    proxy: FaultProxy
    server: SimulatedServer
    living: Living

    @property
    def name(self) -> str:
        """As it is told."""
        return f"{self.company} {self.plugin}"

    @property
    def connection(self) -> str:
        """The name of the connection to it."""
        return f"{self.company}-{self.plugin}"

    @property
    def served(self) -> Served:
        """What it serves."""
        assert self.server.served is not None, f"{self.name} does not start: {self.server.log}"
        return self.server.served

    @property
    def share(self) -> Path | None:
        """The folder that is shared with it, where files are how it is written to."""
        return Path(self.served.files_root) if self.served.files_root else None

    def serve(self, simulator: Simulator | SourceSimulator, setups: list[JobSetup]) -> None:
        """Set its books up and let it begin."""
        simulator.setup(self.folder, setups)
        if isinstance(simulator, Paced):
            # What a proxy delivers late or twice is nobody's to pace.
            simulator.permit_any_rate(self.folder, any_rate=True)
        self.living.start()
        self.proxy.upstream = self.served.hosts[0]
        self.proxy.__enter__()

    def end(self) -> None:
        """End it."""
        self.living.end()
        self.proxy.__exit__(None, None, None)

    def through(self) -> Served:
        """What it serves, its address being the proxy's and its secrets those of its company."""
        served, prefix = self.served, f"{self.connection}-"
        settings: dict[str, Any] = {}
        for name, value in served.settings.items():
            settings[name] = value
            if isinstance(value, str):
                is_secret = value.startswith("file:") and value[5:] in served.secrets
                settings[name] = (
                    f"file:{prefix}{value[5:]}" if is_secret else value.replace(served.hosts[0], self.proxy.address)
                )
        return evolve(
            served,
            settings=settings,
            secrets={prefix + name: value for name, value in served.secrets.items()},
            hosts=(self.proxy.address, *served.hosts[1:]),
        )


@define(eq=False, kw_only=True)
class Source(Site):
    """A budget source of one company: whoever is told nothing looks there, not before `let_be` (monotonic)."""

    profile: SourceProfile
    simulator: SourceSimulator
    let_be: float = 0.0


@define(eq=False, kw_only=True)
class Place(Site):
    """One ERP of one company, and the projects whose budgets go there. `desk`: one at a time.

    What comes from a source has the ERP's own codes, so that it goes by a connection without maps, `asked_by`.
    """

    profile: ErpProfile
    simulator: Simulator
    projects: list["Project"] = field(factory=list)
    desk: Any = field(factory=Lock)

    @property
    def asked_by(self) -> str:
        """The name of the connection for what comes from a source."""
        return f"{self.connection}-asked"


@frozen(kw_only=True)
class Project:
    """One project, the ERP's codes for its budget, and the job as the ERP's administrator has it.

    `source` is where its budget is made and asked for; None: it is entered and sent here.
    """

    contract: Contract
    codes: Codes
    setup: JobSetup
    source: Source | None = None
