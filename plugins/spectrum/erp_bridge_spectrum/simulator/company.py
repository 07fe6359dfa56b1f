"""The simulated installation on the disk: its books, a copy that Gets may be frozen to, facts about itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound, StorageError
from erp_bridge_core.simulation import StateFile
from erp_bridge_spectrum.simulator.schema import SCHEMA

NAME: Final = "Simulated Viewpoint Spectrum"
#: The company that set-up makes and that a person at the desk means by default.
COMPANY: Final = "SIM"


@frozen
class Installation:
    """One simulated Spectrum below `home`."""

    home: Path

    @property
    def books(self) -> StateFile:
        """The state file; the read-only SQL views lie in it too."""
        return StateFile(self.home / "spectrum.sqlite3", SCHEMA)

    @property
    def frozen_reads(self) -> Path:
        """The copy of the books that Gets read from while reads are frozen."""
        return self.home / "spectrum-frozen.sqlite3"

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the books; raises NotFound before set-up, StorageError when they are damaged."""
        with _told(self.home, self.books.path), self.books.reading() as connection:
            yield connection

    @contextmanager
    def showing(self) -> Iterator[sqlite3.Connection]:
        """What Gets show: the books, or the frozen copy of them; raises as `reading`."""
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
        """Let Gets show the figures of now, with the switches as they stand, whatever is written later."""
        aside = self.frozen_reads.with_suffix(".aside")
        with self.reading() as connection, closing(sqlite3.connect(aside)) as copy:
            connection.backup(copy)
        aside.replace(self.frozen_reads)

    def thaw_reads(self) -> None:
        """Let Gets show the books again."""
        for suffix in ("", "-wal", "-shm"):
            self.frozen_reads.with_name(self.frozen_reads.name + suffix).unlink(missing_ok=True)


@contextmanager
def _told(home: Path, books: Path) -> Iterator[None]:
    if not books.is_file():
        raise NotFound(f"No Spectrum simulator was set up in {home}.", remedy="Set it up with at least one job.")
    try:
        yield
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
    """One fact kept about the installation, blank when it was never set."""
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a fact about the installation."""
    connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, value))


def find_job(connection: sqlite3.Connection, company: str, job: str) -> sqlite3.Row | None:
    """A job of a company, or None."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM job WHERE company = ? AND job = ?", (company, job.strip())
    ).fetchone()
    return row


def held_job(connection: sqlite3.Connection, company: str, job: str) -> sqlite3.Row:
    """A job of a company; raises NotFound."""
    row = find_job(connection, company, job)
    if row is None:
        raise NotFound(f"Spectrum company {company} has no job {job}.", remedy="List the jobs and give one of them.")
    return row
