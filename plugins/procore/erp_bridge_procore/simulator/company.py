"""The simulated Procore on the disk: its books, and a copy of them that reads may be frozen to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound, StorageError
from erp_bridge_core.simulation import StaleReads, StateFile
from erp_bridge_procore.simulator.schema import SCHEMA

TITLE: Final = "Simulated Procore"
#: The company that a set-up makes, and one to which the app is not connected.
COMPANY: Final = 4_261
OTHER_COMPANY: Final = 4_262


@frozen
class Installation:
    """One simulated Procore below `home`."""

    home: Path

    @property
    def books(self) -> StateFile:
        """The state file."""
        return StateFile(self.home / "procore.sqlite3", SCHEMA)

    @property
    def stale(self) -> StaleReads:
        """What reads are answered from: the books, or a copy of them that a person had them frozen to."""
        return StaleReads(self.books)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent view of the books; raises NotFound before set-up, StorageError when they can't be used."""
        with self._told(), self.books.reading() as connection:
            yield connection

    @contextmanager
    def showing(self) -> Iterator[sqlite3.Connection]:
        """What the API's reads show: the books, or their frozen copy; raises as `reading`."""
        with self._told(), self.stale.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the books, on the disk when it ends; raises as `reading`."""
        with self._told(), self.books.writing() as connection:
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        if not self.books.path.is_file():
            raise NotFound(f"No Procore simulator was set up in {self.home}.", remedy="Set it up with a project.")
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise StorageError(
                f"The simulator's books in {self.home} can't be used: {error}.",
                remedy="Free the disk, or remove the folder and set it up again.",
            ) from error


def fact(connection: sqlite3.Connection, name: str) -> str:
    """One fact kept about the installation itself, blank when it was never set."""
    row = connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a fact about the installation itself."""
    connection.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (name, value))
