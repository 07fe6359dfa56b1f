"""Hints: what the source delivers is understood, what others deliver is refused, and none of it is believed."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

from attrs import evolve

from erp_bridge_core.conformance.cases.asking import answered
from erp_bridge_core.conformance.rulebook import rule
from erp_bridge_core.conformance.source_cases.asking import claiming, told
from erp_bridge_core.conformance.source_cases.finishing import finish
from erp_bridge_core.conformance.source_world.bench import Snapshot, SourceBench
from erp_bridge_core.conformance.source_world.receiver import Receiver, receiving
from erp_bridge_core.conformance.source_world.site import SourceSite
from erp_bridge_core.conformance.source_world.workload import OTHER_JOB
from erp_bridge_core.conformance.verdicts import tell
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.errors import BadInput, NotAllowed
from erp_bridge_core.contract.source import Delivery, Hint, OutcomeStage, SourceCapability
from erp_bridge_core.contract.source_simulator import SourceMischief

_HINTS = claiming(SourceCapability.HINTS, SourceCapability.REQUESTS)
_ECHOES = claiming(SourceCapability.HINTS, SourceCapability.REQUESTS, SourceCapability.OUTCOMES)
#: Bodies that hold no event.
_UNREADABLE = (b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe\x00", b'{"id": {}}')


@contextmanager
def _told_to(bench: SourceBench, snapshot: Snapshot) -> Iterator[tuple[SourceSite, Receiver]]:
    """A site whose source tells a receiver of ours."""
    with bench.site(snapshot) as site, receiving() as receiver:
        if not site.secret:
            tell(["the simulator serves no secret named `receiver`, by which deliveries could be known"])
        site.simulator.tell(site.books_home, receiver.url, site.secret)
        yield site, receiver


@rule("HNT-01", "A delivery of the source's own is understood: it says where to look", applies=_HINTS)
def test_genuine(bench: SourceBench) -> None:
    """A request is made: some delivery hints at it or at its project, and is no echo.

    Likely causes: a field of another version of the payload; the project's number in place of its id.
    """
    with _told_to(bench, bench.budgeted()) as (site, receiver):
        request = site.ask()
        delivered = receiver.wait()
        hints = [hint for each in delivered if (hint := site.hint(each)) is not None]
        project = site.project()
    if not delivered:
        tell(["nothing came to our receiver when a request was made"])
    elif not any(hint.request == request or (not hint.request and hint.project == project) for hint in hints):
        tell([f"request {request} of project {project} was made, and the hints are {hints}"])
    elif all(hint.echo for hint in hints):
        tell(["what a person did is taken for our own doing"])


def _ask_elsewhere(site: SourceSite) -> None:
    """A request of the other project: of one there may be one at a time."""
    site.enter({LineKey("", "20-001", "L"): Decimal("71.00")}, job=OTHER_JOB)
    site.ask(job=OTHER_JOB)


def _first(receiver: Receiver) -> Delivery:
    """The first delivery; fails the rule where none comes."""
    delivered = receiver.wait()
    if not delivered:
        tell(["nothing came to our receiver when a request was made"])
    return delivered[0]


@rule("HNT-02", "A forged delivery is refused", applies=_HINTS)
def test_forged(bench: SourceBench) -> None:
    """A stranger's event, and the source's own under another secret or under none, raise `NotAllowed`.

    Likely causes: the secret is not compared, or a missing one counts as equal.
    """
    with _told_to(bench, bench.budgeted()) as (site, receiver):
        site.ask()
        genuine = _first(receiver)
        forged = [evolve(genuine, headers={"content-type": "application/json"})]
        if bench.can(SourceMischief.FORGES_HINT):
            receiver.clear()
            site.mischief(SourceMischief.FORGES_HINT)
            forged += receiver.wait()
        site.simulator.tell(site.books_home, receiver.url, f"not-{site.secret}")
        receiver.clear()
        _ask_elsewhere(site)
        forged += receiver.settle()[-1:]
        wrong = []
        for each in forged:
            _, error = answered(partial(site.hint, each))
            if not isinstance(error, NotAllowed):
                wrong.append(f"a forged delivery {'raised ' + told(error) if error else 'was taken'}")
    tell(wrong)


@rule("HNT-03", "A delivery that can't be read is refused by name", applies=_HINTS)
def test_unreadable(bench: SourceBench) -> None:
    """Bodies that are cut, no JSON, or of another shape raise `BadInput` (or `NotAllowed`, where the body is signed).

    Likely causes: a field that is taken for granted, so that the receiver fails instead of answering.
    """
    with _told_to(bench, bench.budgeted()) as (site, receiver):
        site.ask()
        genuine = _first(receiver)
        wrong = []
        for body in _UNREADABLE:
            found, error = answered(partial(site.hint, evolve(genuine, body=body)))
            if not isinstance(error, BadInput | NotAllowed):
                wrong.append(f"the body {body!r} {'raised ' + told(error) if error else f'is taken for {found}'}")
    tell(wrong)


@rule("HNT-04", "What we did ourselves is told as an echo", applies=_ECHOES)
def test_echo(bench: SourceBench) -> None:
    """An outcome is told; whatever the source delivers of that is an echo, or is nothing for us.

    Likely causes: the field that names who did it is not compared with who we are.
    """
    snapshot = bench.asked()
    with _told_to(bench, snapshot) as (site, receiver):
        receiver.clear()
        stopped = finish(site, site.outcome(site.request(snapshot.request), OutcomeStage.REJECTED, messages=("No.",)))
        hints = [hint for each in receiver.settle() if (hint := site.hint(each)) is not None]
    tell([stopped] * bool(stopped))
    tell([f"what we did ourselves comes back as {hint}" for hint in hints if not hint.echo])


@rule("HNT-05", "A hint is read without asking anybody", applies=_HINTS)
def test_no_io(bench: SourceBench) -> None:
    """The source waits for our answer meanwhile: no request, however often.

    Likely causes: the record is looked up before it is told; a sign-in at the making of a client.
    """
    with _told_to(bench, bench.budgeted()) as (site, receiver):
        site.ask()
        before = bench.requests
        for each in receiver.wait():
            site.hint(each)
        made = bench.requests - before
    tell([f"{made} requests were made for a hint"] * bool(made))


@rule("HNT-06", "One event has one id, however often it is delivered, and two have two", applies=_HINTS)
def test_ids(bench: SourceBench) -> None:
    """A delivery that is read twice, and one that comes twice, has the same id; two requests have two.

    Likely causes: an id that is drawn or counted at each read; the request's id in place of the event's.
    """
    with _told_to(bench, bench.budgeted()) as (site, receiver):
        site.ask()
        first = [hint for each in receiver.settle() if (hint := site.hint(each)) is not None]
        again = [hint for each in receiver.settle() if (hint := site.hint(each)) is not None]
        wrong = [f"the ids are {_ids(first)}, read again {_ids(again)}"] * (_ids(first) != _ids(again))
        if bench.can(SourceMischief.DOUBLES_HINTS):
            receiver.clear()
            site.mischief(SourceMischief.DOUBLES_HINTS)
            _ask_elsewhere(site)
            twice = [hint for each in receiver.settle() if (hint := site.hint(each)) is not None]
            wrong += [f"one event that came {len(twice)} times has the ids {_ids(twice)}"] * (
                len(twice) > 1 and len(_ids(twice)) > len(twice) // 2
            )
            wrong += ["two events have one id"] * bool(_ids(twice) & _ids(first))
    tell(wrong)


def _ids(hints: list[Hint]) -> set[str]:
    return {hint.id for hint in hints}
