"""When a job is due next: after an interval, or in the night of whom it is for; sooner or later after a failure."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from erp_bridge_core.contract.errors import ErpBridgeError, SignInFailed

#: The pause after a first failure, in seconds, which doubles with each further one.
FIRST_PAUSE: Final = 15.0
LONGEST_PAUSE: Final = 900.0
#: An ERP locks a user whose password is wrong: it is not tried again before somebody could have corrected it.
SIGN_IN_PAUSE: Final = 3600.0


@frozen(kw_only=True)
class Rhythm:
    """Every so many seconds, or at a time of the night; neither: never."""

    every: float = 0.0
    night: time | None = None

    @property
    def is_on(self) -> bool:
        """Whether it is ever due."""
        return self.every > 0 or self.night is not None

    def first(self, now: datetime, zone: str) -> float:
        """Seconds until it is due for the first time: at once, or in the next night."""
        return seconds_to(self.night, now, zone) if self.night is not None else 0.0

    def next(self, now: datetime, zone: str) -> float:
        """Seconds until it is due again, when all went well."""
        return seconds_to(self.night, now, zone) if self.night is not None else self.every


def pause_after(problem: ErpBridgeError, failures: int, *, usual: float = LONGEST_PAUSE) -> float:
    """Seconds to the next try after a problem that followed so many others; `usual` is the pause without one."""
    if problem.to_json()["error"] == SignInFailed.code:  # told by another worker, too
        return max(usual, SIGN_IN_PAUSE)
    return min(FIRST_PAUSE * 2.0 ** min(failures, 10), LONGEST_PAUSE, max(usual, FIRST_PAUSE))


def seconds_to(night: time, now: datetime, zone: str) -> float:
    """Seconds to the next such time in a time zone; a night without it, as when clocks change, has it an hour later."""
    there = ZoneInfo(zone)
    today = now.astimezone(there).date()
    for day in (today, today + timedelta(days=1)):
        moment = datetime.combine(day, night, there).astimezone(UTC)
        if moment > now:
            return (moment - now).total_seconds()
    raise AssertionError("tomorrow's time is later than now")
