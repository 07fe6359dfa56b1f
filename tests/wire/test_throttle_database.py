"""One throttle for the processes of all hosts that share a PostgreSQL database: never above the rate, and kept busy."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from throttle_doubles import Spans, hold_turn, hurry, open_throttles

from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import erp_turns
from erp_bridge_core.wire.throttle import OutOfPatience, within

if TYPE_CHECKING:
    from postgresql import PostgreSQL

PROCESSES = multiprocessing.get_context("spawn")
HOST = "erp:443"
CLOCK = SystemClock()


@pytest.fixture
def url(postgresql: "PostgreSQL") -> Iterator[str]:
    """A database with our tables."""
    made = postgresql.new_database()
    with closing(Store.open(made)) as store:
        schema.create(store)
    yield made
    postgresql.drop_database(made)


@pytest.mark.rule("L17")
def test_no_window_holds_more_than_is_permitted_and_none_is_left_empty(url: str) -> None:
    """Three processes that hurry: whenever a request arrives while it is under way, the rate holds, and all of it."""
    queue, together = PROCESSES.Queue(), PROCESSES.Barrier(3, timeout=60)
    rate = RateLimit(per_second=20, at_once=6)
    hurrying = [PROCESSES.Process(target=hurry, args=(url, HOST, rate, 3.0, together, queue)) for _ in range(3)]
    for each in hurrying:
        each.start()
    shares = [queue.get(timeout=120) for _ in hurrying]
    for each in hurrying:
        each.join()

    spans = Spans([span for share in shares for span in share])
    assert spans.shortest_window(20) >= 1.0
    assert spans.most_at_once() <= 6
    assert all(len(share) >= 5 for share in shares), "nobody waits until the others are done"
    assert spans.busy(20, window=1.0) >= 0.5, "of all of it that a busy machine lets one use"


@pytest.mark.rule("L17")
def test_what_a_killed_process_had_is_free_and_counts_as_just_used(url: str) -> None:
    """Its slot at once, its turn after one window: nobody knows when its last request ended."""
    mine, theirs = PROCESSES.Pipe()
    other = PROCESSES.Process(target=hold_turn, args=(url, HOST, RateLimit(per_second=1), theirs))
    other.start()
    assert "held" == mine.recv()
    with open_throttles(url) as throttles:
        throttle = throttles.of(HOST, RateLimit(per_second=1), CLOCK)
        with pytest.raises(OutOfPatience), throttle.turn(within(CLOCK, 0.3)):
            pytest.fail("two at once")
        assert other.pid is not None
        os.kill(other.pid, signal.SIGKILL)
        other.join()
        killed = monotonic()
        with throttle.turn(within(CLOCK, 20)):
            assert monotonic() - killed >= 1.0


def test_a_request_costs_no_commit(url: str) -> None:
    """Turns are taken a few at a time and kept while they are used; a minute later they are another's."""
    with open_throttles(url) as throttles, closing(Store.open(url)) as store:
        throttle = throttles.of(HOST, RateLimit(per_second=40), CLOCK)
        for _ in range(10):
            with throttle.turn(within(CLOCK, 5)):
                pass
        taken = select(func.count()).where(erp_turns.c.holder.is_not(None))
        with store.read() as connection:
            assert 0 < connection.execute(taken).scalar_one() <= 10
        pause = Event()
        for _ in range(200):
            with store.read() as connection:
                if not connection.execute(taken).scalar_one():
                    break
            pause.wait(0.05)
        else:
            pytest.fail("they were kept although nobody used them")


def test_a_pause_holds_on_every_host(url: str) -> None:
    """A longer one than the latest counts; one that asks for hours is cut to one."""
    with open_throttles(url) as here, open_throttles(url) as there:
        asked = monotonic()
        here.of(HOST, RateLimit(), CLOCK).pause(1.0)
        here.of(HOST, RateLimit(), CLOCK).pause(0.1)
        with there.of(HOST, RateLimit(), CLOCK).turn(within(CLOCK, 20)):
            assert monotonic() - asked >= 1.0
        here.of(HOST, RateLimit(), CLOCK).pause(1e9)
        with pytest.raises(OutOfPatience), there.of(HOST, RateLimit(), CLOCK).turn(within(CLOCK, 5)):
            pytest.fail("went ahead during the pause")


@pytest.mark.rule("L6")
def test_a_database_that_goes_away_meanwhile_does_not_undo_a_request(url: str, postgresql: "PostgreSQL") -> None:
    """Its answer counts; the next one finds the database again, and waits a window since nobody knows."""
    with open_throttles(url) as throttles:
        throttle = throttles.of(HOST, RateLimit(per_second=1), CLOCK)
        with throttle.turn(within(CLOCK, 5)):
            assert postgresql.end_connections(url)
        ended = monotonic()
        with throttle.turn(within(CLOCK, 5)):
            assert monotonic() - ended >= 0.9


def test_a_database_that_stays_away_is_told_once(
    url: str, postgresql: "PostgreSQL", caplog: pytest.LogCaptureFixture
) -> None:
    """A log that says so four times a second buries everything else of the night."""
    with open_throttles(url) as throttles:
        with throttles.of(HOST, RateLimit(per_second=1), CLOCK).turn(within(CLOCK, 5)):
            pass
        caplog.set_level("DEBUG", "erp_bridge_core.wire.throttle_database")
        gone = f"{url}_gone"
        postgresql.end_connections(url)
        postgresql.rename_database(url, gone)
        ends, pause = monotonic() + 20, Event()
        while len(caplog.records) < 3 and monotonic() < ends:
            pause.wait(0.05)
        postgresql.rename_database(gone, url)

    told = [record.levelname for record in caplog.records if "can't be given back" in record.getMessage()]
    assert (["WARNING"], True) == (told[:1], {"DEBUG"} == set(told[1:]))


def test_threads_of_one_process_share_its_slots(url: str) -> None:
    """Five threads, two at once."""
    with open_throttles(url) as throttles:
        throttle = throttles.of(HOST, RateLimit(at_once=2), CLOCK)
        spans: list[tuple[float, float]] = []

        def request() -> None:
            with throttle.turn(within(CLOCK, 20)):
                began = monotonic()
                Event().wait(0.05)
                spans.append((began, monotonic()))

        threads = [Thread(target=request) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (5, 2) == (len(spans), Spans(spans).most_at_once())
