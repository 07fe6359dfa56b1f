"""The values that a budget source and the core exchange. A source is where budgets are made, or a file.

Nothing here says which source it is. A source tells what it holds (`SourceBudget`), what it asks to be exported
(`SourceRequest`) and is told what became of that (`SourceOutcome`). Amounts are exact, in the budget's currency; lines
are re-iterable streams, since nothing assumes that a budget fits in memory.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import Factory, field, frozen

from erp_bridge_core.contract.budget import LineKey, Part, Stream
from erp_bridge_core.contract.connection import Clock, Files, State
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.profile import OperationProfile, RateLimit, Thing, Words

if TYPE_CHECKING:
    import logging

    import requests

SettingsT = TypeVar("SettingsT")


class SourceCapability(StrEnum):
    """What a source can do beside telling a budget's lines. Claimed in its profile, proved by the conformance suite.

    `PROJECTS`: it lists its projects. `SUB_JOBS`, `CHANGES`: it tells them. `LOCK`: its budgets can be locked from
    here. `REQUESTS`: its users ask there for an export. `OUTCOMES`: it wants to know what became of a request.
    `HINTS`: it calls us when something happened. `AUTHORIZATION`: a person may authorize us in a browser.
    """

    PROJECTS = "projects"
    SUB_JOBS = "sub_jobs"
    CHANGES = "changes"
    LOCK = "lock"
    REQUESTS = "requests"
    OUTCOMES = "outcomes"
    HINTS = "hints"
    AUTHORIZATION = "authorization"


@frozen(kw_only=True)
class SourceProfile:
    """All that the core needs to know about a source without knowing which it is; frozen, JSON-able.

    `operations` are the kinds of write that `lock_budget` and `report_outcome` make, each with its safety class, as an
    ERP adapter's. `words` are the source's own for job, sub job, cost code and category.
    """

    name: str
    title: str
    api_version: int
    settings_class: type[Any]
    setting_notes: Mapping[str, str] = field(factory=dict, hash=False)
    setting_groups: Mapping[str, tuple[str, ...]] = field(factory=dict, hash=False)
    words: Words = field(factory=Words)
    capabilities: frozenset[SourceCapability] = frozenset()
    operations: tuple[OperationProfile, ...] = ()
    rate: RateLimit = field(factory=RateLimit)
    things_to_know: tuple[Thing, ...] = ()

    def operation(self, name: str) -> OperationProfile:
        """The operation of that name; raises KeyError, since an undeclared write is a plugin's defect."""
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise KeyError(name)

    def supports(self, capability: SourceCapability) -> bool:
        """Whether the source claims a capability."""
        return capability in self.capabilities


@frozen(kw_only=True)
class Source(Generic[SettingsT]):
    """One connection to one company of a source, as a plugin is given it: its only way to anything outside itself.

    `settings`, `http`, `files`, `clock`, `state`, `log` and `installation` are what an ERP adapter's `Erp` has.
    `private` is a folder of this connection that only our user may read: for tokens that rotate, which all processes
    of this installation on this host share.
    """

    name: str
    company: str
    settings: SettingsT
    http: "requests.Session"
    files: Files
    clock: Clock
    state: State
    private: Path
    log: "logging.LoggerAdapter[logging.Logger]"
    installation: str


class Authorization(Protocol):
    """How a person authorizes a connection: he is sent to an address of the source's and comes back with a code."""

    def address(self, *, redirect_to: str, state: str) -> str:
        """Where the person goes; he comes back to `redirect_to` with `code` and `state`. No I/O."""

    def redeem(self, code: str, *, redirect_to: str) -> None:
        """Turn the code into what this connection signs in with, kept in `private`. Raises `SignInFailed`."""


# -- what a source holds ----------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class SourceProject:
    """A project of the source. `id` is the source's own and never changes; `job` the ERP's job that the source has it
    linked with, blank where there is none or the source does not know; `currency` blank where only the budget tells.
    """

    id: str
    number: str
    name: str
    currency: str = ""
    job: str = ""
    active: bool = True


@frozen(kw_only=True)
class SourceSubJob:
    """A sub job of a project."""

    code: str
    name: str


@frozen(kw_only=True)
class SourceLine:
    """A line of a budget, or of a budget change, as the source has it: one a key.

    `id` is the source's own, the same at every read. `place` is where a person finds it there, such as `rows 12, 15`
    or `budget line 03-1000.L`. Blank is not zero: what the source does not tell is None.
    """

    id: str
    key: LineKey
    amount: Decimal
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_cost: Decimal | None = None
    place: str = ""


@frozen(kw_only=True)
class SourceChange:
    """An approved budget change, with all its lines. Drafts and voided ones are never told.

    `revision` is opaque and differs when anything of the change does. `date` None: the source tells none.
    """

    id: str
    number: str
    date: date | None
    description: str
    lines: tuple[SourceLine, ...]
    revision: str = ""


