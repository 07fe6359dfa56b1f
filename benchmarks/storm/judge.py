"""The judge: what every ERP's own books hold against what was sent and accepted, without a word of the product's code.

Only what the product *says* of an item is asked of it, since a claim that the books do not bear out is the worst of
all: `false_done`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define, frozen

from erp_bridge_core.conformance.world.outcomes import End, Fault, Outage, allowed
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.demo.books import bare
from erp_bridge_core.demo.erp_side import Codes
from storm.budgets import Round
from storm.walks import Walk

#: What the product says of an item whose lines are all in the ERP.
ARRIVED: Final = "synced"
UNKNOWN: Final = frozenset({"unknown", "conflict"})
_MOST_TOGETHER: Final = 4

Side = tuple[LineKey, str]


@frozen(kw_only=True)
class Doubt:
    """A write that the product says nobody can know of: what may have brought it about, and whether it may be one."""

    item: int
    operation: str
    safety: str
    faults: tuple[str, ...]
    allowed: bool


@define(kw_only=True)
class Verdict:
    """What was found, whatever is wrong also in words. `lost` and `doubled` count lines, the others items.

    `false_done`: the product says that it arrived, and the books say otherwise. `seen`: it says that the books are
    wrong. `refused`: it failed, and no retry helps. `unfinished`: still under way when everything was calm for long.

    `asked` counts requests at sources, `found` how they were heard of. `untold` counts requests and lines of which
    their source was not told what became of them, `told_falsely` those of which it was told something else,
    `marked_again` what it was told more than once to be in the ERP.
    """

    exports: int = 0
    lines: int = 0
    lost: int = 0
    doubled: int = 0
    false_done: int = 0
    seen: int = 0
    unfinished: int = 0
    refused: int = 0
    doubts: list[Doubt] = Factory(list)
    defects: int = 0
    ended: list[str] = Factory(list)
    wrong: list[str] = Factory(list)
    asked: int = 0
    found: Counter[str] = Factory(Counter)
    untold: int = 0
    told_falsely: int = 0
    marked_again: int = 0

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing doubled, nothing claimed that is not so, no doubt that the table does not allow."""
        counted = self.lost + self.doubled + self.false_done + self.seen + self.unfinished + self.refused
        counted += self.untold + self.told_falsely + self.marked_again
        return not counted and not self.defects and not self.ended and all(doubt.allowed for doubt in self.doubts)


def judge(walks: Iterable[Walk], faults: Any) -> Verdict:
    """Count every project's books; `faults(place)` are those that its ERP's requests and workers met."""
    verdict = Verdict()
    for walk in walks:
        _count(verdict, walk)
        _weigh(verdict, walk, faults(walk.place))
    return verdict


def count_defects(verdict: Verdict, home: Path) -> None:
    """What the product itself calls a defect of its own, in its log."""
    log = home / "logs" / "errors.log"
    found = log.read_text(encoding="utf-8").split("\n--- ") if log.exists() else []
    verdict.defects = len(found)
    verdict.wrong += sorted({each.strip().splitlines()[-1].strip() for each in found})


# -- the books ---------------------------------------------------------------------------------------------------------


def meant(rounds: Iterable[Round], codes: Codes) -> dict[Side, list[Decimal]]:
    """Every line that rounds carry, by the ERP's key and side."""
    lines: dict[Side, list[Decimal]] = {}
    for each in rounds:
        for line in each.lines:
            lines.setdefault((bare(codes.theirs(line.key)), "original"), []).append(line.amount)
        for change in each.changes:
            for key, amount in change.moves:
                lines.setdefault((bare(codes.theirs(key)), "changes"), []).append(amount)
    return lines


def held(walk: Walk) -> dict[Side, Decimal]:
    """What the ERP's own books hold for a project's job."""
    found: dict[Side, Decimal] = {}
    for entry in walk.place.simulator.ledger(walk.place.folder, walk.project.codes.job):
        found[bare(entry.key), "original"] = entry.original
        found[bare(entry.key), "changes"] = entry.changes
    return {side: amount for side, amount in found.items() if amount}


