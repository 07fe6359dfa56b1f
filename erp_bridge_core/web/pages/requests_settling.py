"""Settling what nobody can know of what a source was told: what was tried and seen, and what a person says of it."""

from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, PathParameter

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.forms import Filled
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import render
from erp_bridge_core.web.settling import settled, settling_form
from erp_bridge_core.web.signing_again import asks_for_password

_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
_FORM: Final = settling_form(
    "at the source",
    {
        Settlement.ARRIVED: "it arrived: the source shows just this",
        Settlement.NOT_ARRIVED: "it did not arrive: it is told again",
    },
)


@get("/requests/{number:int}/settle/{reference:str}", sync_to_thread=True)
def show_telling_doubt(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    reference: FromPath[str],
) -> Response[str]:
    """What was to be told by one write, tried and seen, and the form that says whether it arrived."""
    return _page(request, application, actor, number, reference=reference, form=_FORM.empty())


@post("/requests/{number:int}/settle/{reference:str}", sync_to_thread=True)
def settle_telling(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    reference: FromPath[str],
    posted: GivenForm,
) -> Response[Any]:
    """Say whether it arrived: audited, by a person, not before the source is past doing it. The telling goes on."""

    def act(actor: Actor, how: Settlement, reason: str) -> None:
        application.requests.settle(actor, number, reference, how=how, reason=reason)

    def again(actor: Actor, filled: Filled, error: ErpBridgeError | None) -> Response[str]:
        return _page(request, application, actor, number, reference=reference, form=filled, error=error)

    return settled(
        request, application, actor, form=_FORM, posted=posted, settle=act, again=again, then=f"/requests/{number}",
        told=lambda how: f"{reference} was settled as {how}; the source is told what else there is.",
    )  # fmt: skip


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: int,
    *,
    reference: str,
    form: Filled,
    error: ErpBridgeError | None = None,
) -> Response[str]:
    try:
        found = application.requests.show(actor, number)
        doubts = application.requests.doubts(actor, number)
    except NotFound:
        raise error or NotFound(f"No request {number}.", remedy="Look at the page Requests.") from None
    doubt = next((each for each in doubts if each.reference == reference), None)
    if doubt is None and error is None:
        raise NotFound(
            f"Nothing of request {number} is in doubt under {reference!r}.", remedy="Its page names what is."
        )
    return render(
        request, "requests/settle.html", status=200 if form.is_good else status_of(error) if error else 422,
        found=found, reference=reference, doubt=doubt, form=form,
        password=error is not None and asks_for_password(error),
    )  # fmt: skip


HANDLERS: Final = (show_telling_doubt, settle_telling)
