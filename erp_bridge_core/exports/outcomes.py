"""What a verification concludes, as plain rules over values (V2). `comparison` does the same in SQL, for any number.

Of one key, one route tells how far the figures moved from before: the *move*. What was sent says how far they should
have. All amounts are whole minor units, original and changes apart where the route reads them apart; a route that
reads only one figure has a move with one side alone.

| the move is                                       | never good before           | good before   |
|---------------------------------------------------|-----------------------------|---------------|
| exactly what was sent                             | posted                      | posted        |
| a whole multiple of it, on every side             | posted twice                | posted twice  |
| nothing, and entries wait                         | unposted                    | regressed     |
| nothing, entries waited when last looked          | removed before posting      | regressed     |
| nothing otherwise                                 | not visible yet             | regressed     |
| one side as sent, the other side not yet          | half posted                 | regressed     |
| the right total, or one side's amount, in the     |                             |               |
| other column                                      | posted in the wrong place   | changed       |
| a whole multiple of the total, or of one side     | posted twice                | posted twice  |
| anything else                                     | posted with another amount  | changed       |
| anything, on a key to which nothing was sent      | changed in the ERP          | changed       |

A key whose revision the ERP says it posted, and whose figures did not move, was *posted without budget effect*.

A key that lacks just what another key has too much was *posted in the wrong place*; both are then named so.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.postings import Outcome

#: When several routes tell of a key, the first of these that one of them tells is the outcome: a figure that is wrong
#: outweighs one that is right, and one that is right outweighs one that is only behind.
PRECEDENCE: Final = (
    Outcome.POSTED_TWICE,
    Outcome.WRONG_PLACE,
    Outcome.OTHER_AMOUNT,
    Outcome.REGRESSED,
    Outcome.DRIFT,
    Outcome.POSTED,
    Outcome.HALF_POSTED,
    Outcome.REMOVED,
    Outcome.NO_EFFECT,
    Outcome.UNPOSTED,
    Outcome.NOT_VISIBLE_YET,
    Outcome.NOT_VERIFIABLE,
)

#: After one of these a key counts as having been posted once: what then differs was changed later.
ONCE_GOOD: Final = (Outcome.POSTED, Outcome.SYNCED, Outcome.DRIFT, Outcome.REGRESSED, Outcome.POSTED_TWICE)
#: After one of these a key's entries are known to have waited in the ERP: when they are gone, they were removed.
ONCE_UNPOSTED: Final = (Outcome.UNPOSTED, Outcome.REMOVED)

#: Which mismatch names a whole item when its keys have several: what moved wrongly first, what is missing last.
ITEM_PRECEDENCE: Final = (
    Outcome.POSTED_TWICE,
    Outcome.WRONG_PLACE,
    Outcome.REGRESSED,
    Outcome.OTHER_AMOUNT,
    Outcome.DRIFT,
    Outcome.NO_EFFECT,
    Outcome.REMOVED,
    Outcome.HALF_POSTED,
)


@frozen(kw_only=True)
class Move:
    """What one route tells of one key: what was sent, how far it moved, and what is known besides.

    `sent` and `moved` are (original, changes); where the route reads one figure only, that figure and zero. `partial`:
    a part of what was sent is on a side that this route can't read. `live`: lines of the item are in the ERP under
    this key, be their sum zero. `withdrawn`: lines were, and a person said that they were withdrawn there.
    """

    sent: tuple[int, int]
    moved: tuple[int, int]
    live: bool = True
    withdrawn: bool = False
    partial: bool = False
    stale: bool = False
    unposted: bool = False
    sees_unposted: bool = False
    once_good: bool = False
    once_unposted: bool = False


def classify(move: Move) -> Outcome | None:
    """The outcome of a key by one route; None for an untouched key to which nothing was sent."""
    if not move.live:
        return _not_sent(move)
    matches, unmoved = move.moved == move.sent, move.moved == (0, 0)
    if move.partial and matches:
        return Outcome.NOT_VERIFIABLE
    if move.stale and not (matches and unmoved):
        return Outcome.NOT_VISIBLE_YET
    if matches:
        return Outcome.POSTED
    if move.sent == (0, 0):
        return Outcome.DRIFT
    return _missing(move) if unmoved else _moved_otherwise(move)


def _not_sent(move: Move) -> Outcome | None:
    if move.moved == (0, 0) or move.stale:
        return Outcome.REMOVED if move.withdrawn else None
    return Outcome.DRIFT


def _missing(move: Move) -> Outcome:
    if move.once_good:
        return Outcome.REGRESSED
    if move.unposted:
        return Outcome.UNPOSTED
    return Outcome.REMOVED if move.sees_unposted and move.once_unposted else Outcome.NOT_VISIBLE_YET


def _moved_otherwise(move: Move) -> Outcome:
    if _every_side_is_a_multiple(move):
        return Outcome.POSTED_TWICE
    if _is_half(move):
        return Outcome.REGRESSED if move.once_good else Outcome.HALF_POSTED
    if _is_other_column(move):
        return Outcome.DRIFT if move.once_good else Outcome.WRONG_PLACE
    if times(move.sent, move.moved) > 1:
        return Outcome.POSTED_TWICE
    return Outcome.DRIFT if move.once_good else Outcome.OTHER_AMOUNT


def _every_side_is_a_multiple(move: Move) -> bool:
    sides = zip(move.sent, move.moved, strict=True)
    return all(_multiple(sent, moved) >= 1 if sent else moved == 0 for sent, moved in sides)


def _is_half(move: Move) -> bool:
    original, changes = move.sent
    return original != 0 and changes != 0 and move.moved in {(original, 0), (0, changes)}


def _is_other_column(move: Move) -> bool:
    """The right total, or one side's whole amount, stands in the other column: a wrong tick box, most likely."""
    original, changes = move.sent
    if sum(move.moved) == sum(move.sent):
        return True
    return (original != 0 and move.moved == (0, original)) or (changes != 0 and move.moved == (changes, 0))


