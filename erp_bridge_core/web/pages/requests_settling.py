"""Settling what nobody can know of what a source was told: what was tried and seen, and what a person says of it."""

from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, PathParameter
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError, NotFound
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.signing_again import PASSWORD_AGAIN, asks_for_password, sign_in_again, with_cookies

_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
_SETTLING: Final = Form(
    (
        Field(
            name="how", label="What became of it", kind="select",
            choices=(
                ("", "choose after looking at the source"),
                (Settlement.ARRIVED.value, "it arrived: the source shows just this"),
                (Settlement.NOT_ARRIVED.value, "it did not arrive: it is told again"),
            ),
        ),
        Field(
            name="reason", label="Reason", kind="textarea",
            hint="What was seen at the source, and by whom. It is audited.",
        ),
        PASSWORD_AGAIN,
    )
)  # fmt: skip


@get("/requests/{number:int}/settle/{reference:str}", sync_to_thread=True)
def show_telling_doubt(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    reference: FromPath[str],
) -> Response[str]:
    """What was to be told by one write, tried and seen, and the form that says whether it arrived."""
    return _page(request, application, actor, number, reference=reference, form=_SETTLING.empty())


@post("/requests/{number:int}/settle/{reference:str}", sync_to_thread=True)
def settle_telling(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: _Number,
    reference: FromPath[str],
    posted: GivenForm,
) -> Response[Any] | Redirect:
    """Say whether it arrived: audited, by a person, not before the source is past doing it. The telling goes on."""
    filled, error, cookies = _SETTLING.read(posted), None, list[Cookie]()
    if filled.is_good:
        how, reason = Settlement(filled.values["how"]), filled.values["reason"]
        try:
            actor, cookies = sign_in_again(request, application, actor, posted)
            application.requests.settle(actor, number, reference, how=how, reason=reason)
        except ErpBridgeError as raised:
            filled, error = filled.refused(raised), raised
        else:
            sentence = f"{reference} was settled as {how.replace('_', ' ')}; the source is told what else there is."
            return with_cookies(redirect(request, f"/requests/{number}", flash=Flash(sentence)), cookies)
    page = _page(request, application, actor, number, reference=reference, form=filled, error=error)
    return with_cookies(page, cookies)


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
