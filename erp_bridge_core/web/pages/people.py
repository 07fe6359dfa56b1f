"""The company's people, for its administrators: the list, a new one, and the page of each."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_administer, require
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.people import (
    LEVELS,
    MOST_CHOICES,
    PersonDesk,
    person_desk,
    person_path,
)

_YES_OR_NO: Final = (("no", "no"), ("yes", "yes"))
_NAME: Final = Field(name="name", label="Name", longest=200)
_EMAIL: Final = Field(name="email", label="E-mail", required=False, longest=254, hint="Where mail goes.")
_NEW: Final = Form(
    (Field(name="login", label="Login", hint="It can't be changed later.", longest=100), _NAME, _EMAIL),
)

#: The forms of a person's page, by the act that each does.
ACCOUNT: Final = Form((_NAME, _EMAIL))
MEMBERSHIP: Final = Form(
    (
        Field(name="integrations", label="Level on ERP Integrations", kind="select", choices=LEVELS),
        Field(
            name="administrator",
            label="Administers the company",
            kind="select",
            choices=_YES_OR_NO,
            hint="Has admin on every budget and on ERP Integrations; the privilege is apart.",
        ),
    )
)
PROJECT: Final = Form(
    (
        Field(name="project", label="Project", kind="select"),
        Field(name="level", label="Level on its budget", kind="select", choices=LEVELS),
        Field(
            name="may_send",
            label="May send and retrieve",
            kind="select",
            choices=_YES_OR_NO,
            hint="Whoever has admin may do so anyway.",
        ),
    )
)
#: Where a privilege may hold: `company`, or a project by its number after this.
IN_PROJECT: Final = "project:"
PRIVILEGE: Final = Form((Field(name="where", label="Where", kind="select"),))
#: Where a company has more projects than a person looks through, their number is typed.
_TYPED: Final = Field(name="project", label="Project", hint="Its number, as the list of projects has it.", longest=60)
_ONE_PROJECT: Final = Field(
    name="number", label="Number of the project", hint="For one project only.", required=False, longest=60
)
IDENTITY: Final = Form(
    (
        Field(name="issuer", label="Issuer", longest=500),
        Field(
            name="subject", label="Subject", longest=255,
            hint="What the provider calls the person; he is shown it when he signs in there unlinked.",
        ),
    )
)  # fmt: skip


@get("/people", sync_to_thread=True)
@of_one_moment
def list_people(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    text: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """Everybody of the company, by login."""
    offset = offset_of(page)
    found = application.people.overview(actor, text=text.strip(), offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "people/list.html",
        people=shown,
        text=text,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/people/new", sync_to_thread=True)
def show_new_person(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The form of a new person."""
    _require_administrator(application, actor)
    return render(request, "people/new.html", form=_NEW.empty())


@post("/people/new", sync_to_thread=True)
def add_person(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Add a person, with no rights yet."""
    _require_administrator(application, actor)
    filled = _NEW.read(posted)
    if not filled.is_good:
        return render(request, "people/new.html", status=422, form=filled)
    try:
        added = application.people.add(
            actor, filled.values["login"].lower(), filled.values["name"], email=filled.values["email"]
        )
    except BadInput as error:
        return render(request, "people/new.html", status=status_of(error), form=filled.refused(error))
    done = Flash(f"{added.name} was added. Give a password to sign in with, then grant what is needed.")
    return redirect(request, f"{person_path(added.login)}/settings", flash=done)


@get("/people/{login:str}/settings", sync_to_thread=True)
@of_one_moment
def show_person(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    page: FromQuery[int] = 1,
    privileges: FromQuery[int] = 1,
) -> Response[str]:
    """One person: what was granted, by whom, and what can be changed; many grants in pages."""
    _require_administrator(application, actor)
    return person_page(request, person_desk(application, actor, login, shown=(page, privileges)))


def person_page(request: WebRequest, here: PersonDesk, *, status: int = 200, **filled: Filled) -> Response[str]:
    """The page of a person; `filled` are the forms that were refused, by their names."""
    person = here.person
    forms: dict[str, Any] = {
        "account": ACCOUNT.empty(name=person.name, email=person.email),
        "membership": MEMBERSHIP.empty(
            integrations=person.integrations.value, administrator="yes" if person.administrator else "no"
        ),
        "project": project_form(here).empty(),
        "privilege": privilege_form(here).empty(),
        "identity": IDENTITY.empty(issuer=issuer_of(request)),
        **filled,
    }
    return render(request, "people/person.html", status=status, here=here, **forms)


def issuer_of(request: WebRequest) -> str:
    """The configured provider's issuer; blank without one."""
    provider = request.app.state.get("provider")
    return str(provider.config.issuer) if provider else ""


def project_form(here: PersonDesk) -> Form:
    """The form of a permission on a budget, with the company's projects; of many, one is typed."""
    if len(here.projects) > MOST_CHOICES:
        return Form((_TYPED, *PROJECT.fields[1:]))
    return PROJECT.with_choices("project", ((number, number) for number in here.projects))


def privilege_form(here: PersonDesk) -> Form:
    """The form of the privilege: in the whole company, or one project."""
    everywhere = ("company", "the whole company")
    if len(here.projects) > MOST_CHOICES:
        chosen = PRIVILEGE.with_choices("where", (everywhere, (IN_PROJECT, "one project, by its number")))
        return Form((*chosen.fields, _ONE_PROJECT))
    return PRIVILEGE.with_choices("where", (everywhere, *((IN_PROJECT + number, number) for number in here.projects)))


def _require_administrator(application: Application, actor: Actor) -> None:
    with application.store.read() as connection:
        require(may_administer(application.people.rights(connection, actor)))


HANDLERS: Final = (list_people, show_new_person, add_person, show_person)
