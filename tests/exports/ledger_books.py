"""The books of a small ERP in an SQLite file, and how each safety class writes to them.

The file survives a kill, as an ERP does. Each operation keeps its class's promise and no more: `keyed` refuses a second
row under one reference, `absolute` sets a value, `contained` adds lines to a container that is posted later, `append`
just adds, `human` puts a file where a person finds it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import define

from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    ExportBatch,
    ExportLine,
    Found,
    HandOver,
    Offered,
    SafetyClass,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.errors import AlreadyThere

LINES = 3
Hook = Callable[[str], None]


def nothing(stage: str) -> None:
    """No fault."""


@define
class Books:
    """The ERP's own books, in a file of their own."""

    path: Path

    def open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS entries (line INTEGER, amount TEXT, reference TEXT, container TEXT)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS reference_list (reference TEXT PRIMARY KEY)")
        connection.execute("CREATE TABLE IF NOT EXISTS figures (line INTEGER PRIMARY KEY, amount TEXT)")
        connection.execute("CREATE TABLE IF NOT EXISTS posted (container TEXT PRIMARY KEY)")
        return connection

    def held(self) -> dict[int, int]:
        """How many times each line stands in the books: posted containers, values, entries and taken files."""
        with closing(self.open()) as connection:
            counted = connection.execute(
                "SELECT line, count(*) FROM entries WHERE container IS NULL "
                "OR container IN (SELECT container FROM posted) GROUP BY line"
            ).fetchall()
            figures = connection.execute("SELECT line, 1 FROM figures").fetchall()
        return dict([*counted, *figures])

    def rows(self, reference: str) -> list[tuple[int, str]]:
        with closing(self.open()) as connection:
            return connection.execute("SELECT line, amount FROM entries WHERE reference = ?", (reference,)).fetchall()


@define
class Writing:
    """What all operations share: the books, the batch and where a fault may strike."""

    books: Books
    batch: ExportBatch
    hook: Hook = nothing

    def lines(self, effect: Effect) -> list[ExportLine]:
        numbers = set(effect.lines)
        return [line for line in self.batch.lines if line.number in numbers]

    def commit(self, attempt: Attempt, write: Callable[[sqlite3.Connection], None]) -> None:
        attempt.check()
        self.hook("body_sent")
        with closing(self.books.open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                write(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        self.hook("reply_held")

    def put_entries(self, connection: sqlite3.Connection, effect: Effect, container: str | None) -> None:
        for line in self.lines(effect):
            connection.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?)", (line.number, str(line.amount), effect.reference, container)
            )

    def compare(self, effect: Effect) -> Sighting:
        seen = self.books.rows(effect.reference)
        wanted = [(line.number, str(line.amount)) for line in self.lines(effect)]
        if not seen:
            return Absent(proof={"rows": 0})
        if sorted(seen) == sorted(wanted):
            return Found(reference=effect.reference)
        return Several(count=2) if len(seen) > len(wanted) else Different()


class Keyed(Writing):
    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        def write(connection: sqlite3.Connection) -> None:
            try:
                connection.execute("INSERT INTO reference_list VALUES (?)", (effect.reference,))
            except sqlite3.IntegrityError:
                raise AlreadyThere(f"{effect.reference} exists") from None
            self.put_entries(connection, effect, None)

        self.commit(attempt, write)
        return Accepted(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        yield from (self.compare(effect) for effect in effects)


class Absolute(Writing):
    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        def write(connection: sqlite3.Connection) -> None:
            for line in self.lines(effect):
                connection.execute("INSERT OR REPLACE INTO figures VALUES (?, ?)", (line.number, str(line.amount)))

        self.commit(attempt, write)
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        for effect in effects:
            with closing(self.books.open()) as connection:
                figures = dict(connection.execute("SELECT line, amount FROM figures").fetchall())
            seen = {line.number: figures.get(line.number) for line in self.lines(effect)}
            if all(seen[line.number] == str(line.amount) for line in self.lines(effect)):
                yield Found(reference="figures")
            elif all(value is None for value in seen.values()):
                yield Before()
            else:
                yield Different(evidence={"seen": {str(line): value for line, value in seen.items()}})


class Contained(Writing):
    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        container = f"container {effect.generation}"
        self.commit(attempt, lambda connection: self.put_entries(connection, effect, container))
        return Accepted(reference=container)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        yield from (self.compare(effect) for effect in effects)


class Posting(Writing):
    """Posts the newest container: setting the same mark again changes nothing."""

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        container = effect.request["container"]
        self.commit(
            attempt, lambda connection: connection.execute("INSERT OR REPLACE INTO posted VALUES (?)", (container,))
        )
        return Accepted(reference=container)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        for effect in effects:
            with closing(self.books.open()) as connection:
                posted = connection.execute(
                    "SELECT 1 FROM posted WHERE container = ?", (effect.request["container"],)
                ).fetchall()
            yield Found(reference=effect.request["container"]) if posted else Before()


class Append(Writing):
    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        self.commit(attempt, lambda connection: self.put_entries(connection, effect, None))
        return Accepted()

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        yield from (CannotTell(why="entries carry no reference") for _ in effects)


class Human(Writing):
    """A file for a person; it counts as held once it was taken."""

    @property
    def share(self) -> Path:
        return self.books.path.parent

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        attempt.check()
        self.hook("body_sent")
        content = json.dumps([[line.number, str(line.amount)] for line in self.lines(effect)])
        with (self.share / f"offer-{effect.reference}").open("x") as file:
            file.write(content)
        self.hook("reply_held")
        return Offered(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        for effect in effects:
            if (self.share / f"taken-{effect.reference}").exists():
                yield Found(reference=effect.reference)
            elif (self.share / f"offer-{effect.reference}").exists():
                yield Waiting(reference=effect.reference)
            else:
                yield Absent(proof={"share": str(self.share)})

    def hand_over(self, effect: Effect) -> HandOver:
        taken = (self.share / f"taken-{effect.reference}").exists()
        return HandOver(
            title="A file",
            location=str(self.share / f"{'taken' if taken else 'offer'}-{effect.reference}"),
            sha256=effect.payload_hash,
            lines=LINES,
            total="6.00",
            instructions=("Load it.",),
            taken=taken,
        )

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        attempt.check()
        (self.share / f"offer-{effect.reference}").rename(self.share / f"taken-{effect.reference}")
        self.hook("reply_held")
        return self.hand_over(effect)


OPERATIONS: Mapping[SafetyClass, type[Any]] = {
    SafetyClass.KEYED: Keyed,
    SafetyClass.ABSOLUTE: Absolute,
    SafetyClass.CONTAINED: Contained,
    SafetyClass.APPEND: Append,
    SafetyClass.HUMAN: Human,
}
