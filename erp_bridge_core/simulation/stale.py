"""Reads that lag behind: they show a simulator's books as they once were, whatever is written from then on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from attrs import frozen

from erp_bridge_core.simulation.state import StateFile


@frozen
class StaleReads:
    """What a service's reads are answered from: the books, or a copy of them as they were when it was kept."""

    books: StateFile

    @property
    def _copy(self) -> StateFile:
        return StateFile(self.books.path.with_suffix(".stale.sqlite3"), "")

    def keep(self) -> None:
        """From now on reads show the books as they are now."""
        self.end()
        aside = self._copy.path.with_suffix(".making")
        with self.books.reading() as connection, closing(sqlite3.connect(aside)) as copy:
            connection.backup(copy)
        aside.replace(self._copy.path)

    def end(self) -> None:
        """Reads show the books again."""
        for path in self._copy.path.parent.glob(f"{self._copy.path.name}*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of what reads show now; raises FileNotFoundError where no books were ever made."""
        shown = self._copy if self._copy.path.is_file() else self.books
        with shown.reading() as connection:
            yield connection
