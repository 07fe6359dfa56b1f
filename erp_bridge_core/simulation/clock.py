"""A simulator's clock: the host's, moved forward by a person at the desk, so that a lag need not be waited for."""

import sqlite3
import time
from datetime import UTC, date, datetime

CLOCK_SCHEMA = "CREATE TABLE IF NOT EXISTS clock (moved_by REAL NOT NULL);"


def now(connection: sqlite3.Connection) -> float:
    """Seconds since 1970 as the simulated ERP sees them."""
    row = connection.execute("SELECT coalesce(sum(moved_by), 0) FROM clock").fetchone()
    return time.time() + float(row[0])


def today(connection: sqlite3.Connection) -> date:
    """The simulated ERP's date, in UTC."""
    return datetime.fromtimestamp(now(connection), tz=UTC).date()


def advance(connection: sqlite3.Connection, seconds: float) -> None:
    """Let that many seconds pass for the simulator; raises ValueError for going back."""
    if not 0 <= seconds < float("inf"):
        raise ValueError("a clock only moves forward")
    connection.execute("INSERT INTO clock (moved_by) VALUES (?)", (seconds,))
