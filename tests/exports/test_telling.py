"""What a source is told: whatever is so now, once, in order, and never over what somebody else did there."""

from pathlib import Path

import pytest
from outcome_scene import JOB, OutcomeScene, open_scene

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connector.outcomes_told import ToldState
from erp_bridge_core.contract.errors import NotPossibleNow, NotSent
from erp_bridge_core.contract.source import OutcomeStage
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.fixture
def scene(store: Store, home: Path, audit: AuditTrail) -> OutcomeScene:
    """The services over an office in a file."""
    return open_scene(store, home, audit)


@pytest.fixture
def request_id(scene: OutcomeScene, administrator: Actor, project: int) -> str:
    """The office's id of a request whose item is ready."""
    return scene.ask(administrator, project)


def test_a_request_is_told_each_stage_in_order_and_marked_once(scene: OutcomeScene, request_id: str) -> None:
    """From the approver's desk to the posted figures: each stage once, each transaction marked once, then closed."""
    scene.told_now()
    for state, lines in (("accepted", None), ("exporting", "sent"), ("waiting", "arrived"), ("synced", None)):
        scene.moved(state, lines=lines)
        scene.told_now()
        scene.told_now()

    assert ["waiting", "accepted", "exported", "verified"] == scene.office.told(request_id)
    assert [1, 1, 1] == scene.marks()
    (request,) = scene.office.books(JOB).requests
    assert ("verified", False) == (request.status, request.open)
    assert {ToldState.TOLD} == {view.state for view in scene.views()}


def test_what_did_not_arrive_is_told_in_the_erps_words_and_not_marked(scene: OutcomeScene, request_id: str) -> None:
    """A failed export: what arrived is marked, the rest is not, and the request stays open."""
    scene.moved("failed", lines="arrived")
    scene.moved("failed", lines="refused", only=2)
    assert [ExportState.COMPLETE] == scene.told_now()

    (view,) = scene.views()
    assert OutcomeStage.FAILED is view.stage
    assert "2 of its 3 lines are in the ERP's job J1; the others are not." == view.messages[0]
    assert [1, 1] == scene.marks()
    (request,) = scene.office.books(JOB).requests
    assert ("failed", True) == (request.status, request.open)


def test_a_rejected_request_is_closed_with_the_reason(scene: OutcomeScene, request_id: str) -> None:
    """The reason is what the source's user reads."""
    scene.moved("rejected", lines="released", reason="Category S is closed")
    scene.told_now()

    (request,) = scene.office.books(JOB).requests
    assert ("rejected", False) == (request.status, request.open)
    assert "The accounting approver rejected it: Category S is closed." == request.messages[0]
    assert [] == scene.marks()


def test_an_item_rejected_in_part_does_not_end_as_done(scene: OutcomeScene, request_id: str) -> None:
    """Two lines arrived before the reject: those are marked, and the request that asked for three was rejected."""
    scene.moved("waiting", lines="arrived", reason="The rest is wrong")
    scene.moved("waiting", lines="released", only=3)
    scene.told_now()

    (view,) = scene.views()
    assert OutcomeStage.REJECTED is view.stage
    assert [1, 1] == scene.marks()


def test_a_later_outcome_replaces_one_that_was_not_told(scene: OutcomeScene, request_id: str) -> None:
    """The source is away while two things happen: it is told the second alone."""
    scene.plugin.before_write = _away
    assert [ExportState.FAILED] == scene.told_now()
    scene.moved("accepted")
    assert [ExportState.FAILED] == scene.told_now()
    scene.plugin.before_write = lambda _: None
    assert [ExportState.COMPLETE] == scene.told_now()

    assert ["accepted"] == scene.office.told(request_id)
    assert [ToldState.TOLD, ToldState.REPLACED] == [view.state for view in scene.views()]


@pytest.mark.rule("L9")
def test_nothing_replaces_what_may_be_on_its_way(scene: OutcomeScene, request_id: str) -> None:
    """The answer is lost and looking fails: the next outcome waits until it is known what became of this one."""
    scene.plugin.after_write = lambda _: _lost(scene)
    assert [ExportState.UNKNOWN] == scene.told_now()
    scene.moved("accepted")
    assert [ExportState.UNKNOWN] == scene.told_now()
    assert ["waiting"] == [view.stage for view in scene.views()]

    scene.plugin.after_write, scene.plugin.read_failed = lambda _: None, None
    assert [ExportState.COMPLETE] == scene.told_now()
    assert [ExportState.COMPLETE] == scene.told_now()
    assert ["waiting", "accepted"] == scene.office.told(request_id)


@pytest.mark.rule("L1")
def test_a_request_that_was_closed_elsewhere_is_a_conflict_and_nothing_is_written(
    scene: OutcomeScene, request_id: str, approver: Actor
) -> None:
    """It is shown with what to do, tried no more, and what is known of it afterwards makes no further one."""
    scene.closed(request_id)
    assert [ExportState.CONFLICT] == scene.told_now()
    scene.polled()
    scene.moved("accepted")
    assert [] == scene.told_now()

    (view,) = scene.views()
    assert (ToldState.CONFLICT, "conflict") == (view.state, view.problem["error"])
    assert [] == scene.office.told(request_id)
    with pytest.raises(NotPossibleNow, match="closed at its source"):
        scene.tell(approver)


def test_a_person_tells_it_now(scene: OutcomeScene, request_id: str, approver: Actor) -> None:
    """After the source was away nobody needs to wait for the next try."""
    scene.plugin.before_write = _away
    scene.told_now()
    scene.plugin.before_write = lambda _: None
    scene.tell(approver)
    (view,) = scene.views()

    assert ToldState.TOLD is view.state
    assert ["waiting"] == scene.office.told(request_id)
    with pytest.raises(NotPossibleNow, match="Nothing waits"):
        scene.tell(approver)


def test_a_budget_is_locked_at_its_source(scene: OutcomeScene, request_id: str) -> None:
    """Locked, and unlocked again, by the same ledger; asked twice, it is as it was."""
    project = scene.office.books(JOB)
    source_project = next(iter(_projects(scene)))
    for locked in (True, True, False):
        scene.outcomes.lock(1, 1, source_project, locked=locked)
        assert locked == scene.office.books(JOB).locked
    assert not project.locked


def test_a_source_that_is_done_with_exported_is_told_so_as_the_end(
    scene: OutcomeScene, request_id: str, home: Path
) -> None:
    """Never a false "verified": the stage is *exported*, with the fact that nothing follows."""
    _close_when_exported(home)
    scene.moved("waiting", lines="arrived")
    scene.told_now()
    scene.moved("synced")
    assert [] == scene.told_now()

    (request,) = scene.office.books(JOB).requests
    assert ("exported", False) == (request.status, request.open)


def _away(_: object) -> None:
    raise NotSent("The office is closed.")


def _lost(scene: OutcomeScene) -> None:
    scene.plugin.read_failed = "The office does not answer."
    raise ConnectionError("the answer was lost")


def _projects(scene: OutcomeScene) -> list[str]:
    with scene.office.whole() as state:
        return [each.facts.id for each in state.projects.values()]


def _close_when_exported(home: Path) -> None:
    from erp_bridge_core.configuration.document import rewrite

    with rewrite(home) as document:
        document["connections"]["office"]["connector"] = {"act_as": "manager", "close_when": "exported"}
