"""Exports by the command line that a page has, too: several retried, one taken up, what is in doubt."""

from pathlib import Path
from typing import Any

import pytest
from command_runs import Run
from memory_books import MemoryBooks

from erp_bridge_core.app import Application
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import Doubtful


@pytest.fixture
def failed(sent: int, books: MemoryBooks, abe: Run) -> int:
    """An item of which the ERP refused one line."""
    books.refused[LineKey("A", "01-100", "L")] = "No such phase"
    abe("review", "accept", sent, "--confirm-import-closes")
    assert 3 == abe("export", "start", sent).status
    return sent


@pytest.mark.rule("E3", "X2")
def test_several_exports_are_retried(failed: int, books: MemoryBooks, abe: Run, run: Run) -> None:
    """What can't be retried is told with why, and does not stop the others."""
    books.refused.clear()
    done = abe("export", "retry-several", failed, 99, failed)

    retried, unknown = done.document["answers"]
    assert (failed, 2, None) == (retried["item"], retried["export"]["lines"]["arrived"], retried["error"])
    assert (99, None, "not_found") == (unknown["item"], unknown["export"], unknown["error"]["error"])
    assert 1 == done.status
    again = run("--as", "abe", "export", "retry-several", failed)
    assert (1, True) == (again.status, "was not retried" in again.out)
    assert "NotAllowed" not in run("--as", "mia", "export", "retry-several", failed).out


@pytest.mark.rule("E1", "X2")
def test_one_export_is_taken_up(exported: int, abe: Run, run: Run) -> None:
    """By whoever may export; nothing is sent again."""
    (status,) = abe("export", "resume", exported).document["exports"]

    assert (exported, "complete") == (status["item_id"], status["state"])
    assert 1 == run("--as", "mia", "export", "resume", exported).status


@pytest.mark.rule("E6", "X2")
def test_what_is_in_doubt_is_shown_with_the_evidence(
    sent: int, books: MemoryBooks, abe: Run, run: Run, home: Path
) -> None:
    """What was asked and tried, and why it can't be settled now; for whoever may look at items."""
    books.after_send = lose
    abe("review", "accept", sent, "--confirm-import-closes")
    with Application.open(home) as application:
        application.exports.worker.patience = 0.0
        approver = application.people.actor_as("abe", "hoosier", "tester")
        application.exports.start(approver, sent)
        application.exports.run(approver, sent)

    (doubt, *_) = abe("export", "doubts", sent).document["doubts"]
    assert "unknown" == doubt["state"]
    assert doubt["trials"]
    shown = run("--as", "abe", "export", "doubts", sent).out
    assert doubt["reference"] in shown
    assert "You can't settle it now" in shown
    assert 1 == run("--as", "mia", "export", "doubts", sent).status


@pytest.mark.rule("E6")
def test_nothing_is_in_doubt_where_the_answer_was_clear(exported: int, run: Run) -> None:
    """It is said."""
    assert "Nothing is in doubt." in run("--as", "abe", "export", "doubts", exported).out


def lose(_: Any) -> None:
    """The answer of the ERP is lost."""
    raise Doubtful("The answer was lost.")
