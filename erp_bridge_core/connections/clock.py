"""The real clock, in a company's time zone."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from erp_bridge_core.contract.errors import BadSettings, Fault


class SystemClock:
    """The host's time; `today` is the date in the company's time zone (an IANA name such as `America/Chicago`)."""

    def __init__(self, time_zone: str = "UTC") -> None:
        """Raises `BadSettings` for a time zone that the time zone data does not know."""
        try:
            self._zone = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            fault = Fault("time_zone", "no such time zone", value=time_zone, expected="such as America/Chicago")
            raise BadSettings(
                f"There is no time zone {time_zone!r}.",
                remedy="Give the name that the IANA time zone database uses, such as America/Chicago.",
                faults=[fault],
            ) from error

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The date in the company's time zone."""
        return datetime.now(self._zone).date()

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))
