"""`[schedule]` and `[engine]` of the configuration: how often the installation does its own work, and by what."""

from collections.abc import Iterator
from datetime import time
from typing import Final, Literal

from attrs import frozen

from erp_bridge_core.contract.errors import Fault

_LEAST_AT_ONCE: Final = 2
_MOST_AT_ONCE: Final = 32
_LEAST_KEPT: Final = 2
_LONGEST_POLL: Final = 60.0


@frozen(kw_only=True)
class EngineConfig:
    """What brings exports on: `inline`, the worker itself; or `dbos`, with a queue of its own (the extra `dbos`)."""

    kind: Literal["inline", "dbos"] = "inline"


@frozen(kw_only=True)
class ScheduleConfig:
    """How often a worker does what; 0 minutes: not at all.

    `verify_minutes`: reading the ERP back for what waits. `resume_minutes`: looking again at exports in doubt or handed
    over; one that runs is taken up at once. `mail_minutes`: daily summaries, mail and webhooks, which also go out as
    soon as they are due. `nightly_at`: when finished items are verified too, masters read and the audit trail checked,
    in the company's time zone; blank: never. `keep_days`: how long what was sent is remembered. `poll_seconds`: how
    soon work of another process is seen. `at_once`: how much is done side by side, half of it exports.
    """

    verify_minutes: int = 15
    resume_minutes: int = 5
    mail_minutes: int = 5
    nightly_at: str = "02:00"
    keep_days: int = 90
    poll_seconds: float = 2.0
    at_once: int = 8

    @property
    def night(self) -> time | None:
        """The time of the night's work."""
        return time.fromisoformat(self.nightly_at) if self.nightly_at else None


def schedule_faults(schedule: ScheduleConfig) -> Iterator[Fault]:
    """Everything that is wrong with `[schedule]`."""
    for name in ("verify_minutes", "resume_minutes", "mail_minutes"):
        if getattr(schedule, name) < 0:
            yield _fault(schedule, name, "minutes, or 0 for never")
    try:
        night = schedule.night
    except ValueError:
        yield _fault(schedule, "nightly_at", "a time such as 02:00, or blank for never")
    else:
        if night is not None and night.tzinfo is not None:
            yield _fault(schedule, "nightly_at", "a time without a zone: it is the company's")
    if schedule.keep_days < _LEAST_KEPT:
        yield _fault(schedule, "keep_days", f"days, {_LEAST_KEPT} or more")
    if not 0 < schedule.poll_seconds <= _LONGEST_POLL:
        yield _fault(schedule, "poll_seconds", f"seconds, at most {_LONGEST_POLL:.0f}")
    if not _LEAST_AT_ONCE <= schedule.at_once <= _MOST_AT_ONCE:
        yield _fault(schedule, "at_once", f"{_LEAST_AT_ONCE} to {_MOST_AT_ONCE}")


def _fault(schedule: ScheduleConfig, name: str, expected: str) -> Fault:
    return Fault(f"schedule.{name}", "out of bounds", value=str(getattr(schedule, name)), expected=expected)
