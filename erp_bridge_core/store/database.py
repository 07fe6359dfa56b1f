"""The database: opened strictly, written in short transactions, every failure told as a storage error."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.store.text_search import CASEFOLD, casefold

Known = TypeVar("Known")

BUSY_SECONDS: Final = 30
#: Connections that stay open, and those at once at most: one for each thread that a server answers requests in (40 that
#: find out who asks, 32 that answer), and for what is done behind them.
KEPT: Final = 16
MOST: Final = 96
_AFTER_COMMIT: Final = "erp_bridge_after_commit"
#: What is looked at once the next write transaction has begun, and the transaction in which it is looked at.
_LOOK: Final[ContextVar[Callable[[], object] | None]] = ContextVar("look", default=None)
_LOOKING: Final[ContextVar[Connection | None]] = ContextVar("looking", default=None)
#: The reading that all others of a moment share, of which store it is, and what was read in it once and for all.
_MOMENT: Final[ContextVar["tuple[Store, Connection] | None"]] = ContextVar("moment", default=None)
_KNOWN: Final = "erp_bridge_known"


class Store:
    """One database. `begin()` is a write transaction, `read()` a consistent read; neither is ever nested.

    SQLite runs in WAL with `synchronous=FULL` (L14); a write transaction takes the write lock at once, so that what it
    read is still true when it commits.
    """

    def __init__(self, engine: Engine) -> None:
        """Use `Store.open` instead."""
        self.engine = engine
        self._heard: list[Callable[[], object]] = []

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open a database by its SQLAlchemy URL; nothing is read yet."""
        engine = create_engine(
            url, pool_pre_ping=not url.startswith("sqlite"), pool_size=KEPT, max_overflow=MOST - KEPT
        )
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        return cls(engine)

    @classmethod
    def at(cls, path: Path) -> "Store":
        """Open the SQLite database in a file."""
        return cls.open(f"sqlite:///{path}")

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: committed, durably, when the block ends; rolled back when it raises."""
        acts: dict[str, Callable[[], object]] = {}
        if (moment := _MOMENT.get()) is not None and moment[0] is self:
            _MOMENT.set(None)
        with _told_as_storage_errors(), self.engine.connect().execution_options(erp_bridge_write=True) as connection:
            connection.info[_AFTER_COMMIT] = acts
            try:
                with connection.begin():
                    _look_again(connection)
                    yield connection
            finally:
                connection.info.pop(_AFTER_COMMIT, None)
        for act in acts.values():
            act()
        for heard in tuple(self._heard):
            heard()

    def after_commit(self, connection: Connection, name: str, act: Callable[[], object]) -> None:
        """Do something once this write transaction is committed, and not at all when it isn't.

        A later act of the same name replaces the earlier one.
        """
        acts: dict[str, Callable[[], object]] = connection.info[_AFTER_COMMIT]
        acts[name] = act

    @contextmanager
    def listening(self, heard: Callable[[], object]) -> Iterator[None]:
        """While the block runs, be told of each commit of this process; `heard` only notes that there was one."""
        self._heard.append(heard)
        try:
            yield
        finally:
            self._heard.remove(heard)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: everything read in the block is of one moment."""
        if (writing := _LOOKING.get()) is not None:
            yield writing
            return
        if (moment := _MOMENT.get()) is not None and moment[0] is self:
            with _told_as_storage_errors():
                yield moment[1]
            return
        with _told_as_storage_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def of_one_moment(self) -> Iterator[None]:
        """All that the block reads is of one moment, in one transaction; what `once` reads, it reads once.

        For what is only shown. A write transaction in the block ends the moment: whatever is read from then on is new.
        """
        with (
            _told_as_storage_errors(),
            self.engine.connect().execution_options(**{_KNOWN: {}}) as connection,
            connection.begin(),
        ):
            token = _MOMENT.set((self, connection))
            try:
                yield
            finally:
                _MOMENT.reset(token)

    @contextmanager
    def if_still(self, look: Callable[[], object]) -> Iterator[None]:
        """Write in the block only if what was seen is still so: the first write transaction in it looks again.

        `look` reads by the services; it raises where something is other than it was seen, and then nothing is written.
        """
        token = _LOOK.set(look)
        try:
            yield
        finally:
            _LOOK.reset(token)

    def seconds(self, connection: Connection) -> float:
        """The database's own clock, in seconds: what durations across processes are measured by (L13)."""
        if self.engine.dialect.name == "sqlite":
            return float(connection.execute(text("SELECT (julianday('now') - 2440587.5) * 86400.0")).scalar_one())
        return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def once(connection: Connection, asked: Hashable, read: Callable[[], Known]) -> Known:
    """What `read` answers: of one moment the answer to what was `asked` before, in any other transaction a new one.

    The answer has to be a value that nobody changes.
    """
    known: dict[Hashable, Known] | None = connection.get_execution_options().get(_KNOWN)
    if known is None:
        return read()
    if asked not in known:
        known[asked] = read()
    return known[asked]


def _look_again(connection: Connection) -> None:
    look = _LOOK.get()
    if look is None:
        return
    _LOOK.set(None)
    token = _LOOKING.set(connection)
    try:
        look()
    finally:
        _LOOKING.reset(token)


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.create_function(CASEFOLD, 1, casefold, deterministic=True)
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("erp_bridge_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told_as_storage_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _storage_error(error) from error


def _storage_error(error: DBAPIError) -> StorageError:
    words = str(error.orig)
    remedies = {
        "disk is full": "Free space on the disk that holds the database, then run it again; nothing was sent.",
        "malformed": "The database file is damaged: restore it from a backup.",
        "not a database": "The file is not a database of ours: check the home folder, or restore it from a backup.",
        "readonly": "The database file or its folder can't be written: check its owner and mode.",
        "locked": "Another process holds the database for too long: end it, then run it again.",
        "no such table": "The database has another version: make a backup, then upgrade it with `erp-bridge upgrade`.",
        "unable to open": "The database file can't be opened: check the home folder, its owner and mode.",
    }
    remedy = next((remedy for part, remedy in remedies.items() if part in words), "Look at the database.")
    return StorageError(f"The database can't be used: {words}", remedy=remedy)
