"""The source that other tests stand on does what a source must, and its own books would tell a double."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import Factory, define
from controlled_clock import ControlledClock
from memory_office import MemoryOffice, signed
from memory_source import CODE, MemorySource, source_adapter, source_of

from erp_bridge_core.contract import (
    Before,
    Effect,
    Found,
    Hint,
    LineKey,
    Operation,
    OutcomeStage,
    PlannedEffect,
    Source,
    SourceOutcome,
    Stream,
    TransactionOutcome,
)
from erp_bridge_core.contract.errors import Changed, LedgerConflict, NotAllowed, NotFound, NotPossibleNow, ReadFailed

LABOR = LineKey("", "01-100", "L")
JOB = "24-001"


class _Attempt:
    """A try that may go out."""

    number = 1
    seconds_left = 60.0

    def check(self) -> None:
        """Nothing speaks against it."""


@define
class DirectEffects:
    """Effects that are sent at once, each looked for first and afterwards."""

    seen: list[str] = Factory(list)
    _planned: list[PlannedEffect] = Factory(list)

    def plan(self, group: str, build: Callable[[int], Iterable[PlannedEffect]]) -> None:
        self._planned += build(0)

    def lines_to_send(self) -> Stream[int]:
        return Stream(tuple)

    def reserve(self, name: str, build: Callable[[], str]) -> str:
        return build()

    def run(self, operations: Mapping[str, Operation]) -> None:
        for number, planned in enumerate(self._planned):
            effect = Effect(
                key=str(number), reference=str(number), operation=planned.operation, group="", generation=0,
                ordinal=number, payload_hash=planned.payload_hash, request=planned.request, lines=Stream(tuple),
            )  # fmt: skip
            operation = operations[effect.operation]
            assert [Before] == [type(sighting) for sighting in operation.find([effect])]
            operation.send(effect, _Attempt())
            assert [Found] == [type(sighting) for sighting in operation.find([effect])]
            self.seen.append(effect.operation)
        self._planned.clear()


@pytest.fixture
def plugin() -> MemorySource:
    """An office with one project of one line."""
    made = MemorySource()
    made.office.add_project(JOB, sub_jobs=("A",))
    made.office.set_line(JOB, LABOR, "100.00")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Source[Any]:
    """A connection to it."""
    return source_of(ControlledClock(), tmp_path)


def outcome_of(plugin: MemorySource, request: str, number: int, stage: OutcomeStage) -> SourceOutcome:
    """An outcome that says that all of the request's transactions arrived."""
    with plugin.office.whole() as state:
        found = state.requests[request]
        project = state.project(found.job).facts.id
    told = [TransactionOutcome(id=each, arrived=True, reference=f"TEST-t-{each}") for each in found.transactions]
    return SourceOutcome(
        request=request,
        project=project,
        number=number,
        stage=stage,
        reference="TEST-b-1",
        transactions=Stream(lambda: told),
    )


def test_what_was_asked_for_is_told_until_it_arrived(plugin: MemorySource, source: Source[Any]) -> None:
    """A transaction keeps its id over requests; one that was marked is never asked for again."""
    office, adapter = plugin.office, source_adapter(plugin)
    first = office.send(JOB)
    with pytest.raises(NotPossibleNow, match="open"):
        office.send(JOB)
    office.close_request(first)
    office.set_line(JOB, LABOR, "130.00")
    office.approve_change(JOB, "1", {LABOR: "5.00"})
    second = office.send(JOB)
    asked = {request.id: list(request.transactions) for request in adapter.read_requests(source)}
    assert [Decimal(100), Decimal(30), Decimal(5)] == [each.amount for each in asked[second]]
    assert asked[first] == asked[second][:1]

    effects = DirectEffects()
    adapter.report_outcome(outcome_of(plugin, second, 1, OutcomeStage.EXPORTED), source, effects)
    adapter.report_outcome(outcome_of(plugin, second, 2, OutcomeStage.VERIFIED), source, effects)

    books = office.books(JOB)
    assert ["mark", "answer", "answer"] == effects.seen
    assert ({LABOR: Decimal(130)}, {LABOR: Decimal(5)}) == (books.synced_original, books.synced_changes)
    assert {1} == set(books.marks.values())
    assert ["exported", "verified"] == office.told(second)
    with pytest.raises(NotPossibleNow, match="Nothing is new"):
        office.send(JOB)


def test_a_request_that_was_closed_elsewhere_is_a_conflict(plugin: MemorySource, source: Source[Any]) -> None:
    """Nothing is written."""
    request = plugin.office.send(JOB)
    plugin.office.close_request(request)
    with pytest.raises(LedgerConflict, match="closed at the office"):
        source_adapter(plugin).report_outcome(
            outcome_of(plugin, request, 1, OutcomeStage.VERIFIED), source, DirectEffects()
        )
    assert ({}, []) == (plugin.office.books(JOB).marks, plugin.office.told(request))


def test_budgets_are_read_and_locked(plugin: MemorySource, source: Source[Any]) -> None:
    """Each whole look has a revision; a look that fails says so."""
    adapter, (project,) = source_adapter(plugin), source_adapter(plugin).list_projects(source)
    before = adapter.read_budget(project.id, source)
    adapter.lock_budget(project.id, True, source, DirectEffects())
    plugin.office.set_line(JOB, LABOR, "1.00")
    after = adapter.read_budget(project.id, source)

    assert (False, True) == (before.locked, after.locked)
    assert before.revision != after.revision
    assert [Decimal(100)] == [line.amount for line in before.lines]
    with pytest.raises(NotFound):
        adapter.read_budget("P9", source)
    plugin.changing = True
    with pytest.raises(Changed):
        adapter.read_budget(project.id, source)
    plugin.read_failed = "The office is closed."
    with pytest.raises(ReadFailed):
        list(adapter.list_projects(source))


def test_deliveries_are_known_by_their_signature(plugin: MemorySource, source: Source[Any]) -> None:
    """Our own echoes are told as such, forged ones are refused."""
    adapter, request = source_adapter(plugin), plugin.office.send(JOB)
    (sent,) = plugin.office.take_deliveries()
    adapter.report_outcome(outcome_of(plugin, request, 1, OutcomeStage.WAITING), source, DirectEffects())
    echoes = [adapter.hint(each, source) for each in plugin.office.take_deliveries()]

    found = adapter.hint(sent, source)
    assert isinstance(found, Hint)
    assert (request, False) == (found.request, found.echo)
    assert {True} == {echo.echo for echo in echoes if echo}
    with pytest.raises(NotAllowed):
        adapter.hint(signed(sent.body, "a stranger's secret"), source)


def test_a_person_authorizes_with_the_one_code(plugin: MemorySource, source: Source[Any]) -> None:
    """What the connection signs in with lies in its private folder."""
    authorization = source_adapter(plugin).authorization(source)
    authorization.redeem(CODE, redirect_to="http://127.0.0.1/back")
    assert ["token"] == [file.name for file in source.private.iterdir()]
    assert "state=s" in authorization.address(redirect_to="http://127.0.0.1/back", state="s")


def test_an_office_may_be_kept_in_a_file(tmp_path: Path) -> None:
    """What one process did, another sees."""
    one, other = (MemoryOffice(kept_in=tmp_path / "office") for _ in range(2))
    one.add_project(JOB)
    one.set_line(JOB, LABOR, "7.00")
    assert {LABOR: Decimal(7)} == other.books(JOB).original
