"""Real kills: a worker dies by SIGKILL anywhere on the way into the share; the next one goes on, each file once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sage_site import SageSite, intended

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.exports.status import ExportState

WORKER = Path(__file__).parent / "sage_worker.py"
RUNNING = [
    ("intent", 1), ("answered", 1), ("recorded", 1), ("seen", 1), ("concluding", 1),
    ("intent", 2), ("answered", 2), ("recorded", 2),
    ("aside:staging", 1), ("link:staging", 1), ("aside:tombstones", 2), ("link:tombstones/EB", 1),
    ("aside:staging", 2), ("link:tombstones/EB", 2),
    ("link:/1-original/", 1), ("link:/2-approved-changes/", 1),
    ("link:erp-bridge-share", 1),
]  # fmt: skip
TAKING = [
    ("intent", 1), ("intent", 2), ("answered", 1), ("recorded", 1), ("recorded", 2), ("concluding", 1),
    ("link:/taken/1-original/", 1), ("link:/taken/2-approved-changes/", 1),
]  # fmt: skip


def kill(site: SageSite, item: ItemView, act: str, step: tuple[str, int]) -> None:
    """Let another process act until it kills itself there."""
    name, time = step
    finished = subprocess.run(
        [sys.executable, str(WORKER), str(site.home), act, str(item.id), "SIGKILL", name, str(time)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert -signal.SIGKILL == finished.returncode, finished.stderr


def assert_arrives_once(site: SageSite, item: ItemView) -> None:
    """Taken, imported, posted, verified: every line once, and the share holds each file once."""
    handed = site.take(item)
    site.follow_sheets(handed)
    site.verify(item)
    assert 2 == len(site.offered_files())
    assert [True, True] == [each.taken for each in handed]
    assert intended() == site.held()
    assert {1} == set(site.entry_counts().values())
    assert ItemState.SYNCED == site.item(item).state
    assert [] == [path.name for path in (site.share / "staging").iterdir() if path.suffix == ".jce"]


@pytest.mark.rule("E1", "L2", "L4", "L12")
@pytest.mark.parametrize("step", RUNNING, ids=str)
def test_a_killed_export_offers_each_file_once(site: SageSite, step: tuple[str, int]) -> None:
    """Wherever the kill came, the next worker offers what is missing and never writes again what may be there."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    kill(site, item, "run", step)
    status = site.resume_later(item)

    assert ExportState.OFFERED == status.state, status
    assert_arrives_once(site, item)


@pytest.mark.rule("E1", "L4", "L15")
@pytest.mark.parametrize("step", TAKING, ids=str)
def test_a_killed_take_leaves_each_file_in_one_place(site: SageSite, step: tuple[str, int]) -> None:
    """A worker that died while it took a file: taking again answers with that file, moved once."""
    item = site.accepted()
    site.export(item)
    kill(site, item, "take", step)

    assert_arrives_once(site, item)


@pytest.mark.rule("E6", "L3", "L4", "L8")
def test_a_kill_is_not_looked_into_before_its_horizon(site: SageSite) -> None:
    """Resumed at once, the outcome is unknown and says for how long; nothing is sent, and nothing is given back."""
    item = site.accepted()
    site.application.exports.start(site.person("approver"), item.id)
    kill(site, item, "run", ("link:tombstones/EB", 1))
    status = site.application.exports.run(site.person("approver"), item.id)

    assert ExportState.UNKNOWN == status.state
    assert status.failure is not None
    assert "may still carry it out for another" in status.failure["message"]
    assert [] == site.offered_files()
    assert any(reason.rule == "B4" for reason in site.readiness().reasons)


@pytest.mark.rule("L4", "L7", "E6")
def test_a_file_that_is_gone_without_a_trace_is_unknown_and_never_written_again(site: SageSite) -> None:
    """Somebody carried the offered file off: the tombstone outlives it, and a person has to settle it."""
    item = site.accepted()
    site.export(item)
    for folder in ("1-original", "2-approved-changes"):
        for path in (site.share / folder).glob("*.jce"):
            path.unlink()
    site.application.exports.refresh(site.person("approver"), item.id)
    status = site.resume_later(item)

    assert ExportState.UNKNOWN == status.state
    assert {"unknown"} == {effect.state for effect in status.effects}
    assert [] == site.offered_files()
