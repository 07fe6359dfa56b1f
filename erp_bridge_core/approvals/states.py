"""The states of an item, as one closed set: plain words that rules, services and tables share."""

from enum import StrEnum


class ItemState(StrEnum):
    """Where an item stands between its send and its end (A1, B6, E1-E3, V1-V5)."""

    READY = "ready"
    ACCEPTED = "accepted"
    EXPORTING = "exporting"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    MISMATCH = "mismatch"
    SYNCED = "synced"
    REJECTED = "rejected"
    RETRIEVED = "retrieved"

    @property
    def is_open(self) -> bool:
        """Something of it may still arrive in the ERP, so its lines are spoken for."""
        return self in OPEN

    @property
    def is_resting(self) -> bool:
        """It was given back before anything of it arrived: nothing expires, nags or re-sends by itself (B6)."""
        return self in {ItemState.REJECTED, ItemState.RETRIEVED}

    @property
    def has_conditions(self) -> bool:
        """Its export has begun, so that posting and reading back stand between it and the next send (V1)."""
        return self.is_exported or self in {ItemState.EXPORTING, ItemState.FAILED, ItemState.UNKNOWN}

    @property
    def is_exported(self) -> bool:
        """Its export is over and what arrived stays exported, posted or not."""
        return self in {ItemState.WAITING, ItemState.MISMATCH, ItemState.SYNCED}


OPEN = frozenset(
    {ItemState.READY, ItemState.ACCEPTED, ItemState.EXPORTING, ItemState.FAILED, ItemState.UNKNOWN},
)
#: States of an item's line in which its amount is on its way, neither arrived nor given back. `recorded`: the ERP holds
#: it as a revision that nobody has approved there yet.
OPEN_LINES = ("staged", "sent", "unknown", "recorded")
