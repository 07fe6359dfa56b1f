"""What each variant declares: the same ERP, written to in the way of one safety class."""

from collections.abc import Mapping
from typing import Final

from erp_bridge_core.contract import (
    API_VERSION,
    Capability,
    ConditionKind,
    Cost,
    ErpProfile,
    FieldLimit,
    OperationProfile,
    OverLimit,
    SafetyClass,
    Stage,
    StageSight,
    UnlockCondition,
    ZeroLines,
)
from planted.client import TinSettings

CAPABILITIES: Final = frozenset(
    {
        Capability.ORIGINAL, Capability.CHANGES, Capability.SUB_JOBS, Capability.IMPORT, Capability.UNITS,
        Capability.DESCRIPTION,
    }
)  # fmt: skip
LIMITS: Final = (
    FieldLimit(field="job", max_length=20),
    FieldLimit(field="sub_job", max_length=10),
    FieldLimit(field="cost_code", max_length=16),
    FieldLimit(field="category", max_length=8),
    FieldLimit(field="description", max_length=30, over=OverLimit.SHORTEN),
    FieldLimit(field="unit", max_length=6),
    FieldLimit(field="amount", whole_digits=12, decimals=2),
    FieldLimit(field="quantity", whole_digits=12, decimals=4),
    FieldLimit(field="unit_cost", whole_digits=12, decimals=4),
)


def _operation(name: str, title: str, safety: SafetyClass, because: str) -> OperationProfile:
    return OperationProfile(name=name, title=title, safety=safety, because=because, deadline=10.0, execution_bound=0.0)


OPERATIONS: Final[Mapping[SafetyClass, tuple[OperationProfile, ...]]] = {
    SafetyClass.KEYED: (
        _operation(
            "enter_rows", "rows under a reference", SafetyClass.KEYED,
            "The books take a reference once, over all companies and jobs, for ever; the rows under it are compared.",
        ),
    ),
    SafetyClass.ABSOLUTE: (
        _operation(
            "set_figures", "figures of a key", SafetyClass.ABSOLUTE,
            "The whole figures of a key are written: writing them again changes nothing.",
        ),
    ),
    SafetyClass.CONTAINED: (
        _operation(
            "open_container", "container", SafetyClass.KEYED,
            "A job holds a container's number once, for ever; its mark is compared.",
        ),
        _operation(
            "fill_container", "rows in a container", SafetyClass.CONTAINED,
            "Rows have no key; nobody can post a container before it is sealed.",
        ),
        _operation(
            "seal_container", "container's seal", SafetyClass.ABSOLUTE, "Sealing a sealed container changes nothing.",
        ),
    ),
    SafetyClass.HUMAN: (
        _operation(
            "offer_file", "file of rows", SafetyClass.HUMAN,
            "A person loads the file; it is offered once, and its tombstone outlives it.",
        ),
    ),
    SafetyClass.APPEND: (
        _operation(
            "add_notes", "rows without a reference", SafetyClass.APPEND, "Nothing: what is sent twice is there twice.",
        ),
    ),
}  # fmt: skip

#: Reading is by pages of ten rows; setting figures reads them all before each key.
COSTS: Final[Mapping[SafetyClass, Cost]] = {
    SafetyClass.KEYED: Cost(requests_per_line=1.0, requests_per_export=50),
    SafetyClass.ABSOLUTE: Cost(requests_per_line=40.0, requests_per_export=100),
    SafetyClass.CONTAINED: Cost(requests_per_line=1.0, requests_per_export=50),
    SafetyClass.HUMAN: Cost(requests_per_line=0.0, requests_per_export=50),
    SafetyClass.APPEND: Cost(requests_per_line=1.0, requests_per_export=50),
}


def profile_of(safety: SafetyClass, name: str) -> ErpProfile:
    """The profile of a variant, registered under that name."""
    at_once = safety is SafetyClass.ABSOLUTE
    by_hand = safety is SafetyClass.HUMAN
    return ErpProfile(
        name=name,
        title=f"Tin Books ({safety.value})",
        api_version=API_VERSION,
        settings_class=TinSettings,
        capabilities=CAPABILITIES,
        limits=LIMITS,
        operations=OPERATIONS[safety],
        stages=(
            StageSight(stage=Stage.HANDED_OVER, visible=by_hand, how="A file lies in the drop folder, if any."),
            StageSight(stage=Stage.EXPORTED, visible=not at_once, how="The rows wait to be posted, or count at once."),
            StageSight(stage=Stage.POSTED, visible=True, how="The figures of the keys move."),
            StageSight(stage=Stage.SYNCED, visible=False, how="Tin Books shows no copy of its figures elsewhere."),
        ),
        unlock_conditions=(
            UnlockCondition(kind=ConditionKind.EXPORT_COMPLETE, how="Wait until the export is complete."),
            UnlockCondition(kind=ConditionKind.SEEN_POSTED, how="Post the rows in Tin Books, then verify."),
        ),
        zero_lines=ZeroLines.SEND,
        cost=COSTS[safety],
    )  # fmt: skip
