"""Where nobody can know whether a source was told, a person says what became of it, and the telling goes on (L15)."""

from pathlib import Path

import pytest
from attrs import evolve
from outcome_scene import MINUTES, OutcomeScene, open_scene

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connector.outcomes_told import ToldState
from erp_bridge_core.contract import SafetyClass
from erp_bridge_core.contract.errors import NotAllowed, NotPossibleNow
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store


@pytest.fixture
def scene(store: Store, home: Path, audit: AuditTrail) -> OutcomeScene:
    """An office at which nothing can be looked for: every write of it is of the class `append`."""
    return open_scene(store, home, audit, safety=SafetyClass.APPEND)


@pytest.fixture
def request_id(scene: OutcomeScene, administrator: Actor, project: int) -> str:
    """The office's id of a request whose item is ready."""
    return scene.ask(administrator, project)


@pytest.mark.rule("L15")
def test_what_arrived_is_told_no_second_time_and_the_next_follows(
    scene: OutcomeScene, request_id: str, approver: Actor, administrator: Actor, audit: AuditTrail
) -> None:
    """It was unknown for as long as nobody looked; then what became so meanwhile is told, too."""
    assert [ExportState.UNKNOWN] == scene.told_now()
    scene.moved("accepted")
    assert [ExportState.UNKNOWN] == scene.told_now()
    assert ["waiting"] == scene.office.told(request_id)

    scene.settle(approver, Settlement.ARRIVED)

    assert ["waiting", "accepted"] == scene.office.told(request_id)
    assert [ToldState.UNKNOWN, ToldState.REPLACED] == [view.state for view in scene.views()]
    (act,) = [each for each in audit.show(administrator) if each.verb == "request.settle"]
    assert ("request", "1", "approver", "settled as arrived") == (act.subject, act.subject_id, act.person, act.to_state)


@pytest.mark.rule("L15")
def test_just_what_did_not_arrive_is_told_again(scene: OutcomeScene, request_id: str, approver: Actor) -> None:
    """Marked as arrived, and the answer lost before it got there: the marks are not made twice."""
    scene.moved("waiting", lines="arrived")
    scene.told_now()
    scene.plugin.before_write = _lost
    scene.settle(approver, Settlement.ARRIVED)
    assert [] == scene.office.told(request_id)
    (doubt,) = scene.settling.doubts(approver, 1)
    assert ("Answer", "unknown") == (doubt.title, doubt.state)

    scene.plugin.before_write = lambda _: None
    with pytest.raises(NotPossibleNow) as refused:
        scene.settle(approver, Settlement.NOT_ARRIVED)
    assert "may still be carried out" in refused.value.remedy
    scene.time.passed += MINUTES * 10
    scene.settle(approver, Settlement.NOT_ARRIVED)
    scene.settle(approver, Settlement.ARRIVED)

    assert ["exported"] == scene.office.told(request_id)
    assert [1, 1, 1] == scene.marks()
    assert [ToldState.TOLD] == [view.state for view in scene.views()]


def test_what_is_so_now_is_told_in_place_of_what_did_not_arrive(
    scene: OutcomeScene, request_id: str, approver: Actor
) -> None:
    """Nobody is told again what was so days ago."""
    scene.plugin.before_write = _lost
    scene.told_now()
    scene.plugin.before_write = lambda _: None
    scene.time.passed += MINUTES * 10
    scene.moved("accepted")
    scene.settle(approver, Settlement.NOT_ARRIVED)

    assert ["accepted"] == scene.office.told(request_id)
    assert [ToldState.UNKNOWN, ToldState.REPLACED] == [view.state for view in scene.views()]


@pytest.mark.rule("L15")
def test_the_installation_settles_nothing_of_its_own(scene: OutcomeScene, request_id: str, approver: Actor) -> None:
    """It told the source, so a person says what became of it, with a reason; only whether it arrived."""
    scene.told_now()
    (doubt,) = scene.settling.doubts(approver, 1)
    with pytest.raises(NotAllowed):
        scene.settle(evolve(approver, person_id=None), Settlement.ARRIVED)
    for how, reason, fault in ((Settlement.WITHDRAWN, "Seen.", "how"), (Settlement.ARRIVED, " ", "reason")):
        with pytest.raises(NotPossibleNow) as refused:
            scene.settling.settle(approver, 1, doubt.reference, how=how, reason=reason)
        assert [fault] == [each.where for each in refused.value.faults]

    assert [doubt.reference] == [each.reference for each in scene.settling.doubts(approver, 1)]


def _lost(_: object) -> None:
    raise ConnectionError("the line went dead")
