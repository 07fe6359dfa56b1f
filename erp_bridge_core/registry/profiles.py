"""Whether a profile makes sense, all that is wrong with it at once."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.profile import (
    API_VERSION,
    Capability,
    ErpProfile,
    OperationProfile,
    RateLimit,
    SafetyClass,
)
from erp_bridge_core.contract.source import SourceCapability, SourceProfile
from erp_bridge_core.contract.structuring import to_json

Profile = ErpProfile | SourceProfile

_LIMITED: Final = frozenset(
    {"job", "sub_job", "cost_code", "category", "description", "unit", "amount", "quantity", "unit_cost"}
)
_CAN: Final = frozenset(SourceCapability)
#: What makes a source one that is written to.
_WRITING: Final = frozenset({SourceCapability.LOCK, SourceCapability.OUTCOMES})


def wrong_version(profile: Profile) -> str:
    """Why a plugin of another contract version can't be used; blank for ours."""
    if profile.api_version == API_VERSION:
        return ""
    newer = isinstance(profile.api_version, int) and profile.api_version > API_VERSION
    remedy = "a newer erp-bridge-core" if newer else "a newer version of the plugin"
    return (
        f"it is made for version {profile.api_version} of the plugin contract, and this is version {API_VERSION};"
        f" install {remedy}"
    )


def faults(profile: Profile, name: str) -> Iterator[Fault]:
    """Everything wrong with a profile that came from the entry point of that name."""
    if profile.name != name:
        yield Fault("name", "differs from the entry point's name", value=str(profile.name), expected=name)
    if not attrs.has(profile.settings_class):
        yield Fault("settings_class", "is no attrs class", value=repr(profile.settings_class))
    yield from _source_faults(profile) if isinstance(profile, SourceProfile) else _erp_faults(profile)
    yield from _repeated("operations", (operation.name for operation in profile.operations))
    for index, operation in enumerate(profile.operations):
        yield from _operation_faults(f"operations[{index}]", operation)
    yield from _rate_faults(profile.rate)
    yield from _json_faults(profile)


def _erp_faults(profile: ErpProfile) -> Iterator[Fault]:
    if not profile.capabilities & {Capability.ORIGINAL, Capability.CHANGES}:
        yield Fault("capabilities", "neither original budgets nor changes can be exported")
    if not profile.operations:
        yield Fault("operations", "are missing: an adapter declares each kind of write")
    yield from _repeated("limits", (limit.field for limit in profile.limits))
    yield from _repeated("stages", (stage.stage for stage in profile.stages))
    yield from _repeated("unlock_conditions", (condition.kind for condition in profile.unlock_conditions))
    for index, limit in enumerate(profile.limits):
        if limit.field not in _LIMITED:
            yield Fault(f"limits[{index}].field", "no such field", value=limit.field, expected=", ".join(_LIMITED))


def _source_faults(profile: SourceProfile) -> Iterator[Fault]:
    unknown = sorted(str(each) for each in profile.capabilities if each not in _CAN)
    if unknown:
        yield Fault(
            "capabilities", "no source has them", value=", ".join(unknown), expected=", ".join(SourceCapability)
        )
    if profile.supports(SourceCapability.OUTCOMES) and not profile.supports(SourceCapability.REQUESTS):
        yield Fault("capabilities", "outcomes are of requests, which are not claimed")
    if not profile.operations and profile.capabilities & _WRITING:
        yield Fault("operations", "are missing: a source that is written to declares each kind of write")


def _repeated(where: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Fault(where, "is declared twice", value=str(name))
        seen.add(name)


def _operation_faults(where: str, operation: OperationProfile) -> Iterator[Fault]:
    if not operation.name:
        yield Fault(f"{where}.name", "is empty")
    safety: object = operation.safety  # a plugin may put anything there
    if not isinstance(safety, SafetyClass):
        yield Fault(f"{where}.safety", "no safety class", value=str(safety), expected=", ".join(SafetyClass))
    if not operation.because.strip():
        yield Fault(f"{where}.because", "is empty: say what the ERP does that makes the class true")
    if not operation.deadline > 0:
        yield Fault(f"{where}.deadline", "is not a time", value=str(operation.deadline), expected="seconds above 0")
    if operation.execution_bound is not None and operation.execution_bound < 0:
        yield Fault(f"{where}.execution_bound", "is not a time", value=str(operation.execution_bound))


def _rate_faults(rate: RateLimit) -> Iterator[Fault]:
    if rate.at_once < 1:
        yield Fault("rate.at_once", "lets nothing through", value=str(rate.at_once), expected="1 or more")
    if rate.per_second is not None and not rate.per_second > 0:
        yield Fault("rate.per_second", "lets nothing through", value=str(rate.per_second), expected="above 0")


def _json_faults(profile: Any) -> Iterator[Fault]:
    try:
        to_json(profile)
    except (TypeError, ValueError) as error:
        yield Fault(".", f"can't be written as JSON: {error}")
