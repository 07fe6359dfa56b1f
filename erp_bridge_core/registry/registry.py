"""All plugins of this installation: the usable, the broken, and those that are not enabled."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from attrs import frozen

from erp_bridge_core.contract.budget import ExportBatch
from erp_bridge_core.contract.connection import Erp
from erp_bridge_core.contract.errors import PluginError
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.hookspecs import ERPS, POLICIES
from erp_bridge_core.registry.adapter import Adapter
from erp_bridge_core.registry.checks import load_adapter, load_policy
from erp_bridge_core.registry.discovery import Enabled, find_candidates
from erp_bridge_core.registry.hooks import Hooks
from erp_bridge_core.registry.plugin import BrokenPlugin, Candidate


@frozen(kw_only=True)
class Registry:
    """`broken` and `not_enabled` are for showing; `adapter` resolves one ERP's adapter by name.

    `not_enabled` maps a plugin's name to the distribution that was left alone.
    """

    adapters: Mapping[str, Adapter]
    broken: Mapping[str, BrokenPlugin]
    not_enabled: Mapping[str, str]
    _policies: Mapping[str, Hooks]

    @staticmethod
    def load(enabled: Collection[str] | None = None) -> "Registry":
        """Find, import and check the plugins of the enabled distributions; None enables every installed one.

        Raises `BadSettings` for a list that can't be read, and nothing for a plugin that is broken.
        """
        adapters: dict[str, Adapter] = {}
        policies: dict[str, Hooks] = {}
        broken: dict[str, BrokenPlugin] = {}
        allowed, not_enabled = _sorted_out(Enabled(entries=enabled))
        for (group, name), candidates in sorted(allowed.items()):
            try:
                candidate = _only(candidates)
                Enabled(entries=enabled).check(candidate)
                if group == ERPS:
                    adapters[name] = load_adapter(candidate)
                else:
                    policies[name] = load_policy(candidate)
            except PluginError as error:
                titles = tuple(candidate.title for candidate in candidates)
                key = name if group == ERPS else f"policy {name}"
                broken[key] = BrokenPlugin(name=name, group=group, distributions=titles, error=error)
        return Registry(adapters=adapters, broken=broken, not_enabled=not_enabled, policies=policies)

    def adapter(self, name: str) -> Adapter:
        """The adapter of one ERP; raises `PluginError` saying why there is none and what to do."""
        if name in self.adapters:
            return self.adapters[name]
        if name in self.broken:
            raise self.broken[name].error
        if name in self.not_enabled:
            raise PluginError(
                f"The plugin {name} ({self.not_enabled[name]}) is installed but not enabled.",
                remedy="Name its distribution in enabled below [plugins] in erp-bridge.toml.",
            )
        known = ", ".join(sorted(self.adapters)) or "none"
        raise PluginError(
            f"There is no plugin for the ERP {name!r}. Installed: {known}.",
            remedy=f"Install it: pip install erp-bridge-{name}",
        )

    def policies(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """Yield what the company's own checks find, policy by policy.

        A policy that is broken is an error for every batch: a control that can't be heard must not pass in silence.
        """
        for broken in self.broken.values():
            if broken.group == POLICIES:
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
            not_enabled[candidate.name] = candidate.title
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
