"""Many workers that claim at once, in either database: each task is one worker's, and of one turn one is under way."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

import pytest
from attrs import define, field
from sqlalchemy import select

from erp_bridge_core.engine import tasks
from erp_bridge_core.engine.tasks import Ended, NewTask, Task
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import tasks as tasks_table

if TYPE_CHECKING:
    from postgresql import PostgreSQL

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORKERS = 8
TURNS = 6


@define
class Seen:
    """What the workers did: how often each task, and how many of one turn at the same time."""

    done: Counter[str] = field(factory=Counter)
    under_way: Counter[str] = field(factory=Counter)
    together: int = 0
    lock: Lock = field(factory=Lock)

    def begin(self, task: Task) -> None:
        """A worker has claimed it."""
        with self.lock:
            self.under_way[task.turn] += 1
            self.together = max(self.together, self.under_way[task.turn])

    def end(self, task: Task) -> None:
        """It is about to be given back."""
        with self.lock:
            self.under_way[task.turn] -= 1
            self.done[task.key] += 1


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with our tables."""
    server: PostgreSQL | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    made = f"sqlite:///{tmp_path / 'tasks.db'}" if server is None else server.new_database()
    with closing(Store.open(made)) as store:
        schema.create(store)
    yield made
    if server is not None:
        server.drop_database(made)


def work(store: Store, name: str, seen: Seen) -> None:
    """Claim and do tasks until there are none."""
    while True:
        with store.read() as connection:
            if not connection.execute(select(tasks_table.c.id)).first():
                return
            ready = tasks.ready(connection, now=store.seconds(connection))
        for task in ready:
            with store.begin(work=True) as connection:
                claimed = tasks.claim(connection, task, name, now=store.seconds(connection), at=AT)
            if claimed is not None:
                seen.begin(claimed)
                seen.end(claimed)
                with store.begin(work=True) as connection:
                    tasks.finish(connection, claimed, Ended(), now=store.seconds(connection), at=AT)
                break


@pytest.mark.rule("L13")
def test_each_task_is_one_workers_and_of_one_turn_one_is_under_way(url: str) -> None:
    """Eight workers, each with connections of its own, over tasks of which several share a turn."""
    seen = Seen()
    with ExitStack() as stack:
        stores = [stack.enter_context(closing(Store.open(url))) for _ in range(WORKERS)]
        new = [NewTask(key=f"job:{number}", job="job", turn=f"turn:{number % TURNS}") for number in range(5 * TURNS)]
        with stores[0].begin(work=True) as connection:
            tasks.add(connection, new, now=stores[0].seconds(connection))
        workers = [Thread(target=work, args=(store, f"w{n}", seen)) for n, store in enumerate(stores)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

    assert dict.fromkeys([each.key for each in new], 1) == dict(seen.done)
    assert 1 == seen.together


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_worker_says_that_it_lives_while_something_large_is_written(url: str) -> None:
    """On PostgreSQL, beside the installation's one writer; a worker is not taken for dead because of an import."""
    with closing(Store.open(url)) as store, store.begin(), store.begin(work=True) as connection:
        tasks.add(connection, [NewTask(key="job:1", job="job")], now=0.0)
        assert 1 == len(tasks.ready(connection, now=1.0))
