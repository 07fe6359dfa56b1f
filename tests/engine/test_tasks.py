"""Claims: one worker at a time, for as long as its lease, measured by the database's clock."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_core.engine import tasks
from erp_bridge_core.engine.tasks import LEASE, Ended, NewTask, Task
from erp_bridge_core.store.database import Store

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOW = 1000.0


def ready(store: Store, now: float = NOW, hurried: Sequence[tuple[str, frozenset[int]]] = ()) -> list[Task]:
    """What is ready at a second."""
    with store.read() as connection:
        return tasks.ready(connection, now=now, hurried=hurried)


def claim(store: Store, task: Task, owner: str, now: float = NOW) -> Task | None:
    """Claim it for a worker."""
    with store.begin() as connection:
        return tasks.claim(connection, task, owner, now=now, at=AT)


def finish(store: Store, task: Task, ended: Ended, now: float = NOW) -> None:
    """End it."""
    with store.begin() as connection:
        tasks.finish(connection, task, ended, now=now, at=AT)


@pytest.fixture
def one(store: Store) -> Task:
    """One task, ready."""
    return add(store, NewTask(key="verify:hoosier", job="verify", company_id=1))


def add(store: Store, *new: NewTask) -> Task:
    """Add tasks; the first that is ready."""
    with store.begin() as connection:
        tasks.add(connection, new, now=NOW)
    return ready(store)[0]


@pytest.mark.rule("L13")
def test_a_claim_is_one_workers_until_it_lapses(store: Store, one: Task) -> None:
    """Who comes second gets nothing; after the lease another takes over, and the first one's end is not noted."""
    first = claim(store, one, "a")
    assert first is not None
    assert (None, []) == (claim(store, one, "b"), ready(store))
    later = NOW + LEASE
    second = claim(store, ready(store, later)[0], "b", later)
    assert second is not None
    finish(store, first, Ended(told="late", again_in=0.0), later)

    assert [] == ready(store, later)
    finish(store, second, Ended(told="done", again_in=5.0), later)
    assert ([], ["verify:hoosier"]) == (ready(store, later), [each.key for each in ready(store, later + 5.0)])


def test_a_renewed_claim_goes_on(store: Store, one: Task) -> None:
    """A worker that lives keeps what it is at, and no more: not what is another's, nor what it has ended."""
    claim(store, one, "a")
    with store.begin() as connection:
        tasks.renew(connection, "a", [one.id], now=NOW + LEASE - 1)
        tasks.renew(connection, "a", [], now=NOW + 50 * LEASE)
        tasks.renew(connection, "b", [one.id], now=NOW + 100 * LEASE)

    assert [] == ready(store, NOW + LEASE)
    assert 1 == len(ready(store, NOW + 2 * LEASE))


def test_of_one_turn_one_is_claimed(store: Store) -> None:
    """Two jobs that read the same things are done one after the other."""
    turn = "verify:hoosier"
    add(
        store,
        NewTask(key="verify:hoosier", job="verify", company_id=1, turn=turn),
        NewTask(key="verify-all:hoosier", job="verify-all", company_id=1, turn=turn),
    )
    both = ready(store)
    first = claim(store, both[0], "a")

    assert first is not None
    assert (None, []) == (claim(store, both[1], "b"), ready(store))
    finish(store, first, Ended(again_in=60.0))
    assert claim(store, both[1], "b")


def test_what_has_something_to_send_is_ready_before_its_time(store: Store) -> None:
    """But not after a failure, which would fail again at once."""
    mail = add(store, NewTask(key="mail:hoosier", job="mail", company_id=1))
    urgent = [("mail", frozenset({1}))]
    claimed = claim(store, mail, "a")
    assert claimed is not None
    finish(store, claimed, Ended(again_in=300.0))
    assert (0, 1) == (len(ready(store)), len(ready(store, hurried=urgent)))
    again = claim(store, ready(store, hurried=urgent)[0], "a")
    assert again is not None
    finish(store, again, Ended(again_in=300.0, problem=ReadFailed("The server is down.")))

    assert [] == ready(store, hurried=urgent)
    assert 1 == ready(store, NOW + 300.0)[0].failures


def test_what_is_over_is_forgotten_unless_somebody_is_at_it(store: Store, one: Task) -> None:
    """And added once, however often it is asked for."""
    claimed = claim(store, one, "a")
    assert claimed is not None
    for now in (NOW, NOW + LEASE):
        with store.begin() as connection:
            tasks.add(connection, [NewTask(key="verify:hoosier", job="verify", company_id=1)], now=now)
            tasks.forget(connection, ["verify:hoosier"], now=now)
        assert (now == NOW) == (claim_exists(store))


def claim_exists(store: Store) -> bool:
    """Whether the task is there at all."""
    return bool(ready(store, NOW + 100 * LEASE))
