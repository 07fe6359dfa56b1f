"""An ERP adapter's profile: frozen, JSON-able data that the product and the conformance suite both read.

Where ERPs differ, the difference is here or in the plugin's code, never an `if` in the core.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from attrs import field, frozen

#: The contract's version. A plugin built for another major version is refused with a readable message.
API_VERSION: Final[int] = 1


class Capability(StrEnum):
    """What an ERP takes or lets be read. Claimed here, proved by the conformance suite.

    `SUB_JOBS_ARE_JOBS`: a sub job is a job of its own there, so that its code is unique over all jobs.
    """

    ORIGINAL = "original"
    CHANGES = "changes"
    SUB_JOBS = "sub_jobs"
    SUB_JOBS_ARE_JOBS = "sub_jobs_are_jobs"
    IMPORT = "import"
    UNITS = "units"
    DESCRIPTION = "description"
    CREATES_SUB_JOBS = "creates_sub_jobs"
    CREATES_COST_CODES = "creates_cost_codes"
    CREATES_CATEGORIES = "creates_categories"


class SafetyClass(StrEnum):
    """Why a write can't happen twice (the ledger's five classes), which decides what follows a doubt."""

    KEYED = "keyed"
    ABSOLUTE = "absolute"
    CONTAINED = "contained"
    HUMAN = "human"
    APPEND = "append"


class Stage(StrEnum):
    """How far an export has come, told apart as far as the ERP lets anyone know (E2)."""

    HANDED_OVER = "handed_over"
    EXPORTED = "exported"
    POSTED = "posted"
    SYNCED = "synced"


class ConditionKind(StrEnum):
    """The closed set of conditions that may stand between an export and the next send (V1)."""

    EXPORT_COMPLETE = "export_complete"
    POSTED_BY_HAND = "posted_by_hand"
    SEEN_POSTED = "seen_posted"
    FIGURES_VISIBLE = "figures_visible"
    DATA_SYNCED_BACK = "data_synced_back"


class OverLimit(StrEnum):
    """What happens to a value over its limit: refused, or shortened after a person confirmed it."""

    REFUSE = "refuse"
    SHORTEN = "shorten"


class ZeroLines(StrEnum):
    """What becomes of a line of zero (B10); it is shown either way."""

    SEND = "send"
    SKIP = "skip"
    REFUSE = "refuse"


class MailRecipient(StrEnum):
    """Whom a reject tells (A5)."""

    CREATOR = "creator"
    SENDER = "sender"


class Grade(StrEnum):
    """How well something is known of an ERP."""

    FIRM = "firm"
    ONE_SOURCE = "one-source"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Words:
    """The ERP's own words, as its users say them, in lower case (a proper name keeps its capitals)."""

    job: str = "job"
    sub_job: str = "sub job"
    cost_code: str = "cost code"
    category: str = "category"
    original_budget: str = "original budget"
    budget_change: str = "budget change"
    post: str = "post"


@frozen(kw_only=True)
class FieldLimit:
    """What a field may hold: text length and forbidden characters, or a number's digits before and after the point.

    `field` uses the contract's names: `job`, `sub_job`, `cost_code`, `category`, `description`, `unit`, `amount`,
    `quantity`, `unit_cost`.
    """

    field: str
    max_length: int | None = None
    forbidden: str = ""
    whole_digits: int | None = None
    decimals: int | None = None
    over: OverLimit = OverLimit.REFUSE
    grade: Grade = Grade.FIRM


@frozen(kw_only=True)
class OperationProfile:
    """One kind of write: its safety class and what makes the claim true (ledger, "Classes").

    `because` is the sentence a person reads: what the ERP does that makes it safe, its scope and lifetime.
    `deadline` bounds a request, in seconds. `execution_bound` is how long after that deadline the ERP may still
    carry it out, in seconds; None means that no bound is known, which is legal and only makes looking later.
    """

    name: str
    title: str
    safety: SafetyClass
    because: str
    deadline: float = 60.0
    execution_bound: float | None = None


@frozen(kw_only=True)
class UnlockCondition:
    """One condition for unlocking and sending again, and how a person fulfils it (V1)."""

    kind: ConditionKind
    how: str


@frozen(kw_only=True)
class StageSight:
    """Whether this ERP's routes can see a stage; where they can't, `how` says so in words (E2)."""

    stage: Stage
    visible: bool
    how: str


@frozen(kw_only=True)
class RateLimit:
    """What the ERP permits one host of ours: requests a second (None: no figure known) and how many at once."""

    per_second: float | None = None
    at_once: int = 1


@frozen(kw_only=True)
class Cost:
    """What an export may cost, which the suite holds the adapter to with the largest budgets.

    At most `requests_per_export` requests and `requests_per_line` more a line, reading back included; the process that
    carries it grows by at most `mebibytes`, however many lines there are.
    """

    requests_per_line: float = 4.0
    requests_per_export: int = 200
    mebibytes: int = 256


@frozen(kw_only=True)
class Thing:
    """One of the *things to know about this ERP* (X5), with how well it is known."""

    text: str
    grade: Grade = Grade.FIRM


@frozen(kw_only=True)
class ErpProfile:
    """All that the core needs to know about an ERP without knowing which it is.

    `originals_count_at_once`: the original budget is in the ERP's figures as soon as it is written, while changes wait
    to be posted: originals that have moved beside changes that have not are then no half posting. `setting_notes` says
    in a sentence what each setting means, by its name (`names.unit` for one of a table), and `setting_groups` which of
    them stand together under a title, folded away; forms show both.
    """

    name: str
    title: str
    api_version: int
    settings_class: type[Any]
    setting_notes: Mapping[str, str] = field(factory=dict, hash=False)
    setting_groups: Mapping[str, tuple[str, ...]] = field(factory=dict, hash=False)
    words: Words = Words()
    capabilities: frozenset[Capability] = frozenset()
    limits: tuple[FieldLimit, ...] = ()
    operations: tuple[OperationProfile, ...] = ()
    stages: tuple[StageSight, ...] = ()
    unlock_conditions: tuple[UnlockCondition, ...] = (
        UnlockCondition(kind=ConditionKind.EXPORT_COMPLETE, how="Wait until the export is complete."),
        UnlockCondition(kind=ConditionKind.POSTED_BY_HAND, how="Post the entries in the ERP."),
    )
    zero_lines: ZeroLines = ZeroLines.SEND
    reject_tells: tuple[MailRecipient, ...] = (MailRecipient.CREATOR,)
    rate: RateLimit = RateLimit()
    cost: Cost = Cost()
    map_kinds: tuple[str, ...] = ("unit", "category", "cost_code", "sub_job")
    originals_count_at_once: bool = False
    difference_of_original: str = "as a difference of the original budget"
    things_to_know: tuple[Thing, ...] = ()

    def operation(self, name: str) -> OperationProfile:
        """The operation of that name; raises KeyError, since an undeclared write is a plugin's defect."""
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise KeyError(name)

    def limit(self, field: str) -> FieldLimit | None:
        """The limit declared for a field, if any."""
        return next((limit for limit in self.limits if limit.field == field), None)

    def supports(self, capability: Capability) -> bool:
        """Whether the adapter claims a capability."""
        return capability in self.capabilities
