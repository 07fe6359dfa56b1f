"""The audit trail as people ask for it: days instead of moments, and a table to keep or to hand on (X1)."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.sources.writing import write_table

HEADER: Final = (
    "No.", "When", "Who", "As whom", "System user", "Via", "Act", "On", "Which", "From", "To", "Details", "Seal",
)  # fmt: skip


def beginning_of(day: date | None, time_zone: str) -> datetime | None:
    """When a day begins in a time zone."""
    return None if day is None else datetime.combine(day, time(), ZoneInfo(time_zone))


def end_of(day: date | None, time_zone: str) -> datetime | None:
    """When a day has ended in a time zone; None for the last day that there is."""
    return None if day is None or day == date.max else beginning_of(day + timedelta(days=1), time_zone)


def write_trail(path: Path, entries: Iterable[AuditEntry]) -> int:
    """Write entries as CSV in UTF-8, text never a formula (X3); answers how many."""
    return write_table(path, HEADER, (_row(entry) for entry in entries))


def _row(entry: AuditEntry) -> tuple[str | int | None, ...]:
    return (
        entry.sequence, entry.at, entry.real_person, entry.person, entry.os_user, entry.via, entry.verb, entry.subject,
        entry.subject_id, entry.from_state, entry.to_state, entry.details, entry.mac,
    )  # fmt: skip
