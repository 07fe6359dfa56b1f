"""A database's clock that jumps: nothing goes twice, and nothing waits for days (L13)."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from shared_books import CODES, SharedBooks, shared_adapter, start, until
from sqlalchemy import Connection, select, update
from web_site import registry_of

from erp_bridge_core.app import Application
from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.engine import tasks
from erp_bridge_core.engine.living import Sign, any_at_work
from erp_bridge_core.engine.tasks import LEASE, NewTask
from erp_bridge_core.engine.worker import EngineWorker
from erp_bridge_core.exports.lease import AtWork
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import exports
from erp_bridge_core.store.tables import tasks as rows

pytestmark = pytest.mark.rule("L13")

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAYS = 2 * 86_400.0


class Jumping:
    """The database's clock with so many seconds more: what everybody who uses this store goes by."""

    def __init__(self, store: Store, patch: pytest.MonkeyPatch) -> None:
        """Take the store's clock over."""
        self.ahead = 0.0
        real = store.seconds

        def seconds(connection: Connection) -> float:
            return real(connection) + self.ahead

        patch.setattr(store, "seconds", seconds)


@pytest.fixture
def jumping(store: Store, monkeypatch: pytest.MonkeyPatch) -> Jumping:
    """The clock of the test's store."""
    return Jumping(store, monkeypatch)


def due(store: Store) -> list[str]:
    """What is due and free now."""
    with store.read() as connection:
        return [task.key for task in tasks.ready(connection, now=store.seconds(connection))]


def test_what_was_due_soon_is_due_soon_after_a_jump_back(store: Store, jumping: Jumping) -> None:
    """A claim of a worker that died, a task that waits and its moment: all come as if the clock had been right."""
    dead = Sign(store, "worker")
    dead.begin(AT)
    with store.begin() as connection:
        now = store.seconds(connection)
        tasks.add(connection, [NewTask(key="claimed", job="a"), NewTask(key="waits", job="b", due_in=30.0)], now=now)
        task = tasks.ready(connection, now=now)[0]
        tasks.claim(connection, task, dead.name, now=now, at=AT)
    jumping.ahead = -DAYS
    assert ([], False) == (due(store), any_at_work(store))

    Sign(store, "worker").begin(AT)
    jumping.ahead += LEASE + 1
    assert ["claimed"] == due(store)
    jumping.ahead += 30.0
    assert ["claimed", "waits"] == sorted(due(store))


def test_several_workers_follow_a_jump_once(store: Store, jumping: Jumping) -> None:
    """Each sees it at its next sign of life; moments are moved by the first alone."""
    signs = [Sign(store, "worker") for _ in range(3)]
    for sign in signs:
        sign.begin(AT)
    with store.begin() as connection:
        tasks.add(connection, [NewTask(key="waits", job="b", due_in=300.0)], now=store.seconds(connection))
    jumping.ahead = -DAYS
    for sign in signs:
        sign.beat()

    with store.read() as connection:
        left = connection.execute(select(rows.c.due_at)).scalar_one() - store.seconds(connection)
    assert 290.0 < left <= 301.0
    assert any_at_work(store)


def test_a_jump_forward_and_back_leaves_nothing_behind(store: Store, jumping: Jumping) -> None:
    """What was noted in the wrong days comes when it would have."""
    sign = Sign(store, "worker")
    sign.begin(AT)
    jumping.ahead = DAYS
    sign.beat()
    with store.begin() as connection:
        tasks.add(connection, [NewTask(key="waits", job="b", due_in=300.0)], now=store.seconds(connection))
    jumping.ahead = 0.0
    sign.beat()

    with store.read() as connection:
        left = connection.execute(select(rows.c.due_at)).scalar_one() - store.seconds(connection)
    assert 290.0 < left <= 301.0


@contextmanager
def worker_at_work(application: Application) -> Iterator[None]:
    """A worker in this process."""
    with EngineWorker(application).at_work():
        yield


@pytest.mark.parametrize("jump", [DAYS, -DAYS])
def test_a_clock_that_jumps_while_an_export_is_under_way_doubles_nothing(
    application: Application, books: SharedBooks, monkeypatch: pytest.MonkeyPatch, *, jump: float
) -> None:
    """In the middle of a write, by days: another worker may come, every line arrives once."""
    clock = Jumping(application.store, monkeypatch)
    books.switch("hold", on=True)
    with worker_at_work(application), worker_at_work(application):
        start(application)
        until(lambda: books.is_on("held"))
        clock.ahead = jump
        approver = application.people.actor_as("approver", "hoosier", "tester")
        with pytest.raises(AtWork):
            application.exports.run(approver, 1)
        books.switch("hold", on=False)
        until(lambda: "complete" == _state(application))

    assert len(books.postings) == CODES == len(set(books.postings))


def test_an_export_whose_worker_died_before_the_jump_goes_on(
    application: Application, books: SharedBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ends days from now; on this host the lock tells that nobody holds it."""
    clock = Jumping(application.store, monkeypatch)
    start(application)
    with application.store.begin() as connection:
        until_then = application.store.seconds(connection) + DAYS
        connection.execute(update(exports).values(lease_until=until_then, lease_owner=f"{socket.gethostname()}:1"))
    clock.ahead = -3600.0
    with worker_at_work(application):
        until(lambda: "complete" == _state(application))

    assert len(books.postings) == CODES == len(set(books.postings))


def _state(application: Application) -> str:
    with application.store.read() as connection:
        return str(connection.execute(select(exports.c.state)).scalar_one())


class WrongClock(SystemClock):
    """The clock of a host that is days away from the others'."""

    def __init__(self, wrong: timedelta) -> None:
        """Be wrong by so much."""
        super().__init__("UTC")
        self.wrong = wrong

    def now(self) -> datetime:
        """The moment that this host takes it for."""
        return super().now() + self.wrong


def test_hosts_whose_clocks_are_days_apart_export_once(application: Application, books: SharedBooks) -> None:
    """Leases go by the database's clock alone: workers of two hosts take turns, and a write under way is left alone."""
    registry = registry_of(shared_adapter(books.folder))
    books.switch("hold", on=True)
    start(application)
    with ExitStack() as hosts:
        for days in (3, -3):
            clock = WrongClock(timedelta(days=days))
            host = hosts.enter_context(Application.open(application.home, registry=registry, clock=clock))
            hosts.enter_context(worker_at_work(host))
        until(lambda: books.is_on("held"))
        approver = application.people.actor_as("approver", "hoosier", "tester")
        with pytest.raises(AtWork):
            application.exports.run(approver, 1)
        books.switch("hold", on=False)
        until(lambda: "complete" == _state(application))

    assert len(books.postings) == CODES == len(set(books.postings))
    assert application.audit.check().sound
