"""A clock under a test's control."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import define

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@define
class ControlledClock:
    """A clock that stands still until a test moves it; sleeping moves it and returns at once."""

    moment: datetime = START
    seconds: float = 1000.0
    time_zone: str = "America/Indiana/Indianapolis"

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.astimezone(ZoneInfo(self.time_zone)).date()

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds  # a time span is of whole microseconds: the last of them would never pass

    def advance(self, **passed: float) -> None:
        """Move on by days, hours, minutes or seconds."""
        by = timedelta(**passed)
        self.moment += by
        self.seconds += by.total_seconds()
