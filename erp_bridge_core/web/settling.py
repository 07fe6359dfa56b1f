"""Settling what nobody can know, on any page: what a person may say became of it, and the one way his answer goes."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.rendering import redirect
from erp_bridge_core.web.signing_again import PASSWORD_AGAIN, sign_in_again, with_cookies

Settle = Callable[[Actor, Settlement, str], object]
#: The page again: who looks, the form as it was filled in, and why it was refused.
Again = Callable[[Actor, Filled, ErpBridgeError | None], Response[str]]


def settling_form(where: str, outcomes: Mapping[Settlement, str]) -> Form:
    """What became of it, in words for each outcome that may be said of it; `where` a person looked, as "in the ERP"."""
    choices = [("", f"choose after looking {where}"), *((each.value, words) for each, words in outcomes.items())]
    hint = f"What was seen {where}, and by whom. It is audited."
    return Form(
        (
            Field(name="how", label="What became of it", kind="select", choices=tuple(choices)),
            Field(name="reason", label="Reason", kind="textarea", hint=hint),
            PASSWORD_AGAIN,
        )
    )


def settled(
    request: WebRequest,
    application: Application,
    actor: Actor,
    *,
    form: Form,
    posted: Mapping[str, Any],
    settle: Settle,
    again: Again,
    then: str,
    told: Callable[[str], str],
) -> Response[Any]:
    """Settle as was posted, the password asked for again where it must be; else the page again, with the reason.

    Afterwards the page `then` is shown, and what became of it is `told` there.
    """
    filled, error, cookies = form.read(posted), None, list[Cookie]()
    if filled.is_good:
        how = Settlement(filled.values["how"])
        try:
            actor, cookies = sign_in_again(request, application, actor, posted)
            settle(actor, how, filled.values["reason"])
        except ErpBridgeError as raised:
            filled, error = filled.refused(raised), raised
        else:
            flash = Flash(told(how.replace("_", " ")))
            return with_cookies(redirect(request, then, flash=flash), cookies)
    return with_cookies(again(actor, filled, error), cookies)
