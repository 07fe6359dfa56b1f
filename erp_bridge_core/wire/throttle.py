"""The permitted rate of an ERP host: what whoever speaks to it keeps to, together with all others (ledger L17).

The ERP counts requests as they arrive, which is somewhere between their start here and their end. So a request starts
only while those under way and those that ended within the window are fewer than the rate permits: whatever the wire's
delays, no window of the ERP's ever holds more. `throttle_files.py` counts for the processes of one host,
`throttle_database.py` for those of all hosts that share a PostgreSQL database.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Protocol

from attrs import define, frozen

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.profile import RateLimit

#: How often a full house is looked at again, in seconds.
LOOK: Final = 0.05
#: The longest pause that an ERP is granted: more is a mistake of its clock, or of ours.
LONGEST_PAUSE: Final = 3600.0
#: The longest sleep before it is asked again whether whoever waits has still the time.
_NAP: Final = 0.5

#: How many seconds whoever waits has left; it may end sooner than he thought.
Patience = Callable[[], float]


class OutOfPatience(Exception):
    """A turn does not come within the time that there is. Nothing was sent."""


class Throttle(Protocol):
    """Rate and concurrency towards one ERP host."""

    def turn(self, patience: Patience) -> AbstractContextManager[None]:
        """Wait for a turn; the block is the request. Raises `OutOfPatience` or `StorageError`, both before the block.

        What can't be noted after the block is only logged: the request was made, and its answer counts.
        """

    def pause(self, seconds: float) -> None:
        """Let nobody start a request for so long: the ERP asked for it. Raises `StorageError`."""


class Throttles(Protocol):
    """The throttles of an installation."""

    def of(self, host: str, rate: RateLimit, clock: Clock) -> Throttle:
        """The one of a host: `name:port`."""

    def close(self) -> None:
        """Nothing more is asked of the ERPs by this process."""


@frozen
class Pace:
    """How many requests one window of a permitted rate holds, and how long it is, in seconds."""

    rate: RateLimit

    @property
    def most(self) -> int:
        """How many requests one window may hold."""
        return max(1, int(self.rate.per_second or 1))

    @property
    def window(self) -> float:
        """As long as the permitted number takes at the permitted rate."""
        return self.most / (self.rate.per_second or 1)


def within(clock: Clock, seconds: float) -> Patience:
    """So many seconds from now on."""
    ends = clock.monotonic() + seconds
    return lambda: ends - clock.monotonic()


@define
class Waiting:
    """One wait for a turn, with the clock that it goes through."""

    clock: Clock
    patience: Patience

    def sleep(self, seconds: float) -> None:
        """Wait; raises `OutOfPatience` at once where the time that is left is shorter, or becomes so."""
        ends = self.clock.monotonic() + seconds
        while (left := ends - self.clock.monotonic()) > 0:
            if self.patience() < left:
                raise OutOfPatience("the turn among all requests to the ERP did not come in time")
            self.clock.sleep(min(left, _NAP))
