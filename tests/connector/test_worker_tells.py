"""A worker tells the source by itself: from the request to the posted figures, and whatever keeps it from telling."""

import pytest
from desk import JOB, Desk

from erp_bridge_core.connector.outcomes_told import ToldState, told
from erp_bridge_core.contract.errors import NotPossibleNow, NotSent
from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.engine.worker import EngineWorker


def work(desk: Desk) -> None:
    """A worker does what is due until nothing is."""
    for _ in range(3):
        EngineWorker(desk.application).run_once()


def views(desk: Desk) -> list[tuple[str, ToldState]]:
    """What was said of the only request, the newest first."""
    with desk.application.store.read() as connection:
        return [(view.stage.value, view.state) for view in told(connection, desk.request().number)]


@pytest.mark.rule("E1", "L11")
def test_whoever_asked_learns_of_each_step(desk: Desk) -> None:
    """Asked for, waiting, exported, posted and read back: the source shows each, marks what arrived and closes it."""
    request = desk.ask()
    work(desk)
    assert ["waiting"] == desk.office.told(request)
    item = desk.request().item
    assert item is not None
    desk.sync(item)
    work(desk)

    assert ["waiting", "verified"] == desk.office.told(request)
    books = desk.office.books(JOB)
    assert [1] == list(books.marks.values())
    assert books.original == books.synced_original
    assert not books.requests[0].open


def test_a_request_in_whose_way_something_is_is_told_why(desk: Desk) -> None:
    """The reasons and what to do about each are what the source's user reads."""
    request = desk.ask(code="99-999")
    work(desk)

    assert ["received"] == desk.office.told(request)
    (told_there,) = desk.office.books(JOB).requests
    assert "ERP Bridge has received it, and can't hand it to accounting yet." == told_there.messages[0]
    assert "99-999" in " ".join(told_there.messages)


def test_a_person_has_it_told_where_no_worker_runs(desk: Desk) -> None:
    """What is to be said by now is made first; then all was told."""
    request = desk.ask(code="99-999")
    desk.poll()
    desk.application.requests.tell(desk.person("approver"), desk.request().number)
    assert ["received"] == desk.office.told(request)
    with pytest.raises(NotPossibleNow, match="Nothing waits to be told"):
        desk.application.requests.tell(desk.person("approver"), desk.request().number)


def test_a_source_that_is_away_is_told_later(desk: Desk) -> None:
    """Its task tells the problem, and tries again; nobody needs to do anything."""
    request = desk.ask()

    def away(_: object) -> None:
        raise NotSent("The office is closed.")

    desk.plugin.before_write = away
    work(desk)
    assert [("waiting", ToldState.FAILED)] == views(desk)
    tasks = load_engine_status(desk.application, desk.person("approver")).tasks
    assert ["Tell a budget source"] == [each.title for each in tasks if each.problem is not None]

    desk.plugin.before_write = lambda _: None
    with desk.application.store.begin() as connection:
        export = desk.application.outcomes.let_tell(connection, desk.person("approver"), desk.request().number)
    desk.application.outcomes.tell(export)
    assert ["waiting"] == desk.office.told(request)


def test_what_nobody_can_be_told_any_more_is_let_be(desk: Desk) -> None:
    """The source was away, and somebody closed the request there: its task is over, and nothing was written."""
    request = desk.ask()

    def away(_: object) -> None:
        raise NotSent("The office is closed.")

    desk.plugin.before_write = away
    work(desk)
    desk.office.close_request(request)
    desk.poll()
    desk.plugin.before_write = lambda _: None
    work(desk)

    assert [] == desk.office.told(request)
    tasks = load_engine_status(desk.application, desk.person("approver")).tasks
    assert [] == [each.title for each in tasks if each.problem is not None]
