"""Signing in again on the form that asked for it: nothing that was typed is lost on the way to another page."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve
from litestar import Response
from litestar.datastructures import Cookie

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError, Fault, NotAllowed
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import asks_for_sign_in
from erp_bridge_core.web.forms import Field, as_typed
from erp_bridge_core.web.pages.sign_in import administrators_only, one_of_few, session_cookies

#: Stands on a form that asks for a recent sign-in, once the service has asked for one.
PASSWORD_AGAIN: Final = Field(
    name="password_again", label="Your password", kind="password", required=False, read=as_typed, longest=1000,
    autocomplete="current-password", hint="This asks for a recent sign-in; give it here, and what you typed stays.",
)  # fmt: skip


def sign_in_again(
    request: WebRequest, application: Application, actor: Actor, posted: Mapping[str, Any]
) -> tuple[Actor, list[Cookie]]:
    """The actor, signed in just now where the form holds his password, and the cookies of the session that it began.

    Raises `NotAllowed` for a password that is not his, throttled as on the sign-in page. The request's own visit is the
    new one from here on, so that forms and notices are bound to it.
    """
    password = posted.get(PASSWORD_AGAIN.name)
    if not isinstance(password, str) or not password or not request.auth.session:
        return actor, []
    try:
        with one_of_few():
            token, renewed = application.people.sign_in(
                actor.login, password, actor.company, via="page", administrators_only=administrators_only(request)
            )
    except NotAllowed as error:
        fault = Fault(PASSWORD_AGAIN.name, "was not taken", remedy=error.remedy)
        raise NotAllowed(error.message, remedy=error.remedy, faults=[fault]) from error
    application.people.sign_out(request.auth.session)
    request.scope["auth"] = evolve(request.auth, actor=renewed, secret=token, session=token)
    return renewed, session_cookies(request, token, actor.company)


def asks_for_password(error: ErpBridgeError) -> bool:
    """Whether the form is shown with the field: a recent sign-in is asked for, or the password was not right."""
    return asks_for_sign_in(error) or any(fault.where == PASSWORD_AGAIN.name for fault in error.faults)


def with_cookies(response: Response[Any], cookies: list[Cookie]) -> Response[Any]:
    """The response that carries them too."""
    for cookie in cookies:
        response.set_cookie(cookie)
    return response
