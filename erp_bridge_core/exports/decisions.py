"""What may be done with an effect next: the ledger's rules as plain functions over values.

Nothing here reads a clock, a database or an ERP. `next_step` decides from the attempts made so far, `after_sighting`
from what looking showed. The table of safety classes is the ledger's; its rule numbers are in `docs/architecture.md`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.effects import (
    Absent,
    Before,
    CannotTell,
    Different,
    Found,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.profile import OperationProfile, SafetyClass


class EffectState(StrEnum):
    """The states of an effect."""

    PLANNED = "planned"
    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    SETTLED = "settled"
    ABANDONED = "abandoned"
    DUPLICATED = "duplicated"
    REMOVED = "removed"


class AttemptOutcome(StrEnum):
    """How one try ended. A try without an outcome is one whose worker died: as doubtful as a lost reply."""

    ACCEPTED = "accepted"
    OFFERED = "offered"
    NOT_SENT = "not_sent"
    THROTTLED = "throttled"
    REFUSED = "refused"
    DOUBTFUL = "doubtful"


class Step(StrEnum):
    """What the runner does next with an effect."""

    SEND = "send"
    LOOK = "look"
    WAIT = "wait"
    REST = "rest"


#: Tries that are proved to have changed nothing: after these alone an effect is sent freely (L4).
HARMLESS: Final = frozenset({AttemptOutcome.NOT_SENT, AttemptOutcome.THROTTLED, AttemptOutcome.REFUSED})

#: States in which nothing of an effect is under way any more.
AT_REST: Final = frozenset(
    {
        EffectState.CONFIRMED,
        EffectState.REFUSED,
        EffectState.CONFLICT,
        EffectState.SETTLED,
        EffectState.ABANDONED,
        EffectState.DUPLICATED,
        EffectState.REMOVED,
    }
)


@frozen(kw_only=True)
class Try:
    """One attempt as the decision needs it; times are database seconds."""

    outcome: AttemptOutcome | None
    deadline: float
    ended_at: float | None = None


@frozen(kw_only=True)
class Verdict:
    """What a sighting makes of an effect: its new state (None: unchanged), and whether it may be sent now."""

    state: EffectState | None
    send: bool = False
    abandon: bool = False
    why: str = ""


def horizon(tries: Sequence[Try], operation: OperationProfile) -> float:
    """The moment from which looking may prove something: end of the last doubt, deadline and execution bound (L8)."""
    doubts = [attempt for attempt in tries if is_doubtful(attempt)]
    ends = [attempt.deadline if attempt.ended_at is None else attempt.ended_at for attempt in doubts]
    return max(ends, default=0.0) + operation.deadline + (operation.execution_bound or 0.0) if doubts else 0.0


def is_doubtful(attempt: Try) -> bool:
    """Whether this try may have been carried out without our knowing (L5: the doubt sticks to the try)."""
    return attempt.outcome in {None, AttemptOutcome.DOUBTFUL}


def is_answered(tries: Sequence[Try]) -> bool:
    """Whether the last try was answered as done: reading back is what is left."""
    return bool(tries) and tries[-1].outcome in {AttemptOutcome.ACCEPTED, AttemptOutcome.OFFERED}


def next_step(state: EffectState, tries: Sequence[Try], operation: OperationProfile, now: float) -> Step:
    """Send, look, wait until the horizon, or leave it alone."""
    if state in AT_REST:
        return Step.REST
    # After a restore an effect is unknown although this copy of the ledger holds no try at it.
    if state is not EffectState.UNKNOWN and all(attempt.outcome in HARMLESS for attempt in tries):
        return Step.SEND
    if now < horizon(tries, operation):
        return Step.WAIT
    return Step.LOOK


def after_sighting(safety: SafetyClass, sighting: Sighting, tries: Sequence[Try]) -> Verdict:
    """What follows from looking for an effect with a try that may have, or is said to have, done it."""
    match sighting:
        case Found() if safety is not SafetyClass.APPEND:
            return Verdict(state=EffectState.CONFIRMED)
        case Several(count=count):
            return _beyond(safety, EffectState.DUPLICATED, f"the ERP holds it {count} times")
        case Different():
            return _beyond(safety, EffectState.CONFLICT, "the ERP holds something else in its place")
        case Waiting() if safety is SafetyClass.HUMAN:
            return Verdict(state=EffectState.OPEN)
        case _:
            return _unseen(safety, sighting, tries)


def _beyond(safety: SafetyClass, state: EffectState, why: str) -> Verdict:
    if safety is SafetyClass.CONTAINED:
        return Verdict(state=EffectState.ABANDONED, abandon=True, why=why)
    return Verdict(state=state, why=why)


def _unseen(safety: SafetyClass, sighting: Sighting, tries: Sequence[Try]) -> Verdict:
    why = _words(sighting)
    answered = any(attempt.outcome in {AttemptOutcome.ACCEPTED, AttemptOutcome.OFFERED} for attempt in tries)
    if answered:
        # The ERP said that it did it, so sending again could only double it: a success that can't be seen is unknown.
        return Verdict(state=EffectState.UNKNOWN, why=f"answered as done, but {why}")
    match safety, sighting:
        case SafetyClass.KEYED, Absent() | CannotTell() | Before():
            return Verdict(state=None, send=True, why=why)
        case SafetyClass.ABSOLUTE, Before() | Absent():
            return Verdict(state=None, send=True, why=why)
        case SafetyClass.CONTAINED, Absent() | Before():
            return Verdict(state=EffectState.ABANDONED, abandon=True, why=why)
        case SafetyClass.HUMAN, Absent():
            return Verdict(state=None, send=True, why=why)
        case _:
            return Verdict(state=EffectState.UNKNOWN, why=why)


def _words(sighting: Sighting) -> str:
    match sighting:
        case CannotTell(why=why):
            return why
        case Absent():
            return "it is proved not to be there"
        case Before():
            return "the ERP shows the value from before"
        case Waiting():
            return "it lies where it was offered"
        case _:
            return "this kind of write leaves nothing to recognise it by"
