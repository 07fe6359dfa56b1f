"""The scene of the ledger's tests: an adapter of one safety class, an accepted item, and the worker that exports it."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from attrs import define, field, frozen
from ledger_books import LINES, OPERATIONS, Books, Hook, Posting, nothing
from sqlalchemy import Connection, insert, update

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.contract import (
    Effect,
    Effects,
    Erp,
    ErpProfile,
    ExportBatch,
    FieldValues,
    OperationProfile,
    PlannedEffect,
    SafetyClass,
)
from erp_bridge_core.exports.conclusions import Conclusion
from erp_bridge_core.exports.worker import Worker
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import connections, exports, item_lines, items

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


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


def run_again(scene: Scene) -> None:
    """Let an export that failed run again, as a retry does."""
    with scene.store.begin() as connection:
        connection.execute(
            update(exports).where(exports.c.id == scene.export_id).values(state="running", planned=False, failure=None)
        )


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
                company_id=company_id,
                name=f"books {version}",
                kind="erp",
                plugin="ledger",
                erp_company="BOOKS",
                created_at=NOW,
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
