"""The installation's own work: which workers live, what each task did last, and what keeps it from more."""

from datetime import timedelta
from typing import Final

from litestar import Response, get

from erp_bridge_core.engine.status import load_engine_status
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.rendering import render


@get("/worker", sync_to_thread=True)
def show_worker(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The workers, and the company's tasks with those for all, the ones that fail first."""
    found = load_engine_status(application, actor)
    rows = sorted(found.tasks, key=lambda task: (task.problem is None, task.title, task.item or 0))
    due = [timedelta(seconds=max(0, round(task.due_in))) for task in rows]
    return render(request, "worker.html", workers=found.workers, rows=list(zip(rows, due, strict=True)))


HANDLERS: Final = (show_worker,)
