"""The company to work in, for people who belong to several; and a new one, by an administrator (P0)."""

from typing import Final

from litestar import Response, get, post
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_administer_installation
from erp_bridge_core.web.actors import WebRequest, cookies_of
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render

_FORM: Final = Form((Field(name="company", label="Company", kind="select"),))
_NEW: Final = Form(
    (
        Field(name="code", label="Code", hint="Letters, digits and dashes; it can't be changed later.", longest=60),
        Field(name="name", label="Name", longest=200),
        Field(name="time_zone", label="Time zone", hint="Its dates are this zone's: America/New_York.", longest=60),
        Field(name="currency", label="Currency", hint="As in ISO 4217.", longest=3),
        Field(
            name="administrator",
            label="Its administrator",
            required=False,
            longest=100,
            hint="The login of somebody of this company; blank: yourself.",
        ),
    )
)


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


@get("/companies/new", sync_to_thread=True)
def show_new_company(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The form of a new company."""
    here = application.companies.show(actor)
    return _new_page(request, application, actor, _NEW.empty(time_zone=here.time_zone, currency=here.currency))


@post("/companies/new", sync_to_thread=True)
def add_company(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Add a company, and work in the one that one was in."""
    filled, status = _NEW.read(posted), 422
    if filled.is_good:
        given = dict(filled.values)
        code, administrator = given.pop("code"), given.pop("administrator") or None
        try:
            added = application.companies.add(actor, code, administrator=administrator, **given)
        except (BadInput, NotFound) as error:
            filled, status = filled.refused(error), status_of(error)
        else:
            done = Flash(f"Company {added.name} was added. Who administers it chooses it at the top.")
            return redirect(request, "/company", flash=done)
    return _new_page(request, application, actor, filled, status=status)


def _new_page(
    request: WebRequest, application: Application, actor: Actor, filled: Filled, *, status: int = 200
) -> Response[str]:
    with application.store.read() as connection:
        administer = may_administer_installation(application.people.rights(connection, actor))
    return render(request, "company_new.html", status=status, form=filled, administer=administer)


def _form(application: Application, actor: Actor) -> Form:
    return _FORM.with_choices("company", ((each.code, each.name) for each in application.companies.list(actor)))


HANDLERS: Final = (show_companies, choose_company, show_new_company, add_company)
