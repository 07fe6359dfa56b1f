"""The effects ledger as an adapter sees it: plan, then run; the core decides what is sent and what is only looked for.

An adapter states *what* the writes are (`PlannedEffect`) and, per kind of write, *how* one is sent and *how* it is
looked for (`Operation`). Whether an effect may be sent, sent again, or must stay unknown is decided by the core from
the safety class that the profile declares for its operation. All rules: the ledger's L1-L17 in `docs/architecture.md`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from attrs import Factory, field, frozen

from erp_bridge_core.contract.budget import Stream


@frozen(kw_only=True)
class PlannedEffect:
    """One request, or one file, with the lines it carries (L1).

    `operation` names one of the profile's operations. `lines` are the numbers of the batch lines it carries, as a
    range where they are one. `payload_hash` (SHA-256, hex) covers exactly what will be sent: the same key with
    another hash is a conflict before any I/O. `request` is what the adapter needs to build the payload again: small,
    JSON-able, without secrets; dates and reserved numbers belong in it, since a resumed export uses the stored ones.

    `lane`: effects of one group with different lanes may run at the same time, those of one lane run in order. As many
    of their requests are under way as the profile's rate limit permits at once, while other effects, up to as many
    again, are made ready in `send`. None stands alone: after all before it, before all behind it.
    """

    operation: str
    lines: Iterable[int] = field(eq=False, repr=False)
    payload_hash: str
    request: Mapping[str, Any] = Factory(dict)
    lane: str | None = None


@frozen(kw_only=True)
class Effect:
    """A planned effect as the ledger stored it. `key` is its identity, `reference` a short form that fits an ERP.

    The key is made of ERP identity, company, job, item, version, group, operation, ordinal and generation, never of a
    batch number, a clock or the order of rows.
    """

    key: str
    reference: str
    operation: str
    group: str
    generation: int
    ordinal: int
    payload_hash: str
    request: Mapping[str, Any]
    lines: Stream[int] = field(eq=False, repr=False)


class Attempt(Protocol):
    """One try at sending an effect; already committed to the ledger when an operation is given it."""

    @property
    def number(self) -> int:
        """Counts from 1 per effect."""

    @property
    def seconds_left(self) -> float:
        """Until the attempt's deadline; a request's time-out must not be longer."""

    def check(self) -> None:
        """Raise `LeaseLost` unless this worker still holds the lease and the deadline has not passed (L12).

        `erp.http` calls it by itself immediately before a body goes out; a file operation calls it before it links.
        """


# -- what sending answers ---------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class LineRefused:
    """One line that the ERP refused: its own words, what they mean, what to do (E3)."""

    line: int
    words: str
    meaning: str = ""
    remedy: str = ""


@frozen(kw_only=True)
class Accepted:
    """The ERP's answer says that it did it. Lines it refused are told apart; lines it left out are unknown (L10)."""

    reference: str = ""
    evidence: Mapping[str, Any] = Factory(dict)
    refused: tuple[LineRefused, ...] = ()
    unmapped: tuple[int, ...] = ()


@frozen(kw_only=True)
class Offered:
    """It lies ready for a person to take over; nothing is in the ERP yet (class `human`)."""

    reference: str
    evidence: Mapping[str, Any] = Factory(dict)


Answer = Accepted | Offered


# -- what looking answers (L7) ----------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Found:
    """The ERP holds exactly this. For the class `human`: a person took it over."""

    reference: str
    evidence: Mapping[str, Any] = Factory(dict)
    refused: tuple[LineRefused, ...] = ()


@frozen(kw_only=True)
class Waiting:
    """Class `human` alone: it lies where it was offered, whole, and nobody has taken it."""

    reference: str
    evidence: Mapping[str, Any] = Factory(dict)


@frozen(kw_only=True)
class Before:
    """Class `absolute` alone: the ERP still shows the value from before, so it may be sent (again)."""

    evidence: Mapping[str, Any] = Factory(dict)


@frozen(kw_only=True)
class Different:
    """Something else stands under our reference or in our place: a person must look."""

    evidence: Mapping[str, Any] = Factory(dict)


@frozen(kw_only=True)
class Several:
    """More than one of it is there."""

    count: int
    evidence: Mapping[str, Any] = Factory(dict)


@frozen(kw_only=True)
class Absent:
    """Proved not to be there: `proof` says how the read was complete and what known row was seen as control."""

    proof: Mapping[str, Any]


@frozen(kw_only=True)
class CannotTell:
    """The read failed, may be incomplete, or can't see it. Never an error: say why."""

    why: str


Sighting = Found | Waiting | Before | Different | Several | Absent | CannotTell


@runtime_checkable
class Operation(Protocol):
    """How one kind of write is sent and looked for. Holds no decision about sending again."""

    def send(self, effect: Effect, attempt: Attempt) -> Answer:
        """Send the effect once, and no more: no retry, no redirect, no second request after a doubt.

        Raises `ErpRefused` (or `AlreadyThere`) only for an answer in the ERP's own error shape. Transport errors come
        from `erp.http` and `erp.files` already classified and are let through.
        """

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look for effects without changing anything: one sighting each, in the same order.

        Uses nothing that a write returned. A failed or possibly incomplete read is `CannotTell`.
        """


@frozen(kw_only=True)
class HandOver:
    """What a person is given to carry into the ERP: the file, its hash, how to load it, and what to compare.

    `location` is where the file lies now; `instructions` are sentences in order, the tick-box to use among them.
    """

    title: str
    location: str
    sha256: str
    lines: int
    total: str
    instructions: tuple[str, ...]
    taken: bool
    facts: Mapping[str, str] = Factory(dict)


@runtime_checkable
class HumanOperation(Operation, Protocol):
    """An operation that a person completes: offered once, taken once (class `human`)."""

    def hand_over(self, effect: Effect) -> HandOver:
        """Describe what lies ready or was taken; reads only."""

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move it, once, to where the person loads it from. Taking it again answers the same and moves nothing."""


class Effects(Protocol):
    """What `export` is given. Every write of an adapter goes through it."""

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        """Store the ordered effects of one group, once; `build(generation)` is not called again on a resume (L2).

        Groups run in the order in which they are first planned. A new generation is built only after the former one
        was abandoned or its refused lines are retried; `retry_lines()` then tells which lines it must carry.
        """

    def lines_to_send(self) -> Stream[int]:
        """The numbers of the batch lines that have not arrived: all on a first run, the refused ones on a retry."""

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        """A value that stays the same over every retry of this export, such as a number in the ERP (A3)."""

    def run(self, operations: Mapping[str, Operation]) -> None:
        """Bring every planned effect as far as it can be brought now. Returns when all are confirmed or offered;

        raises `OutcomeUnknown`, `ErpRefused`, `LedgerConflict` or a transport error when one stopped it.
        """
