"""Requests: every one that people made is told, whole, by the same ids, until it was answered."""

from decimal import Decimal

from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import claiming, need
from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_world.bench import SourceBench
from erp_bridge_core.conformance.source_world.site import summed
from erp_bridge_core.conformance.source_world.workload import JOB, OTHER_JOB, difference
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.budget import LineKey, Part
from erp_bridge_core.contract.source import OutcomeStage, RequestKind, SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief

_ASKS = claiming(SourceCapability.REQUESTS)
_ANSWERS = claiming(SourceCapability.REQUESTS, SourceCapability.OUTCOMES)


@rule("REQ-01", "Every open request is told, with its project, its job and its kind", applies=_ASKS)
def test_all(bench: SourceBench) -> None:
    """One of each of two projects: both are told, open, each of its own project and job.

    Likely causes: the first page or the newest alone; a request of another project's that is taken for this one's.
    """
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        site.enter({_first_key(OTHER_JOB): Decimal("71.00")}, job=OTHER_JOB)
        asked = {JOB: snapshot.request, OTHER_JOB: site.ask(job=OTHER_JOB)}
        found = {each.id: each for each in site.asked()}
        wrong = []
        for job, request in asked.items():
            each = found.get(request)
            if each is None or not each.is_open:
                wrong.append(f"request {request} of {job} is open, and {'told as closed' if each else 'not told'}")
            elif (each.project, each.job, each.kind) != (site.project(job), job, RequestKind.CREATE):
                wrong.append(f"request {request} of {job} is told as {each.kind.value} of {each.project}, {each.job!r}")
            elif each.failed:
                wrong.append(f"the transactions of request {request} could not be told: {each.failed}")
    tell(wrong)


def _first_key(job: str) -> LineKey:
    del job
    return LineKey("", "20-001", "L")


@rule("REQ-02", "A request holds all that is new, each part by itself, exactly", applies=_ASKS)
def test_transactions(bench: SourceBench) -> None:
    """The transactions of a first request add up to the budget and to its changes, key by key; each id is there once.

    Likely causes: some of the transactions alone; a change that is counted as original budget; a sign.
    """
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        request, read = site.request(snapshot.request), site.read()
    moves = {
        part: summed((each.key, each.amount) for each in request.transactions if each.part is part) for part in Part
    }
    changes = {change.id for change in read.changes}
    wrong = [f"original budget: {difference(read.amounts, moves[Part.ORIGINAL])}"] * (
        moves[Part.ORIGINAL] != read.amounts
    )
    wrong += [f"changes: {difference(read.changed, moves[Part.CHANGE])}"] * (moves[Part.CHANGE] != read.changed)
    wrong += [f"transaction {id_} is told twice" for id_ in sorted({*request.ids}) if request.ids.count(id_) > 1]
    for each in request.transactions:
        if (each.change in changes) is not (each.part is Part.CHANGE):
            wrong.append(f"transaction {each.id} ({each.part.value}) names the change {each.change!r}")
    tell(wrong)


@rule("REQ-03", "What is asked for again has the same ids", applies=_ASKS)
def test_ids(bench: SourceBench) -> None:
    """A request is closed there and asked for anew: its transactions are known by their ids, so nothing goes twice.

    Likely causes: an id that is the request's, or a place in its list.
    """
    need(bench, SourceMischief.CLOSES_REQUEST)
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        first = site.request(snapshot.request)
        site.mischief(SourceMischief.CLOSES_REQUEST)
        second = site.request(site.ask())
    told = (
        {each.key: each.id for each in request.transactions if each.part is Part.ORIGINAL}
        for request in (first, second)
    )
    before, after = told
    tell(
        f"what moves {key} was {before[key]} and is {after.get(key)}" for key in before if before[key] != after.get(key)
    )


@rule("REQ-04", "A request that was closed at the source is not told as open", applies=_ASKS)
def test_closed(bench: SourceBench) -> None:
    """It is told as closed, or not at all.

    Likely causes: the state is not looked at; a list that is kept from an earlier read.
    """
    need(bench, SourceMischief.CLOSES_REQUEST)
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        site.asked()
        site.mischief(SourceMischief.CLOSES_REQUEST)
        found = [each for each in site.asked() if each.id == snapshot.request and each.is_open]
    tell([f"request {snapshot.request} was closed, and is told as open"] * bool(found))


@rule("REQ-05", "Each look finds every open request, whatever was told before, and after a restart", applies=_ASKS)
def test_again(bench: SourceBench) -> None:
    """Asked three times, the last time after both sides came back from a crash: the same requests, with the same ids.

    Likely causes: a cursor that is kept between reads; a request that is taken off a queue by being read.
    """
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        first = {each.id: each.ids for each in site.asked()}
        second = {each.id: each.ids for each in site.asked()}
        clock = site.clock
        site.simulator.restart(site.books_home)
    with bench.opened(clock=clock) as site:
        third = {each.id: each.ids for each in site.asked()}
    wrong = []
    for what, found in (("at the second look", second), ("after a restart", third)):
        wrong += [
            f"{what} request {id_} is {found.get(id_, 'not there')}" for id_ in first if found.get(id_) != first[id_]
        ]
    tell(wrong)


@rule("REQ-06", "What arrived is not asked for again; the next request brings what is new", applies=_ANSWERS)
def test_next(bench: SourceBench) -> None:
    """After all was told to have arrived, a line is added: the next request is an update with that line alone.

    Likely causes: marks are told and not looked at; every request is told as the first one.
    """
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        request = site.request(snapshot.request)
        stopped = finish(site, site.outcome(request, OutcomeStage.VERIFIED))
        spare = {site.workload.spare: Decimal("250.75")}
        site.enter(spare)
        after = site.request(site.ask())
    moved = summed((each.key, each.amount) for each in after.transactions)
    wrong = [stopped] * bool(stopped)
    wrong += [f"the next request is told as {after.kind.value}"] * (after.kind is not RequestKind.UPDATE)
    wrong += [f"the next request: {difference(spare, moved)}"] * (moved != spare)
    wrong += [f"transaction {id_} arrived and is asked for again" for id_ in set(after.ids) & set(request.ids)]
    tell(wrong)


@rule("REQ-07", "A project that is not linked with a job is told without one", applies=_ASKS)
def test_unlinked(bench: SourceBench) -> None:
    """The link was taken away: list and requests tell a blank job, so that nothing goes into a job that was guessed.

    Likely causes: the job is taken from the project's number, or kept from an earlier read.
    """
    need(bench, SourceMischief.UNLINKS_PROJECT)
    snapshot = bench.asked()
    with bench.site(snapshot) as site:
        site.asked()
        project = site.project()
        site.mischief(SourceMischief.UNLINKS_PROJECT)
        found = {"a request": [each.job for each in site.asked() if each.id == snapshot.request]}
        if bench.claims(SourceCapability.PROJECTS):
            found["the list of projects"] = [each.job for each in site.projects() if each.id == project]
    tell(f"{where} tells the job {job}" for where, jobs in found.items() for job in jobs if job)
