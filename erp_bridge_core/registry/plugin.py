"""What is known of a plugin before and after it is imported."""

from importlib.metadata import Distribution, EntryPoint
from types import ModuleType
from typing import Final

from attrs import field, frozen

from erp_bridge_core.contract import hookspecs, source_hooks
from erp_bridge_core.contract.errors import PluginError


@frozen(kw_only=True)
class Kind:
    """A kind of plugin: its entry-point group, what it is called, where its hooks are specified, and which there are.

    `lists_as` goes before a plugin's name wherever all kinds stand in one list; ERP adapters go by their bare name.
    """

    group: str
    title: str
    specification: ModuleType
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    lists_as: str = ""

    @property
    def hooks(self) -> tuple[str, ...]:
        """All that one may implement."""
        return (*self.required, *self.optional)

    def key(self, name: str) -> str:
        """A plugin of this kind in a list of all kinds: an ERP and a source may share a name."""
        return f"{self.lists_as} {name}".lstrip()


ERP: Final = Kind(
    group=hookspecs.ERPS,
    title="an ERP adapter",
    specification=hookspecs,
    required=hookspecs.REQUIRED,
    optional=hookspecs.OPTIONAL,
)
POLICY: Final = Kind(
    group=hookspecs.POLICIES,
    title="a policy",
    specification=hookspecs,
    required=("validate_budget",),
    lists_as="policy",
)
SOURCE: Final = Kind(
    group=source_hooks.SOURCES,
    title="a budget source",
    specification=source_hooks,
    required=source_hooks.REQUIRED,
    optional=source_hooks.OPTIONAL,
    lists_as="source",
)
KINDS: Final = {kind.group: kind for kind in (ERP, POLICY, SOURCE)}


@frozen(kw_only=True)
class Candidate:
    """An entry point of one of our groups, not imported yet."""

    group: str
    entry: EntryPoint
    distribution: Distribution = field(repr=False)

    @property
    def kind(self) -> Kind:
        """What kind of plugin it says it is."""
        return KINDS[self.group]

    @property
    def name(self) -> str:
        """The short name of the ERP, the source or the policy."""
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
