"""Posting and reading back: conditions, the last verification, and what people decide about a mismatch (V1-V5)."""

from functools import partial
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.pages.items_refused import show_refusal
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.items import item_path, load_head, told
from erp_bridge_core.web.views.items_posting import load_posting

_REASON: Final = Form(
    (
        Field(
            name="reason", label="Reason", kind="textarea",
            hint="Why, and what was seen in the ERP. It is audited, and stands with the item for good.",
        ),
    )
)  # fmt: skip


@get("/items/{item_id:int}/posting", sync_to_thread=True)
def show_posting(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str]:
    """What stands between the export and the next send, and what the last verification concluded."""
    return _page(request, application, actor, item_id, form=_REASON.empty())


@post("/items/{item_id:int}/verify", sync_to_thread=True)
def verify(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Read the ERP back now, in a thread of this server: a large job takes a while."""
    background = background_of(request)
    try:
        background.run(item_id, partial(application.verification.verify, actor, item_id))
    except ErpBridgeError as error:
        return show_refusal(request, application, actor, item_id, error=error)
    sentence = "The ERP is being read back." if background.is_at(item_id) else "The ERP was read back."
    return redirect(request, item_path(item_id, "posting"), flash=Flash(sentence))


@post("/items/{item_id:int}/adopt", sync_to_thread=True)
def adopt(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Make what the ERP shows the new baseline; what is not there at all goes back to the budget."""
    return _resolve(request, application, actor, item_id, posted=posted, how="adopt")


@post("/items/{item_id:int}/accept-difference", sync_to_thread=True)
def accept_difference(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Accept the difference; where no route can tell, declare that it is posted."""
    return _resolve(request, application, actor, item_id, posted=posted, how="accept_difference")


@post("/items/{item_id:int}/corrected", sync_to_thread=True)
def corrected(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Say that it was corrected in the ERP: it is read again, and only what is read counts."""
    return _resolve(request, application, actor, item_id, posted=posted, how="corrected")


def _resolve(
    request: WebRequest, application: Application, actor: Actor, item_id: int, *, posted: GivenForm, how: str
) -> Response[str] | Redirect:
    verification = application.verification
    acts = {
        "adopt": verification.adopt,
        "accept_difference": verification.accept_difference,
        "corrected": verification.corrected,
    }
    filled, status = _REASON.read(posted), 422
    if filled.is_good:
        try:
            result = acts[how](actor, item_id, filled.values["reason"])
        except ErpBridgeError as error:
            filled, status = filled.refused(error), status_of(error)
        else:
            state = result.state.value
            flash = Flash(
                f"The outcome is {result.outcome.replace('_', ' ')}; the item is {state}.", state != "mismatch"
            )
            return redirect(request, item_path(item_id, "posting"), flash=flash)
    return _page(request, application, actor, item_id, form=filled, status=status)


def _page(
    request: WebRequest, application: Application, actor: Actor, item_id: int, *, form: Filled, status: int = 200
) -> Response[str]:
    head = load_head(application, actor, item_id)
    background = background_of(request)
    posting = load_posting(application, actor, head.item, is_here=background.is_at(item_id))
    stopped_by = background.stopped_by(item_id)
    return render(
        request, "items/posting.html", status=status, head=head, told=told, posting=posting, form=form,
        stopped_by=stopped_by,
    )  # fmt: skip


HANDLERS: Final = (show_posting, verify, adopt, accept_difference, corrected)
