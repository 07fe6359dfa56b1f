"""An adapter's profile."""

from typing import assert_type

from erp_bridge_core.contract import (
    API_VERSION,
    Capability,
    ConditionKind,
    ErpProfile,
    FieldLimit,
    Grade,
    MailRecipient,
    OperationProfile,
    OverLimit,
    RateLimit,
    SafetyClass,
    Stage,
    StageSight,
    Thing,
    UnlockCondition,
    Words,
    ZeroLines,
)
from right.settings import AcmeSettings

PROFILE = ErpProfile(
    name="acme",
    title="Acme Books",
    api_version=API_VERSION,
    settings_class=AcmeSettings,
    words=Words(sub_job="extra", post="update"),
    capabilities=frozenset({Capability.ORIGINAL, Capability.CHANGES, Capability.IMPORT}),
    limits=(FieldLimit(field="description", max_length=30, forbidden='"', over=OverLimit.SHORTEN, grade=Grade.FIRM),),
    operations=(
        OperationProfile(
            name="line",
            title="One budget line",
            safety=SafetyClass.KEYED,
            because="Acme refuses a second entry under one reference of a company, for ever.",
            deadline=30.0,
            execution_bound=None,
        ),
    ),
    stages=(StageSight(stage=Stage.POSTED, visible=True, how="Reading the job back shows it."),),
    unlock_conditions=(UnlockCondition(kind=ConditionKind.SEEN_POSTED, how="Post the entries, then verify."),),
    zero_lines=ZeroLines.SKIP,
    reject_tells=(MailRecipient.CREATOR, MailRecipient.SENDER),
    rate=RateLimit(per_second=15, at_once=3),
    things_to_know=(Thing(text="Nothing can be undone as a whole.", grade=Grade.INFERRED),),
)

assert_type(API_VERSION, int)
assert_type(PROFILE.operation("line"), OperationProfile)
assert_type(PROFILE.limit("unit"), FieldLimit | None)
assert_type(PROFILE.supports(Capability.UNITS), bool)
assert_type(PROFILE.words.sub_job, str)
