"""The simulated company on the disk: its books, and the folder it shares with whoever hands estimates over."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_core.simulation import StateFile, below, now
from erp_bridge_sage300.simulator.schema import SCHEMA

NAME = "Simulated Sage 300 CRE"
JOB_COST_REPORT = "reports/job-cost.csv"
EXTRAS_REPORT = "reports/extras.csv"
IMPORT_REPORT = "reports/estimate-import.txt"
REJECT_FILE = "rejected/estimates.jce"


@frozen
class Company:
    """One simulated company below `home`."""

    home: Path

    @property
    def share(self) -> Path:
        """The folder shared with the sender of estimates; a person at the desk picks files from it."""
        return self.home / "share"

    @property
    def books(self) -> StateFile:
        """The state file."""
        return StateFile(self.home / "sage300.sqlite3", SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the books; raises NotFound before set-up, StorageError when they are damaged."""
        with _told(self.home, self.books.path), self.books.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the books, on the disk when it ends; raises as `reading`."""
        with _told(self.home, self.books.path), self.books.writing() as connection:
            yield connection

    def file(self, name: str) -> Path:
        """A file of the share by the path a person gave; raises BadInput outside the share, NotFound where none is."""
        try:
            path = below(self.share, name)
        except ValueError as error:
            raise BadInput(str(error), remedy="Pick a file inside the share.") from error
        if not path.is_file():
            raise NotFound(f"There is no file {name} in the share.", remedy="Look for it in the folders of the share.")
        return path


@contextmanager
def _told(home: Path, books: Path) -> Iterator[None]:
    if not books.is_file():
        raise NotFound(f"No Sage 300 CRE simulator was set up in {home}.", remedy="Set it up with at least one job.")
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
    except OSError as error:
        raise StorageError(
            f"A file of the simulator in {home} can't be read or written: {error}.",
            remedy="Mend the folder or free the disk, then do it again; nothing was changed in the books.",
        ) from error


def fact(connection: sqlite3.Connection, name: str) -> str:
    """One fact kept about the company itself, blank when it was never set."""
    row = connection.execute("SELECT value FROM company WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a fact about the company itself."""
    connection.execute("INSERT OR REPLACE INTO company (name, value) VALUES (?, ?)", (name, value))


def changed(connection: sqlite3.Connection) -> None:
    """Note that the masters moved on from what hh2 has; the lag counts from the first such change."""
    if not fact(connection, "changed_at"):
        keep(connection, "changed_at", repr(now(connection)))
