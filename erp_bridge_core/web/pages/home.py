"""The home page: what waits for whoever is signed in."""

from typing import Final

from litestar import Response, get

from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.people.rules import may_answer, may_look_at_items
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS
from erp_bridge_core.web.rendering import render

#: What asks for a person, the worst first; everything else goes its way by itself or waits for the ERP.
_FOR_APPROVERS: Final = (
    ItemState.UNKNOWN,
    ItemState.MISMATCH,
    ItemState.FAILED,
    ItemState.ACCEPTED,
    ItemState.READY,
)


@get("/", sync_to_thread=True)
@of_one_moment
def show_home(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """Items that wait for an answer, for those who may look at them; the projects whose budgets may be seen."""
    with application.store.read() as connection:
        rights = application.people.rights(connection, actor)
    counts = {} if may_look_at_items(rights) else application.reviews.counts(actor)
    waiting = [
        (state.value, FILTERS[state], counts[state.value]) for state in _FOR_APPROVERS if counts.get(state.value)
    ]
    return render(
        request,
        "home.html",
        waiting=waiting,
        may_answer=not may_answer(rights),
        projects=application.projects.find(actor, limit=PAGE_ROWS),
    )


HANDLERS: Final = (show_home,)
