"""Real kills while a source is told: whatever the stage, it ends as told, each mark once, and nothing out of order."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases import wait_for_the_dead
from outcome_scene import OutcomeScene, open_scene

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.connector.outcomes_told import ToldState
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store

TELLER = Path(__file__).parent / "crash_teller.py"
#: Where a process dies: at each stage of the marks, which come first, and at some of the answer.
STAGES = (
    ("intent", 1), ("body_sent", 1), ("reply_held", 1), ("answered", 1), ("recorded", 1), ("seen", 1),
    ("body_sent", 2), ("recorded", 2),
)  # fmt: skip

Reopen = Callable[[], OutcomeScene]


@pytest.fixture
def reopen(store: Store, home: Path, audit: AuditTrail, administrator: Actor, project: int) -> Reopen:
    """Open the services anew, as another process does, when whatever was doubted is past; a request is there."""
    open_scene(store, home, audit).ask(administrator, project)
    return lambda: open_scene(store, home, audit, passed=10_000.0)


def kill_at(scene: OutcomeScene, stage: str, time: int) -> None:
    """Have what waits told by another process until that kills itself there."""
    (export,) = scene.waiting()
    url = scene.store.engine.url.render_as_string(hide_password=False)
    home = scene.office.kept_in.parent
    finished = subprocess.run(
        [sys.executable, str(TELLER), url, str(home), str(export), stage, str(time)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert -signal.SIGKILL == finished.returncode, finished.stderr
    wait_for_the_dead(scene.store)


@pytest.mark.rule("E1", "L2", "L4", "L11")
@pytest.mark.parametrize(("stage", "time"), STAGES)
def test_a_killed_telling_ends_as_told_with_each_mark_once(reopen: Reopen, stage: str, time: int) -> None:
    """Two writes, the marks and the answer: a kill at any stage of either leaves nothing doubled and nothing lost."""
    scene = reopen()
    scene.moved("synced", lines="arrived")
    scene.outcomes.make(1)
    kill_at(scene, stage, time)
    scene = reopen()
    assert [ExportState.COMPLETE] == scene.told_now()

    assert [1, 1, 1] == scene.marks()
    (request,) = scene.office.books("J1").requests
    assert ("verified", False) == (request.status, request.open)
    assert ["verified"] == scene.office.told(request.id)
    assert [] == scene.told_now()


@pytest.mark.rule("L3", "L9")
@pytest.mark.parametrize("stage", ["body_sent", "recorded"])
def test_what_happened_since_a_kill_is_told_after_what_was_begun(reopen: Reopen, stage: str) -> None:
    """The item moves on while a telling lies broken: what may be on its way is cleared up first, then the rest is."""
    scene = reopen()
    scene.moved("failed", lines="arrived")
    scene.outcomes.make(1)
    kill_at(scene, stage, 1)
    scene = reopen()
    scene.moved("waiting")
    scene.moved("synced")
    for _ in range(2):
        scene.told_now()

    assert [1, 1, 1] == scene.marks()
    (request,) = scene.office.books("J1").requests
    assert ["failed", "verified"] == scene.office.told(request.id)
    assert [ToldState.TOLD, ToldState.TOLD] == [view.state for view in scene.views()]
