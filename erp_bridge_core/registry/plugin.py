"""What is known of a plugin before and after it is imported."""

from importlib.metadata import Distribution, EntryPoint

from attrs import field, frozen

from erp_bridge_core.contract.errors import PluginError


@frozen(kw_only=True)
class Candidate:
    """An entry point of one of our groups, not imported yet."""

    group: str
    entry: EntryPoint
    distribution: Distribution = field(repr=False)

    @property
    def name(self) -> str:
        """The ERP's or the policy's short name."""
        return self.entry.name

    @property
    def title(self) -> str:
        """The distribution and its version, as a person reads them."""
        return f"{self.distribution.name} {self.distribution.version}"


@frozen(kw_only=True)
class BrokenPlugin:
    """A plugin that is installed and enabled and can't be used, and why."""

    name: str
    group: str
    distributions: tuple[str, ...]
    error: PluginError
