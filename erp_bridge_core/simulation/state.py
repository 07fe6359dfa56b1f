"""The file a simulator keeps its books in: SQLite, durable at each commit, shared by its server and its desk."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

#: How long one process waits for another's transaction, in seconds; a large import holds the lock for some of them.
WAIT = 60.0


@frozen
class StateFile:
    """A simulator's books at `path`, made from `schema` (whose statements may all be run again).

    Every commit is on the disk before it returns (WAL, synchronous FULL), so a killed simulator loses nothing that
    it has told anyone.
    """

    path: Path
    schema: str

    def create(self) -> None:
        """Make the file and whatever is missing in it; harmless when all is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect("rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(self.schema)
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the books, whatever others commit meanwhile; nothing can be written through it.

        Raises FileNotFoundError where no books were ever made.
        """
        with self._open() as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept when the block ends, nothing when it raises.

        Raises FileNotFoundError where no books were ever made.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():
            raise FileNotFoundError(f"There are no simulated books at {self.path}.")
        connection = self._connect("rw")
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
