"""What is under test: the one adapter, found by the name it is installed under, or by `module:object`."""

import hashlib
import sys
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.certificates import Evidence
from erp_bridge_core.conformance.sandbox import Sandbox, SandboxSimulator
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.hookspecs import ERPS
from erp_bridge_core.contract.simulator import Mischievous, Simulator
from erp_bridge_core.contract.source_hooks import SOURCES
from erp_bridge_core.registry import Adapter
from erp_bridge_core.registry.checks import load_adapter
from erp_bridge_core.registry.discovery import find_candidates
from erp_bridge_core.registry.plugin import Candidate

_WHAT: Final = {ERPS: "the ERP", SOURCES: "the budget source"}
#: The hook by which a plugin of each group says what it is.
_PROFILE: Final = {ERPS: "erp_profile", SOURCES: "source_profile"}


@frozen(kw_only=True)
class Subject:
    """An adapter under test. `spec` is what it was asked for by, so that another process finds the same.

    `sandbox`: what it is tried against, where that is not its own simulator.
    """

    spec: str
    adapter: Adapter
    module: str
    packages: tuple[str, ...]
    sandbox: Sandbox | None = None

    @property
    def evidence(self) -> Evidence:
        """What verdicts rest on."""
        return Evidence.SIMULATOR if self.sandbox is None else self.sandbox.evidence

    @property
    def name(self) -> str:
        """The ERP's short name."""
        return self.adapter.name

    @property
    def simulator(self) -> Simulator:
        """The plugin's simulator, or the sandbox in its place; raises `NotSupported` where there is neither."""
        return self.adapter.simulator() if self.sandbox is None else SandboxSimulator(self.sandbox)

    @property
    def mischievous(self) -> Mischievous | None:
        """The simulator, where it can play mischief."""
        simulator = self.simulator
        return simulator if isinstance(simulator, Mischievous) else None


def find_subject(spec: str, sandbox: Sandbox | None = None) -> Subject:
    """The adapter of an installed plugin, or of a module that is being written (`package.plugin:object`).

    Raises `PluginError` saying what is wrong with it, or that there is none of that name.
    """
    candidate = find_candidate(spec, ERPS)
    adapter = load_adapter(candidate)
    return Subject(
        spec=spec,
        adapter=adapter,
        module=candidate.entry.module,
        packages=(candidate.entry.module.partition(".")[0],),
        sandbox=sandbox,
    )


def find_candidate(spec: str, group: str) -> Candidate:
    """An installed plugin of an entry-point group by its name, or the one in a module (`package.plugin:object`)."""
    return _written(spec, group) if ":" in spec or "." in spec else _installed(spec, group)


def _installed(name: str, group: str) -> Candidate:
    found = [each for each in find_candidates() if each.group == group and each.name == name]
    if not found:
        known = ", ".join(sorted(each.name for each in find_candidates() if each.group == group)) or "none"
        raise PluginError(
            f"No plugin for {_WHAT[group]} {name!r} is installed; installed: {known}.",
            remedy="Install it into this environment, or give its module, as `package.plugin`.",
        )
    if len(found) > 1:
        titles = " and ".join(each.title for each in found)
        raise PluginError(f"Two distributions offer {name!r}: {titles}.", remedy="Uninstall one of them.")
    return found[0]


def _written(spec: str, group: str) -> Candidate:
    distribution = _Unpackaged(spec)
    plugin = _import(spec)
    hook = _PROFILE[group]
    try:
        name = str(getattr(plugin, hook)().name)
    except Exception as error:
        raise PluginError(
            f"{spec} does not tell its profile: {type(error).__name__}: {error}", remedy=f"Write `{hook}` first."
        ) from error
    return Candidate(group=group, entry=EntryPoint(name=name, value=spec, group=group), distribution=distribution)


def _import(spec: str) -> Any:
    module, _, attribute = spec.partition(":")
    try:
        found = import_module(module)
        return getattr(found, attribute) if attribute else found
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"Importing {spec} failed: {type(error).__name__}: {error}",
            remedy="Give an importable `package.module` or `package.module:object`.",
        ) from error


class _Unpackaged(Distribution):
    """A plugin that lies in a module that no distribution holds: as it is while somebody writes it."""

    def __init__(self, spec: str) -> None:
        self.module = spec.partition(":")[0]

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            source = getattr(sys.modules.get(self.module), "__file__", None) or ""
            content = hashlib.sha256(_bytes_of(source)).hexdigest()[:12]
            return f"Metadata-Version: 2.1\nName: {self.module.replace('.', '-')}\nVersion: 0+{content}\n"
        return None

    def locate_file(self, path: Any) -> Any:
        return path


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a module's own file name
            return file.read()
    except OSError:
        return b""
