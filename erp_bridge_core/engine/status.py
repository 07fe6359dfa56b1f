"""How the installation's own work stands: which workers live, what each task did last, and what keeps it from more."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Row, or_, select

from erp_bridge_core.app import Application
from erp_bridge_core.engine.exporting import EXPORT, START
from erp_bridge_core.engine.jobs import BY_NAME
from erp_bridge_core.engine.living import WorkerView, at_work
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.people.rules import may_look_at_items, require
from erp_bridge_core.store.tables import companies, tasks

_OF_ITEMS: Final = {EXPORT: "Bring an export on", START: "Start an export"}
_TELLING: Final = "Tell a budget source"


class TaskState(StrEnum):
    """Where a task stands: a worker is at it, it waits for its time, or its last try ended with a problem."""

    RUNNING = "running"
    WAITING = "waiting"
    FAILING = "failing"


@frozen(kw_only=True)
class TaskView:
    """A task as people see it. `due_in` is in seconds, not above zero when it is due; `company` blank: for all.

    `told` is what it did last, `problem` what kept it from more, as an error's JSON.
    """

    job: str
    title: str
    company: str
    item: int | None
    state: TaskState
    due_in: float
    failures: int
    started_at: datetime | None
    ended_at: datetime | None
    told: str
    problem: Mapping[str, Any] | None
    worker: str


@frozen(kw_only=True)
class EngineStatus:
    """The workers that live and the tasks of a company, with those for all."""

    workers: tuple[WorkerView, ...]
    tasks: tuple[TaskView, ...]

    @property
    def problems(self) -> tuple[TaskView, ...]:
        """The tasks whose last try ended with a problem."""
        return tuple(task for task in self.tasks if task.problem is not None)


def load_engine_status(application: Application, actor: Actor) -> EngineStatus:
    """The status, for whoever may look at ERP Integrations; another company's tasks are not shown (P0)."""
    mine = or_(tasks.c.company_id == actor.company_id, tasks.c.company_id.is_(None))
    query = select(tasks, companies.c.code).outerjoin(companies, companies.c.id == tasks.c.company_id)
    with application.store.read() as connection:
        require(may_look_at_items(rights_of(connection, actor)))
        now = application.store.seconds(connection)
        rows = connection.execute(query.where(mine).order_by(tasks.c.id))
        return EngineStatus(workers=at_work(connection, now=now), tasks=tuple(_view(row, now) for row in rows))


def _view(row: Row[Any], now: float) -> TaskView:
    runs = row.lease_until is not None and row.lease_until > now
    state = TaskState.RUNNING if runs else TaskState.FAILING if row.failures else TaskState.WAITING
    job = BY_NAME.get(row.job)
    return TaskView(
        job=row.job,
        title=job.title if job else _title(row),
        company=row.code or "",
        item=row.item_id,
        state=state,
        due_in=row.due_at - now,
        failures=row.failures,
        started_at=row.started_at,
        ended_at=row.ended_at,
        told=row.told,
        problem=row.problem,
        worker=row.owner if runs else "",
    )


def _title(row: Row[Any]) -> str:
    return _TELLING if row.job == EXPORT and row.item_id is None else _OF_ITEMS.get(row.job, row.job)