@frozen(kw_only=True)
class SourceBudget:
    """A project's budget as one whole look at it showed it. `currency` is blank where the source names none.

    `revision` is opaque and the same for as long as nothing of the budget changed. `locked` None: the source knows no
    lock. `warnings` name what somebody should look at, such as a row that can't be a budget line and was left out.
    """

    project: SourceProject
    currency: str
    revision: str
    locked: bool | None = None
    sub_jobs: Stream[SourceSubJob] = field(default=Stream(tuple), eq=False, repr=False)
    lines: Stream[SourceLine] = field(eq=False, repr=False)
    changes: Stream[SourceChange] = field(default=Stream(tuple), eq=False, repr=False)
    warnings: tuple[Finding, ...] = ()


# -- what a source asks -----------------------------------------------------------------------------------------------


class RequestKind(StrEnum):
    """Whether a request brings a budget for the first time, or what is new in one that was exported."""

    CREATE = "create"
    UPDATE = "update"


@frozen(kw_only=True)
class SourceTransaction:
    """One thing that a request asks to be exported: how much one key moves by, on one side of the budget.

    `id` is the source's own and the same in every request that holds it, until the source was told that it arrived:
    that is how one that was asked for again is known. `change` is the change's `id` in the source, blank for the
    original budget.
    """

    id: str
    key: LineKey
    part: Part
    amount: Decimal
    change: str = ""
    notes: str = ""


@frozen(kw_only=True)
class SourceRequest:
    """A request of the source's users to export a budget, or what is new in one.

    `id` names it for good. `job` is the ERP's job as the source has it. `asked_by` is a person as the source names him,
    blank where it does not tell. `open` is False once it was answered or closed at the source.
    """

    id: str
    kind: RequestKind
    project: str
    job: str
    transactions: Stream[SourceTransaction] = field(eq=False, repr=False)
    asked_by: str = ""
    asked_at: datetime | None = None
    custom_fields: Mapping[str, str] = field(factory=dict, hash=False)
    open: bool = True


@frozen(kw_only=True)
class Delivery:
    """What was delivered to our receiver, as it came: header names in lower case, the body's bytes."""

    headers: Mapping[str, str]
    body: bytes


@frozen(kw_only=True)
class Hint:
    """What a delivery hints at. Nothing in it is believed: it only says where to look.

    `id` is the same for every delivery of one event. `request` is blank where the event is about no request. `echo`:
    it tells of something that we did ourselves.
    """

    id: str
    request: str = ""
    project: str = ""
    echo: bool = False


# -- what a source is told --------------------------------------------------------------------------------------------


class OutcomeStage(StrEnum):
    """How far a request has come here, from a closed set: the source's users act on it."""

    RECEIVED = "received"
    """Known here, and not yet an item: `messages` say what is in its way."""
    WAITING = "waiting"
    """It waits for the accounting approver."""
    ACCEPTED = "accepted"
    """It was accepted, and is on its way into the ERP."""
    EXPORTED = "exported"
    """All of it is in the ERP, and waits there to be posted, or to be seen posted."""
    VERIFIED = "verified"
    """All of it was read back from the ERP's posted figures."""
    FAILED = "failed"
    """It, or a part, could not be brought there."""
    UNKNOWN = "unknown"
    """Nobody can tell yet whether a part of it arrived."""
    MISMATCH = "mismatch"
    """What the ERP shows is not what was sent."""
    REJECTED = "rejected"
    """The accounting approver rejected it; the reason is in `messages`."""
    RETRIEVED = "retrieved"
    """It was taken back here before it was accepted."""

    @property
    def is_final(self) -> bool:
        """Whether the request is at its end: whoever wants it exported has to ask anew."""
        return self in {OutcomeStage.VERIFIED, OutcomeStage.REJECTED, OutcomeStage.RETRIEVED}


@frozen(kw_only=True)
class TransactionOutcome:
    """What became of one transaction: arrived (True), not (False), or nobody can tell (None).

    `reference` is ours, the same for ever: the source keeps it as the ERP's id of the transaction.
    """

    id: str
    arrived: bool | None
    reference: str
    message: str = ""


@frozen(kw_only=True)
class SourceOutcome:
    """How a request stands here now. It says how things are, so that it may be said again.

    `number` counts from 1 per request: a later one replaces an earlier. `messages` are sentences for the source's
    users. `reference` is ours for the budget as a whole, the same over all requests of the project, blank before one
    of our projects is linked. `facts` are `item`, `project` and `job` here, where they are known, and `final`: `true`
    where a connection's settings say that *exported* is enough, so that nothing is said after it.
    """

    request: str
    project: str
    number: int
    stage: OutcomeStage
    reference: str
    messages: tuple[str, ...] = ()
    transactions: Stream[TransactionOutcome] = field(default=Stream(tuple), eq=False, repr=False)
    facts: Mapping[str, str] = Factory(dict)
