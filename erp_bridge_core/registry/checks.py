"""From a candidate to a plugin that can be used, or the one error that says why not."""

from collections.abc import Iterable
from importlib.metadata import Distribution, EntryPoint
from typing import Any, Final, TypeVar

from pluggy import PluginValidationError

from erp_bridge_core.contract.errors import ErpBridgeError, Fault, PluginError
from erp_bridge_core.contract.hookspecs import PROJECT
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.source_hooks import REQUIRED_FOR
from erp_bridge_core.registry import profiles
from erp_bridge_core.registry.adapter import Adapter
from erp_bridge_core.registry.hooks import Hooks
from erp_bridge_core.registry.plugin import ERP, KINDS, POLICY, SOURCE, Candidate
from erp_bridge_core.registry.source_adapter import SourceAdapter

#: The distribution that this is.
CORE: Final = "erp-bridge-core"
ProfileT = TypeVar("ProfileT", ErpProfile, SourceProfile)


def load_adapter(candidate: Candidate) -> Adapter:
    """Import and check an ERP adapter; raises `PluginError`."""
    hooks, _ = _load(candidate)
    profile = _profile(hooks, candidate, "erp_profile", ErpProfile)
    return Adapter(profile=profile, hooks=hooks, distribution=candidate.distribution)


def load_source(candidate: Candidate) -> SourceAdapter:
    """Import and check a budget source; raises `PluginError`."""
    hooks, plugin = _load(candidate)
    profile = _profile(hooks, candidate, "source_profile", SourceProfile)
    claimed = {hook: capability for capability, hook in REQUIRED_FOR.items() if profile.supports(capability)}
    missing = [hook for hook in claimed if not hooks.has(hook)]
    if missing:
        why = "; ".join(f"it claims {claimed[hook].value} and lacks {_listed([hook], plugin)}" for hook in missing)
        raise _refused(candidate, why, "A capability that is claimed needs its hook.")
    return SourceAdapter(profile=profile, hooks=hooks, distribution=candidate.distribution)


def built_in_source(name: str, module: str) -> SourceAdapter:
    """A source that the core itself has, held to the same as one that is installed."""
    entry = EntryPoint(name=name, value=module, group=SOURCE.group)
    return load_source(Candidate(group=SOURCE.group, entry=entry, distribution=Distribution.from_name(CORE)))


def load_policy(candidate: Candidate) -> Hooks:
    """Import and check a company's policy; raises `PluginError`."""
    hooks, _ = _load(candidate)
    others = [hook for hook in ERP.hooks if hook not in POLICY.hooks and hooks.has(hook)]
    if others:
        raise _refused(candidate, f"a policy may not implement {', '.join(others)}", "An ERP has its own group.")
    return hooks


def _load(candidate: Candidate) -> tuple[Hooks, Any]:
    """The plugin, registered by itself, with all hooks that its kind must have."""
    plugin = _import(candidate)
    hooks = _register(plugin, candidate)
    missing = [hook for hook in candidate.kind.required if not hooks.has(hook)]
    if missing:
        remedy = f"Use a version of the plugin that has them; {candidate.kind.title} has all of them."
        raise _refused(candidate, f"it lacks {_listed(missing, plugin)}", remedy)
    return hooks, plugin


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
    kind = candidate.kind
    try:
        return Hooks.of(plugin, specification=kind.specification, name=candidate.name, title=candidate.title)
    except PluginValidationError as error:
        if foreign := _foreign(plugin, candidate):
            raise _refused(candidate, foreign, "An ERP and a budget source are plugins of their own.") from error
        # pluggy's own words name the very definition that offends.
        why = f"one of its hooks does not fit the contract: {' '.join(str(error).split())}"
        raise _refused(candidate, why, f"The hooks are: {', '.join(kind.hooks)}.") from error
    except Exception as error:
        # The entry point may be any object; whatever it does on being looked at must not stop the others.
        why = f"it can't be registered: {type(error).__name__}: {error}"
        raise _refused(candidate, why, "Its entry point must name a module or an object with hooks.") from error


def _foreign(plugin: Any, candidate: Candidate) -> str:
    """Which hooks of another kind of plugin it has; blank where it has none."""
    own = candidate.kind
    for other in KINDS.values():
        if other.specification is own.specification:
            continue
        found = [hook for hook in other.hooks if getattr(getattr(plugin, hook, None), f"{PROJECT}_impl", None)]
        if found:
            hooks = f"a hook of {other.title}" if len(found) == 1 else f"hooks of {other.title}"
            return f"{', '.join(found)}: {hooks} ({other.group}), and this is {own.title} ({own.group})"
    return ""


def _profile(hooks: Hooks, candidate: Candidate, hook: str, kind: type[ProfileT]) -> ProfileT:
    try:
        profile = hooks.call(hook, kind)
        again = hooks.call(hook, kind)
    except PluginError:
        raise
    except ErpBridgeError as error:
        raise _refused(candidate, f"{hook} failed: {error.message}", "Report it to its author.") from error
    if why := profiles.wrong_version(profile):
        raise _refused(candidate, why, "Install versions that fit each other.")
    with hooks.guarded(hook):  # a profile may hold values of types that nobody expects
        found = list(profiles.faults(profile, candidate.name))
    if profile != again:
        found.append(Fault(".", f"{hook} answers something else each time"))
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
