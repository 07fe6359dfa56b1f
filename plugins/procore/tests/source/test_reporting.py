"""Requests and what becomes of them: transactions, then origin id, marks and detail, each told once."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from simulator.stranger import Desk
from source.doubles import (
    CURB,
    JOB,
    LABOR,
    MATERIAL,
    SIMULATOR,
    LosesAnswers,
    MemoryEffects,
    Refuses,
    changed,
    report,
    told_of,
)

from erp_bridge_core.contract import Effect, Part
from erp_bridge_core.contract.errors import ErpRefused, LedgerConflict, NotFound, ReadFailed
from erp_bridge_core.contract.source import OutcomeStage, RequestKind, Source, SourceRequest
from erp_bridge_core.contract.source_simulator import SourceBooks, SourceMischief
from erp_bridge_procore import plugin
from erp_bridge_procore.connection import connect
from erp_bridge_procore.settings import ProcoreSettings

Connection = Source[ProcoreSettings]
RequestOf = Callable[..., SourceRequest]
ALL = ["tell_origin", "mark_synced", "tell_detail"]


def books(home: Path) -> SourceBooks:
    """What Procore believes of 24-001."""
    return SIMULATOR.books(home, JOB)


def test_a_request_tells_its_transactions_by_key(
    source: Connection, desk: Desk, set_lines: Callable[..., None], request_of: RequestOf
) -> None:
    """Originals by their codes, changes with the change that they come from."""
    set_lines(labor="100.10", curb="7")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    desk.do("modify", project=JOB, source="03-1000.L", target="A1.03-1000.L", amount="2")
    request = request_of()
    budget = plugin.read_budget(request.project, source)
    change, modification = (each.id for each in budget.changes)
    assert (RequestKind.CREATE, "24-001", True) == (request.kind, request.job, request.open)
    assert {
        (LABOR, Part.ORIGINAL, Decimal("100.10"), ""),
        (CURB, Part.ORIGINAL, Decimal(7), ""),
        (LABOR, Part.CHANGE, Decimal(5), change),
        (LABOR, Part.CHANGE, Decimal(-2), modification),
        (CURB, Part.CHANGE, Decimal(2), modification),
    } == {(each.key, each.part, each.amount, each.change) for each in request.transactions}


def test_a_request_goes_all_its_way(source: Connection, home: Path, request_of: RequestOf) -> None:
    """Each stage is told; what arrived is marked once; an update holds only what is new."""
    request = request_of(labor="100", material="7")
    assert ["tell_detail"] == report(source, told_of(request, OutcomeStage.WAITING, "Ask Abe.", number=1))
    (state,) = books(home).requests
    assert (True, "Ask Abe.", "Told by ERP Bridge T3ST42, report 1.") == (state.open, *state.messages)
    assert ALL == report(source, told_of(request, OutcomeStage.EXPORTED, number=2, arrived=True))
    assert ["tell_detail"] == report(source, told_of(request, OutcomeStage.VERIFIED, number=3, arrived=True))
    (state,) = books(home).requests
    assert ("success", False, {1}) == (state.status, state.open, set(books(home).marks.values()))
    assert {LABOR: Decimal(100), MATERIAL: Decimal(7)} == dict(books(home).synced_original)
    SIMULATOR.approve_change(home, JOB, "1", {LABOR: Decimal(-3), MATERIAL: Decimal(5)})
    update = request_of()
    assert (RequestKind.UPDATE, {LABOR: Decimal(-3), MATERIAL: Decimal(5)}) == (
        update.kind,
        {each.key: each.amount for each in update.transactions},
    )
    assert ["mark_synced", "tell_detail"] == report(source, told_of(update, OutcomeStage.VERIFIED, arrived=True))
    assert {LABOR: Decimal(-3), MATERIAL: Decimal(5)} == dict(books(home).synced_changes)
    first, second = plugin.read_requests(source)
    assert (False, False, update.id) == (first.open, second.open, second.id)
    assert list(update.transactions) == list(second.transactions)


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (OutcomeStage.RECEIVED, "in progress"),
        (OutcomeStage.UNKNOWN, "in progress"),
        (OutcomeStage.FAILED, "failed"),
        (OutcomeStage.MISMATCH, "failed"),
        (OutcomeStage.REJECTED, "failed"),
        (OutcomeStage.RETRIEVED, "failed"),
    ],
)
def test_each_stage_is_a_status_with_its_reasons(
    source: Connection, home: Path, request_of: RequestOf, stage: OutcomeStage, status: str
) -> None:
    """Nothing is marked where nothing arrived."""
    assert ["tell_detail"] == report(source, told_of(request_of(labor="100"), stage, "Line 3 has no phase."))
    (state,) = books(home).requests
    assert (status, True, {}) == (state.status, "Line 3 has no phase." in state.messages, dict(books(home).marks))


@pytest.mark.rule("L5", "L8")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ALL)
def test_a_process_that_dies_anywhere_tells_all_once(
    source: Connection, home: Path, request_of: RequestOf, operation: str, moment: str
) -> None:
    """The next one looks, and sends what is not there."""
    outcome = told_of(request_of(labor="100", material="7"), OutcomeStage.VERIFIED, arrived=True)

    def die(stage: str, effect: Effect) -> None:
        if (stage, effect.operation) == (moment, operation):
            raise KeyboardInterrupt

    effects = MemoryEffects(crash=die)
    with pytest.raises(KeyboardInterrupt):
        report(source, outcome, effects)
    SIMULATOR.restart(home)
    assert ALL == report(source, outcome, effects.again())
    (state,) = books(home).requests
    assert ("success", {1}) == (state.status, set(books(home).marks.values()))


@pytest.mark.rule("L5")
@pytest.mark.parametrize("seen", ["list", "answer"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_lost_answer_is_looked_for(
    source: Connection, home: Path, request_of: RequestOf, *, carried_out: bool, seen: str
) -> None:
    """Whether it was carried out or not, Procore ends up told."""
    outcome = told_of(request_of(labor="100"), OutcomeStage.VERIFIED, arrived=True)
    source.http.mount("http://", LosesAnswers(carried_out=carried_out))
    report(changed(source, see_transactions=seen), outcome)
    (state,) = books(home).requests
    assert ("success", {LABOR: Decimal(100)}) == (state.status, dict(books(home).synced_original))


def test_partial_refusals_are_told_one_by_one(source: Connection, desk: Desk, request_of: RequestOf) -> None:
    """A 200 that refused some is no success: the detail is not told, and a retry brings the rest."""
    outcome = told_of(request_of(labor="100", material="7"), OutcomeStage.VERIFIED, arrived=True)
    effects = MemoryEffects(
        crash=lambda stage, effect: (
            desk.switch("sync_refusals", "1") if (stage, effect.operation) == ("before", "mark_synced") else None
        )
    )
    with pytest.raises(ErpRefused, match="item 1: Record is being edited by another user"):
        report(source, outcome, effects)
    assert (1, True) == (len(books(desk.home).marks), books(desk.home).requests[0].open)
    assert ["mark_synced", "tell_detail"] == report(source, outcome)
    assert {1} == set(books(desk.home).marks.values())


def test_what_somebody_else_closed_is_left_alone(source: Connection, home: Path, request_of: RequestOf) -> None:
    """Found before anything is written, and named."""
    request = request_of(labor="100")
    report(source, told_of(request, OutcomeStage.WAITING))
    SIMULATOR.mischief()[SourceMischief.CLOSES_REQUEST](home, JOB)
    effects = MemoryEffects()
    with pytest.raises(LedgerConflict, match=r"closed in Procore by somebody else: failed \(Closed by somebody else"):
        report(source, told_of(request, OutcomeStage.VERIFIED, number=2, arrived=True), effects)
    assert ([], {}, False) == (effects.sent, dict(books(home).marks), next(iter(plugin.read_requests(source))).open)


def test_a_request_closed_between_look_and_write_is_left_alone(
    source: Connection, home: Path, request_of: RequestOf
) -> None:
    """It is looked at once more right before."""

    def close(stage: str, effect: Effect) -> None:
        if stage == "before" and effect.operation == "tell_detail":
            SIMULATOR.mischief()[SourceMischief.CLOSES_REQUEST](home, JOB)

    with pytest.raises(LedgerConflict, match="closed in Procore by somebody else"):
        report(source, told_of(request_of(labor="100"), OutcomeStage.WAITING), MemoryEffects(crash=close))
    assert ("Closed by somebody else.",) == books(home).requests[0].messages


def test_what_we_closed_may_be_told_more(source: Connection, desk: Desk, request_of: RequestOf) -> None:
    """What arrived after a failure is marked; the detail stays as it was, or is told anew where Procore takes it."""
    request = request_of(labor="100")
    report(source, told_of(request, OutcomeStage.FAILED))
    verified = told_of(request, OutcomeStage.VERIFIED, number=2, arrived=True)
    assert ["tell_origin", "mark_synced"] == report(source, verified)
    assert "failed" == books(desk.home).requests[0].status
    desk.switch("closed_detail", "taken")
    assert ["tell_detail"] == report(changed(source, closed_details="rewritten"), verified)
    assert "success" == books(desk.home).requests[0].status


def test_another_connectors_budget_is_left_alone(source: Connection, home: Path, request_of: RequestOf) -> None:
    """Its origin id is not ours: nothing is told."""
    request = request_of(labor="100")
    report(source, told_of(request, OutcomeStage.VERIFIED, arrived=True))
    SIMULATOR.approve_change(home, JOB, "1", {LABOR: Decimal(5)})
    outcome = told_of(request_of(), OutcomeStage.VERIFIED, arrived=True)
    outcome = evolve(outcome, reference="OTHER-b-1")
    with pytest.raises(LedgerConflict, match="linked in Procore with 'T3ST42-b-1', which is not ours"):
        report(source, outcome)
    assert {} == {key: amount for key, amount in books(home).synced_changes.items() if amount}


def test_a_budget_linked_between_look_and_write_is_left_alone(
    source: Connection, home: Path, request_of: RequestOf
) -> None:
    """Another connector's id is not written over, and nothing else is told."""

    def link(stage: str, effect: Effect) -> None:
        if (stage, effect.operation) == ("before", "tell_origin"):
            connect(source).erp.tell_origins("budget", {effect.request["budget"]: "OTHER"})

    outcome = told_of(request_of(labor="100"), OutcomeStage.VERIFIED, arrived=True)
    with pytest.raises(LedgerConflict, match="linked in Procore with 'OTHER'"):
        report(source, outcome, MemoryEffects(crash=link))
    assert ({}, True) == (dict(books(home).marks), books(home).requests[0].open)


