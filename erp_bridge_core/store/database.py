"""The database: opened strictly, written in short transactions, every failure told as a storage error."""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from time import time
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, make_url, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, StorageError
from erp_bridge_core.following import measured
from erp_bridge_core.store import postgresql, row_security, sqlite
from erp_bridge_core.store.prepared import Prepared, Rows
from erp_bridge_core.store.session_locks import SessionLocks

Known = TypeVar("Known")

_AFTER_COMMIT: Final = "erp_bridge_after_commit"
#: The server's clock as a step of one export began.
_NOW: Final = "erp_bridge_now"
_CLOCK: Final = text("SELECT extract(epoch FROM clock_timestamp())")
#: What is looked at once the next write transaction has begun, and the transaction in which it is looked at.
_LOOK: Final[ContextVar[Callable[[], object] | None]] = ContextVar("look", default=None)
_LOOKING: Final[ContextVar[Connection | None]] = ContextVar("looking", default=None)
#: The reading that all others of a moment share, of which store it is, and what was read in it once and for all.
_MOMENT: Final[ContextVar["tuple[Store, Connection] | None"]] = ContextVar("moment", default=None)
_KNOWN: Final = "erp_bridge_known"


class CommitUnknown(StorageError):
    """The line to the database broke at the commit: all of the transaction was kept, or nothing of it."""

    code = "commit_unknown"


class Store:
    """One database. `begin()` is a write transaction, `read()` a consistent read; neither is ever nested.

    A write transaction is the installation's only one, in SQLite and in PostgreSQL, so that what it read is still true
    when it commits; and once it has ended well, it is on the disk (L14).
    """

    def __init__(self, engine: Engine) -> None:
        """Use `Store.open` instead."""
        self.engine = engine
        self._heard: list[Callable[[], object]] = []

    @classmethod
    def open(cls, url: str | URL, *, connections: int = postgresql.MOST) -> "Store":
        """Open a database by its SQLAlchemy URL; nothing is read yet.

        `connections` is how many a process has to a PostgreSQL server at once, at most.
        """
        place = make_url(url)
        if place.get_backend_name() == "sqlite":
            return cls(sqlite.engine_of(place))
        return cls(postgresql.engine_of(place, most=connections))

    @classmethod
    def at(cls, path: Path) -> "Store":
        """Open the SQLite database in a file."""
        return cls.open(f"sqlite:///{path}")

    @property
    def on_postgresql(self) -> bool:
        """Whether the database is PostgreSQL, which several hosts may share."""
        return self.engine.dialect.name == "postgresql"

    @cached_property
    def locks(self) -> SessionLocks:
        """On PostgreSQL, the locks of this process: they end with it, on whatever host it runs."""
        return SessionLocks(self.engine)

    @contextmanager
    def begin(self, *, export: int | None = None, work: bool = False) -> Iterator[Connection]:
        """A write transaction: committed, durably, when the block ends; rolled back when it raises.

        Raises `StorageError` for a database that can't be used: nothing was kept then. `CommitUnknown` says that the
        line to the server broke while it committed, so that all of it was kept, or nothing.

        Args:
            export: the export whose rows alone are written, for the ledger's own steps: on PostgreSQL, steps of
                different exports commit beside one another.
            work: only rows of `tasks` and `workers` are written: on PostgreSQL beside everything else, so that a worker
                says that it lives while something large is written.
        """
        acts: dict[str, Callable[[], object]] = {}
        if (moment := _MOMENT.get()) is not None and moment[0] is self:
            _MOMENT.set(None)
        with measured("transaction"), self._connected(writes=True, begins_itself=export is not None) as connection:
            connection.info[_AFTER_COMMIT] = acts
            done = False
            try:
                with connection.begin():
                    if self.on_postgresql:
                        connection.info[_NOW] = postgresql.lock(connection, export, work=work)
                    _look_again(connection)
                    yield connection
                    done = True
            except DBAPIError as error:
                if done and self.on_postgresql and postgresql.lost(error):
                    raise _commit_unknown(error) from error
                raise
            finally:
                connection.info.pop(_AFTER_COMMIT, None)
                connection.info.pop(_NOW, None)
        for act in acts.values():
            act()
        if export is None and not work:
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
        """While the block runs, be told of each commit of this process; `heard` only notes that there was one.

        Steps of the ledger and rows of tasks are left out: they make no work for anybody else.
        """
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
        with self._connected(writes=False) as connection, connection.begin():
            yield connection

    @contextmanager
    def look(self, asked: Prepared, values: Mapping[str, Any]) -> Iterator[tuple[Connection, Rows]]:
        """What one statement that only reads finds just now: a transaction of its own, on one way to the server.

        `seconds` in the block are those of that moment.
        """
        with _told_as_storage_errors(), self.engine.connect() as connection:
            if not self.on_postgresql:
                yield connection, asked.rows(connection, values)
                return
            connection.execution_options(isolation_level="AUTOCOMMIT")
            found = asked.with_clock.rows(connection, values)
            if found:
                connection.info[_NOW] = found[0][-1]
            try:
                yield connection, [row[:-1] for row in found]
            finally:
                connection.info.pop(_NOW, None)

    @contextmanager
    def of_one_moment(self) -> Iterator[None]:
        """All that the block reads is of one moment, in one transaction; what `once` reads, it reads once.

        For what is only shown. A write transaction in the block ends the moment: whatever is read from then on is new.
        """
        with self._connected(writes=False) as connection, connection.execution_options(**{_KNOWN: {}}).begin():
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
        """The database's own clock, in seconds: what durations across processes are measured by (L13).

        SQLite has none but this host's, which all processes at the file share: it needs no statement. In a step of one
        export it is the moment at which the step began.
        """
        if not self.on_postgresql:
            return time()
        began: float | None = connection.info.get(_NOW)
        return float(connection.execute(_CLOCK).scalar_one()) if began is None else began

    def close(self) -> None:
        """Close every pooled connection, and the session of this process's locks."""
        if "locks" in self.__dict__:
            self.locks.close()
        self.engine.dispose()

    @contextmanager
    def _connected(self, *, writes: bool, begins_itself: bool = False) -> Iterator[Connection]:
        options: dict[str, Any] = {"erp_bridge_write": writes}
        if self.on_postgresql:
            options = postgresql.options_of(writes=writes, begins_itself=begins_itself)
        with _told_as_storage_errors(), self.engine.connect() as connection:
            row_security.begun(connection)
            yield connection.execution_options(**options)


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


