"""A disk that is full, or a quota that is used up, at any step: it is told, nothing goes twice or is lost (L14)."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from threading import Event

import pytest
from full_disk import no_file_longer_than
from shared_books import CODES, PATIENCE, SharedBooks, accept, start, until
from sqlalchemy import select

from erp_bridge_core.app import Application
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.engine.tasks import BEAT
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.store.tables import exports, items

pytestmark = pytest.mark.rule("L14")


@contextmanager
def full(application: Application) -> Iterator[None]:
    """The database's log can grow no more: it is as long as a file may be."""
    log = application.home / "erp-bridge.db-wal"
    with closing(sqlite3.connect(application.home / "erp-bridge.db")) as other:
        # Long enough that only the database notices, and too short to be begun anew.
        other.executescript("CREATE TABLE long (text); INSERT INTO long VALUES (zeroblob(1500000)); DROP TABLE long;")
    with no_file_longer_than(log.stat().st_size):
        yield


@contextmanager
def full_from(application: Application, stage: str) -> Iterator[Event]:
    """The disk is full as soon as the second write of the export reaches a stage, until the block ends."""
    reached: list[str] = []
    is_full = Event()
    worker = application.exports.worker
    with ExitStack() as stack:

        def fill(found: str, effect: Effect) -> None:
            del effect
            reached.append(found)
            if found == stage and reached.count(stage) == 2:
                stack.enter_context(full(application))
                is_full.set()

        worker.observer = fill
        yield is_full
        worker.observer = lambda *_: None


def state(application: Application) -> tuple[str, str | None]:
    """The state of the item, and of its export where there is one."""
    with application.store.read() as connection:
        item = connection.execute(select(items.c.state)).scalar_one()
        return item, connection.execute(select(exports.c.state)).scalar_one_or_none()


def run(application: Application) -> None:
    """The approver brings the export on himself."""
    application.exports.run(application.people.actor_as("approver", "hoosier", "tester"), 1)


def test_an_accept_that_can_not_be_stored_is_none(application: Application, books: SharedBooks) -> None:
    """The approver is told; the item waits as before, and is accepted once there is room."""
    with full(application), pytest.raises(StorageError) as told:
        accept(application)

    assert "space" in told.value.remedy
    assert ("ready", None) == state(application)
    accept(application)
    assert ("accepted", None) == state(application)


@pytest.mark.parametrize(
    ("stage", "sent"),
    [("recorded", 2), ("answered", 2), ("intent", 2)],
    ids=["before the next intent", "before the answer is recorded", "before it is known what was tried"],
)
def test_an_export_stops_and_goes_on_when_there_is_room(
    application: Application, books: SharedBooks, *, stage: str, sent: int
) -> None:
    """Nothing is sent whose intent is not stored; what was sent and could not be recorded is looked for first."""
    start(application)
    with full_from(application, stage), pytest.raises(StorageError) as told:
        run(application)

    assert "space" in told.value.remedy
    assert sent == len(books.postings)
    run(application)
    assert ("waiting", "complete") == state(application)
    assert len(books.postings) == CODES == len(set(books.postings))


def test_a_worker_outlives_a_full_disk(application: Application, books: SharedBooks) -> None:
    """It sends nothing meanwhile, and goes on by itself once there is room."""
    start(application)
    with EngineWorker(application).at_work():
        with full_from(application, "recorded") as is_full:
            assert is_full.wait(PATIENCE)
            # Its own sign of life, say, can't be stored either.
            assert [2, 2] == [len(books.postings) for _ in range(2) if not Event().wait(BEAT)]
        until(lambda: state(application) == ("waiting", "complete"))

    assert len(books.postings) == CODES == len(set(books.postings))


def test_the_mark_that_can_not_be_raised_stops_the_export(application: Application, books: SharedBooks) -> None:
    """It is raised before anything goes out: without it a restore would not be noticed."""
    start(application)
    application.opened.mark.path.write_bytes(b"")
    with suppress(StorageError):
        run(application)

    assert [] == books.postings