def test_job_costs_go_back_where_they_are_wanted(source: Connection, desk: Desk, request_of: RequestOf) -> None:
    """The sums of what was marked; the budget may then be unlocked at Procore."""
    desk.budget(L="100")
    desk.do("add-change", project=JOB, code="03-1000.L", amount="5", status="approved")
    outcome = told_of(request_of(), OutcomeStage.VERIFIED, arrived=True)
    wanting = changed(source, send_job_costs=True)
    assert [*ALL, "tell_job_costs"] == report(wanting, outcome)
    (cost,) = connect(source).erp.job_costs(int(outcome.project))
    assert (Decimal(100), Decimal(5)) == cost[1]
    desk.do("unlock", project=JOB)


@pytest.mark.parametrize(("facts", "status"), [({}, "in progress"), ({"final": "true"}, "success")])
def test_an_export_that_nobody_sees_posted_may_be_a_success(
    source: Connection, home: Path, request_of: RequestOf, facts: dict[str, str], status: str
) -> None:
    """Where the connection's settings say that it is enough."""
    outcome = told_of(request_of(labor="100"), OutcomeStage.EXPORTED, arrived=True)
    report(source, evolve(outcome, facts=facts))
    (state,) = books(home).requests
    assert (status, "The budget is in the ERP and waits there to be posted, or to be seen posted.") == (
        state.status,
        state.messages[0],
    )


