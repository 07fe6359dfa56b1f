"""Webhooks: programs that are told when an item changes state, what they were told, and what was given up."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromQuery, PathParameter
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.paging import page_number, slice_of_page
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.webhooks.service import LONGEST_DESCRIPTION
from erp_bridge_core.webhooks.values import NewWebhook, WebhookState

_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
#: The newest that the pages lead to.
_NEWEST: Final = 1000
_NEW: Final = Form(
    (
        Field(
            name="url",
            label="URL",
            kind="url",
            longest=2000,
            hint="https, at a public address or a host that the operator has named.",
        ),
        Field(name="description", label="What it is for", required=False, longest=LONGEST_DESCRIPTION),
    )
)


@get("/webhooks", sync_to_thread=True)
def list_webhooks(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The company's webhooks, and the form of a new one; for administrators."""
    return _page(request, application, actor, _NEW.empty())


@post("/webhooks", sync_to_thread=True)
def add_webhook(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str]:
    """Add a webhook, and show its secret this once."""
    filled = _NEW.read(posted)
    if not filled.is_good:
        return _page(request, application, actor, filled, status=422)
    try:
        added = application.webhooks.add(actor, filled.values["url"], description=filled.values["description"])
    except BadInput as error:
        return _page(request, application, actor, filled.refused(error), status=status_of(error))
    return _secret(request, added)


@post("/webhooks/{number:int}/renew-secret", sync_to_thread=True)
def renew_secret(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number
) -> Response[str]:
    """Give a webhook another secret at once, and show it this once."""
    return _secret(request, application.webhooks.renew_secret(actor, number))


@post("/webhooks/{number:int}/remove", sync_to_thread=True)
def remove_webhook(request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number) -> Redirect:
    """Tell a webhook nothing any more."""
    application.webhooks.remove(actor, number)
    return redirect(request, "/webhooks", flash=Flash(f"Webhook {number} is told nothing any more."))


@get("/webhooks/deliveries", sync_to_thread=True)
def list_deliveries(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    in_state: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """What was told or is to be, of one state or of all, the newest first."""
    wanted = _state(in_state)
    found = slice_of_page(application.webhooks.deliveries(actor, state=wanted, limit=_NEWEST), page)
    return render(
        request,
        "webhooks/deliveries.html",
        deliveries=found,
        states=tuple(WebhookState),
        wanted=wanted,
        previous_page=page_number(found, found.previous_offset),
        next_page=page_number(found, found.next_offset),
    )


@post("/webhooks/deliveries/retry", sync_to_thread=True)
def retry_all(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Redirect:
    """Make all deliveries that were given up due again."""
    put = application.webhooks.retry(actor)
    told = f"Due again: {', '.join(map(str, put))}." if put else "Nothing was given up."
    return redirect(request, "/webhooks/deliveries", flash=Flash(told))


@post("/webhooks/deliveries/{number:int}/retry", sync_to_thread=True)
def retry_delivery(request: WebRequest, application: GivenApplication, actor: GivenActor, number: _Number) -> Redirect:
    """Make one delivery that was given up due again."""
    application.webhooks.retry(actor, number)
    return redirect(request, "/webhooks/deliveries", flash=Flash(f"Delivery {number} is due again."))


def _page(
    request: WebRequest, application: Application, actor: Actor, filled: Filled, *, status: int = 200
) -> Response[str]:
    return render(request, "webhooks/list.html", status=status, form=filled, webhooks=application.webhooks.list(actor))


def _secret(request: WebRequest, made: NewWebhook) -> Response[str]:
    return render(request, "webhooks/secret.html", webhook=made.webhook, secret=made.secret)


def _state(name: str) -> WebhookState | None:
    if not name:
        return None
    try:
        return WebhookState(name)
    except ValueError as error:
        raise BadInput("There is no such state.", remedy="Choose one on the page of deliveries.") from error


HANDLERS: Final = (
    list_webhooks,
    add_webhook,
    renew_secret,
    remove_webhook,
    list_deliveries,
    retry_all,
    retry_delivery,
)
