"""SQLite as the store uses it: one file on a disk of this host, one writer at a time, every commit synced (L14)."""

import sqlite3
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from erp_bridge_core.store.text_search import CASEFOLD, casefold

#: How long a transaction waits for the one writer.
BUSY_SECONDS: Final = 30
#: Connections that stay open, and those at once at most: one for each thread that a server answers requests in (40 that
#: find out who asks, 32 that answer), and for what is done behind them.
KEPT: Final = 16
MOST: Final = 96
REMEDIES: Final = {
    "disk is full": "Free space on the disk that holds the database, then run it again. Nothing was sent unrecorded.",
    "disk I/O error": "Free space on its disk, or raise the user's quota; `erp-bridge db check` tries the disk.",
    "malformed": "The database file is damaged: restore it from a backup.",
    "not a database": "The file is not a database of ours: check the home folder, or restore it from a backup.",
    "readonly": "The database file or its folder can't be written: check its owner and mode.",
    "locked": "Another process holds the database for too long: end it, then run it again.",
    "no such table": "The database has another version: upgrade it with `erp-bridge db upgrade`.",
    "unable to open": "Check the home folder, its owner and mode, and its disk, which `erp-bridge db check` tries.",
}


def engine_of(url: URL) -> Engine:
    """Connections in WAL with `synchronous=FULL`; a transaction that writes takes the write lock at once."""
    engine = create_engine(url, pool_size=KEPT, max_overflow=MOST - KEPT)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def remedy_of(error: BaseException | None) -> str | None:
    """What helps against a failure of the database; None for one that is not known."""
    words = str(error)
    return next((remedy for part, remedy in REMEDIES.items() if part in words), None)


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.create_function(CASEFOLD, 1, casefold, deterministic=True)
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    statement = "BEGIN IMMEDIATE" if connection.get_execution_options().get("erp_bridge_write") else "BEGIN"
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        # Told as whatever SQLAlchemy itself runs is told; by itself it would take several times as long to begin.
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
