"""One's own password: changing it ends every session of the person, and begins a new one here."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.people.texts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from erp_bridge_core.web.actors import NEWCOMERS, WebRequest
from erp_bridge_core.web.forms import Field, Form, as_typed
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.pages.sign_in import session_cookies
from erp_bridge_core.web.rendering import redirect, render

_NEW: Final = Field(
    name="password",
    label="New password",
    kind="password",
    hint=f"At least {SHORTEST_PASSWORD} characters; several words make a good one.",
    read=as_typed,
    longest=LONGEST_PASSWORD,
    autocomplete="new-password",
)
_AGAIN: Final = Field(
    name="password_repeated",
    label="New password again",
    kind="password",
    read=as_typed,
    longest=LONGEST_PASSWORD,
    autocomplete="new-password",
)
_FORM: Final = Form((_NEW, _AGAIN))


@get("/password", opt=NEWCOMERS, sync_to_thread=True)
def show_password(request: WebRequest) -> Response[str]:
    """The form."""
    return render(request, "password.html", form=_FORM.empty())


@post("/password", opt=NEWCOMERS, sync_to_thread=True)
def change_password(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Set the password, which asks for a recent sign-in."""
    filled = _FORM.read(posted)
    if not filled.is_good:
        return render(request, "password.html", status=422, form=filled)
    try:
        _require_same(filled.values["password"], filled.values["password_repeated"])
        application.people.set_password(actor, actor.login, filled.values["password"])
    except BadInput as error:
        return render(request, "password.html", status=422, form=filled.refused(error))
    token, _ = application.people.sign_in(actor.login, filled.values["password"], actor.company, via="page")
    return redirect(request, "/", cookies=session_cookies(request, token, actor.company))


def _require_same(password: str, again: str) -> None:
    if password != again:
        raise BadInput("The passwords differ.", faults=[Fault("password_repeated", "is not the same")])


HANDLERS: Final = (show_password, change_password)