@contextmanager
def _told_as_storage_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _told(error) from error
    except NoConnectionFree as error:
        raise StorageError(
            "The database can't be used: every connection of this process is taken.",
            remedy="Run it again; if it recurs, raise `connections` of `[database]` in erp-bridge.toml.",
        ) from error


def _told(error: DBAPIError) -> ErpBridgeError:
    if isinstance(error.orig, sqlite3.Error):
        return _storage_error(error, sqlite.remedy_of(error.orig))
    if isinstance(error, DataError):
        return BadInput(
            f"The database can't hold what was given: {error.orig}",
            remedy="Shorten the text, or take characters that can't be seen out of it. Nothing was kept.",
        )
    kept = " Nothing of it was kept." if postgresql.lost(error) else ""
    return _storage_error(error, postgresql.remedy_of(error.orig), kept)


def _storage_error(error: DBAPIError, remedy: str | None, kept: str = "") -> StorageError:
    words = " ".join(str(error.orig).split())
    told = words if words.endswith((".", "?", "!")) else f"{words}."
    return StorageError(f"The database can't be used: {told}{kept}", remedy=remedy or "Look at the database.")


def _commit_unknown(error: DBAPIError) -> CommitUnknown:
    return CommitUnknown(
        f"The connection to the database was lost while it was told to keep what was done: {error.orig}",
        remedy="All of it was kept, or nothing: look which, before you do it again.",
    )
