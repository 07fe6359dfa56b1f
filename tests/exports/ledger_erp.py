"""A small ERP in an SQLite file, written to by every safety class, and the scene that an export of it needs.

The file survives a kill, as an ERP does. Each operation keeps its class's promise and no more: `keyed` refuses a second
row under one reference, `absolute` sets a value, `contained` adds lines to a container that is sealed later, `append`
just adds, `human` puts a file where a person finds it.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from attrs import define, field, frozen
from sqlalchemy import Connection, insert

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    Before,
    CannotTell,
    Different,
    Effect,
    Effects,
    Erp,
    ErpProfile,
    ExportBatch,
    ExportLine,
    FieldValues,
    Found,
    HandOver,
    Offered,
    OperationProfile,
    PlannedEffect,
    SafetyClass,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.errors import AlreadyThere
from erp_bridge_core.exports.conclusions import Conclusion
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import connections, exports, item_lines, items

LINES = 3
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
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


@define
class LedgerAdapter:
    """An adapter that writes each line as one effect, all of one safety class."""

    books: Books
    safety: SafetyClass
    hook: Hook = nothing
    version: str = "1.0"
    wheel_hash: str = "0" * 64
    planned: int = 0
    operation: Callable[[Books, ExportBatch, Hook], Any] | None = None

    @property
    def profile(self) -> ErpProfile:
        return ErpProfile(
            name="ledger",
            title="Books in a file",
            api_version=1,
            settings_class=object,
            operations=tuple(
                OperationProfile(
                    name=name, title=name, safety=safety, because="the books are made so", deadline=60.0,
                    execution_bound=0.0,
                )
                for name, safety in (("write", self.safety), ("post", SafetyClass.ABSOLUTE))
            ),
        )  # fmt: skip

    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        make = self.operation or OPERATIONS[self.safety]
        operations = {
            "write": make(self.books, batch, self.hook),
            "post": Posting(self.books, batch, self.hook),
        }
        effects.plan("lines", lambda generation: self._plan(batch, effects, generation))
        effects.run(operations)
        if self.safety is SafetyClass.CONTAINED:
            # Which container is posted is known only once one of them is whole.
            effects.plan("post", lambda _generation: self._post())
            effects.run(operations)

    def _plan(self, batch: ExportBatch, effects: Effects, generation: int) -> Iterator[PlannedEffect]:
        wanted = set(effects.lines_to_send())
        for line in batch.lines:
            if line.number in wanted:
                self.planned += 1
                yield PlannedEffect(
                    operation="write",
                    lines=[line.number],
                    payload_hash=sha256(f"{line.number} {line.amount}".encode()).hexdigest(),
                    request={"generation": generation},
                )

    def _post(self) -> Iterable[PlannedEffect]:
        with closing(self.books.open()) as connection:
            (newest,) = connection.execute("SELECT max(container) FROM entries").fetchone()
        return [
            PlannedEffect(
                operation="post", lines=[], payload_hash=sha256(newest.encode()).hexdigest(),
                request={"container": newest},
            )
        ]  # fmt: skip


@define
class PatientClock:
    """A clock whose waits are over at once."""

    waited: list[float] = field(factory=list)

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()

    def monotonic(self) -> float:
        return 1_000.0 + sum(self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


@define
class DatabaseTime:
    """The database's clock plus what tests, and the waits of a `PatientClock`, let pass."""

    store: Store
    clock: PatientClock
    passed: float = 0.0

    def __call__(self, connection: Connection) -> float:
        return self.store.seconds(connection) + self.passed + sum(self.clock.waited)


@frozen(kw_only=True)
class Scene:
    """An accepted item of three lines whose export was started, and the worker that runs it."""

    store: Store
    books: Books
    adapter: LedgerAdapter
    worker: Worker
    clock: PatientClock
    time: DatabaseTime
    item_id: int
    export_id: int


class NoMark:
    def raise_to(self, *, attempts: int) -> object:
        return attempts


def add_export(
    store: Store, company_id: int, project_id: int, *, starter: int = 3, version: int = 1
) -> tuple[int, int]:
    """Rows of an accepted item with three lines and of its export, just started: (item id, export id)."""
    with store.begin() as connection:
        link = connection.execute(
            insert(connections).values(
                company_id=company_id, name=f"books {version}", erp="ledger", erp_company="BOOKS", created_at=NOW
            )
        ).inserted_primary_key[0]
        item = connection.execute(
            insert(items).values(
                company_id=company_id, project_id=project_id, version=version, state="exporting", revision=3,
                connection_id=link, job="J1", currency="USD", digits=2, first_export=True, content_hash="0" * 64,
                line_count=LINES, original=600, changes=0, sent_by=2, sent_at=NOW, contributors=[], field_values={},
                erp_company="BOOKS", adapter_version="1.0", wheel_hash="0" * 64, accepted_by=starter, accepted_at=NOW,
            )
        ).inserted_primary_key[0]  # fmt: skip
        for number in range(1, LINES + 1):
            connection.execute(
                insert(item_lines).values(
                    item_id=item, number=number, company_id=company_id, part="original", our_cost_code=f"0{number}",
                    our_category="L", cost_code=f"0{number}", category="L", amount=number * 100,
                )
            )  # fmt: skip
        export = connection.execute(
            insert(exports).values(
                company_id=company_id, item_id=item, erp="ledger", erp_company="BOOKS", job="J1", state="running",
                started_by=starter, started_at=NOW, adapter_version="1.0",
            )
        ).inserted_primary_key[0]  # fmt: skip
    return int(item), int(export)


def make_scene(
    store: Store,
    home: Path,
    safety: SafetyClass,
    *,
    export_id: int,
    item_id: int,
    hook: Hook = nothing,
    observer: Callable[[str, Effect], None] | None = None,
    passed: float = 0.0,
    mark: Any = None,
) -> Scene:
    """A worker over the export, with the books beside the home."""
    adapter = LedgerAdapter(Books(home / "books.db"), safety, hook)
    clock = PatientClock()
    time = DatabaseTime(store, clock, passed)
    told: list[Conclusion] = []

    def open_connection(item: ItemView) -> tuple[LedgerAdapter, Erp[Any]]:
        nowhere = cast("Any", None)
        erp: Erp[Any] = Erp(
            name="books", company="main", settings=None, http=nowhere, files=nowhere, clock=clock, masters=nowhere,
            maps=nowhere, state=nowhere, log=logging.LoggerAdapter(logging.getLogger("tests.ledger")),
            installation="TEST42", job=item.job,
        )  # fmt: skip
        return adapter, erp

    worker = Worker(
        store=store,
        locks=home / "locks",
        mark=mark or NoMark(),
        opener=open_connection,
        told=lambda _connection, _item, conclusion: told.append(conclusion),
        observer=observer or (lambda _stage, _effect: None),
        patience=10_000.0,
        seconds=time,
    )
    return Scene(
        store=store, books=adapter.books, adapter=adapter, worker=worker, clock=clock, time=time, item_id=item_id,
        export_id=export_id,
    )  # fmt: skip
