"""What the product needs to know of Spectrum, as data. Grades say how well it is known."""

from typing import Final

from erp_bridge_core.contract import (
    API_VERSION,
    Capability,
    ConditionKind,
    Cost,
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
from erp_bridge_spectrum.codes import FORBIDDEN
from erp_bridge_spectrum.setting_notes import GROUPS, NOTES
from erp_bridge_spectrum.settings import SpectrumSettings

DESCRIPTION_LENGTH: Final = 25
#: A phase has 20 characters without dashes; with them a code may be longer, which the mask decides.
_CODE_WITH_DASHES: Final = 32

ESTIMATE: Final = "estimate"
CHANGE_LINE: Final = "change_request_line"

LIMITS: Final = (
    FieldLimit(field="job", max_length=10, forbidden=FORBIDDEN),
    FieldLimit(field="cost_code", max_length=_CODE_WITH_DASHES, forbidden=FORBIDDEN),
    FieldLimit(field="category", max_length=3, forbidden=FORBIDDEN),
    FieldLimit(field="description", max_length=DESCRIPTION_LENGTH, over=OverLimit.SHORTEN),
    FieldLimit(field="unit", max_length=3, forbidden=FORBIDDEN),
    FieldLimit(field="amount", whole_digits=8, decimals=2, grade=Grade.INFERRED),
)

OPERATIONS: Final = (
    OperationProfile(
        name=ESTIMATE,
        title="AddPhase: original and current estimate of one phase and cost type",
        safety=SafetyClass.ABSOLUTE,
        because="AddPhase adds or updates one row by company, job, phase and cost type with absolute values, so the "
        "same call again changes nothing. The row is compared with its value at accept before, and with ours after.",
        deadline=60.0,
    ),
    OperationProfile(
        name=CHANGE_LINE,
        title="ARChangeRequest: one cost line of a change request",
        safety=SafetyClass.ABSOLUTE,
        because="ARChangeRequest adds or updates by company, job, customer, our reserved number, phase and cost type, "
        "so the same line again changes nothing. No service reads change requests back: arrival is told by the "
        "phase's estimated cost alone, which must move by just this line.",
        deadline=60.0,
    ),
)

STAGES: Final = (
    StageSight(stage=Stage.HANDED_OVER, visible=False, how="Nothing is handed over: services write at once."),
    StageSight(stage=Stage.EXPORTED, visible=True, how="Each row is read back after it was written."),
    StageSight(stage=Stage.POSTED, visible=True, how="Estimates have no posting step: what is written counts at once."),
    StageSight(stage=Stage.SYNCED, visible=True, how="Reading the job back shows its Estimated Cost."),
)

CONDITIONS: Final = (
    UnlockCondition(
        kind=ConditionKind.EXPORT_COMPLETE, how="Wait until every phase was written and read back, none refused."
    ),
    UnlockCondition(
        kind=ConditionKind.DATA_SYNCED_BACK,
        how="Verify: the Estimated Cost of the job's cost activity must equal the exported total estimate.",
    ),
)

THINGS: Final = (
    Thing(text="Phases are written one by one and at once; nothing has to be posted, nothing is undone as a whole."),
    Thing(text="Reports use the current estimate. The original estimate is written, but no service reads it back."),
    Thing(text="*Current Estimate display only?* in Job Cost Installation must be off, or current estimates are lost."),
    Thing(text="Sub jobs are not taken: a master job's jobs are jobs of their own, each with its own budget."),
    Thing(text="The description belongs to the phase: all cost types of a phase share one of 25 characters."),
    Thing(text="Longer texts would be cut off silently by Spectrum, so nothing longer is ever sent."),
    Thing(text="A Complete job takes no phases. A change request takes no Complete phase and never creates one."),
    Thing(text="An accountant's own change requests count in the current estimate and are left as they are."),
    Thing(text="Budget changes raise the current estimate, or become change requests: a setting of the connection."),
    Thing(text="A budget can be imported; its original is then the current estimate, unless SQL reads the original."),
    Thing(text="A budget that was exported can't be imported from Spectrum again."),
    Thing(text="A reject is told to the budget's creator and to who sent it."),
    Thing(text="Answers may be cut near 500 rows: jobs are read by status and cost type.", grade=Grade.ONE_SOURCE),
    Thing(text="At most three calls at once: more have brought faults.", grade=Grade.ONE_SOURCE),
    Thing(text="Costs of at most 99,999,999.99 a row, quantities of at most 9,999,999.99.", grade=Grade.INFERRED),
    Thing(text="What an original sent again does to the current estimate: only new rows get one.", grade=Grade.UNKNOWN),
    Thing(text="How phase masks are written in Spectrum: see phase_mask and phase_fill.", grade=Grade.UNKNOWN),
)  # fmt: skip

PROFILE: Final = ErpProfile(
    name="spectrum",
    title="Viewpoint Spectrum",
    api_version=API_VERSION,
    settings_class=SpectrumSettings,
    setting_notes=NOTES,
    setting_groups=GROUPS,
    words=Words(
        cost_code="phase",
        category="cost type",
        original_budget="original estimate",
        budget_change="revision",
        post="update",
    ),
    capabilities=frozenset(
        {
            Capability.ORIGINAL,
            Capability.CHANGES,
            Capability.IMPORT,
            Capability.UNITS,
            Capability.DESCRIPTION,
            Capability.CREATES_COST_CODES,
        }
    ),
    limits=LIMITS,
    operations=OPERATIONS,
    stages=STAGES,
    unlock_conditions=CONDITIONS,
    zero_lines=ZeroLines.SEND,
    reject_tells=(MailRecipient.CREATOR, MailRecipient.SENDER),
    rate=RateLimit(per_second=None, at_once=3),
    cost=Cost(requests_per_line=2.0, requests_per_export=100, mebibytes=128),
    difference_of_original="in the current estimate; the original estimate stays as it was first written, unless SQL "
    "reads it",
    things_to_know=THINGS,
)
