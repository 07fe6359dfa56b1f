"""A company's clock: the installation's time, with dates in the company's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from erp_bridge_core.contract.connection import Clock


@frozen
class ZonedClock:
    """Another clock, whose dates are those of one time zone (A3: "today" is the company's)."""

    clock: Clock
    time_zone: str

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The date where the company is."""
        return self.clock.now().astimezone(ZoneInfo(self.time_zone)).date()

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.clock.sleep(seconds)
