"""All that is unresolved in the company, on one page, each with its way out (E3, E6, V5)."""

from typing import Final

from litestar import Response, get

from erp_bridge_core.engine.bringing import items_of_workers
from erp_bridge_core.engine.living import any_at_work
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.rendering import render
from erp_bridge_core.web.views.problems import load_problems


@get("/problems", sync_to_thread=True)
def show_problems(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """Frozen writing, doubts, mismatches, failed exports, those that nobody is at, requests that wait for somebody."""
    background, taken = background_of(request), items_of_workers(application)

    def is_at(item_id: int) -> bool:
        return background.is_at(item_id) or item_id in taken

    worker_lives = any_at_work(application.store)
    problems = load_problems(application, actor, is_at=is_at, worker_lives=worker_lives)
    waiting = application.requests.waiting(actor)
    return render(request, "problems.html", problems=problems, requests=waiting)


HANDLERS: Final = (show_problems,)
