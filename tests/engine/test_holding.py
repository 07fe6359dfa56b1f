"""Pausing, continuing and cancelling an export: nothing more is begun, and what was written stays (E3)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from shared_books import CODES, SharedBooks, accept, start, until

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotPossibleNow
from erp_bridge_core.engine import bringing
from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.people.actor import Actor

WHY = "The estimate is wrong."


@pytest.fixture
def approver(application: Application) -> Actor:
    """Who accepts and exports."""
    return application.people.actor_as("approver", "hoosier", "tester")


@contextmanager
def held_in_the_middle(application: Application, books: SharedBooks) -> Iterator[None]:
    """A worker is at the third write of six; it goes on when the block ends."""
    books.switch("hold", on=True)
    with EngineWorker(application).at_work():
        start(application)
        until(lambda: books.is_on("held"))
        yield


def quiet(application: Application, approver: Actor) -> bool:
    """Whether no worker is at an export, and none waits to be."""
    return not any(task.job == "export" for task in load_engine_status(application, approver).tasks)


@pytest.mark.rule("E3", "X1")
def test_a_cancelled_export_ends_where_it_is(application: Application, books: SharedBooks, approver: Actor) -> None:
    """The write under way is finished; what is in the ERP is told, and a reject gives the rest back."""
    with held_in_the_middle(application, books):
        assert "running" == application.holding.cancel(approver, 1, reason=WHY).state
        books.switch("hold", on=False)
        until(lambda: "failed" == application.exports.status(approver, 1).state)
        until(lambda: quiet(application, approver))
    status = application.exports.status(approver, 1)

    assert (3, 3, "cancelled") == (len(books.postings), status.lines.arrived, status.held)
    assert "3 of its 6 lines are in the ERP" in (status.failure or {})["message"]
    (entry,) = application.audit.show(approver, verb="export.cancel")
    assert WHY in entry.details
    rejected = application.reviews.reject(approver, 1, reason="Again, please.")
    assert ("waiting", 3) == (rejected.state, len(books.postings))


@pytest.mark.rule("E3")
def test_a_cancelled_export_is_retried_whole(application: Application, books: SharedBooks, approver: Actor) -> None:
    """The rest is sent, each line once."""
    start(application)
    cancelled = application.holding.cancel(approver, 1, reason=WHY)
    assert ("failed", 0, []) == (cancelled.state, cancelled.lines.arrived, books.postings)

    retried = bringing.retry(application, approver, 1)

    assert ("complete", None) == (retried.state, retried.held)
    assert CODES == len(books.postings) == len(set(books.postings))


@pytest.mark.rule("E1", "X1")
def test_a_paused_export_waits_until_it_is_continued(
    application: Application, books: SharedBooks, approver: Actor
) -> None:
    """No worker takes it up meanwhile, and nobody runs it by hand."""
    with held_in_the_middle(application, books):
        application.holding.pause(approver, 1, reason=WHY)
        books.switch("hold", on=False)
        until(lambda: quiet(application, approver))
        status = application.exports.status(approver, 1)
        assert ("running", "paused", WHY, 3) == (status.state, status.held, status.held_reason, len(books.postings))
        with pytest.raises(NotPossibleNow, match="is paused"):
            application.exports.run(approver, 1)
        assert () == application.exports.resume(approver)
        assert "paused" == bringing.bring(application, approver, 1).held
        application.holding.go_on(approver, 1)
        until(lambda: "complete" == application.exports.status(approver, 1).state)

    assert CODES == len(books.postings) == len(set(books.postings))
    verbs = [entry.verb for entry in application.audit.show(approver, subject="item", subject_id=1)]
    assert {"export.pause", "export.go_on"} <= set(verbs)


def test_what_does_not_go_on_is_not_held(application: Application, approver: Actor) -> None:
    """Neither what is over, nor what is held already; nor without a reason."""
    accept(application)
    application.exports.start(approver, 1)
    with pytest.raises(BadInput):
        application.holding.pause(approver, 1, reason=" ")
    with pytest.raises(NotPossibleNow, match="not paused"):
        application.holding.go_on(approver, 1)
    application.holding.pause(approver, 1, reason=WHY)
    with pytest.raises(NotPossibleNow, match="is paused"):
        application.holding.pause(approver, 1, reason=WHY)
    assert "failed" == application.holding.cancel(approver, 1, reason=WHY).state
    with pytest.raises(NotPossibleNow, match="is cancelled"):
        application.holding.cancel(approver, 1, reason=WHY)


@pytest.mark.rule("P3")
def test_only_who_may_export_holds(application: Application) -> None:
    """Looking is not enough."""
    start(application)
    manager = application.people.actor_as("manager", "hoosier", "tester")
    for act in (application.holding.pause, application.holding.cancel):
        with pytest.raises(NotAllowed):
            act(manager, 1, reason=WHY)
