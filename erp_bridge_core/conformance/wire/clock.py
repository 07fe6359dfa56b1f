"""The suite's clock: waiting takes no time, and what was waited for is known."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import define, field
from sqlalchemy import Connection

from erp_bridge_core.exports.lease import Seconds
from erp_bridge_core.store.database import Store

#: Even a wait of nothing moves the clock, so that who waits in a loop gets somewhere.
LEAST: Final = 0.001


@define(kw_only=True, eq=False)
class SuiteClock:
    """A clock that stands still until somebody sleeps or it is advanced; a `contract.Clock`, safe for threads.

    It begins at `moment` (aware) and is `passed` seconds on: with these two it is made again in another process.
    """

    moment: datetime
    passed: float = 0.0
    time_zone: str = "UTC"
    waited: list[float] = field(init=False, factory=list)
    _guard: threading.Lock = field(init=False, factory=threading.Lock)

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return self.moment.astimezone(UTC) + timedelta(seconds=self.passed)

    def today(self) -> date:
        """The date in the company's time zone."""
        return self.now().astimezone(ZoneInfo(self.time_zone)).date()

    def monotonic(self) -> float:
        """The seconds that have passed."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Return at once, that much later; what was asked for is kept in `waited`."""
        with self._guard:
            self.waited.append(seconds)
            self.passed += max(seconds, LEAST)

    def advance(self, seconds: float) -> None:
        """Let time pass; raises ValueError for going back."""
        if seconds < 0:
            raise ValueError("a clock only moves forward")
        with self._guard:
            self.passed += seconds

    def database_seconds(self, store: Store) -> Seconds:
        """The database's clock as a worker reads it (L13), plus what has passed here."""
        return lambda connection: self._database_seconds(store, connection)

    def _database_seconds(self, store: Store, connection: Connection) -> float:
        return store.seconds(connection) + self.passed
