"""What comes from a budget source, what stays, and what a person has to decide: plain functions over values.

Each line is known three times: as it was last taken (`base`), as the source has it now (`theirs`) and as it stands here
now (`ours`); None where it is not there. What only one side changed is clear. What both changed is never merged.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from attrs import frozen


class LineValue(NamedTuple):
    """What a line says beside its key: texts, and whole units of money and quantity. Blank is not zero.

    A plain tuple, since three are made of each line of a budget of any size.
    """

    description: str
    quantity: int | None
    unit: str
    unit_cost: int | None
    amount: int


class Verdict(StrEnum):
    """How a line, or a budget change, stands between the source and here."""

    UNCHANGED = "unchanged"
    """Nothing changed on either side."""
    OURS = "ours"
    """It never came from the source."""
    SAME = "same"
    """Both sides changed it to the same."""

    NEW = "new"
    """It is new at the source."""
    CHANGED = "changed"
    """It was changed at the source alone."""
    REMOVED = "removed"
    """It was removed at the source alone."""

    KEPT = "kept"
    """It was changed here alone, and stays so."""
    KEPT_AWAY = "kept-away"
    """It was removed here alone, and stays away."""

    BOTH_CHANGED = "both-changed"
    """It was changed there and here, to different values."""
    BOTH_UNLINKED = "both-unlinked"
    """It stood here before it was first taken, with different values."""
    REMOVED_THERE = "removed-there"
    """It was removed there and changed here."""
    REMOVED_HERE = "removed-here"
    """It was removed here and changed there."""

    TOLD = "told"
    """A budget change that is on its way, or exported, was altered or voided at the source: it stays as it was sent."""

    @property
    def comes(self) -> bool:
        """Whether what the source has is taken without a question."""
        return self in COMES

    @property
    def asks(self) -> bool:
        """Whether it was edited in both places, so that a person has to decide."""
        return self in ASKS

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to show of it."""
        return self in _QUIET


class Choice(StrEnum):
    """Whose is kept of what was edited in both places."""

    THEIRS = "theirs"
    OURS = "ours"


COMES: Final = frozenset({Verdict.NEW, Verdict.CHANGED, Verdict.REMOVED})
ASKS: Final = frozenset({Verdict.BOTH_CHANGED, Verdict.BOTH_UNLINKED, Verdict.REMOVED_THERE, Verdict.REMOVED_HERE})
_QUIET: Final = frozenset({Verdict.UNCHANGED, Verdict.OURS, Verdict.SAME})


def judge_line(base: LineValue | None, theirs: LineValue | None, ours: LineValue | None) -> Verdict:
    """How a line stands that is there in at least one of the three."""
    if base is None:
        return _first_met(theirs, ours)
    if theirs == ours:
        return Verdict.UNCHANGED if theirs == base else Verdict.SAME
    if theirs == base:
        return Verdict.KEPT_AWAY if ours is None else Verdict.KEPT
    if ours == base:
        return Verdict.REMOVED if theirs is None else Verdict.CHANGED
    if theirs is None:
        return Verdict.REMOVED_THERE
    return Verdict.REMOVED_HERE if ours is None else Verdict.BOTH_CHANGED


def line_after(
    verdict: Verdict, theirs: LineValue | None, ours: LineValue | None, choice: Choice | None
) -> LineValue | None:
    """What stands here once it is taken. Ours stays, unless the source's comes or was chosen."""
    if verdict.comes or (choice is Choice.THEIRS and not verdict.is_quiet):
        return theirs
    return ours


@frozen(kw_only=True)
class ChangeOfOurs:
    """What matters of a budget change here: whether it moves the same amounts as the source's and is approved, is void,
    or is staged or exported, so that nothing may alter it.
    """

    agrees: bool
    void: bool
    on_its_way: bool


def judge_new_change(ours: ChangeOfOurs | None) -> Verdict:
    """How a change stands that was never taken; `ours` is one that has its number here, and came from nowhere."""
    if ours is None or ours.void:
        return Verdict.NEW
    return Verdict.SAME if ours.agrees else Verdict.BOTH_UNLINKED


def judge_known_change(known: str, theirs: str, ours: ChangeOfOurs) -> Verdict:
    """How a change stands that was taken: by the hashes of what was taken of it and of what the source has now.

    `known` is blank of one that was gone when a person decided to keep ours.
    """
    if theirs == known:
        if ours.void:
            return Verdict.KEPT_AWAY
        return Verdict.UNCHANGED if ours.agrees else Verdict.KEPT
    if ours.agrees:
        return Verdict.SAME
    return Verdict.TOLD if ours.on_its_way else Verdict.BOTH_CHANGED


def judge_gone_change(known: str, ours: ChangeOfOurs) -> Verdict:
    """How a change stands that was taken, and is no approved change at the source any more."""
    if ours.void:
        return Verdict.SAME
    if not known:
        return Verdict.KEPT
    return Verdict.TOLD if ours.on_its_way else Verdict.REMOVED_THERE


def _first_met(theirs: LineValue | None, ours: LineValue | None) -> Verdict:
    if theirs is None:
        return Verdict.OURS
    if ours is None:
        return Verdict.NEW
    return Verdict.SAME if _agrees(theirs, ours) else Verdict.BOTH_UNLINKED


def _agrees(theirs: LineValue, ours: LineValue) -> bool:
    """Whether ours has all that the source tells; what it does not tell is no difference."""
    return all(told in {None, "", own} for told, own in zip(theirs, ours, strict=True))
