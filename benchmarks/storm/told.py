"""What every source's own books hold of its requests, against what became of them: told all, once, and nothing else."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from erp_bridge_core.conformance.world.outcomes import Fault
from erp_bridge_core.contract.source_simulator import RequestState, SourceBooks
from erp_bridge_core.demo.books import bare
from storm.asking import AskedWalk
from storm.budgets import Round
from storm.judge import ARRIVED, Side, Verdict, compare, meant, named, weighed
from storm.places import Source

#: The stage that is told last of an item in each of the ends that are meant for it.
_STAGES: Final = {ARRIVED: "verified", "rejected": "rejected"}


def judge_told(verdict: Verdict, walks: Iterable[AskedWalk], faults: Callable[[Source], Sequence[Fault]]) -> None:
    """Count every source's books; `faults(source)` are those that its requests met."""
    for walk in walks:
        books = walk.source.simulator.books(walk.source.folder, walk.project.codes.job)
        _count(verdict, walk, books)
        states = {each.id: each for each in books.requests}
        for each in walk.rounds:
            if each.request:
                _see(verdict, walk, each, states[each.request], faults(walk.source))


def _count(verdict: Verdict, walk: AskedWalk, books: SourceBooks) -> None:
    """What arrived is marked, once; and nothing else is."""
    sent = [each for each in walk.rounds if each.accepted and not each.rejected]
    arrived = meant([each for each in sent if each.state == ARRIVED], walk.project.codes)
    maybe = meant([each for each in sent if each.state != ARRIVED], walk.project.codes)
    for side, missing, more in differing(arrived, maybe, books):
        verdict.untold += missing
        verdict.told_falsely += more
        expected = sum(arrived.get(side, []), Decimal(0))
        verdict.wrong.append(f"{_name(walk)} {side[0]} {side[1]}: {expected} arrived, {missing} not told, {more} more")
    again = {number: count for number, count in books.marks.items() if count > 1}
    verdict.marked_again += len(again)
    verdict.wrong += [f"{_name(walk)} transaction {number} was marked {count} times" for number, count in again.items()]


def differing(
    arrived: Mapping[Side, Sequence[Decimal]], maybe: Mapping[Side, Sequence[Decimal]], books: SourceBooks
) -> Iterator[tuple[Side, int, int]]:
    """Keys and sides of which the source was told something else: lines that it was not told of, and that are too much.

    `arrived` has the lines that are in the ERP, `maybe` those that may be, once or not at all.
    """
    told: dict[Side, Decimal] = {}
    for side, amounts in (("original", books.synced_original), ("changes", books.synced_changes)):
        for key, amount in amounts.items():
            told[bare(key), side] = told.get((bare(key), side), Decimal(0)) + amount
    for each in sorted({*arrived, *maybe, *told}):
        missing, more = compare(arrived.get(each, []), maybe.get(each, []), told.get(each, Decimal(0)))
        if missing or more:
            yield each, missing, more


def _see(verdict: Verdict, walk: AskedWalk, asked: Round, read: RequestState, faults: Sequence[Fault]) -> None:
    """A request is closed at its source, and what its people read there is what became of its item."""
    last = walk.said(asked)
    verdict.asked += 1
    verdict.found[asked.found_by or "nobody"] += 1
    if read.open:
        verdict.untold += 1
        verdict.wrong.append(f"{_name(walk)} request {asked.request} is still open at the source: {walk.trouble}")
    elif not is_true(asked.state, last, read):
        verdict.told_falsely += 1
        what = f"{last['stage']}: {'; '.join(last['messages'])}"
        verdict.wrong.append(
            f"{_name(walk)} request {asked.request}: item {asked.item} is {asked.state}, we told {what}; there stands "
            f"{read.status}: {'; '.join(read.messages)}"
        )
    if last["state"] == "unknown":
        profile = walk.source.profile
        doubts = [weighed(profile, asked.item or 0, each.name, faults) for each in profile.operations]
        verdict.doubts.append(next((doubt for doubt in doubts if doubt.allowed), doubts[0]))
        verdict.wrong.append(f"{_name(walk)} request {asked.request}: {last['problem']}")


def is_true(state: str, last: Mapping[str, Any], read: RequestState) -> bool:
    """Whether what was told last is of an item in this state, and stands at the source, every sentence of it."""
    said = last["messages"]
    stands = all(any(sentence in message for message in read.messages) for sentence in said)
    return bool(said) and stands and _STAGES.get(state) == last["stage"]


def _name(walk: AskedWalk) -> str:
    return f"{walk.source.name} {named(walk)}"
