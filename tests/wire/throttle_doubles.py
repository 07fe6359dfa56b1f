"""What other processes do with a throttle: in a module of its own, which a new process can import."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import accumulate
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from attrs import frozen
from connection_doubles import StepClock

from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.store.database import Store
from erp_bridge_core.wire.throttle import within
from erp_bridge_core.wire.throttle_database import DatabaseThrottles
from erp_bridge_core.wire.throttle_files import FileThrottle


def throttle(folder: Path, clock: StepClock, *, per_second: float | None = None, at_once: int = 1) -> FileThrottle:
    """The throttle of one host."""
    return FileThrottle(folder=folder / "erp", rate=RateLimit(per_second=per_second, at_once=at_once), clock=clock)


def turn(
    seconds: float, folder: Path, clock: StepClock, *, per_second: float | None = None, at_once: int = 1
) -> AbstractContextManager[None]:
    """A turn at it, waited for so long at most."""
    return throttle(folder, clock, per_second=per_second, at_once=at_once).turn(within(clock, seconds))


def hold(folder: Path, told: Connection) -> None:
    """Take the only slot and keep it."""
    with turn(60, folder, StepClock()):
        told.send("held")
        told.recv()


def take_turns(folder: Path, told: Connection) -> None:
    """Take three turns and tell how long they took."""
    clock = StepClock()
    for _ in range(4):
        with turn(60, folder, clock, per_second=2):
            pass
    told.send(clock.seconds)


@frozen
class Spans:
    """Requests of all processes, each from its start to its end, by one clock."""

    all: list[tuple[float, float]]

    def shortest_window(self, most: int) -> float:
        """The shortest time in which the ERP can have counted one request more than `most`."""
        starts, ends = sorted(start for start, _ in self.all), sorted(end for _, end in self.all)
        return min(later - earlier for earlier, later in zip(ends, starts[most:], strict=False))

    def most_at_once(self) -> int:
        """The most that were under way together."""
        changes = sorted([(start, 1) for start, _ in self.all] + [(end, -1) for _, end in self.all])
        return max(accumulate(change for _, change in changes))

    def busy(self, most: int, *, window: float) -> float:
        """The part of what was permitted that was made use of, from the first request to the last."""
        took = max(end for _, end in self.all) - min(start for start, _ in self.all)
        lasts = sum(end - start for start, end in self.all) / len(self.all)
        return len(self.all) / (most * took / (window + lasts))


@contextmanager
def open_throttles(url: str) -> Iterator[DatabaseThrottles]:
    """Those of one process, in a PostgreSQL database."""
    store = Store.open(url)
    throttles = DatabaseThrottles(store.locks)
    try:
        yield throttles
    finally:
        throttles.close()
        store.close()


def hold_turn(url: str, host: str, rate: RateLimit, told: Connection) -> None:
    """Take a turn and keep it."""
    with open_throttles(url) as throttles, throttles.of(host, rate, SystemClock()).turn(within(SystemClock(), 60)):
        told.send("held")
        told.recv()


def hurry(  # noqa: PLR0917 -- what a process is given
    url: str, host: str, rate: RateLimit, seconds: float, together: Barrier, told: "Queue[list[tuple[float, float]]]"
) -> None:
    """Make requests one after another, in four threads, for so long; tell when each began and ended."""
    clock, spans = SystemClock(), list[tuple[float, float]]()
    with open_throttles(url) as throttles:
        throttle = throttles.of(host, rate, clock)
        together.wait()
        ends = monotonic() + seconds

        def request() -> None:
            while monotonic() < ends:
                with throttle.turn(within(clock, 60)):
                    began = monotonic()
                    Event().wait(0.01)
                    spans.append((began, monotonic()))

        threads = [Thread(target=request) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told.put(spans)
