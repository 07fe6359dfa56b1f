"""What the product needs to know of CMiC, as data. Grades say how well it is known."""

from typing import Final

from erp_bridge_cmic.planning import (
    ADD_LINE,
    ADD_PHASE,
    CREATE_PCI,
    CREATE_ROW,
    POST_PCI,
    SEAL_PCI,
    SET_ROW,
)
from erp_bridge_cmic.setting_notes import GROUPS, NOTES
from erp_bridge_cmic.settings import CmicSettings
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

_ODD: Final = "'\"\\;,\r\n\t\0"
#: CMiC gives up on a request after so many seconds; what it was still doing by then may yet be done.
_BOUND: Final = 60.0

LIMITS: Final = (
    FieldLimit(field="job", max_length=10, forbidden=_ODD),
    FieldLimit(field="sub_job", max_length=10, forbidden=_ODD),
    FieldLimit(field="cost_code", max_length=16, forbidden=_ODD),
    FieldLimit(field="category", max_length=16, forbidden=_ODD),
    FieldLimit(field="description", max_length=120, over=OverLimit.SHORTEN, grade=Grade.INFERRED),
    FieldLimit(field="unit", max_length=2, forbidden=_ODD),
    FieldLimit(field="amount", whole_digits=16, decimals=2, grade=Grade.INFERRED),
    FieldLimit(field="quantity", whole_digits=8, decimals=8, grade=Grade.INFERRED),
)


def _operation(name: str, title: str, safety: SafetyClass, because: str) -> OperationProfile:
    return OperationProfile(
        name=name, title=title, safety=safety, because=because, deadline=60.0, execution_bound=_BOUND
    )


OPERATIONS: Final = (
    _operation(
        ADD_PHASE, "phase assigned to a job", SafetyClass.KEYED,
        "A job holds a phase once, for good: CMiC refuses a second one; the phases of the job are read and compared.",
    ),
    _operation(
        CREATE_ROW, "row of job, phase and category", SafetyClass.KEYED,
        "A job holds phase and category together once, for good: creating is no update, a second one is refused; "
        "the row's original budget is read and compared.",
    ),
    _operation(
        SET_ROW, "original budget of a row", SafetyClass.ABSOLUTE,
        "The whole new amount is written while the job is pending: writing it again changes nothing. Rows are compared "
        "with the figure from accept first.",
    ),
    _operation(
        CREATE_PCI, "PCI header", SafetyClass.KEYED,
        "A job holds a PCI number once, for good. The number is ours, reserved within the type's mask; its name has "
        "installation, item and change, which are compared.",
    ),
    _operation(
        ADD_LINE, "PCI line", SafetyClass.CONTAINED,
        "Lines have no key. They go into a PCI of ours that is not approved yet, and CMiC posts only approved ones: a "
        "PCI with a line in doubt is left unapproved for good, and another is built.",
    ),
    _operation(
        SEAL_PCI, "PCI's status", SafetyClass.ABSOLUTE,
        "The same status again changes nothing. It is set once two full reads show just the lines that were exported.",
    ),
    _operation(
        POST_PCI, "PCI posted", SafetyClass.ABSOLUTE,
        "A posted PCI can't be posted again. Only SUCCESS counts, and only when its lines have left the unposted ones.",
    ),
)  # fmt: skip

STAGES: Final = (
    StageSight(stage=Stage.HANDED_OVER, visible=False, how="Nothing is handed over as a file."),
    StageSight(
        stage=Stage.EXPORTED, visible=True, how="Rows show the original budget; unposted PCI lines show the rest."
    ),
    StageSight(
        stage=Stage.POSTED, visible=True, how="The row's change amounts move, and the PCI has no unposted line."
    ),
    StageSight(stage=Stage.SYNCED, visible=False, how="CMiC shows no copy of its figures elsewhere."),
)

CONDITIONS: Final = (
    UnlockCondition(kind=ConditionKind.EXPORT_COMPLETE, how="Wait until every row and PCI of the export is in CMiC."),
    UnlockCondition(
        kind=ConditionKind.SEEN_POSTED,
        how="In CMiC, post each PCI (Post Change Orders), then verify: rows must have moved and no line be unposted.",
    ),
)

THINGS: Final = (
    Thing(text="A sub job is a job of its own below the control job, and owns its budget."),
    Thing(text="The original budget of a pending job is its rows; starting the job freezes it."),
    Thing(text="Originals of a started job go as one PCI of the original-budget type, which has to be posted."),
    Thing(text="Each budget change is one PCI: scope change, budget transfer or contingency is its type and class."),
    Thing(text="A PCI is posted by a person in CMiC, unless the connection's post_by says that we do."),
    Thing(text="A revision with an unapproved status is recorded and stays out of the budget until CMiC approves it."),
    Thing(text="A posted PCI can't be un-posted; it is undone by a reversing budget change.", grade=Grade.ONE_SOURCE),
    Thing(text="A PCI type must let its number be given (override of the number mask)."),
    Thing(text="A posted internal PCI may move no budget, where a control flag of the site says so.",
          grade=Grade.INFERRED),
    Thing(text="Only the hyphen delimits phases; budgets stand at the lowest level of phase and category."),
    Thing(text="Units of measure have two characters and go through the map."),
    Thing(text="A PCI that had to be abandoned keeps the building status: reject it in CMiC, never approve it."),
    Thing(text="A budget that was exported can't be imported from CMiC again."),
    Thing(text="Where PCIs can only be created approved (approve_afterwards off), a half-built one could be posted."),
    Thing(text="Attribute names of amounts, units and job status are assumed; the check compares them with the server.",
          grade=Grade.UNKNOWN),
    Thing(text="Whether CMiC refuses a frozen budget or ignores it: never tried, rows are read back.",
          grade=Grade.UNKNOWN),
    Thing(text="Which resources take part in batches: none by default, see use_batch.", grade=Grade.UNKNOWN),
    Thing(text="Posting periods can't be read: see closed_through.", grade=Grade.UNKNOWN),
)  # fmt: skip

PROFILE: Final = ErpProfile(
    name="cmic",
    title="CMiC",
    api_version=API_VERSION,
    settings_class=CmicSettings,
    setting_notes=NOTES,
    setting_groups=GROUPS,
    words=Words(cost_code="phase", budget_change="PCI"),
    capabilities=frozenset(
        {
            Capability.ORIGINAL,
            Capability.CHANGES,
            Capability.SUB_JOBS,
            Capability.SUB_JOBS_ARE_JOBS,
            Capability.IMPORT,
            Capability.UNITS,
            Capability.CREATES_COST_CODES,
            Capability.CREATES_CATEGORIES,
        }
    ),
    limits=LIMITS,
    operations=OPERATIONS,
    stages=STAGES,
    unlock_conditions=CONDITIONS,
    zero_lines=ZeroLines.SEND,
    reject_tells=(MailRecipient.CREATOR,),
    rate=RateLimit(per_second=15.0, at_once=5),
    cost=Cost(requests_per_line=3.0, requests_per_export=100, mebibytes=128),
    originals_count_at_once=True,
    difference_of_original="in the row while the job is pending, else as an original-budget PCI",
    things_to_know=THINGS,
)
