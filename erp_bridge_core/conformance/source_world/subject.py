"""What is under test: the one source, found by the name it is installed under, or by `module:object`."""

from attrs import frozen

from erp_bridge_core.certificates import Evidence
from erp_bridge_core.conformance.subject import find_candidate
from erp_bridge_core.contract.source_hooks import SOURCES
from erp_bridge_core.contract.source_simulator import MischievousSource, SourceSimulator
from erp_bridge_core.registry.checks import built_in_source, load_source
from erp_bridge_core.registry.source_adapter import SourceAdapter
from erp_bridge_core.sources import file_source


@frozen(kw_only=True)
class SourceSubject:
    """A source under test. `spec` is what it was asked for by, so that another process finds the same."""

    spec: str
    adapter: SourceAdapter
    module: str
    packages: tuple[str, ...]

    @property
    def evidence(self) -> Evidence:
        """What verdicts rest on."""
        return Evidence.SIMULATOR

    @property
    def name(self) -> str:
        """The source's short name."""
        return self.adapter.name

    @property
    def simulator(self) -> SourceSimulator:
        """The plugin's simulator; raises `NotSupported` where there is none."""
        return self.adapter.simulator()

    @property
    def mischievous(self) -> MischievousSource | None:
        """The simulator, where it can play mischief."""
        simulator = self.simulator
        return simulator if isinstance(simulator, MischievousSource) else None


def find_source(spec: str) -> SourceSubject:
    """The source of an installed plugin, of a module that is being written (`package.plugin:object`), or `files`.

    Raises `PluginError` saying what is wrong with it, or that there is none of that name.
    """
    if spec == file_source.NAME:
        module = file_source.__name__
        # The product around it is trusted with clocks and files; the source itself is not.
        package = module.rpartition(".")[0]
        return SourceSubject(spec=spec, adapter=built_in_source(spec, module), module=module, packages=(package,))
    candidate = find_candidate(spec, SOURCES)
    return SourceSubject(
        spec=spec,
        adapter=load_source(candidate),
        module=candidate.entry.module,
        packages=(candidate.entry.module.partition(".")[0],),
    )