def test_without_a_list_of_transactions_the_answer_is_believed(source: Connection, request_of: RequestOf) -> None:
    """That there is one is assumed: where there is none, the setting is named, and with it all is told."""
    outcome = told_of(request_of(labor="100"), OutcomeStage.VERIFIED, arrived=True)
    source.http.mount("http://", Refuses("/erp_transactions"))
    with pytest.raises(ReadFailed, match="lists no transactions at the assumed address") as caught:
        report(source, outcome)
    assert "see_transactions" in caught.value.remedy
    assert ALL == report(changed(source, see_transactions="answer"), outcome)


def test_a_project_that_is_linked_no_more_tells_no_job(source: Connection, home: Path, request_of: RequestOf) -> None:
    """The request is there, its job is blank."""
    request = request_of(labor="100")
    SIMULATOR.mischief()[SourceMischief.UNLINKS_PROJECT](home, JOB)
    (again,) = plugin.read_requests(source)
    assert (request.id, "", True) == (again.id, again.job, again.open)


def test_a_status_that_nobody_knows_is_named(source: Connection, home: Path, request_of: RequestOf) -> None:
    """The request is told, and why nothing can be done with it; calm, it goes on."""
    request = request_of(labor="100")
    SIMULATOR.mischief()[SourceMischief.UNKNOWN_WORD](home, JOB)
    (unclear,) = plugin.read_requests(source)
    with pytest.raises(ReadFailed, match="stands at 'contemplated', which nobody here knows"):
        list(unclear.transactions)
    known = changed(source, progress_word="contemplated")
    assert [1] == [len(list(each.transactions)) for each in plugin.read_requests(known)]
    SIMULATOR.calm(home)
    assert ["tell_detail"] == report(source, told_of(request, OutcomeStage.WAITING))


def test_a_request_that_is_not_there_is_not_found(source: Connection, request_of: RequestOf) -> None:
    """Nothing is told to nobody."""
    outcome = told_of(request_of(labor="100"), OutcomeStage.WAITING)
    with pytest.raises(NotFound):
        report(source, evolve(outcome, request="1"))
