"""API tokens: one's own, made once and shown once; and those of the company, for its administrators (P5)."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import TOKEN_VERBS
from erp_bridge_core.people.tokens import LONGEST_DAYS
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render

_MEANINGS: Final = {
    "read": "look at budgets and items",
    "edit": "edit budgets",
    "send": "send and retrieve budgets",
    "answer": "accept, reject and export items, where the company's policy lets tokens",
    "resume": "bring on what people have started: exports, mail and webhooks that are due, checks of connections",
}
_DAYS: Final = "90"


def _days(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit():
        raise ValueError("is no whole number")
    return int(text)


def _verbs() -> tuple[Field, ...]:
    return tuple(
        Field(name=f"verb_{verb}", label=f"{verb}: {_MEANINGS[verb]}", kind="checkbox", required=False, longest=3)
        for verb in TOKEN_VERBS
    )


_FORM: Final = Form(
    (
        Field(name="name", label="Name", hint="What it is for: nightly import.", longest=100),
        *_verbs(),
        Field(
            name="projects",
            label="Projects",
            kind="textarea",
            hint="Numbers, one a line; blank: all of the company's.",
            required=False,
        ),
        Field(name="days", label="Days until it expires", hint=f"1 to {LONGEST_DAYS}.", read=_days, longest=3),
    )
)


@get("/tokens", sync_to_thread=True)
def show_tokens(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """One's own tokens in force, and the form of a new one."""
    return _page(request, application, actor, _FORM.empty(days=_DAYS))


@post("/tokens", sync_to_thread=True)
def create_token(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str]:
    """Make a token for the company that is worked in, and show it this once."""
    filled = _FORM.read(posted)
    values = filled.values
    verbs = [verb for verb in TOKEN_VERBS if values.get(f"verb_{verb}")]
    if not verbs:
        filled = filled.refused(BadInput("Choose at least one thing that the token may do."))
    if not filled.is_good:
        return _page(request, application, actor, filled, status=422)
    try:
        token = application.people.create_token(
            actor,
            values["name"],
            companies=[actor.company],
            projects=[line.strip() for line in values["projects"].splitlines() if line.strip()],
            verbs=verbs,
            days=values["days"],
        )
    except BadInput as error:
        return _page(request, application, actor, filled.refused(error), status=status_of(error))
    return render(request, "tokens/made.html", name=values["name"], token=token)


@post("/tokens/revoke", sync_to_thread=True)
def revoke_token(request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm) -> Redirect:
    """End one of one's own tokens."""
    name = str(posted.get("name") or "")
    application.people.revoke_token(actor, name)
    return redirect(request, "/tokens", flash=Flash(f"The token {name} has ended."))


@get("/company/tokens", sync_to_thread=True)
def show_company_tokens(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """All tokens in force that are for the company."""
    return render(request, "tokens/company.html", tokens=application.people.tokens.of_company(actor))


@post("/company/tokens/withdraw", sync_to_thread=True)
def withdraw_token(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Redirect:
    """Take the company out of somebody's token."""
    login, name = (str(posted.get(each) or "") for each in ("login", "name"))
    application.people.tokens.withdraw(actor, login, name)
    told = Flash(f"The token {name} of {login} is good for nothing here any more.")
    return redirect(request, "/company/tokens", flash=told)


def _page(
    request: WebRequest, application: Application, actor: Actor, filled: Filled, *, status: int = 200
) -> Response[str]:
    tokens = application.people.list_tokens(actor)
    return render(request, "tokens/own.html", status=status, form=filled, tokens=tokens)


HANDLERS: Final = (show_tokens, create_token, revoke_token, show_company_tokens, withdraw_token)
