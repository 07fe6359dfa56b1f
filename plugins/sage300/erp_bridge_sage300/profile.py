"""What the product needs to know of Sage 300 CRE, as data. Grades say how well it is known."""

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
from erp_bridge_sage300.handover import CHANGES_FILE, ORIGINAL_FILE
from erp_bridge_sage300.setting_notes import GROUPS, NOTES
from erp_bridge_sage300.settings import Sage300Settings

QUOTE_AND_BREAKS: Final = '"\r\n\t\0'

LIMITS: Final = (
    FieldLimit(field="job", max_length=12, forbidden=QUOTE_AND_BREAKS),
    FieldLimit(field="sub_job", max_length=10, forbidden=QUOTE_AND_BREAKS, grade=Grade.INFERRED),
    FieldLimit(field="cost_code", max_length=12, forbidden=QUOTE_AND_BREAKS),
    FieldLimit(field="category", max_length=3, forbidden=QUOTE_AND_BREAKS),
    FieldLimit(field="description", max_length=30, over=OverLimit.SHORTEN),
    FieldLimit(field="unit", max_length=4, forbidden=QUOTE_AND_BREAKS),
    FieldLimit(field="amount", whole_digits=8, decimals=2, grade=Grade.INFERRED),
)

_BECAUSE: Final = (
    "Sage does not stop a second import. A file is offered once, under a name with this installation's code, and moved "
    "once when it is taken; a tombstone in the share outlives it, so a file that is gone is never written again."
)

OPERATIONS: Final = tuple(
    OperationProfile(
        name=kind.operation,
        title=f"Import Estimates file: {kind.title}",
        safety=SafetyClass.HUMAN,
        because=_BECAUSE,
        deadline=300.0,
        execution_bound=0.0,
    )
    for kind in (ORIGINAL_FILE, CHANGES_FILE)
)

STAGES: Final = (
    StageSight(stage=Stage.HANDED_OVER, visible=True, how="The file lies in the share until it is taken."),
    StageSight(
        stage=Stage.EXPORTED,
        visible=False,
        how="An unposted batch is not visible, unless the site's job cost report has columns for unposted amounts.",
    ),
    StageSight(stage=Stage.POSTED, visible=True, how="The job cost report, printed after Post Entries, shows it."),
    StageSight(stage=Stage.SYNCED, visible=True, how="hh2 shows it after its next sync, where that route is set up."),
)

CONDITIONS: Final = (
    UnlockCondition(
        kind=ConditionKind.EXPORT_COMPLETE, how="Wait until every file of the export was taken over, none refused."
    ),
    UnlockCondition(
        kind=ConditionKind.POSTED_BY_HAND,
        how="In Sage, import the files in order, then run Job Cost, Tasks, Post Entries.",
    ),
    UnlockCondition(
        kind=ConditionKind.FIGURES_VISIBLE,
        how="Print the job cost report into the share, then verify: the Job Costs Report must show the posted figures.",
    ),
)

THINGS: Final = (
    Thing(text="Originals go as original estimates, budget changes as approved estimate changes, in separate files."),
    Thing(
        text="An accountant imports each file (Import Estimates) and posts it (Post Entries); nothing posts by itself."
    ),
    Thing(text="The tick-box *Import as an Approved Estimate Change* holds for a whole file: clear for originals."),
    Thing(
        text="Sage only warns when a file is imported twice, then doubles the amounts: compare totals before posting."
    ),
    Thing(text="A category that is not standard stops the whole import; a job that does not exist would be created."),
    Thing(text="Sub jobs are Extras; their totals stand apart from the job's own."),
    Thing(text="hh2's rows carry no Extra: what differs by its Extra alone is proved by the job cost report."),
    Thing(text="Units go with at most four characters; quantities with at most two decimals, else without."),
    Thing(text="Description: 30 characters, longer ones are shortened after confirmation."),
    Thing(text="A budget that was exported can't be imported from Sage again."),
    Thing(
        text="A record with the job and its Extra precedes its lines; its form is configurable.", grade=Grade.INFERRED
    ),
    Thing(text="Import Estimates may take only 99,999.99 a line: see amount_width.", grade=Grade.UNKNOWN),
    Thing(text="Whether codes are stored with delimiters: both forms are compared.", grade=Grade.UNKNOWN),
    Thing(text="Whether Sage books estimates into closed periods: see closed_through.", grade=Grade.UNKNOWN),
    Thing(text="What a finalized original estimate forbids: original amounts are refused.", grade=Grade.UNKNOWN),
)

PROFILE: Final = ErpProfile(
    name="sage300",
    title="Sage 300 Construction and Real Estate",
    api_version=API_VERSION,
    settings_class=Sage300Settings,
    setting_notes=NOTES,
    setting_groups=GROUPS,
    words=Words(
        sub_job="Extra",
        original_budget="original estimate",
        budget_change="approved estimate change",
        post="post entries",
    ),
    capabilities=frozenset(
        {
            Capability.ORIGINAL,
            Capability.CHANGES,
            Capability.SUB_JOBS,
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
    reject_tells=(MailRecipient.CREATOR,),
    rate=RateLimit(per_second=None, at_once=2),
    cost=Cost(requests_per_line=0.0, requests_per_export=50, mebibytes=128),
    difference_of_original="as an original-estimate entry of the difference",
    things_to_know=THINGS,
)
