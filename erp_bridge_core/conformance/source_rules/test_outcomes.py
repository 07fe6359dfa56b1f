"""Outcomes: the source is told how things stand, exactly that, and as often as it likes to be told."""

from functools import partial

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import claiming, need, told
from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_cases.sweep import Sweep, believed, of_outcome, the_request
from erp_bridge_core.conformance.source_world.bench import Mark, SourceBench
from erp_bridge_core.conformance.source_world.site import summed
from erp_bridge_core.conformance.source_world.workload import difference
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.budget import Part
from erp_bridge_core.contract.errors import LedgerConflict
from erp_bridge_core.contract.source import OutcomeStage, SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief

_TELLS = claiming(SourceCapability.REQUESTS, SourceCapability.OUTCOMES)
_SENTENCES = {stage: f"Suite says {stage.value}, see item 4711." for stage in OutcomeStage}
#: Stages that one request may pass on its way to a good end.
_WAY = (
    OutcomeStage.RECEIVED,
    OutcomeStage.WAITING,
    OutcomeStage.ACCEPTED,
    OutcomeStage.EXPORTED,
    OutcomeStage.VERIFIED,
)


@rule("OUT-01", "Each stage is told, and its message can be read at the source", applies=_TELLS)
def test_stages(bench: SourceBench) -> None:
    """One by one on a request of its own, and one after the other: the books show the message, and the end as an end.

    A stage that ends the request closes it; success looks other than failure.

    Likely causes: a stage that is left out of the table; the reason of a reject that is dropped; a message that is cut.
    """
    request, wrong, statuses = the_request(bench), list[str](), dict[OutcomeStage, str]()
    for stage in OutcomeStage:
        bench.count("OUT-01")
        with bench.site(bench.asked()) as site:
            stopped = finish(site, site.outcome(request, stage, messages=(_SENTENCES[stage],)))
            state = site.state(request.id)
        statuses[stage] = state.status
        if stopped:
            wrong.append(f"{stage.value}: {stopped}")
        elif not any(_SENTENCES[stage] in message for message in state.messages):
            wrong.append(f"{stage.value}: {_SENTENCES[stage]!r} was told, and {state.messages} can be read there")
        elif stage.is_final and state.open:
            wrong.append(f"{stage.value} is an end, and the request is open")
    good = statuses[OutcomeStage.VERIFIED]
    wrong += [f"{stage.value} looks like success ({good})" for stage in _BAD if statuses[stage] == good]
    with bench.site(bench.asked()) as site:
        for number, stage in enumerate(_WAY, start=1):
            stopped = finish(site, site.outcome(request, stage, number=number, messages=(_SENTENCES[stage],)))
            wrong += [f"{stage.value} after others: {stopped}"] * bool(stopped)
        state = site.state(request.id)
    wrong += [f"after the whole way it is {state.status}, not {good}"] * (state.status != good)
    tell(wrong)


_BAD = (OutcomeStage.REJECTED, OutcomeStage.FAILED, OutcomeStage.MISMATCH, OutcomeStage.UNKNOWN, OutcomeStage.WAITING)


@rule("OUT-02", "What arrived is marked, and nothing else", applies=_TELLS)
def test_marks(bench: SourceBench) -> None:
    """Of a part that failed: the transactions that arrived are marked, those that did not or are unknown are not.

    Likely causes: all are marked when the request is answered; what nobody can tell counts as arrived.
    """
    request = the_request(bench)
    first, second, third = sorted(request.transactions, key=lambda each: each.id)[:3]
    arrived: dict[str, bool | None] = {first.id: True, second.id: False, third.id: None}
    with bench.site(bench.asked()) as site:
        outcome = site.outcome(request, OutcomeStage.FAILED, messages=("A part failed.",), arrived=arrived)
        stopped = finish(site, outcome)
        books = site.books()
    wrong = [stopped] * bool(stopped)
    marked = sorted(name for name, count in books.marks.items() if count)
    if marked != [first.id]:
        wrong.append(f"{first.id} arrived, {second.id} did not, {third.id} is unknown; marked are {', '.join(marked)}")
    for part, synced in ((Part.ORIGINAL, books.synced_original), (Part.CHANGE, books.synced_changes)):
        expected = summed([(first.key, first.amount)] if first.part is part else [])
        if difference(expected, synced):
            wrong.append(f"{part.value} that counts as synced: {difference(expected, synced)}")
    tell(wrong)


