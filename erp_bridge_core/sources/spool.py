"""Rows and faults on their way from a file to a budget, in a temporary table, so that memory stays small.

SQLite's private database with an empty name lies in a file without a name: nothing of it is left after a crash, and
nobody else can open it. What fits in its cache never reaches the disk.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.errors import Fault, StorageError
from erp_bridge_core.sources.lines import Record

_CACHE_KIBIBYTES: Final = 32 * 1024
_BATCH: Final = 5_000
_SCHEMA: Final = """
    CREATE TABLE record (
        row INTEGER PRIMARY KEY, first INTEGER NOT NULL, job TEXT NOT NULL, sub_job TEXT NOT NULL,
        cost_code TEXT NOT NULL, category TEXT NOT NULL, amount INTEGER NOT NULL, description TEXT NOT NULL,
        quantity INTEGER, unit TEXT NOT NULL, unit_cost INTEGER
    );
    CREATE TABLE fault (
        number INTEGER PRIMARY KEY, row INTEGER NOT NULL, header TEXT NOT NULL, place TEXT NOT NULL,
        message TEXT NOT NULL, value TEXT, expected TEXT, rule TEXT, remedy TEXT
    );
"""
_KEY: Final = "job, sub_job, cost_code, category"
_FIELDS: Final = ("row", "job", "sub_job", "cost_code", "category", "amount", "description", "quantity", "unit",
                  "unit_cost")  # fmt: skip
_COLUMNS: Final = ", ".join(_FIELDS)

_get: Final = attrgetter(*_FIELDS)

#: A key as the spool tells it: job, sub job, cost code, category.
Key = tuple[str, str, str, str]
#: A row as the spool tells it: the fields of a `Record` in order, and the first of the rows that it is joined with.
Row = tuple[Any, ...]


def _connect() -> sqlite3.Connection:
    with _usable():
        connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        return connection


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(
            f"The temporary table for reading a file could not be used: {error}.",
            remedy="See that the disk of the temporary folder (TMPDIR) is not full. Nothing was imported.",
        ) from error


@define
class Spool:
    """The temporary table; `close` it, or let it go, and it is gone."""

    _connection: sqlite3.Connection = field(factory=_connect, init=False)
    _waiting: list[tuple[Any, ...]] = field(factory=list, init=False)
    _joined: bool = field(default=False, init=False)

    def add(self, record: Record) -> None:
        """Take in one row."""
        self._waiting.append((record.row, *_get(record)))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def add_fault(self, row: int, header: str, fault: Fault) -> None:
        """Keep a fault of one row on disk."""
        values = (
            row, header, fault.where, fault.message, fault.value, fault.expected, fault.rule, fault.remedy,
        )  # fmt: skip
        with _usable():
            self._connection.execute(
                "INSERT INTO fault (row, header, place, message, value, expected, rule, remedy)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def finish(self) -> None:
        """Make the keys findable; no row may be added after it."""
        self._flush()
        with _usable():
            self._connection.execute(f"CREATE INDEX by_key ON record ({_KEY})")

    def repeats(self) -> Iterator[tuple[Key, list[int]]]:
        """Every key that stands in more than one row, with its rows, in the order of their first rows."""
        groups = self._select(
            f"SELECT MIN(row), {_KEY} FROM record GROUP BY {_KEY} HAVING COUNT(*) > 1 ORDER BY 1"  # noqa: S608
        )
        where = " AND ".join(f"{name} = ?" for name in _KEY.split(", "))
        for _, *key in groups:
            rows = self._select(f"SELECT row FROM record WHERE {where} ORDER BY row", key)  # noqa: S608
            job, sub_job, cost_code, category = key
            yield (job, sub_job, cost_code, category), [row for (row,) in rows]

    def join(self, rows: Sequence[int]) -> None:
        """Let rows of one key come out together, at the place of the first of them."""
        self._joined = True
        with _usable():
            self._connection.executemany("UPDATE record SET first = ? WHERE row = ?", ((rows[0], row) for row in rows))

    def arrange(self) -> None:
        """Make the order of lines quick; nothing may be joined after it."""
        with _usable():
            self._connection.execute("CREATE INDEX by_place ON record (job, first)")
            self._connection.execute("COMMIT")

    def records(self, rows: Sequence[int]) -> list[Record]:
        """The records of given rows."""
        return [
            record
            for row in rows
            for record in map(record_of, self._select(f"SELECT {_COLUMNS}, first FROM record WHERE row = ?", [row]))  # noqa: S608
        ]

    def groups(self, job: str) -> Iterator[list[Row]]:
        """A job's rows, those that were joined together, in the file's order; `record_of` makes a record of one."""
        found = self._select(
            f"SELECT {_COLUMNS}, first FROM record WHERE job = ? ORDER BY first, row",  # noqa: S608
            [job],
        )
        if not self._joined:
            return ([values] for values in found)
        return (list(group) for _, group in groupby(found, key=itemgetter(-1)))

    def jobs(self) -> Iterator[tuple[str, int, int, int]]:
        """Each job in the file's order: its code, its lines, its rows, its amount in minor units."""
        # Summed in two halves: rows of fifteen digits each could overflow the 64 bits of an SQLite sum.
        found = self._select(
            "SELECT job, COUNT(DISTINCT first), COUNT(*), SUM(amount / 1000000), SUM(amount % 1000000)"
            " FROM record GROUP BY job ORDER BY MIN(row)"
        )
        for job, lines, rows, millions, rest in found:
            yield job, lines, rows, millions * 1_000_000 + rest

    def faults(self) -> Iterator[tuple[int, str, Fault]]:
        """Every fault with its row and header, in the order of rows."""
        found = self._select(
            "SELECT row, header, place, message, value, expected, rule, remedy FROM fault ORDER BY row, number"
        )
        for row, header, place, message, value, expected, rule, remedy in found:
            yield row, header, Fault(place, message, value=value, expected=expected, rule=rule, remedy=remedy)

    def close(self) -> None:
        """Delete the table."""
        self._connection.close()

    def _flush(self) -> None:
        marks = ", ".join("?" * (len(_FIELDS) + 1))
        with _usable():
            self._connection.executemany(f"INSERT INTO record (first, {_COLUMNS}) VALUES ({marks})", self._waiting)  # noqa: S608
        self._waiting.clear()

    def _select(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with _usable():
            yield from self._connection.execute(sql, values)


def record_of(values: Row) -> Record:
    """A row's record."""
    # Unpacked, not by name: a file may have a million of them.
    row, job, sub_job, cost_code, category, amount, description, quantity, unit, unit_cost, _ = values
    return Record(
        row=row, job=job, sub_job=sub_job, cost_code=cost_code, category=category, amount=amount,
        description=description, quantity=quantity, unit=unit, unit_cost=unit_cost,
    )  # fmt: skip
