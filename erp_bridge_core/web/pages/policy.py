"""The company's policies: what its administrators decide otherwise than the default; everybody may read them."""

from functools import partial
from typing import Any, Final

from attrs import asdict
from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, Changed
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rules import may_administer
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import content_tag
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render


def _whole(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit():
        raise ValueError("is no whole number")
    return int(text)


def _switch(name: str, label: str, hint: str) -> Field:
    choices = (("yes", "yes"), ("no", "no"))
    return Field(name=name, label=label, hint=hint, kind="select", choices=choices, read=lambda text: text == "yes")


_FORM: Final = Form(
    (
        _switch(
            "separation_of_duties",
            "Separation of duties",
            "Who edited, imported or sent a budget, or granted himself the right, does not approve it.",
        ),
        _switch(
            "resend_with_grant",
            "Sending again with the grant",
            "After a reject, the grant to send and retrieve suffices; else it needs admin on the budget.",
        ),
        _switch(
            "approve_by_token", "Answering by API token", "Tokens with the verb answer may accept and reject items."
        ),
        Field(
            name="duplicates",
            label="Repeated keys in an imported file",
            kind="select",
            choices=(("refuse", "refuse the file"), ("sum", "add them up")),
        ),
        Field(
            name="recent_minutes",
            label="Minutes of a recent sign-in",
            hint="Accepting, settling, granting and the like ask for a sign-in that is no older.",
            read=_whole,
            longest=6,
        ),
        Field(
            name="daily_summary_hour",
            label="Hour of the daily summary",
            hint="0 to 23, where the company is.",
            read=_whole,
            longest=2,
        ),
        Field(
            name="locale",
            label="Locale of mail",
            hint="How mail writes money and dates to whoever chose nothing himself: en_US, fr_CA.",
            longest=20,
        ),
    )
)


@get("/company/policy", sync_to_thread=True)
def show_policy(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The policies as they are."""
    policy = application.companies.show(actor).policy
    return _page(request, application, actor, _FORM.empty(**_typed(policy)), policy)


@post("/company/policy", sync_to_thread=True)
def set_policy(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Set them; what somebody else set meanwhile is not overwritten unseen."""
    before = application.companies.show(actor).policy
    filled = _FORM.read(posted)
    if not filled.is_good:
        return _page(request, application, actor, filled, before, status=422)
    try:
        with application.store.if_still(partial(_require_seen, application, actor, posted.get("seen"), filled.values)):
            application.companies.set_policy(actor, **filled.values)
    except (BadInput, Changed) as error:
        return _page(request, application, actor, filled.refused(error), before, status=status_of(error))
    return redirect(request, "/company/policy", flash=Flash("The company's policies were set."))


def _require_seen(application: Application, actor: Actor, seen: object, wanted: Any) -> None:
    now = application.companies.show(actor).policy
    if seen != _seen(now):
        raise _changed(now, wanted)


def _changed(now: CompanyPolicy, wanted: Any) -> Changed:
    labels = {each.name: each.label for each in _FORM.fields}
    typed = _typed(now)
    other = [f"{labels[name]}: {typed[name]}" for name, value in asdict(now).items() if wanted[name] != value]
    told = f" What differs from yours is now: {'; '.join(other)}." if other else ""
    return Changed(
        f"The policies were changed since you opened this page. Nothing was done.{told}",
        remedy="What you chose is kept. Send it again if it is still right.",
    )


def _typed(policy: CompanyPolicy) -> dict[str, str]:
    words = {True: "yes", False: "no"}
    return {name: words[value] if isinstance(value, bool) else str(value) for name, value in asdict(policy).items()}


def _seen(policy: CompanyPolicy) -> str:
    return content_tag(policy).strip('"')


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    filled: Filled,
    policy: CompanyPolicy,
    *,
    status: int = 200,
) -> Response[str]:
    with application.store.read() as connection:
        administer = may_administer(application.people.rights(connection, actor))
    return render(request, "policy.html", status=status, form=filled, seen=_seen(policy), administer=administer)


HANDLERS: Final = (show_policy, set_policy)
