"""Asking a source: what its hooks answer or raise, as evidence, and which rules concern which source."""

from collections.abc import Callable
from typing import Any, Final

from erp_bridge_core.conformance.rulebook import Applies
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.site import SourceSite
from erp_bridge_core.conformance.verdicts import not_applicable
from erp_bridge_core.contract.errors import ErpBridgeError, PluginError
from erp_bridge_core.contract.source import SourceCapability, SourceProfile
from erp_bridge_core.contract.source_simulator import SourceMischief


def claiming(*capabilities: SourceCapability) -> Applies:
    """For rules that concern only who claims all of these."""

    def applies(profile: SourceProfile) -> str:
        missing = [each.value for each in capabilities if not profile.supports(each)]
        return f"{', '.join(missing)} is not claimed" if missing else ""

    return applies


def need(bench: SourceBench, *kinds: SourceMischief) -> None:
    """End a rule, as not applicable, whose mischief this simulator can't play."""
    missing = [kind.value for kind in kinds if not bench.can(kind)]
    if missing:
        not_applicable(f"the simulator can't play {', '.join(missing)}")


def told(error: ErpBridgeError) -> str:
    """An error as evidence; what a plugin raised beside the contract's errors is in its details."""
    kind = error.details.get("exception") if isinstance(error, PluginError) else None
    return f"{kind or type(error).__name__}: {error.message}"


#: The hooks that read, by name, with the capability that each needs.
_READS: Final[dict[str, SourceCapability | None]] = {
    "list_projects": SourceCapability.PROJECTS,
    "read_budget": None,
    "read_requests": SourceCapability.REQUESTS,
}


def reads(site: SourceSite) -> dict[str, Callable[[], Any]]:
    """The hooks that read, as far as the source has them, each ready to be called."""
    calls: dict[str, Callable[[], Any]] = {
        "list_projects": site.projects,
        "read_budget": site.read,
        "read_requests": site.asked,
    }
    profile = site.adapter.profile
    return {name: calls[name] for name, needed in _READS.items() if needed is None or profile.supports(needed)}


def nameless(error: ErpBridgeError) -> str:
    """What an error lacks that a person needs; blank where it has a message and a remedy."""
    if isinstance(error, PluginError):
        return f"raised {told(error)}"
    return "" if error.remedy.strip() else f"says what happened and not what to do: {told(error)}"
