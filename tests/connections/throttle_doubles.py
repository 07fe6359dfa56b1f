"""What other processes do with a throttle: in a module of its own, which a new process can import."""

from multiprocessing.connection import Connection
from pathlib import Path

from connection_doubles import StepClock

from erp_bridge_core.connections.throttle import Throttle
from erp_bridge_core.contract.profile import RateLimit


def throttle(folder: Path, clock: StepClock, *, per_second: float | None = None, at_once: int = 1) -> Throttle:
    """The throttle of one host."""
    return Throttle(folder=folder / "erp", rate=RateLimit(per_second=per_second, at_once=at_once), clock=clock)


def hold(folder: Path, told: Connection) -> None:
    """Take the only slot and keep it."""
    with throttle(folder, StepClock()).turn(60):
        told.send("held")
        told.recv()


def take_turns(folder: Path, told: Connection) -> None:
    """Take three turns and tell how long they took."""
    clock = StepClock()
    for _ in range(4):
        with throttle(folder, clock, per_second=2).turn(60):
            pass
    told.send(clock.seconds)
