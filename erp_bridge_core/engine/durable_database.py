"""Where DBOS keeps its queue: a file of the home beside SQLite, a schema of the same database on PostgreSQL.

Either is durable as ours is: what the engine says it has kept is on the disk.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import define, field
from filelock import FileLock, Timeout
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.postgresql import engine_of

DATABASE: Final = "engine.db"
SCHEMA: Final = "dbos"
#: Connections that the engine of one worker has to the server at most, besides those of our own.
_MOST: Final = 10


@define(eq=False)
class QueueDatabase:
    """The database of the engine. A file of it has one worker at a time; a server has any number of them."""

    application: Application
    engine: Engine | None = field(default=None, init=False)
    _lock: FileLock | None = field(default=None, init=False)

    def open(self) -> Engine | None:
        """Open it; None while another worker has the file."""
        store = self.application.store
        if store.on_postgresql:
            self.engine = engine_of(store.engine.url, most=_MOST)
            return self.engine
        folder = self.application.home / "locks"
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / "engine.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return None
        self._lock = lock
        self.engine = _file(self.application.home / DATABASE)
        return self.engine

    def close(self) -> None:
        """Close it, and let another worker have the file."""
        if self.engine is not None:
            self.engine.dispose()
            self.engine = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None


@contextmanager
def told_as_storage_errors() -> Iterator[None]:
    """The engine's failures at its database, in words of ours."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StorageError(f"The engine's database can't be used: {error}", remedy="It is tried again.") from error


def _file(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
