"""`/worker`: the installation's own work, and what keeps it from more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.web.api.models import made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("worker")


@frozen(kw_only=True)
class WorkerModel:
    """A worker that lives; `seen` is how many seconds ago it last said so, `version` that of its program."""

    name: str
    host: str
    pid: int
    kind: str
    version: str
    started_at: datetime
    seen: float


@frozen(kw_only=True)
class TaskModel:
    """A task: running, waiting or failing. `due_in` is in seconds; `company` is blank for what is for all."""

    job: str
    title: str
    company: str
    item: int | None
    state: str
    due_in: float
    failures: int
    started_at: datetime | None
    ended_at: datetime | None
    told: str
    problem: Mapping[str, Any] | None
    worker: str


@frozen(kw_only=True)
class WorkModel:
    """The workers, and the company's tasks with those for all."""

    workers: list[WorkerModel]
    tasks: list[TaskModel]


@_on.read("/worker", "How the installation's own work stands")
def show_worker(application: GivenApplication, actor: GivenActor) -> WorkModel:
    """Show which workers live, what each task did last, when it is due, and what keeps it from its work."""
    found = load_engine_status(application, actor)
    return WorkModel(workers=made_all(WorkerModel, found.workers), tasks=made_all(TaskModel, found.tasks))


HANDLERS: Final = (show_worker,)