def times(sent: tuple[int, int], moved: tuple[int, int]) -> int:
    """How many times over it was posted; 0 where that can't be said.

    By side where each is a whole multiple, else by the total, else by the only side that moved.
    """
    sides = [_multiple(one, other) if one else int(other == 0) for one, other in zip(sent, moved, strict=True)]
    if min(sides) >= 1:
        return max(sides)
    total = _multiple(sum(sent), sum(moved))
    if total > 1:
        return total
    return max((_multiple(one, other) for one, other, rest in _single_sides(sent, moved) if rest == 0), default=0)


def _single_sides(sent: tuple[int, int], moved: tuple[int, int]) -> tuple[tuple[int, int, int], ...]:
    return (sent[0], moved[0], moved[1]), (sent[1], moved[1], moved[0])


def _multiple(sent: int, moved: int) -> int:
    """How often `sent` goes into `moved` without a rest; 0 when it does not."""
    if sent == 0 or moved % sent != 0:
        return 0
    return max(moved // sent, 0)


def outcome_of_item(counts: Mapping[Outcome, int], *, missing: int, lagging: int) -> Outcome:
    """What all keys together say. `counts` leaves out keys whose figures could not move, their sum being zero.

    `missing` counts keys that are not there although the route that says so is not stale: beside keys that are there
    the item is half posted. `lagging` counts posted keys that a route of data carried back could show and doesn't yet.
    """
    for outcome in ITEM_PRECEDENCE:
        if counts.get(outcome):
            return outcome
    waiting = counts.get(Outcome.NOT_VISIBLE_YET, 0) + counts.get(Outcome.UNPOSTED, 0)
    good = counts.get(Outcome.POSTED, 0) + counts.get(Outcome.SYNCED, 0)
    if good and missing:
        return Outcome.HALF_POSTED
    if waiting:
        return Outcome.UNPOSTED if waiting == counts.get(Outcome.UNPOSTED) else Outcome.NOT_VISIBLE_YET
    if counts.get(Outcome.NOT_VERIFIABLE):
        return Outcome.NOT_VERIFIABLE
    return Outcome.SYNCED if counts.get(Outcome.SYNCED) and not lagging else Outcome.POSTED


def state_after(state: ItemState, outcome: Outcome, *, resolved: bool, conditions_met: bool) -> ItemState:
    """Where a verification leaves an item whose export is over (V1, V5); in any other state it only tells.

    `resolved`: a person adopted, corrected or accepted the mismatch, or it was half posted and the rest has come: by
    itself a mismatch never goes away.
    """
    if not state.is_exported:
        return state
    if outcome.is_mismatch:
        return ItemState.MISMATCH
    if state is ItemState.MISMATCH and not resolved:
        return ItemState.MISMATCH
    if state is ItemState.SYNCED:
        return ItemState.SYNCED
    return ItemState.SYNCED if outcome.is_good and conditions_met else ItemState.WAITING
