"""Requests: what the users of a source ask to be exported, what is in the way of each, and taking one in by hand."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromQuery, PathParameter
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.connector.values import RequestState, RequestView
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound, PluginError
from erp_bridge_core.exports.doubts import Doubt
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import redirect, render

_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
#: What people read of each state.
LABELS: Final = {
    RequestState.RECEIVED: "received",
    RequestState.ITEM: "is an item",
    RequestState.CLOSED: "closed at the source",
    RequestState.ANSWERED: "answered",
}


@get("/requests", sync_to_thread=True)
def list_requests(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    in_state: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The company's requests of one state or of all, the newest first, and how their sources were last read."""
    wanted, offset = _state(in_state), offset_of(page)
    found = application.requests.list(actor, states=[wanted] if wanted else (), offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "requests/list.html",
        requests=shown,
        labels=LABELS,
        filters=[(each.value, label, found.counts[each.value]) for each, label in LABELS.items()],
        wanted=in_state,
        polls=found.polls,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@post("/requests/poll", sync_to_thread=True)
def poll_requests(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Redirect:
    """Look for requests at every source now."""
    done = application.requests.poll(actor)
    made = sum(len(each.items) for each in done)
    failed = [each.connection for each in done if each.error is not None]
    told = f"{sum(each.seen for each in done)} requests seen, {made} became items."
    if failed:
        told += f" Could not be read: {', '.join(failed)}."
    return redirect(request, "/requests", flash=Flash(told))


@get("/requests/{number:int}", sync_to_thread=True)
def show_request(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    page: FromQuery[int] = 1,
) -> Response[str]:
    """One request: where it comes from, what it asks for, and what is in its way or became of it."""
    found, offset = application.requests.show(actor, number), offset_of(page)
    asked = application.requests.transactions(actor, number, offset=offset, limit=PAGE_ROWS)
    total = found.transactions if asked or offset else 0
    shown = Slice(rows=asked, offset=offset, limit=PAGE_ROWS, total=total)
    return render(
        request,
        "requests/one.html",
        found=found,
        label=LABELS[found.state],
        told=application.requests.told(actor, number),
        doubts=_doubts(application, actor, number),
        linkable=_linkable(application, actor, found),
        asked=shown,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@post("/requests/{number:int}/take", sync_to_thread=True)
def take_request(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number, posted: GivenForm
) -> Response[str] | Redirect:
    """Make the item of a request in one's own name; with the box ticked, its warnings are acknowledged."""
    acknowledge = ("*",) if posted.get("acknowledge") else ()
    try:
        taken = application.requests.take(actor, number, acknowledge=acknowledge)
    except ErpBridgeError as error:
        found = application.requests.show(actor, number)
        nothing: Slice[object] = Slice.of(())
        return render(
            request, "requests/one.html", status=status_of(error), found=found, label=LABELS[found.state],
            told=application.requests.told(actor, number), doubts=(), asked=nothing, refused=error,
            linkable=_linkable(application, actor, found), previous_page=None, next_page=None,
        )  # fmt: skip
    if taken.item is None:
        return redirect(request, f"/requests/{number}", flash=Flash("All that it asks for had arrived already."))
    return redirect(request, f"/items/{taken.item}", flash=Flash(f"Request {number} is item {taken.item}."))


@post("/requests/{number:int}/tell", sync_to_thread=True)
def tell_request(request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number) -> Redirect:
    """Tell the source now what it was not told yet."""
    newest = application.requests.tell(actor, number)[0]
    said = "The source was told." if newest.problem is None else f"It could not be told: {newest.problem['message']}"
    return redirect(request, f"/requests/{number}", flash=Flash(said))


def _doubts(application: Application, actor: Actor, number: int) -> tuple[Doubt, ...]:
    """What is in doubt; nothing where the source's plugin is gone, which alone knows its writes."""
    try:
        return application.requests.doubts(actor, number)
    except PluginError:
        return ()


def _linkable(application: Application, actor: Actor, found: RequestView) -> tuple[ProjectView, ...]:
    """The projects that a request whose project is linked with none may be about: those that go into the same job."""
    if not found.is_unlinked or not found.job:
        return ()
    return tuple(each for each in application.projects.list(actor) if each.job == found.job)


def _state(name: str) -> RequestState | None:
    if not name:
        return None
    try:
        return RequestState(name)
    except ValueError as error:
        raise NotFound(f"There is no state {name!r}.", remedy="Choose one on the page of all requests.") from error


HANDLERS: Final = (list_requests, poll_requests, show_request, take_request, tell_request)