@rule("OUT-03", "Said again, nothing changes", applies=_TELLS)
def test_again(bench: SourceBench) -> None:
    """The same outcome, from the same ledger and as a later number: the books stay, nothing is marked twice.

    Likely causes: a message that is added instead of set; marks that are made again.
    """
    request = the_request(bench)
    with bench.site(bench.asked()) as site:
        messages = ("All of it is in the ERP.",)
        wrong = list(filter(None, [finish(site, site.outcome(request, OutcomeStage.VERIFIED, messages=messages))]))
        before, writes = site.books(), list[Mark]()
        bench.announce = lambda mark: writes.extend([mark] * mark.is_write)
        wrong += filter(None, [finish(site, site.outcome(request, OutcomeStage.VERIFIED, messages=messages))])
        wrong += [f"told by the same ledger again, it makes {len(writes)} writes"] * bool(writes)
        bench.announce = None
        again = finish(site, site.outcome(request, OutcomeStage.VERIFIED, number=2, messages=messages))
        after = site.books()
    wrong += [again] * bool(again)
    if believed(after) != believed(before):
        wrong.append(f"the books differ after it was said again: {before.requests} became {after.requests}")
    more = sorted(name for name, count in after.marks.items() if count != before.marks.get(name))
    wrong += [f"marked once more: {', '.join(more[:5])}"] * bool(more)
    tell(wrong)


@rule("OUT-04", "A request that was closed elsewhere is a conflict, and nothing is written over", applies=_TELLS)
def test_closed_elsewhere(bench: SourceBench) -> None:
    """Somebody closed it at the source: `LedgerConflict` before any write, and what he wrote stays.

    Likely causes: the request is answered without being looked at; the conflict is found after the transactions were
    marked.
    """
    need(bench, SourceMischief.CLOSES_REQUEST)
    request, wrong = the_request(bench), list[str]()
    for stage in (OutcomeStage.WAITING, OutcomeStage.VERIFIED, OutcomeStage.REJECTED):
        with bench.site(bench.asked()) as site:
            site.mischief(SourceMischief.CLOSES_REQUEST)
            before, writes = site.books(), list[Mark]()
            bench.announce = lambda mark, writes=writes: writes.extend([mark] * mark.is_write)
            outcome = site.outcome(request, stage, messages=("Suite.",))
            _, error = answered(partial(site.report, outcome))
            after = site.books()
        if not isinstance(error, LedgerConflict):
            wrong.append(f"{stage.value}: {'raised ' + told(error) if error else 'it was told as if it were open'}")
        elif not error.remedy:
            wrong.append(f"{stage.value}: the conflict does not say what to do: {error.message}")
        if before != after:
            wrong.append(f"{stage.value}: the books differ: {before.requests} became {after.requests}")
        wrong += [f"{stage.value}: {len(writes)} writes were made"] * bool(writes)
    tell(wrong)


@rule(
    "OUT-05",
    "What is refused within a success is told as refused, and comes through when it is told again",
    applies=_TELLS,
)
def test_refused_in_part(bench: SourceBench) -> None:
    """The first item of a write is refused in an answer of 200: it is not called done, and a retry brings it there.

    Likely causes: the status of the answer alone is looked at; a retry that sends all but what was refused.
    """
    need(bench, SourceMischief.REFUSES_SOME)
    request = the_request(bench)
    with bench.site(bench.asked()) as site:
        outcome = site.outcome(request, OutcomeStage.VERIFIED, messages=("All of it is in the ERP.",))
        site.mischief(SourceMischief.REFUSES_SOME)
        _, error = answered(lambda: site.report(outcome))
        missing = [id_ for id_ in request.ids if not site.books().marks.get(id_)]
        wrong = [f"it is called done, and {', '.join(missing)} is not marked"] * bool(missing and error is None)
        site.clock.advance(600.0)
        stopped = finish(site, outcome)
        missing = [id_ for id_ in request.ids if not site.books().marks.get(id_)]
    wrong += [f"told again, {stopped}"] * bool(stopped)
    wrong += [f"told again, {', '.join(missing)} is still not marked"] * bool(missing and not stopped)
    tell(wrong)


@rule("OUT-06", "Whatever happens to a request on its way, the books end as without it", applies=_TELLS)
def test_wire(bench: SourceBench) -> None:
    """The fault schedule: each write of an outcome fails once in each way of the wire; the product looks, and goes on.

    Likely causes: `find` answers from what was sent; an error of `source.http` is caught; a write of a class that the
    source does not keep, so that it is done twice or lost.
    """
    sweep = Sweep(bench, "OUT-06", of_outcome)
    sweep.by_wire()
    tell(sweep.wrong)


@rule("OUT-07", "A process that is killed at any point is gone on from, to the same end", applies=_TELLS)
def test_kill(bench: SourceBench) -> None:
    """A real `kill -9` before each write goes out, while the source has it, and after its answer; then another goes on.

    Likely causes: progress that is kept in `source.state` or `private` before it is true; a plan that depends on what
    was sent already.
    """
    sweep = Sweep(bench, "OUT-07", of_outcome)
    sweep.by_kill()
    tell(sweep.wrong)
