"""All that a plugin author imports. It loads attrs, cattrs and pluggy, never a database, a command line or the web."""

from erp_bridge_core.contract.budget import (
    ChangeHeader,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    KeyTotal,
    LineKey,
    Part,
    Stream,
)
from erp_bridge_core.contract.connection import Checked, Clock, Erp, FileFact, Files, Maps, State
from erp_bridge_core.contract.effects import (
    Absent,
    Accepted,
    Answer,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Effects,
    Found,
    HandOver,
    HumanOperation,
    LineRefused,
    Offered,
    Operation,
    PlannedEffect,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.fields import (
    Choice,
    FieldKind,
    FieldValues,
    RevisionField,
    standard_fields,
)
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.hookspecs import hookimpl
from erp_bridge_core.contract.masters import (
    Category,
    CostCode,
    Figure,
    JobHeader,
    JobReading,
    JobStatus,
    Masters,
    SubJob,
)
from erp_bridge_core.contract.postings import (
    Observation,
    Outcome,
    RevisionSight,
    RevisionStage,
    RouteSight,
    Seen,
)
from erp_bridge_core.contract.profile import (
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
from erp_bridge_core.contract.secret import Secret
from erp_bridge_core.contract.sign_in import SignInMemory
from erp_bridge_core.contract.simulator import (
    BookEntry,
    DeskCommand,
    JobSetup,
    Mischief,
    Mischievous,
    Paced,
    Served,
    Simulator,
    Variant,
    Variants,
)
from erp_bridge_core.contract.source import (
    Authorization,
    Delivery,
    Hint,
    OutcomeStage,
    RequestKind,
    Source,
    SourceBudget,
    SourceCapability,
    SourceChange,
    SourceLine,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
    SourceSubJob,
    SourceTransaction,
    TransactionOutcome,
)
from erp_bridge_core.contract.source_simulator import (
    MischievousSource,
    RequestState,
    SourceBooks,
    SourceMischief,
    SourceSimulator,
)
from erp_bridge_core.contract.wire import reading

__all__ = [
    "API_VERSION", "Absent", "Accepted", "Answer", "Attempt", "Authorization", "Before", "BookEntry", "CannotTell",
    "Capability", "Category", "ChangeHeader", "Checked", "Choice", "Clock", "ConditionKind", "Cost", "CostCode",
    "Delivery", "DeskCommand", "Different", "Effect", "Effects", "Erp", "ErpProfile", "ExportBatch", "ExportLine",
    "ExportReceipt", "FieldKind", "FieldLimit", "FieldValues", "Figure", "FileFact", "Files", "Finding", "Found",
    "Grade", "HandOver", "Hint", "HumanOperation", "JobHeader", "JobReading", "JobSetup", "JobStatus", "KeyTotal",
    "LineKey", "LineRefused", "MailRecipient", "Maps", "Masters", "Mischief", "Mischievous", "MischievousSource",
    "Observation", "Offered", "Operation", "OperationProfile", "Outcome", "OutcomeStage", "OverLimit", "Paced",
    "Part", "PlannedEffect", "RateLimit", "RequestKind", "RequestState", "RevisionField", "RevisionSight",
    "RevisionStage", "RouteSight", "SafetyClass", "Secret", "Seen", "Served", "Several", "Severity", "Sighting",
    "SignInMemory", "Simulator", "Source", "SourceBooks", "SourceBudget", "SourceCapability", "SourceChange",
    "SourceLine", "SourceMischief", "SourceOutcome", "SourceProfile", "SourceProject", "SourceRequest",
    "SourceSimulator", "SourceSubJob", "SourceTransaction", "Stage", "StageSight", "State", "Stream", "SubJob",
    "Thing", "TransactionOutcome", "UnlockCondition", "Variant", "Variants", "Waiting", "Words", "ZeroLines",
    "hookimpl", "reading", "standard_fields",
]  # fmt: skip
