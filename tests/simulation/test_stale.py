"""Stale reads: what is shown while they last, and once they end."""

from pathlib import Path

import pytest

from erp_bridge_core.simulation import StaleReads, StateFile


@pytest.fixture
def books(tmp_path: Path) -> StateFile:
    """Books with one row."""
    made = StateFile(tmp_path / "books.sqlite3", "CREATE TABLE IF NOT EXISTS row (name TEXT);")
    made.create()
    write(made, "first")
    return made


def write(books: StateFile, name: str) -> None:
    """Add a row."""
    with books.writing() as connection:
        connection.execute("INSERT INTO row VALUES (?)", (name,))


def read(reads: StaleReads) -> list[str]:
    """The rows that are shown."""
    with reads.reading() as connection:
        return [row["name"] for row in connection.execute("SELECT name FROM row ORDER BY rowid")]


def test_reads_show_the_books_until_they_are_kept_and_after_they_end(books: StateFile) -> None:
    """What is written meanwhile is in the books, and is shown at the end."""
    reads = StaleReads(books)
    assert ["first"] == read(reads)
    reads.keep()
    write(books, "second")
    assert ["first"] == read(reads)
    reads.end()
    assert ["first", "second"] == read(reads)


def test_keeping_again_shows_the_books_as_they_are_by_then(books: StateFile) -> None:
    """An older copy is no reason to show older books."""
    reads = StaleReads(books)
    reads.keep()
    write(books, "second")
    reads.keep()
    assert ["first", "second"] == read(reads)


def test_ending_what_never_began_changes_nothing(books: StateFile) -> None:
    """Reads of the books go on."""
    StaleReads(books).end()
    assert ["first"] == read(StaleReads(books))


def test_they_outlive_a_restart_of_the_simulator(books: StateFile) -> None:
    """Another process sees the same: the copy lies beside the books."""
    StaleReads(books).keep()
    write(books, "second")
    assert ["first"] == read(StaleReads(StateFile(books.path, books.schema)))
