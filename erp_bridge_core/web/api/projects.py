"""`/projects`: each with one budget, linked to one job of an ERP."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from attrs import frozen
from litestar import Response
from litestar.params import FromPath, JSONBody, QueryParameter

from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import tagged, unchanged
from erp_bridge_core.web.api.models import Body, Limit, Name, Offset, listed, made
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice
from erp_bridge_core.web.views.budget import things_of

_on = Operations("projects")
_Search = Annotated[str, QueryParameter(max_length=200, description="Those with this in number, name or job.")]


@frozen(kw_only=True)
class ProjectModel:
    """A project. `first_exported_at` is when connection, job and currency became fixed for good."""

    number: str
    name: str
    currency: str
    connection: str | None
    erp: str | None
    erp_company: str | None
    live: bool | None
    job: str | None
    locked: bool
    sends: int
    first_exported_at: datetime | None


@frozen(kw_only=True)
class ProjectPage:
    """Some projects of all."""

    items: list[ProjectModel]
    total: int
    next_offset: int | None


@frozen(kw_only=True)
class JobModel:
    """The job as its ERP describes it."""

    company: str
    job: str
    name: str
    status: str
    live: bool | None
    original_finalized: bool | None


@frozen(kw_only=True)
class ReadingModel:
    """What was read of the ERP's job: how many of each; `blind` says what a route could not see."""

    taken_at: datetime
    header: JobModel
    routes: list[str]
    blind: Mapping[str, str]
    sub_jobs: int
    cost_codes: int
    categories: int
    figures: int


class NewProject(Body):
    """A project to create; its currency is the company's unless given."""

    number: Name
    name: Name
    currency: Name | None = None


class Link(Body):
    """The job to link a project to."""

    connection: Name
    job: Name


@_on.read("/projects", "Projects")
def list_projects(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    search: _Search = "",
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[ProjectPage]:
    """List the projects whose budgets the asking person may see, by number."""
    found = application.projects.find(actor, text=search, offset=offset, limit=limit)
    shown = Slice(rows=found.rows, offset=offset, limit=limit, total=found.total)
    return listed(request, ProjectPage, ProjectModel, shown)


@_on.act("/projects", "Create a project", status_code=HTTPStatus.CREATED)
def create_project(application: GivenApplication, actor: GivenActor, data: JSONBody[NewProject]) -> ProjectModel:
    """Create a project; for administrators."""
    return made(ProjectModel, application.projects.create(actor, data.number, name=data.name, currency=data.currency))


@_on.read("/projects/{number:str}", "One project")
def show_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> Response[ProjectModel]:
    """Show one project."""
    return tagged(request, made(ProjectModel, application.projects.show(actor, number)))


@_on.read("/projects/{number:str}/things-to-know", "Things to know about its ERP")
def list_things_to_know(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> list[str]:
    """List what to know about the ERP that a project is linked to: what it takes, limits, who posts, who is mailed."""
    return list(things_of(application, application.projects.show(actor, number)))


@_on.put("/projects/{number:str}/link", "Link a project to an ERP job", *ERP)
def link_project(
    application: GivenApplication, actor: GivenActor, number: FromPath[str], data: JSONBody[Link]
) -> ProjectModel:
    """Link a project to a job, having read it; refused once the project was exported."""
    return made(ProjectModel, application.projects.link(actor, number, data.connection, job=data.job))


@_on.remove("/projects/{number:str}/link", "Unlink a project", versioned=True)
def unlink_project(
    request: WebRequest, application: GivenApplication, actor: GivenActor, number: FromPath[str]
) -> None:
    """Take the link away; not once something was exported."""
    with unchanged(request, lambda: made(ProjectModel, application.projects.show(actor, number))):
        application.projects.unlink(actor, number)


@_on.act("/projects/{number:str}/sync", "Read the job from the ERP", *ERP)
def sync_project(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> ReadingModel:
    """Read the job's masters and figures from the ERP, whole."""
    return made(ReadingModel, application.projects.sync(actor, number))


HANDLERS: Final = (
    list_projects, create_project, show_project, list_things_to_know, link_project, unlink_project, sync_project,
)  # fmt: skip
