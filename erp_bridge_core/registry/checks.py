"""From a candidate to a plugin that can be used, or the one error that says why not."""

from collections.abc import Iterable
from typing import Any

from pluggy import PluginValidationError

from erp_bridge_core.contract.errors import ErpBridgeError, Fault, PluginError
from erp_bridge_core.contract.hookspecs import OPTIONAL, REQUIRED
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.registry import profiles
from erp_bridge_core.registry.adapter import Adapter
from erp_bridge_core.registry.hooks import Hooks
from erp_bridge_core.registry.plugin import Candidate

_POLICY_HOOK = "validate_budget"


def load_adapter(candidate: Candidate) -> Adapter:
    """Import and check an ERP adapter; raises `PluginError`."""
    plugin = _import(candidate)
    hooks = _register(plugin, candidate)
    missing = [hook for hook in REQUIRED if not hooks.has(hook)]
    if missing:
        raise _refused(candidate, f"it lacks {_listed(missing, plugin)}", "Use a version of the plugin that has them.")
    return Adapter(profile=_profile(hooks, candidate), hooks=hooks, distribution=candidate.distribution)


def load_policy(candidate: Candidate) -> Hooks:
    """Import and check a company's policy; raises `PluginError`."""
    plugin = _import(candidate)
    hooks = _register(plugin, candidate)
    if not hooks.has(_POLICY_HOOK):
        raise _refused(candidate, f"it lacks {_listed([_POLICY_HOOK], plugin)}", "A policy implements that hook.")
    others = [hook for hook in (*REQUIRED, *OPTIONAL) if hook != _POLICY_HOOK and hooks.has(hook)]
    if others:
        raise _refused(candidate, f"a policy may not implement {', '.join(others)}", "An ERP has its own group.")
    return hooks


def _import(candidate: Candidate) -> Any:
    try:
        return candidate.entry.load()
    except (Exception, SystemExit) as error:
        raise _refused(
            candidate,
            f"importing {candidate.entry.value} failed: {type(error).__name__}: {error}",
            "Install what it needs, or a version that fits; see the cause in the log.",
        ) from error


def _register(plugin: Any, candidate: Candidate) -> Hooks:
    try:
        return Hooks.of(plugin, name=candidate.name, title=candidate.title)
    except PluginValidationError as error:
        # pluggy's own words name the very definition that offends.
        why = f"one of its hooks does not fit the contract: {' '.join(str(error).split())}"
        raise _refused(candidate, why, f"The hooks are: {', '.join((*REQUIRED, *OPTIONAL))}.") from error
    except Exception as error:
        # The entry point may be any object; whatever it does on being looked at must not stop the others.
        why = f"it can't be registered: {type(error).__name__}: {error}"
        raise _refused(candidate, why, "Its entry point must name a module or an object with hooks.") from error


def _profile(hooks: Hooks, candidate: Candidate) -> ErpProfile:
    try:
        profile = hooks.call("erp_profile", ErpProfile)
        again = hooks.call("erp_profile", ErpProfile)
    except PluginError:
        raise
    except ErpBridgeError as error:
        raise _refused(candidate, f"erp_profile failed: {error.message}", "Report it to its author.") from error
    if why := profiles.wrong_version(profile):
        raise _refused(candidate, why, "Install versions that fit each other.")
    with hooks.guarded("erp_profile"):  # a profile may hold values of types that nobody expects
        found = list(profiles.faults(profile, candidate.name))
    if profile != again:
        found.append(Fault(".", "erp_profile answers something else each time"))
    if found:
        whole = "; ".join(map(str, found))
        raise _refused(candidate, f"its profile is not right: {whole}", "Report it to its author.", faults=found)
    return profile


def _listed(missing: list[str], plugin: Any) -> str:
    return ", ".join(f"{hook} (there, but not marked @hookimpl)" if hasattr(plugin, hook) else hook for hook in missing)


def _refused(candidate: Candidate, why: str, remedy: str, *, faults: Iterable[Fault] = ()) -> PluginError:
    return PluginError(
        f"The plugin {candidate.name} ({candidate.title}) can't be used: {why.rstrip('.')}.",
        remedy=remedy,
        faults=faults,
        details={"plugin": candidate.name, "distribution": candidate.distribution.name},
    )
