"""The outcome table: what may become of a write of each safety class after each kind of fault, and nothing else.

Plain values. Every case of the sweep is judged by it, and so is every pair: a pair may end as either of its faults may.
"""

from enum import StrEnum
from typing import Final

from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.contract.simulator import Mischief


class End(StrEnum):
    """How a case may end once faults have stopped and nothing is under way any more.

    `done`: the product says so, and the ERP's books show each line once. `unknown`: the product says that it can't
    know; the books show no line twice. `refused`: told as refused, nothing of it in the books; a retry brings it in.
    `seen`: the books are wrong, through no second write of ours, and verification says so. `waiting`: the books are
    right, and the product does not say so yet, since what it can read may be from before.
    """

    DONE = "done"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SEEN = "seen"
    WAITING = "waiting"


class Outage(StrEnum):
    """What may happen to the ERP's server itself."""

    RESTARTED = "restarted"

    @property
    def meaning(self) -> str:
        """One sentence: what happens."""
        return "The ERP's server comes back as after a crash."


Fault = WireFault | FileFault | Mischief | Outage

#: The classes that reach confirmed unaided, whatever the wire does.
SURE: Final = frozenset({SafetyClass.KEYED, SafetyClass.ABSOLUTE, SafetyClass.CONTAINED})
#: Faults after which it is proved that nothing was changed.
HARMLESS: Final[frozenset[Fault]] = frozenset(
    {
        WireFault.REFUSED,
        WireFault.THROTTLED,
        WireFault.THROTTLED_WITH_RETRY_AFTER,
        WireFault.STALE_REPLY,
        FileFault.SHARE_LOST,
        FileFault.SHARING_VIOLATION,
        FileFault.DISK_FULL,
        FileFault.DISK_FULL_MIDWAY,
        FileFault.STALE_LISTING,
    }
)

#: Mischief that leaves no doubt once it is calmed: what is missing is sent then, and each line is there once.
PASSING: Final[frozenset[Fault]] = frozenset(
    {
        Mischief.FAILS_WITH_200,
        Mischief.APPLIES_SOME,
        Mischief.OMITS_ROWS,
        Mischief.STALE_READS,
        Mischief.CAPPED_READS,
        Mischief.HIDDEN_ROWS,
        Mischief.CLOSED_JOB,
        Mischief.EXPIRES_TOKENS,
    }
)
#: Mischief that makes the ERP's books other than what was sent: no retry mends that, so it must be told.
SPOILING: Final[frozenset[Fault]] = frozenset(
    {
        Mischief.LOADS_TWICE,
        Mischief.TICKS_WRONG,
        Mischief.LOADS_HALF,
        Mischief.REMOVES_ENTRY,
        Mischief.EDITS_ENTRY,
    }
)

#: All after which every class but `append` ends as if nothing had happened.
PASSING_BY: Final[frozenset[Fault]] = HARMLESS | PASSING | frozenset[Fault](Outage)

_DONE: Final = frozenset({End.DONE})
_EITHER: Final = frozenset({End.DONE, End.UNKNOWN})


def allowed(safety: SafetyClass, fault: Fault, *, event: str = "") -> frozenset[End]:
    """What may come of a fault at a write of this class. `event`: when a late commit was let go."""
    if isinstance(fault, Mischief) and fault not in PASSING:
        return _after_people(safety, fault)
    exception = _exceptions(safety, fault, event)
    if exception is not None:
        return exception
    if safety in SURE or fault in PASSING_BY:
        # An ERP that shows nothing of ours leaves every write unknown, faults or none.
        return _EITHER if safety is SafetyClass.APPEND else _DONE
    if safety is SafetyClass.HUMAN or fault in _KNOWN_TO_APPEND:
        return _EITHER
    return frozenset({End.UNKNOWN})


def _exceptions(safety: SafetyClass, fault: Fault, event: str) -> frozenset[End] | None:
    """The faults that no class, or not this one, can bear without a person; None for all others."""
    if fault is WireFault.ACKNOWLEDGED_ONLY:
        # The ERP said that it did it, and it is not there: sending again could double it, so a person decides.
        return _EITHER | {End.SEEN}
    if fault is WireFault.DUPLICATE_DELIVERY and safety is SafetyClass.APPEND:
        return frozenset({End.SEEN, End.UNKNOWN})
    if safety is SafetyClass.ABSOLUTE and fault is WireFault.LATE_COMMIT and event in LATER:
        # An old value that lands long after its bound can't be told from a person's; it must not go unseen.
        return _DONE | {End.SEEN}
    return None


def _after_people(safety: SafetyClass, fault: Mischief) -> frozenset[End]:
    """A person did something of his own: the export comes through, or it is told that it did not."""
    if fault in SPOILING:
        return frozenset({End.SEEN, End.UNKNOWN})
    if fault is Mischief.POSTS_EARLY:
        # What was posted takes nothing more: the ERP refuses the rest in its words, and the product says so.
        return (_DONE if safety in SURE else _EITHER) | {End.SEEN, End.WAITING, End.REFUSED}
    return _EITHER | {End.REFUSED}


#: Events after which a late commit is later than any bound.
LATER: Final = frozenset({"after_post", "after_verify", "after_next_export"})
#: Faults of which even `append` may learn that nothing was sent: the connection was new and nothing was taken.
_KNOWN_TO_APPEND: Final = frozenset({WireFault.RESET_BEFORE_READ, WireFault.DEAD_KEEP_ALIVE})


def table() -> list[tuple[str, str, str]]:
    """(class, fault, ends) for the documentation, in reading order."""
    rows = []
    for safety in SafetyClass:
        of_transport: tuple[Fault, ...] = tuple(FileFault) if safety is SafetyClass.HUMAN else tuple(WireFault)
        for fault in (*of_transport, *Mischief, *Outage):
            ends = ", ".join(end.value for end in End if end in allowed(safety, fault))
            rows.append((safety.value, fault.value, ends))
    return rows
