"""The suite's clock: no wait takes time, and all of them are known."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from erp_bridge_core.conformance.wire import SuiteClock
from erp_bridge_core.store.database import Store

MOMENT = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-6)))


def test_waiting_moves_the_clock_and_is_remembered() -> None:
    """The wall clock, the date and the durations move together."""
    clock = SuiteClock(moment=MOMENT, time_zone="America/Chicago")
    before = clock.today()
    clock.sleep(3600)

    assert (date(2026, 3, 2), date(2026, 3, 3)) == (before, clock.today())
    assert (datetime(2026, 3, 3, 6, 30, tzinfo=UTC), 3600.0, [3600]) == (clock.now(), clock.monotonic(), clock.waited)


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_wait_of_nothing_still_moves_it(seconds: float) -> None:
    """Who waits in a loop gets somewhere."""
    clock = SuiteClock(moment=MOMENT)
    clock.sleep(seconds)

    assert 0.001 == clock.monotonic()


def test_it_never_goes_back() -> None:
    """Time that passes is not a wait."""
    clock = SuiteClock(moment=MOMENT)
    clock.advance(5)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)

    assert (5, []) == (clock.monotonic(), clock.waited)


def test_it_is_made_again_elsewhere_from_two_values() -> None:
    """As a worker in another process does."""
    clock = SuiteClock(moment=MOMENT)
    clock.sleep(42)

    assert clock.now() == SuiteClock(moment=clock.moment, passed=clock.passed).now()


def test_no_wait_is_lost_among_threads() -> None:
    """Lanes wait beside one another."""
    clock = SuiteClock(moment=MOMENT)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(clock.sleep, [1.0] * 2000))

    assert (2000.0, 2000) == (clock.monotonic(), len(clock.waited))


@pytest.mark.rule("L13")
def test_the_databases_clock_moves_with_it(store: Store) -> None:
    """What a worker measures durations by: the database's own clock, and what has passed here."""
    clock = SuiteClock(moment=MOMENT)
    seconds = clock.database_seconds(store)
    with store.read() as connection:
        before = seconds(connection)
        clock.sleep(3600)
        after = seconds(connection)

    assert 3600 <= after - before < 3660
