"""Settling what nobody can know of an item's export: what was tried and seen, and what a person says of it (E6)."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.engine import bringing
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.forms import Filled
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import render
from erp_bridge_core.web.settling import settled, settling_form
from erp_bridge_core.web.signing_again import asks_for_password
from erp_bridge_core.web.views.items import item_path, load_head, told
from erp_bridge_core.web.views.items_exports import subject_of

_FORM: Final = settling_form(
    "in the ERP",
    {
        Settlement.ARRIVED: "it arrived: the ERP holds just this",
        Settlement.NOT_ARRIVED: "it did not arrive: it may be sent again, and stays watched for",
        Settlement.WITHDRAWN: "it was withdrawn in the ERP before it was posted",
        Settlement.DIFFERENCE_ACCEPTED: "something else is there, and the difference is accepted",
    },
)


@get("/items/{item_id:int}/settle/{reference:str}", sync_to_thread=True)
def show_settling(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: FromPath[int],
    reference: FromPath[str],
) -> Response[str]:
    """What was asked, tried and seen of one write, and the form that says what became of it."""
    return _page(request, application, actor, item_id, reference=reference, form=_FORM.empty())


@post("/items/{item_id:int}/settle/{reference:str}", sync_to_thread=True)
def settle(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    item_id: FromPath[int],
    reference: FromPath[str],
    posted: GivenForm,
) -> Response[Any]:
    """Say what became of it: audited, by somebody other than who exported, not before the ERP is past doing it."""
    background = background_of(request)

    def act(actor: Actor, how: Settlement, reason: str) -> None:
        bringing.settle(
            application, actor, item_id, reference, how=how, reason=reason, run=background.run,
            leave=background.ending.is_set,
        )  # fmt: skip

    def again(actor: Actor, filled: Filled, error: ErpBridgeError | None) -> Response[str]:
        return _page(request, application, actor, item_id, reference=reference, form=filled, error=error)

    return settled(
        request, application, actor, form=_FORM, posted=posted, settle=act, again=again,
        then=item_path(item_id, "export"), told=lambda how: f"{reference} was settled as {how}.",
    )  # fmt: skip


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    item_id: int,
    *,
    reference: str,
    form: Filled,
    error: ErpBridgeError | None = None,
) -> Response[str]:
    head = load_head(application, actor, item_id)
    subject = subject_of(application, actor, item_id, reference)
    wrong = status_of(error) if error else 422
    return render(
        request, "items/settle.html", status=200 if form.is_good else wrong, head=head, told=told, subject=subject,
        form=form, password=error is not None and asks_for_password(error),
    )  # fmt: skip


HANDLERS: Final = (show_settling, settle)