def _count(verdict: Verdict, walk: Walk) -> None:
    """Lines of what has arrived are there once; those of what is open are there once, or not at all."""
    codes, books = walk.project.codes, held(walk)
    sent = [each for each in walk.rounds if each.accepted and not each.rejected]
    arrived = [each for each in sent if each.state == ARRIVED]
    sure = meant(arrived, codes)
    maybe = meant([each for each in sent if each.state != ARRIVED], codes)
    verdict.exports += len(sent)
    verdict.lines += sum(len(lines) for lines in (*sure.values(), *maybe.values()))
    wrong: set[Side] = set()
    for side in sorted({*sure, *maybe, *books}):
        lost, doubled = compare(sure.get(side, []), maybe.get(side, []), books.get(side, Decimal(0)))
        if lost or doubled:
            wrong.add(side)
            told = f"{sum(sure.get(side, []))} arrived, {sum(maybe.get(side, []))} more accepted"
            verdict.wrong.append(f"{named(walk)} {side[0]} {side[1]}: {told}, {books.get(side, 0)} held")
        verdict.lost += lost
        verdict.doubled += doubled
    verdict.false_done += sum(not wrong.isdisjoint(meant([each], codes).keys() - maybe.keys()) for each in arrived)
    _see_what_is_open(verdict, walk)


def _see_what_is_open(verdict: Verdict, walk: Walk) -> None:
    """The first round that is not at its end: those behind it wait for it."""
    first = next((each for each in walk.rounds if not each.is_over), None)
    if first is None or first.state in UNKNOWN:
        return
    verdict.refused += first.state == "failed"
    verdict.seen += first.state == "mismatch"
    verdict.unfinished += first.state not in {"failed", "mismatch"}
    verdict.wrong.append(f"{named(walk)} item {first.item} is {first.state or 'not sent'}: {walk.trouble}")


def compare(sure: Sequence[Decimal], maybe: Sequence[Decimal], amount: Decimal) -> tuple[int, int]:
    """(lost, doubled) lines of one key and side, where lines of `maybe` may be there once or not at all."""
    expected = sum(sure, Decimal(0))
    possible = {Decimal(0), *_sums(maybe)}
    if amount - expected in possible:
        return 0, 0
    missing, more = _fewest(sure, expected - amount, possible), _fewest([*sure, *maybe], amount - expected, possible)
    if missing and (not more or missing <= more):
        return missing, 0
    return 0, more or 1


def _fewest(lines: Sequence[Decimal], difference: Decimal, possible: set[Decimal]) -> int:
    """How few lines make up a difference, give or take what may be there; 0 where none do."""
    for count in range(1, min(len(lines), _MOST_TOGETHER) + 1):
        for some in combinations(lines, count):
            if any(sum(some, Decimal(0)) in {difference - each, difference + each} for each in possible):
                return count
    return 0


def _sums(lines: Sequence[Decimal]) -> set[Decimal]:
    sums = {Decimal(0)}
    for line in lines:
        sums |= {each + line for each in sums}
    return sums


# -- what nobody can know ----------------------------------------------------------------------------------------------


def _weigh(verdict: Verdict, walk: Walk, faults: Sequence[Fault]) -> None:
    for each in walk.rounds:
        if each.item is None or each.state not in {*UNKNOWN, "mismatch"}:
            continue
        effects = walk.approver.get(f"/items/{each.item}/export")["effects"]
        doubted = [effect for effect in effects if effect["state"] in {*UNKNOWN, "duplicated"}]
        if each.state in UNKNOWN and not doubted:  # nobody doubts any of it, and yet it is not at its end
            verdict.unfinished += 1
            verdict.wrong.append(f"{named(walk)} item {each.item} is {each.state}: {walk.trouble}")
        for effect in doubted:
            verdict.doubts.append(weighed(walk.place.profile, each.item, effect["operation"], faults))
            verdict.wrong.append(f"{named(walk)} {effect['operation']} {effect['reference']}: {effect['evidence']}")


def weighed(profile: ErpProfile | SourceProfile, item: int, operation: str, faults: Sequence[Fault]) -> Doubt:
    """Whether the outcome table allows a doubt at this kind of write after any of the faults."""
    safety = next(each.safety for each in profile.operations if operation in {each.name, each.title})
    may = [fault for fault in faults if End.UNKNOWN in allowed(safety, fault)]
    told = tuple(sorted({fault.value for fault in may}))
    return Doubt(item=item, operation=operation, safety=safety.value, faults=told, allowed=bool(may))


def tally(walks: Iterable[Walk]) -> Counter[str]:
    """How many items stand in which state."""
    return Counter(each.state or "not sent" for walk in walks for each in walk.rounds)


def named(walk: Walk) -> str:
    """A project, as it is told."""
    return f"{walk.place.name} {walk.project.contract.number}"


__all__ = [
    "Doubt",
    "Outage",
    "Verdict",
    "compare",
    "count_defects",
    "held",
    "judge",
    "meant",
    "named",
    "tally",
    "weighed",
]
