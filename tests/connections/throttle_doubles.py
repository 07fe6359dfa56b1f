"""What other processes do with a throttle: in a module of its own, which a new process can import."""

from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from pathlib import Path

from connection_doubles import StepClock

from erp_bridge_core.connections.throttle import within
from erp_bridge_core.connections.throttle_files import FileThrottle
from erp_bridge_core.contract.profile import RateLimit


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
