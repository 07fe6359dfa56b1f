"""ERP Integrations: the company's items by filter (A1), several answered at once, and one item to look at (A2)."""

from functools import partial
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from erp_bridge_core.approvals.listing import SORTS
from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, Fault, NotFound
from erp_bridge_core.engine import bringing
from erp_bridge_core.people.rules import may_answer
from erp_bridge_core.registry.things import things
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import render
from erp_bridge_core.web.views.items import load_head, told
from erp_bridge_core.web.views.items_list import BulkAnswer, chosen_items

#: Acts that an item's history shows; the audit page has all of them.
_HISTORY: Final = 500
#: Items that are answered together at most.
_MOST: Final = 200


@get("/items", sync_to_thread=True)
@of_one_moment
def list_items(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    filter: FromQuery[str] = "",  # noqa: A002 -- the field's word
    project: FromQuery[str] = "",
    search: FromQuery[str] = "",
    sort: FromQuery[str] = "waits",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The items on their way; rejected and retrieved ones are history."""
    if sort.removeprefix("-") not in SORTS:
        raise NotFound(f"There is no order {sort!r}.", remedy="Choose one on the page of all items.")
    offset = offset_of(page)
    found = application.reviews.list(
        actor, filter=_state(filter), project=project or None, text=search[:200], sort=sort, offset=offset,
        limit=PAGE_ROWS,
    )  # fmt: skip
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    with application.store.read() as connection:
        barred = may_answer(application.people.rights(connection, actor))
    return render(
        request,
        "items/list.html",
        items=shown,
        filters=[(each.value, label, found.counts[each.value]) for each, label in FILTERS.items()],
        asked={"filter": filter, "project": project, "search": search, "sort": sort},
        barred=barred,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@post("/items/accept", sync_to_thread=True)
def accept_several(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str]:
    """Accept the chosen items with the fields' defaults; whatever wants a confirmation or a value is told, not done."""
    answers = application.reviews.bulk_accept(actor, _chosen(posted))
    results = [BulkAnswer(item=each.item, error=each.error, done="was accepted.") for each in answers]
    return render(request, "items/results.html", title="Accepted together", results=results)


@post("/items/retry", sync_to_thread=True)
def retry_several(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str]:
    """Retry the chosen items' exports, each on its own; what goes on shows its progress on its page."""
    background, results = background_of(request), []
    for item_id in _chosen(posted):
        error: ErpBridgeError | None = None
        try:
            leave = background.ending.is_set
            background.run(item_id, partial(bringing.retry, application, actor, item_id, leave=leave))
        except ErpBridgeError as raised:
            error = raised
        done = "is being exported." if background.is_at(item_id) else "was retried."
        results.append(BulkAnswer(item=item_id, error=error, done=done))
    return render(request, "items/results.html", title="Retried together", results=results)


@get("/items/{item_id:int}", sync_to_thread=True)
@of_one_moment
def show_item(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: FromPath[int],
    page: FromQuery[int] = 1,
) -> Response[str]:
    """One item in full, its keys in pages; the ERP is asked nothing, so that it may be down."""
    details = application.reviews.show(actor, item_id, ask_fields=False)
    offset = offset_of(page)
    rows = application.reviews.keys(actor, item_id, offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=rows, offset=offset, limit=PAGE_ROWS, total=details.totals.keys)
    return render(
        request,
        "items/details.html",
        head=load_head(application, actor, item_id),
        told=told,
        details=details,
        request_of_source=application.requests.of_item(actor, item_id),
        keys=shown,
        standing=application.certificates.assess(details.item.erp).standing,
        things=things(application.connections.profile_of(details.item.erp, details.item.connection)),
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/items/{item_id:int}/lines", sync_to_thread=True)
@of_one_moment
def show_lines(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: FromPath[int],
    change: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The lines by the numbers that findings, remarks and outcomes name; of one budget change where it is named."""
    offset = offset_of(page)
    found = application.reviews.lines(actor, item_id, change=change, offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "items/lines.html",
        head=load_head(application, actor, item_id),
        told=told,
        header=found.change,
        lines=shown,
        remarks=found.remarks,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/items/{item_id:int}/history", sync_to_thread=True)
@of_one_moment
def show_history(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str]:
    """All that was done with it, as the audit trail has it, and the other sends of its project (B6)."""
    head = load_head(application, actor, item_id, happened=_HISTORY)
    sends = application.reviews.history(actor, head.item.project)
    return render(request, "items/history.html", head=head, told=told, sends=sends, labels=FILTERS)


def _state(name: str) -> ItemState | None:
    if name and name not in FILTERS:
        raise NotFound(f"There is no filter {name!r}.", remedy="Choose one on the page of all items.")
    return ItemState(name) if name else None


def _chosen(posted: GivenForm) -> tuple[int, ...]:
    items = chosen_items(posted.getall("item", []))
    if not items or len(items) > _MOST:
        fault = Fault("item", "is not chosen" if not items else "is chosen too often", expected=f"1 to {_MOST} items")
        raise BadInput("Nothing was done.", faults=[fault], remedy=f"Choose between 1 and {_MOST} items of the list.")
    return items


HANDLERS: Final = (list_items, accept_several, retry_several, show_item, show_lines, show_history)
