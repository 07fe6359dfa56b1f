"""A plugin object as the registry would load it, without installing a distribution."""

from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any, Final, cast

from attrs import frozen

from erp_bridge_core.contract.hookspecs import ERPS
from erp_bridge_core.registry import Adapter, Registry
from erp_bridge_core.registry.checks import load_adapter
from erp_bridge_core.registry.plugin import Candidate

#: Files are told by their paths from here, so that a content hash is the same wherever the tests lie.
ROOT: Final = Path(__file__).parents[1]


class ObjectDistribution(Distribution):
    """What an installer would have written about a distribution of one name, version and list of files."""

    def __init__(self, name: str, version: str = "1.0", files: tuple[Path, ...] = ()) -> None:
        self._texts: Mapping[str, str] = {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            "RECORD": "".join(f"{file},,\n" for file in files),
        }

    def read_text(self, filename: str) -> str | None:
        """One of the installer's files."""
        return self._texts.get(filename)

    def locate_file(self, path: Any) -> Any:
        """Where a file of the distribution is."""
        return ROOT / path


@frozen(kw_only=True)
class ObjectEntry:
    """An entry point that gives an object which is there already."""

    name: str
    plugin: object
    group: str = ERPS

    @property
    def value(self) -> str:
        """What messages call it."""
        return f"{type(self.plugin).__module__}:{type(self.plugin).__qualname__}"

    def load(self) -> object:
        """The object."""
        return self.plugin


def register(
    plugin: object, *, name: str, distribution: str = "", version: str = "1.0", files: tuple[Path, ...] = ()
) -> Adapter:
    """Check a plugin object and make it an adapter; raises `PluginError` as for an installed one.

    `files` are what its content hash covers: by default the modules of this package.
    """
    package = tuple(sorted(path.relative_to(ROOT) for path in Path(__file__).parent.glob("*.py")))
    candidate = Candidate(
        group=ERPS,
        entry=cast("Any", ObjectEntry(name=name, plugin=plugin)),
        distribution=ObjectDistribution(
            distribution or f"erp-bridge-{name.replace('_', '-')}", version, files or package
        ),
    )
    return load_adapter(candidate)


def registry_of(*adapters: Adapter) -> Registry:
    """A registry that knows these adapters, and no policies."""
    by_name = {adapter.name: adapter for adapter in adapters}
    return Registry(adapters=by_name, broken={}, not_enabled={}, policies={})
