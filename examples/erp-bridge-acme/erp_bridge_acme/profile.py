"""What ERP Bridge needs to know of this ERP, as data, and the settings of a connection to it."""

from typing import Final

from attrs import frozen
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
    Secret,
    Stage,
    StageSight,
    Thing,
    UnlockCondition,
)

TITLE: Final = "Acme Books"
ENTRY: Final = "entry"
CAPABILITIES: Final = ("original", "changes", "sub_jobs", "import", "units", "description")
DESCRIPTION_LENGTH: Final = 60
#: Statuses of a revision that the ERP can book; a pending one is recorded until it is approved at the desk.
STATUSES: Final = ("approved", "pending")
RECORDED: Final = ("pending",)


@frozen(kw_only=True)
class Settings:
    """One company: the address of its service, its code, and the token that lets a connection in."""

    url: str
    company: str
    token: Secret


PROFILE: Final = ErpProfile(
    name="acme",
    title=TITLE,
    api_version=API_VERSION,
    settings_class=Settings,
    capabilities=frozenset(Capability(each) for each in CAPABILITIES),
    limits=(
        FieldLimit(field="job", max_length=20),
        FieldLimit(field="sub_job", max_length=20),
        FieldLimit(field="cost_code", max_length=20),
        FieldLimit(field="category", max_length=10),
        FieldLimit(field="description", max_length=DESCRIPTION_LENGTH, over=OverLimit.SHORTEN),
        FieldLimit(field="unit", max_length=8),
        FieldLimit(field="amount", whole_digits=11, decimals=2),
        FieldLimit(field="quantity", whole_digits=11, decimals=4),
    ),
    operations=(
        OperationProfile(
            name=ENTRY,
            title="An entry of budget lines",
            safety=SafetyClass.KEYED,
            because="A job takes one entry under a client's reference, for ever: a second one is refused, "
            "and what stands under a reference can be read.",
            deadline=60.0,
        ),
    ),
    # One request writes 100 lines; a refused or doubted one is looked for besides.
    cost=Cost(requests_per_line=0.05, requests_per_export=50, mebibytes=128),
    stages=(
        StageSight(stage=Stage.HANDED_OVER, visible=False, how="Nothing is handed over: the service takes entries."),
        StageSight(stage=Stage.EXPORTED, visible=True, how="Each entry is read back under its reference."),
        StageSight(stage=Stage.POSTED, visible=True, how="The job's figures move when an entry is posted."),
        StageSight(stage=Stage.SYNCED, visible=True, how="The figures that move are the ones that are read."),
    ),
    unlock_conditions=(
        UnlockCondition(kind=ConditionKind.EXPORT_COMPLETE, how="Wait until every entry is there, with every line."),
        UnlockCondition(kind=ConditionKind.SEEN_POSTED, how="Post the entries at the desk, then verify."),
    ),
    things_to_know=(
        Thing(text="Entries wait at the desk until a person posts them; then they count."),
        Thing(text="A pending revision is recorded, and stays out of the revised budget until it is approved."),
        Thing(text="An entry holds at most 100 lines, so that a large budget becomes several entries."),
    ),
)
