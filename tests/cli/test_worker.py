"""`worker`, and what `export start` does where one lives."""

from pathlib import Path

import pytest
from command_runs import Run
from memory_books import MemoryBooks

from erp_bridge_core.app import Application
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.engine.worker import EngineWorker


@pytest.fixture
def accepted(sent: int, abe: Run) -> int:
    """An item that was accepted."""
    assert 0 == abe("review", "accept", sent, "--confirm-import-closes").status
    return sent


def test_what_is_due_is_done_once(accepted: int, abe: Run, run: Run, home: Path, books: MemoryBooks) -> None:
    """An export that was left, and all else; the status tells it, and that no worker lives."""
    with Application.open(home) as application:
        application.exports.start(application.people.actor_as("abe", "hoosier", "tester"), accepted)
    done = abe("worker", "--once")
    told = abe("worker", "status").document

    assert 0 == done.status, done.err
    assert {f"export:{accepted}", "verify:hoosier", "mail:hoosier"} <= {each["task"] for each in done.document["tasks"]}
    assert 2 == len(books.jobs["24-001"].unposted)
    assert ([], {"waiting"}) == (told["workers"], {each["state"] for each in told["tasks"]})
    assert "No worker runs" in run("--as", "abe", "worker", "status").out


def test_an_export_is_left_to_a_worker_that_lives(
    accepted: int, abe: Run, run: Run, home: Path, books: MemoryBooks
) -> None:
    """The command answers how it stands at its start; nothing is sent by it."""
    with Application.open(home) as application:
        Sign(application.store, "serve").begin(application.clock.now())
    started = abe("export", "start", accepted)

    assert (0, "running") == (started.status, started.document["export"]["state"])
    assert [] == books.jobs["24-001"].unposted
    assert "a worker brings it to its end" in run("--as", "abe", "export", "status", accepted).out


def test_its_end_is_waited_for_on_request(accepted: int, abe: Run, home: Path) -> None:
    """As where no worker lives."""
    with Application.open(home) as application, EngineWorker(application).at_work():
        waited = abe("export", "start", accepted, "--wait")

    assert (0, "complete") == (waited.status, waited.document["export"]["state"])


def test_an_export_is_held_by_commands(accepted: int, abe: Run, run: Run, home: Path) -> None:
    """Paused, continued, cancelled, each as it stands then."""
    with Application.open(home) as application:
        application.exports.start(application.people.actor_as("abe", "hoosier", "tester"), accepted)
    paused = run("--as", "abe", "export", "pause", accepted, "--reason", "The wrong job").out
    assert "paused: The wrong job" in paused
    assert f"erp-bridge export continue {accepted}" in paused
    assert None is abe("export", "continue", accepted).document["export"]["held"]
    cancelled = abe("export", "cancel", accepted, "--reason", "The wrong job")

    assert (0, "failed") == (cancelled.status, cancelled.document["export"]["state"])


def test_a_health_check_needs_nobody_who_is_signed_in(run: Run, home: Path) -> None:
    """Whether a worker lives is told by its exit status, for whoever restarts containers."""
    none = run("worker", "check")
    with Application.open(home) as application:
        Sign(application.store, "worker").begin(application.clock.now())
        lives = run("worker", "check", "--here", "--json")

    assert (1, "No worker lives.\n") == (none.status, none.out)
    assert (0, ["worker"]) == (lives.status, [each["kind"] for each in lives.document["workers"]])
