"""The database: transactions, what happens after a commit, and failures told as storage errors."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from erp_bridge_core.contract.errors import Changed, StorageError
from erp_bridge_core.store.database import Store, once


@pytest.fixture
def numbers(tmp_path: Path) -> Store:
    """A database with a table of numbers."""
    store = Store.at(tmp_path / "numbers.db")
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE numbers (number INTEGER NOT NULL)"))
    store.close()
    return store


def held(store: Store) -> list[int]:
    """The numbers in the table."""
    with store.read() as connection:
        found = list(connection.execute(text("SELECT number FROM numbers")).scalars())
    store.close()
    return found


def test_an_act_after_the_commit_sees_what_was_committed(numbers: Store) -> None:
    """What was asked for in a transaction is done once it is durable; a later one of the name replaces an earlier."""
    seen: list[list[int]] = []
    with numbers.begin() as connection:
        numbers.after_commit(connection, "look", lambda: seen.append([-1]))
        numbers.after_commit(connection, "look", lambda: seen.append(held(numbers)))
        connection.execute(text("INSERT INTO numbers VALUES (7)"))
        assert seen == []

    assert [[7]] == seen


def test_no_act_follows_a_transaction_that_was_rolled_back(numbers: Store) -> None:
    """Neither then nor with the next commit."""
    seen: list[str] = []

    def fails() -> None:
        with numbers.begin() as connection:
            numbers.after_commit(connection, "look", lambda: seen.append("looked"))
            connection.execute(text("INSERT INTO numbers VALUES (7)"))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fails()
    with numbers.begin() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (8)"))

    assert ([], [8]) == (seen, held(numbers))


@pytest.mark.rule("L14")
def test_sqlite_writes_ahead_and_waits_for_the_disk(numbers: Store) -> None:
    """WAL with synchronous=FULL, and foreign keys are held."""
    with numbers.read() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    numbers.close()

    assert ["wal", 2, 1] == found


@pytest.mark.rule("L14")
def test_a_full_disk_is_told_and_writes_nothing(numbers: Store) -> None:
    """When the database can grow no more the error says so, with its remedy, and the transaction is undone."""
    with numbers.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 3")

    def fill() -> None:
        with numbers.begin() as connection:
            for number in range(20_000):
                connection.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})

    with pytest.raises(StorageError, match="full") as refused:
        fill()

    assert "Free space" in refused.value.remedy
    assert [] == held(numbers)


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    """A file that is no database is a storage error with a remedy."""
    path = tmp_path / "damaged.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    store = Store.at(path)

    with pytest.raises(StorageError, match="not a database"), store.read() as connection:
        connection.execute(text("SELECT 1 FROM numbers"))
    store.close()


def test_two_writers_take_turns(numbers: Store) -> None:
    """A write transaction holds the lock from its start: a second writer is not let in between."""
    other = sqlite3.connect(str(numbers.engine.url.database), timeout=0)
    with numbers.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    numbers.close()


def test_what_was_seen_is_looked_at_again_in_the_transaction_that_writes(numbers: Store) -> None:
    """Nobody comes in between: the look reads what the write sees, while every other writer waits."""
    other = sqlite3.connect(str(numbers.engine.url.database), timeout=0)
    looks: list[list[int]] = []

    def look() -> None:
        with numbers.read() as connection:
            looks.append(list(connection.execute(text("SELECT number FROM numbers")).scalars()))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    with numbers.if_still(look):
        with numbers.begin() as connection:
            connection.execute(text("INSERT INTO numbers VALUES (7)"))
        with numbers.begin() as connection:
            connection.execute(text("INSERT INTO numbers VALUES (8)"))
    other.close()

    assert ([[]], [7, 8]) == (looks, held(numbers))


def test_where_it_is_otherwise_nothing_is_written(numbers: Store) -> None:
    """The look's error passes, and the next transaction is as any other."""

    def look() -> None:
        raise Changed("no")

    with pytest.raises(Changed), numbers.if_still(look), numbers.begin() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (7)"))
    with numbers.begin() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (8)"))

    assert [8] == held(numbers)


def test_all_readings_of_a_moment_see_the_same(numbers: Store) -> None:
    """What another process commits meanwhile is not seen; after the moment it is."""
    other = Store.at(Path(str(numbers.engine.url.database)))
    with numbers.of_one_moment():
        before = looked(numbers)
        with other.begin() as connection:
            connection.execute(text("INSERT INTO numbers VALUES (7)"))
        within = looked(numbers)
    after = looked(numbers)
    other.close()
    numbers.close()

    assert ([], [], [7]) == (before, within, after)


def test_writing_ends_a_moment(numbers: Store) -> None:
    """What is read after a write transaction is what is there now, and nothing of it is remembered."""
    with numbers.of_one_moment():
        before = looked_once(numbers)
        with numbers.begin() as connection:
            connection.execute(text("INSERT INTO numbers VALUES (7)"))
            written = once(connection, "numbers", lambda: [-1])
        after = looked_once(numbers)
    numbers.close()

    assert ([], [-1], [7]) == (before, written, after)


def test_a_moment_reads_the_same_once_and_another_reads_it_anew(numbers: Store) -> None:
    """Outside a moment nothing is remembered from one transaction to the next."""
    answers = iter(range(9))
    found = []
    for _ in range(2):
        with numbers.of_one_moment():
            found += [remembered(numbers, answers), remembered(numbers, answers)]
    found += [remembered(numbers, answers), remembered(numbers, answers)]
    numbers.close()

    assert [0, 0, 1, 1, 2, 3] == found


def test_a_moment_is_of_one_database(numbers: Store, tmp_path: Path) -> None:
    """Another store reads its own."""
    other = Store.at(tmp_path / "other.db")
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE numbers (number INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO numbers VALUES (5)"))
    with numbers.of_one_moment():
        found = looked(other)
    other.close()
    numbers.close()

    assert [5] == found


def looked(store: Store) -> list[int]:
    """The numbers, by a reading that leaves the store open."""
    with store.read() as connection:
        return list(connection.execute(text("SELECT number FROM numbers")).scalars())


def looked_once(store: Store) -> list[int]:
    """The numbers, as they were first read in a moment."""
    with store.read() as connection:
        query = text("SELECT number FROM numbers")
        return once(connection, "numbers", lambda: list(connection.execute(query).scalars()))


def remembered(store: Store, answers: Iterator[int]) -> int:
    """The next of some answers, or the one given before."""
    with store.read() as connection:
        return once(connection, "answer", lambda: next(answers))
