"""What is to be done, as rows: claimed by one worker at a time, by a lease that the database's clock measures (L13).

A claim keeps two workers from the same work; that nothing is done twice is held by each service itself, so that a
worker that slept through its lease does no harm.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.following import stored_cause
from erp_bridge_core.store.tables import tasks

#: Seconds that a claim holds, and between two renewals of it. A worker that is gone is replaced once it missed a beat,
#: one that is stopped or cut off after a lease.
LEASE: Final = 12.0
BEAT: Final = 2.0
LONGEST_TOLD: Final = 400


@frozen(kw_only=True)
class NewTask:
    """A task that is not there yet; `due_in` is in seconds."""

    key: str
    job: str
    company_id: int | None = None
    item_id: int | None = None
    asked_by: int | None = None
    turn: str = ""
    due_in: float = 0.0
    cause: str | None = None


@frozen(kw_only=True)
class Task:
    """A task as it was read; `epoch` counts its claims, `failures` those in a row that ended with a problem."""

    id: int
    key: str
    job: str
    company_id: int | None
    item_id: int | None
    asked_by: int | None
    turn: str
    due_at: float
    epoch: int
    failures: int
    cause: str | None = None

    @property
    def number(self) -> int:
        """The number in its key: of an export, of an item."""
        return int(self.key.partition(":")[2])


@frozen(kw_only=True)
class Ended:
    """How a task ended. `again_in` is in seconds, None: not again. A `problem` counts as a failure."""

    told: str = ""
    again_in: float | None = None
    problem: ErpBridgeError | None = None


def add(connection: Connection, new: Iterable[NewTask], *, now: float) -> None:
    """Write those that are not there yet, in a write transaction."""
    wanted = {each.key: each for each in new}
    known = connection.execute(select(tasks.c.key).where(tasks.c.key.in_(wanted))).scalars()
    for key in known.all():
        del wanted[key]
    rows = [
        {
            "key": each.key, "job": each.job, "company_id": each.company_id, "item_id": each.item_id,
            "asked_by": each.asked_by, "turn": each.turn or each.key, "due_at": now + each.due_in,
            "cause": each.cause or stored_cause(),
        }
        for each in wanted.values()
    ]  # fmt: skip
    if rows:
        connection.execute(insert(tasks), rows)


def forget(connection: Connection, keys: Collection[str], *, now: float) -> None:
    """Drop tasks that are over, unless a worker is at them."""
    free = or_(tasks.c.lease_until.is_(None), tasks.c.lease_until <= now)
    connection.execute(delete(tasks).where(tasks.c.key.in_(keys), free))


def ready(connection: Connection, *, now: float, hurried: Iterable[tuple[str, Collection[int]]] = ()) -> list[Task]:
    """What is due and free, the longest due first.

    `hurried` names jobs, each with the companies that have work for it now: they are due unless they failed lately.
    """
    at_once = [
        (tasks.c.job == job) & tasks.c.company_id.in_(companies) & (tasks.c.failures == 0)
        for job, companies in hurried
        if companies
    ]
    others = tasks.alias()
    busy = select(others.c.id).where(others.c.turn == tasks.c.turn, others.c.lease_until > now).exists()
    query = select(tasks).where(or_(tasks.c.due_at <= now, *at_once), ~busy)
    return [_task(row) for row in connection.execute(query.order_by(tasks.c.due_at, tasks.c.id))]


def claim(connection: Connection, task: Task, owner: str, *, now: float, at: datetime) -> Task | None:
    """Take a task for one worker; None where another was first. `at` is shown to people."""
    others = tasks.alias()
    busy = select(others.c.id).where(others.c.turn == task.turn, others.c.lease_until > now).exists()
    values = {"owner": owner, "epoch": task.epoch + 1, "lease_until": now + LEASE, "started_at": at}
    taken = connection.execute(
        update(tasks).where(tasks.c.id == task.id, tasks.c.epoch == task.epoch, ~busy).values(values).returning(tasks)
    ).one_or_none()
    return None if taken is None else _task(taken)


def renew(connection: Connection, owner: str, numbers: Collection[int], *, now: float) -> None:
    """Keep those that a worker is at, by their ids; one whose end it could not note is left to lapse."""
    held = tasks.c.owner == owner, tasks.c.id.in_(numbers), tasks.c.lease_until.is_not(None)
    connection.execute(update(tasks).where(*held).values(lease_until=now + LEASE))


def finish(connection: Connection, task: Task, ended: Ended, *, now: float, at: datetime) -> None:
    """Give a task back as it ended; one that another worker took over meanwhile is left to that."""
    mine = tasks.c.id == task.id, tasks.c.epoch == task.epoch
    if ended.again_in is None:
        connection.execute(delete(tasks).where(*mine))
        return
    values: dict[str, Any] = {
        "owner": None, "lease_until": None, "ended_at": at, "due_at": now + ended.again_in,
        "told": ended.told[:LONGEST_TOLD], "failures": task.failures + 1 if ended.problem else 0,
        "problem": ended.problem.to_json() if ended.problem else None,
    }  # fmt: skip
    connection.execute(update(tasks).where(*mine).values(values))


def _task(row: Row[Any]) -> Task:
    names = ("id", "key", "job", "company_id", "item_id", "asked_by", "turn", "due_at", "epoch", "failures", "cause")
    return Task(**{name: getattr(row, name) for name in names})
