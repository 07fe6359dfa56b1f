"""The floor: what the same work costs without a product around it.

Parses the CSV to Decimals, writes as many table rows as the product did at each stage (in bulk, SQLite in WAL with
`synchronous=FULL`), writes the same file, and reads the ERP's report back and compares. No validation, no audit trail,
no ledger, no findings: nothing that makes it safe.
"""

import csv
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path
from typing import Any

_COLUMNS = "number, sub_job, cost_code, category, description, quantity, unit, unit_cost, amount"
_TABLE = f"CREATE TABLE {{}} ({_COLUMNS.replace('number', 'number INTEGER PRIMARY KEY')})"
_INSERT = "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def main(folder: Path, budget: Path, report: Path, rows_written: dict[str, int]) -> dict[str, list[float]]:
    """Do it all, stage by stage; returns the seconds of each, and those of the processor."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    seconds: dict[str, list[float]] = {}
    for stage, rows in rows_written.items():
        with _timed(seconds, stage):
            if stage == "import":
                _write(connection, stage, enumerate_rows(parse(budget)))
                rows -= _count(connection, stage)  # noqa: PLW2901 - what is left to write
            _write(connection, f"{stage}_rows", islice(cycle_rows(connection), max(rows, 0)))
            if stage == "export":
                write_file(connection, folder / "floor.jce")
            if stage == "verify":
                compare(connection, report)
    connection.close()
    return seconds


class _timed:  # noqa: N801 - reads as a word where it is used
    def __init__(self, seconds: dict[str, list[float]], stage: str) -> None:
        self.seconds, self.stage = seconds, stage

    def __enter__(self) -> None:
        self.started = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, processor = self.started
        self.seconds[self.stage] = [time.perf_counter() - wall, time.process_time() - processor]


def parse(budget: Path) -> Iterator[tuple[Any, ...]]:
    """The CSV's rows, numbers as Decimals, then as the whole units that a table holds."""
    with budget.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        for _, sub_job, code, category, text, quantity, unit, unit_cost, amount in reader:
            figures = Decimal(quantity), Decimal(unit_cost), Decimal(amount)
            fine, cost, cents = int(figures[0] * 10_000), int(figures[1] * 10_000), int(figures[2] * 100)
            yield sub_job, code, category, text, fine, unit, cost, cents


def enumerate_rows(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows with their numbers."""
    return ((number, *row) for number, row in enumerate(rows, start=1))


def cycle_rows(connection: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The budget's rows over and over, numbered anew: what the other tables are filled with."""
    rows = connection.execute("SELECT * FROM import").fetchmany(1_000)
    return ((number, *row[1:]) for number, row in enumerate(cycle(rows), start=1))


def _write(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    connection.execute(_TABLE.format(table))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_INSERT.format(table), rows)
    connection.execute("COMMIT")


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def write_file(connection: sqlite3.Connection, path: Path) -> None:
    """The file that the ERP imports: one record a line, on the disk when it returns."""
    rows = connection.execute("SELECT * FROM import ORDER BY number")
    with path.open("w", encoding="cp1252", newline="") as stream:
        for _, _, code, category, text, quantity, unit, _, cents in rows:
            amount, count = Decimal(cents).scaleb(-2), Decimal(quantity).scaleb(-4)
            stream.write(
                f'C,"{code:>15}","{text[:30]}","{category}",04202026,{count:.2f},"{unit}",{amount},,,"",""\r\n'
            )
        stream.flush()
        os.fsync(stream.fileno())


def compare(connection: sqlite3.Connection, report: Path) -> None:
    """The ERP's report to Decimals, each key's figure beside the one in the table."""
    ours: dict[tuple[str, ...], int] = {
        tuple(key): cents
        for *key, cents in connection.execute("SELECT sub_job, cost_code, category, amount FROM import")
    }
    with report.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        places = [header.index(name) for name in ("Extra", "Cost Code", "Category")]
        total = header.index("Original Estimate")
        different = sum(
            ours.pop(tuple(row[place] for place in places), None) != int(Decimal(row[total]) * 100) for row in reader
        )
    if different or ours:
        raise SystemExit(f"The floor found {different} keys with another figure, and {len(ours)} missing.")


if __name__ == "__main__":
    paths = [Path(word) for word in sys.argv[1:4]]
    print(json.dumps(main(paths[0], paths[1], paths[2], json.loads(sys.argv[4]))))
