"""Projects: the list, a new one, its link to an ERP's job, and who may do what with its budget (P0, P1)."""

from collections.abc import Sequence
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.errors import BadInput, Fault, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import Level, may_administer, require
from erp_bridge_core.people.views import PersonInList
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import budget_path, desk, project_path

_NEW: Final = Form(
    (
        Field(name="number", label="Number", hint="It can't be changed later.", longest=60),
        Field(name="name", label="Name", longest=500),
        Field(
            name="currency", label="Currency", hint="As in ISO 4217; blank: the company's.", required=False, longest=3
        ),
    )
)
_LINK: Final = Form(
    (Field(name="connection", label="Connection", kind="select"), Field(name="job", label="Job", longest=60))
)
_GRANT: Final = Form(
    (
        Field(name="login", label="Person", kind="select"),
        Field(
            name="level",
            label="Level on this budget",
            kind="select",
            choices=tuple((level.value, level.value.replace("_", "-")) for level in Level),
        ),
        Field(
            name="may_send",
            label="May send and retrieve",
            kind="select",
            choices=(("no", "no"), ("yes", "yes")),
            hint="Whoever has admin may do so anyway.",
        ),
    )
)


@get("/projects", sync_to_thread=True)
@of_one_moment
def list_projects(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    text: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """The projects whose budgets the person may see."""
    offset = offset_of(page)
    found = application.projects.find(actor, text=text.strip(), offset=offset, limit=PAGE_ROWS)
    shown = Slice(rows=found.rows, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "projects.html",
        projects=shown,
        text=text,
        administer=_not_administering(application, actor),
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/projects/new", sync_to_thread=True)
def show_new_project(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The form of a new project."""
    return _new_page(request, application, actor, _NEW.empty())


@post("/projects/new", sync_to_thread=True)
def create_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Create a project."""
    filled = _NEW.read(posted)
    if not filled.is_good:
        return _new_page(request, application, actor, filled, status=422)
    number, name, currency = (filled.values[each] for each in ("number", "name", "currency"))
    try:
        made = application.projects.create(actor, number, name=name, currency=currency.upper() or None)
    except BadInput as error:
        return _new_page(request, application, actor, filled.refused(error), status=422)
    done = Flash(f"Project {made.number} was created. Link it to a job of an ERP.")
    return redirect(request, f"{project_path(made.number)}/settings", flash=done)


@get("/projects/{number:str}/settings", sync_to_thread=True)
@of_one_moment
def show_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[str]:
    """One project: its job, when the ERP was last read, who may do what."""
    return _page(request, application, actor, number)


@post("/projects/{number:str}/link", sync_to_thread=True)
def link_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Link it to an ERP's job, which is read first."""
    require(desk(application, actor, number).ways.administer)
    filled = _link_form(application, actor).read(posted)
    if not filled.is_good:
        return _page(request, application, actor, number, link=filled, status=422)
    connection, job = filled.values["connection"], filled.values["job"]
    try:
        application.projects.link(actor, number, connection, job=job)
    except (BadInput, NotFound, NotPossibleNow) as error:
        return _page(request, application, actor, number, link=filled.refused(error), status=422)
    done = Flash(f"Project {number} is linked to {job} of {connection}. Sync its data next.")
    return redirect(request, f"{project_path(number)}/settings", flash=done)


@post("/projects/{number:str}/unlink", sync_to_thread=True)
def unlink_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Redirect:
    """Take the link away; not once something was exported."""
    application.projects.unlink(actor, number)
    return redirect(request, f"{project_path(number)}/settings", flash=Flash(f"Project {number} is linked to no job."))


@post("/projects/{number:str}/sync", sync_to_thread=True)
def sync_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Redirect:
    """Read the job's masters and figures from the ERP, whole."""
    read = application.projects.sync(actor, number)
    told = (
        f"The ERP was read: {read.cost_codes:,} cost codes, {read.categories:,} categories, {read.sub_jobs:,} sub jobs."
    )
    return redirect(request, budget_path(number), flash=Flash(told))


@post("/projects/{number:str}/grants", sync_to_thread=True)
def grant_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Set what a person may do with this budget; asks for a recent sign-in."""
    require(desk(application, actor, number).ways.administer)
    filled = _grant_form(_people(application, actor)).read(posted)
    if not filled.is_good:
        return _page(request, application, actor, number, grant=filled, status=422)
    login, level = filled.values["login"], filled.values["level"]
    try:
        application.people.grant_project(actor, login, number, level=level, may_send=filled.values["may_send"] == "yes")
    except BadInput as error:
        return _page(request, application, actor, number, grant=filled.refused(error), status=422)
    done = Flash(f"{login} has {level.replace('_', '-')} on the budget of {number}.")
    return redirect(request, f"{project_path(number)}/settings", flash=done)


def _not_administering(application: Application, actor: Actor) -> list[Fault]:
    with application.store.read() as connection:
        return may_administer(application.people.rights(connection, actor))


def _people(application: Application, actor: Actor) -> Sequence[PersonInList]:
    """The company's people, for its administrators; nobody for others."""
    return () if _not_administering(application, actor) else application.people.overview(actor).rows


def _link_form(application: Application, actor: Actor) -> Form:
    known = () if _not_administering(application, actor) else application.connections.list(actor, ConnectionKind.ERP)
    return _LINK.with_choices("connection", ((each.name, f"{each.name} ({each.plugin})") for each in known))


def _grant_form(people: Sequence[PersonInList]) -> Form:
    return _GRANT.with_choices("login", ((each.login, f"{each.name} ({each.login})") for each in people))


def _new_page(
    request: WebRequest, application: Application, actor: Actor, filled: Filled, *, status: int = 200
) -> Response[str]:
    administer = _not_administering(application, actor)
    return render(request, "project_new.html", status=status, form=filled, administer=administer)


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    number: str,
    *,
    link: Filled | None = None,
    grant: Filled | None = None,
    status: int = 200,
) -> Response[str]:
    here = desk(application, actor, number)
    people = _people(application, actor)
    known = {"connection": here.project.connection or "", "job": here.project.job or ""}
    return render(
        request,
        "project.html",
        status=status,
        here=here,
        granted=application.people.granted_on(actor, number) if people else (),
        link=link or _link_form(application, actor).empty(**known),
        grant=grant or _grant_form(people).empty(),
        unsynced=() if here.project.is_linked else here.readiness.reasons,
    )


HANDLERS: Final = (
    list_projects,
    show_new_project,
    create_project,
    show_project,
    link_project,
    unlink_project,
    sync_project,
    grant_project,
)
