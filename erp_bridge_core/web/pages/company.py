"""Choosing the company to work in, for people who belong to several."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest, cookies_of
from erp_bridge_core.web.forms import Field, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render

_FORM: Final = Form((Field(name="company", label="Company", kind="select"),))


@get("/company", sync_to_thread=True)
def show_companies(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The companies that the person belongs to."""
    return render(request, "company.html", form=_form(application, actor).empty(company=actor.company))


@post("/company", sync_to_thread=True)
def choose_company(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Work in another company; forms that were opened before are refused from here on."""
    filled = _form(application, actor).read(posted)
    if not filled.is_good:
        return render(request, "company.html", status=422, form=filled)
    return redirect(request, "/", cookies=[cookies_of(request).make("company", filled.values["company"])])


def _form(application: Application, actor: Actor) -> Form:
    return _FORM.with_choices("company", ((each.code, each.name) for each in application.companies.list(actor)))


HANDLERS: Final = (show_companies, choose_company)
