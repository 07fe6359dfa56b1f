"""Letting writing go on after a restore, once a person has looked in each ERP (ledger L16)."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_administer_installation
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render

_FORM: Final = Form(
    (
        Field(
            name="reason",
            label="Reason",
            kind="textarea",
            longest=2000,
            hint="What you looked at in each ERP, and what you found. It is audited.",
        ),
    )
)


@get("/problems/thaw", sync_to_thread=True)
def show_thaw(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """Why writing is frozen, and what to do before it goes on."""
    return _page(request, application, actor, _FORM.empty())


@post("/problems/thaw", sync_to_thread=True)
def thaw(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Let writing go on; what was accepted and not started is to be accepted anew."""
    filled, status = _FORM.read(posted), 422
    if filled.is_good:
        try:
            done = application.freezing.thaw(actor, filled.values["reason"])
        except (BadInput, NotPossibleNow) as error:
            filled, status = filled.refused(error), status_of(error)
        else:
            anew = ", ".join(map(str, done.items_to_accept_anew))
            told = f"Writing goes on. To be accepted anew: {anew}." if anew else "Writing goes on."
            return redirect(request, "/problems", flash=Flash(told))
    return _page(request, application, actor, filled, status=status)


def _page(
    request: WebRequest, application: Application, actor: Actor, filled: Filled, *, status: int = 200
) -> Response[str]:
    frozen = application.freezing.why(actor)
    with application.store.read() as connection:
        administer = may_administer_installation(application.people.rights(connection, actor))
    return render(request, "thaw.html", status=status, form=filled, frozen=frozen, administer=administer)


HANDLERS: Final = (show_thaw, thaw)
