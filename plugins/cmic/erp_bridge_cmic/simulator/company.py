"""The simulated company on the disk: its books, and a copy of them that reads may be frozen to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_cmic.simulator.schema import SCHEMA
from erp_bridge_core.contract.errors import NotFound, StorageError
from erp_bridge_core.simulation import StateFile

TITLE: Final = "Simulated CMiC"
#: The one company that a set-up makes. Leading zeros count in CMiC's codes.
COMPANY: Final = "001"
COMPANY_NAME: Final = "Simulated contractor"
ENVIRONMENT: Final = "cmictest"


@frozen
class Company:
    """One simulated installation of CMiC below `home`."""

    home: Path

    @property
    def books(self) -> StateFile:
        """The state file."""
        return StateFile(self.home / "cmic.sqlite3", SCHEMA)

    @property
    def frozen_reads(self) -> Path:
        """The copy of the books that the service reads from while a person has frozen its reads."""
        return self.home / "cmic-frozen.sqlite3"

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the books; raises NotFound before set-up, StorageError when they are damaged."""
        with _told(self.home, self.books.path), self.books.reading() as connection:
            yield connection

    @contextmanager
    def showing(self) -> Iterator[sqlite3.Connection]:
        """What the service shows: the books, or the frozen copy of them; raises as `reading`."""
        if not self.frozen_reads.is_file():
            with self.reading() as connection:
                yield connection
            return
        with _told(self.home, self.frozen_reads), StateFile(self.frozen_reads, SCHEMA).reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the books, on the disk when it ends; raises as `reading`."""
        with _told(self.home, self.books.path), self.books.writing() as connection:
            yield connection

    def freeze_reads(self) -> None:
        """Let the service show the figures of now, whatever is written later."""
        aside = self.frozen_reads.with_suffix(".aside")
        with self.reading() as connection:
            copy = sqlite3.connect(aside)
            try:
                connection.backup(copy)
            finally:
                copy.close()
        aside.replace(self.frozen_reads)

    def thaw_reads(self) -> None:
        """Let the service show the books again."""
        for suffix in ("", "-wal", "-shm"):
            self.frozen_reads.with_name(self.frozen_reads.name + suffix).unlink(missing_ok=True)


@contextmanager
def _told(home: Path, books: Path) -> Iterator[None]:
    if not books.is_file():
        raise NotFound(f"No CMiC simulator was set up in {home}.", remedy="Set it up with at least one job.")
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.OperationalError as error:
        raise StorageError(
            f"The simulator's books in {home} can't be used: {error}.",
            remedy="Free the disk or end the other process that holds them, then do it again; nothing was changed.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"The simulator's books in {home} are damaged: {error}.", remedy="Remove the folder and set it up again."
        ) from error


def fact(connection: sqlite3.Connection, name: str) -> str:
    """One fact kept about the installation itself, blank when it was never set."""
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a fact about the installation itself."""
    connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, value))
