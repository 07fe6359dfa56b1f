"""All plugins of this installation: the usable, the broken, and those that are not enabled."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import Factory, evolve, frozen

from erp_bridge_core.contract.budget import ExportBatch
from erp_bridge_core.contract.connection import Erp
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.registry.adapter import Adapter
from erp_bridge_core.registry.checks import load_adapter, load_policy, load_source
from erp_bridge_core.registry.discovery import Enabled, find_candidates
from erp_bridge_core.registry.hooks import CleanError, Hooks
from erp_bridge_core.registry.plugin import ERP, KINDS, POLICY, SOURCE, BrokenPlugin, Candidate, Kind
from erp_bridge_core.registry.source_adapter import SourceAdapter


@frozen(kw_only=True)
class Registry:
    """`broken` and `not_enabled` are for showing; `adapter` resolves one ERP's adapter by name, `source` one source.

    Both are by the plugin's name, with `source` or `policy` before it where it is one. `not_enabled` tells the
    distribution that was left alone.
    """

    adapters: Mapping[str, Adapter]
    sources: Mapping[str, SourceAdapter] = Factory(dict)
    broken: Mapping[str, BrokenPlugin]
    not_enabled: Mapping[str, str]
    _policies: Mapping[str, Hooks]

    @staticmethod
    def load(enabled: Collection[str] | None = None) -> "Registry":
        """Find, import and check the plugins of the enabled distributions; None enables every installed one.

        Raises `BadSettings` for a list that can't be read, and nothing for a plugin that is broken.
        """
        adapters: dict[str, Adapter] = {}
        sources: dict[str, SourceAdapter] = {}
        policies: dict[str, Hooks] = {}
        broken: dict[str, BrokenPlugin] = {}
        allowed, not_enabled = _sorted_out(Enabled(entries=enabled))
        for (group, name), candidates in sorted(allowed.items()):
            try:
                candidate = _only(candidates)
                Enabled(entries=enabled).check(candidate)
                if group == ERP.group:
                    adapters[name] = load_adapter(candidate)
                elif group == SOURCE.group:
                    sources[name] = load_source(candidate)
                else:
                    policies[name] = load_policy(candidate)
            except PluginError as error:
                titles = tuple(candidate.title for candidate in candidates)
                broken[KINDS[group].key(name)] = BrokenPlugin(name=name, group=group, distributions=titles, error=error)
        return Registry(adapters=adapters, sources=sources, broken=broken, not_enabled=not_enabled, policies=policies)

    def cleaned_by(self, clean: CleanError) -> "Registry":
        """The same plugins, whose errors hold no secret."""
        return evolve(
            self,
            adapters={name: each.cleaned_by(clean) for name, each in self.adapters.items()},
            sources={name: each.cleaned_by(clean) for name, each in self.sources.items()},
            policies={name: evolve(each, clean=clean) for name, each in self._policies.items()},
        )

    def adapter(self, name: str) -> Adapter:
        """The adapter of one ERP; raises `PluginError` saying why there is none and what to do."""
        if name in self.adapters:
            return self.adapters[name]
        raise self._missing(ERP, name, self.adapters, "plugin for the ERP")

    def source(self, name: str) -> SourceAdapter:
        """One budget source; raises `PluginError` saying why there is none and what to do."""
        if name in self.sources:
            return self.sources[name]
        raise self._missing(SOURCE, name, self.sources, "budget source")

    def is_source(self, name: str) -> bool:
        """Whether a name can only mean a budget source, usable or not; where both have it, it means the ERP."""
        every = {*self.adapters, *self.broken, *self.not_enabled}
        return name not in every and (name in self.sources or SOURCE.key(name) in every)

    def _missing(self, kind: Kind, name: str, usable: Collection[str], what: str) -> PluginError:
        key = kind.key(name)
        if key in self.broken:
            return self.broken[key].error
        if key in self.not_enabled:
            return PluginError(
                f"The plugin {name} ({self.not_enabled[key]}) is installed but not enabled.",
                remedy="Name its distribution in enabled below [plugins] in erp-bridge.toml.",
            )
        known = ", ".join(sorted(usable)) or "none"
        return PluginError(
            f"There is no {what} {name!r}. Installed: {known}.", remedy=f"Install it: pip install erp-bridge-{name}"
        )

    def policies(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """Yield what the company's own checks find, policy by policy.

        A policy that is broken is an error for every batch: a control that can't be heard must not pass in silence.
        """
        for broken in self.broken.values():
            if broken.group == POLICY.group:
                yield _unheard(broken)
        for name in sorted(self._policies):
            yield from self._policies[name].each("validate_budget", (Finding,), batch=batch, erp=erp)


def _sorted_out(enabled: Enabled) -> tuple[dict[tuple[str, str], list[Candidate]], dict[str, str]]:
    allowed: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    not_enabled: dict[str, str] = {}
    for candidate in find_candidates():
        if enabled.admits(candidate):
            allowed[candidate.group, candidate.name].append(candidate)
        else:
            not_enabled[candidate.kind.key(candidate.name)] = candidate.title
    return allowed, not_enabled


def _only(candidates: list[Candidate]) -> Candidate:
    if len(candidates) > 1:
        titles = " and ".join(sorted(candidate.title for candidate in candidates))
        raise PluginError(
            f"Two distributions offer a plugin under the name {candidates[0].name!r}: {titles}. None was imported.",
            remedy="Uninstall all but one of them, or enable only one in erp-bridge.toml.",
        )
    return candidates[0]


def _unheard(broken: BrokenPlugin) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="policy-broken",
        message=f"The company's check {broken.name} could not be heard: {broken.error.message}",
        remedy=broken.error.remedy,
    )
