"""ERP Integrations: the company's items by filter, the longest waiting first (A1)."""

from typing import Final

from litestar import Response, get
from litestar.params import FromQuery

from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import page_number, slice_of_page
from erp_bridge_core.web.rendering import render


@get("/items", sync_to_thread=True)
def list_items(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    filter: FromQuery[str] = "",  # noqa: A002 -- the field's word
    project: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The items on their way; rejected and retrieved ones are history."""
    found = application.reviews.list(actor, filter=_state(filter), project=project or None)
    shown = slice_of_page(found.rows, page)
    return render(
        request,
        "items.html",
        items=shown,
        filters=[(each.value, label, found.counts[each.value]) for each, label in FILTERS.items()],
        wanted=filter,
        project=project,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


def _state(name: str) -> ItemState | None:
    if name and name not in FILTERS:
        raise NotFound(f"There is no filter {name!r}.", remedy="Choose one on the page of all items.")
    return ItemState(name) if name else None


HANDLERS: Final = (list_items,)
