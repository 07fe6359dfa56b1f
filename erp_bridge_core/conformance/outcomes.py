"""The outcome table: what may become of a write of each safety class after each kind of fault, and nothing else.

Plain values. Every case of the sweep is judged by it, and so is every pair: a pair may end as either of its faults may.
"""

from enum import StrEnum
from typing import Final

from erp_bridge_core.conformance.wire import FileFault, WireFault
from erp_bridge_core.contract.profile import SafetyClass


class End(StrEnum):
    """How a case may end once faults have stopped and nothing is under way any more.

    `done`: the product says so, and the ERP's books show each line once. `unknown`: the product says that it can't
    know; the books show no line twice. `refused`: told as refused, nothing of it in the books; a retry brings it in.
    `seen`: the books are wrong, through no second write of ours, and verification says so.
    """

    DONE = "done"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SEEN = "seen"


Fault = WireFault | FileFault

#: The classes that reach confirmed unaided, whatever the wire does.
SURE: Final = frozenset({SafetyClass.KEYED, SafetyClass.ABSOLUTE, SafetyClass.CONTAINED})
#: Faults after which it is proved that nothing was changed.
HARMLESS: Final = frozenset(
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

_DONE: Final = frozenset({End.DONE})
_EITHER: Final = frozenset({End.DONE, End.UNKNOWN})


def allowed(safety: SafetyClass, fault: Fault, *, event: str = "") -> frozenset[End]:
    """What may come of a fault at a write of this class. `event`: when a late commit was let go."""
    if fault is WireFault.ACKNOWLEDGED_ONLY:
        # The ERP said that it did it, and it is not there: sending again could double it, so a person decides.
        return _EITHER | {End.SEEN}
    if fault is WireFault.DUPLICATE_DELIVERY and safety is SafetyClass.APPEND:
        return frozenset({End.SEEN, End.UNKNOWN})
    if safety is SafetyClass.ABSOLUTE and fault is WireFault.LATE_COMMIT and event in LATER:
        # An old value that lands long after its bound can't be told from a person's; it must not go unseen.
        return _DONE | {End.SEEN}
    if safety is SafetyClass.APPEND and fault in HARMLESS:
        return _EITHER  # an ERP that shows nothing of ours leaves every write unknown, faults or none
    if safety in SURE or fault in HARMLESS:
        return _DONE
    if safety is SafetyClass.HUMAN:
        return _EITHER
    return frozenset({End.UNKNOWN, End.DONE}) if fault in _KNOWN_TO_APPEND else frozenset({End.UNKNOWN})


#: Events after which a late commit is later than any bound.
LATER: Final = frozenset({"after_post", "after_verify", "after_next_export"})
#: Faults of which even `append` may learn that nothing was sent: the connection was new and nothing was taken.
_KNOWN_TO_APPEND: Final = frozenset({WireFault.RESET_BEFORE_READ, WireFault.DEAD_KEEP_ALIVE})


def table() -> list[tuple[str, str, str]]:
    """(class, fault, ends) for the documentation, in reading order."""
    rows = []
    for safety in SafetyClass:
        faults: tuple[Fault, ...] = tuple(FileFault) if safety is SafetyClass.HUMAN else tuple(WireFault)
        for fault in faults:
            ends = ", ".join(end.value for end in End if end in allowed(safety, fault))
            rows.append((safety.value, fault.value, ends))
    return rows
