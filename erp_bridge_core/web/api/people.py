"""`/people`: those of the company, what was granted to them, their passwords. For administrators."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, FromQuery, JSONBody

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import NEWCOMERS, WebRequest
from erp_bridge_core.web.api.etags import tagged, unchanged
from erp_bridge_core.web.api.models import Body, Done, Limit, Name, Offset, listed, made
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

_on = Operations("people")

LevelName = Literal["none", "read_only", "standard", "admin"]


@frozen(kw_only=True)
class ProjectGrantModel:
    """A permission on one project's budget."""

    project: str
    level: str
    may_send: bool


@frozen(kw_only=True)
class PrivilegeModel:
    """A privilege in force; without a project it holds for the whole company."""

    item_type: str
    direction: str
    project: str | None
    granted_by: str | None
    granted_at: datetime


@frozen(kw_only=True)
class PersonModel:
    """A person as the company sees him."""

    login: str
    name: str
    email: str
    active: bool
    has_password: bool
    one_time_password: bool
    administrator: bool
    integrations: str
    projects: list[ProjectGrantModel]
    privileges: list[PrivilegeModel]


@frozen(kw_only=True)
class PersonPage:
    """Some people of all."""

    items: list[PersonModel]
    total: int
    next_offset: int | None


class NewPerson(Body):
    """A person to add; one known to the installation joins with his login."""

    login: Name
    name: Name
    email: Annotated[str, msgspec.Meta(max_length=320)] = ""


class AccountChange(Body):
    """A person's name and mail address; what is not named stays."""

    name: Name | None = None
    email: Annotated[str, msgspec.Meta(max_length=320)] | None = None


class NewPassword(Body):
    """A password to set."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class MembershipChange(Body):
    """What a person may do in the company as a whole; what is not named stays."""

    integrations: LevelName | None = None
    administrator: bool | None = None


class ProjectGrantChange(Body):
    """What a person may do with one budget; what is not named stays."""

    level: LevelName | None = None
    may_send: bool | None = None


class Privilege(Body):
    """The privilege to push to accounting, for the company or one project."""

    item_type: Name = "budget"
    direction: Name = "export"
    project: Name | None = None


@_on.read("/people", "The company's people")
def list_people(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[PersonPage]:
    """List the company's people, by login."""
    found = application.people.find(actor, offset=offset, limit=limit)
    shown = Slice(rows=found.rows, offset=offset, limit=limit, total=found.total)
    return listed(request, PersonPage, PersonModel, shown)


@_on.act("/people", "Add a person", status_code=HTTPStatus.CREATED)
def add_person(application: GivenApplication, actor: GivenActor, data: JSONBody[NewPerson]) -> PersonModel:
    """Add a person, with no rights yet."""
    return made(PersonModel, application.people.add(actor, data.login, data.name, email=data.email))


@_on.read("/people/{login:str}", "One person")
def show_person(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]
) -> Response[PersonModel]:
    """Show one person with all that was granted; everybody may look at himself."""
    return tagged(request, _person(application, actor, login))


@_on.change("/people/{login:str}", "Change an account")
def change_person(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    data: JSONBody[AccountChange],
) -> Response[PersonModel]:
    """Set one's own name and mail address, or as administrator of all of his companies another's."""
    before = application.people.show(actor, login)
    with unchanged(request, lambda: _person(application, actor, login)):
        person = application.people.change(
            actor,
            login,
            name=before.name if data.name is None else data.name,
            email=before.email if data.email is None else data.email,
        )
    return tagged(request, made(PersonModel, person))


@_on.act("/people/{login:str}/deactivate", "Let somebody sign in no more", versioned=True)
def deactivate_person(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]
) -> Response[PersonModel]:
    """End a person's sessions and refuse his sign-ins and tokens; what was granted stays."""
    with unchanged(request, lambda: _person(application, actor, login)):
        application.people.accounts.deactivate(actor, login)
    return tagged(request, _person(application, actor, login))


@_on.act("/people/{login:str}/reactivate", "Let somebody sign in again", versioned=True)
def reactivate_person(
    request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]
) -> Response[PersonModel]:
    """Let a person sign in again, with what was granted before."""
    with unchanged(request, lambda: _person(application, actor, login)):
        application.people.accounts.reactivate(actor, login)
    return tagged(request, _person(application, actor, login))


@_on.remove("/people/{login:str}", "Remove a person", versioned=True)
def remove_person(request: WebRequest, application: GivenApplication, actor: GivenActor, login: FromPath[str]) -> None:
    """Take a person out of the company with all that was granted."""
    with unchanged(request, lambda: _person(application, actor, login)):
        application.people.remove(actor, login)


@_on.put("/people/{login:str}/password", "Set a password", opt=NEWCOMERS)
def set_password(
    application: GivenApplication, actor: GivenActor, login: FromPath[str], data: JSONBody[NewPassword]
) -> Done:
    """Set one's own password, or as administrator another's, which he has to change at once; ends all his sessions."""
    application.people.set_password(actor, login, data.password)
    return Done(done=f"The password of {login} was set; open sessions have ended.")


@_on.change("/people/{login:str}/membership", "Set a person's level")
def set_membership(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    data: JSONBody[MembershipChange],
) -> Response[PersonModel]:
    """Set a person's level on ERP Integrations, or whether he administers the company."""
    with unchanged(request, lambda: _person(application, actor, login)):
        person = application.people.grant_membership(
            actor, login, integrations=data.integrations, administrator=data.administrator
        )
    return tagged(request, made(PersonModel, person))


@_on.change("/people/{login:str}/projects/{number:str}", "Set a person's permission on a budget")
def set_project_permission(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    number: FromPath[str],
    data: JSONBody[ProjectGrantChange],
) -> Response[PersonModel]:
    """Set a person's level on a project's budget, or the grant "send and retrieve"."""
    with unchanged(request, lambda: _person(application, actor, login)):
        person = application.people.grant_project(actor, login, number, level=data.level, may_send=data.may_send)
    return tagged(request, made(PersonModel, person))


@_on.act("/people/{login:str}/privileges", "Grant a privilege")
def grant_privilege(
    application: GivenApplication, actor: GivenActor, login: FromPath[str], data: JSONBody[Privilege]
) -> PersonModel:
    """Grant the privilege to push to accounting; nobody grants it to himself."""
    person = application.people.grant_privilege(
        actor, login, item_type=data.item_type, direction=data.direction, project=data.project
    )
    return made(PersonModel, person)


@_on.remove("/people/{login:str}/privileges", "Take a privilege away")
def revoke_privilege(
    *,
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    item_type: FromQuery[str] = "budget",
    direction: FromQuery[str] = "export",
    project: FromQuery[str | None] = None,
) -> None:
    """Take the privilege away; what was accepted with it fails its check when the export starts."""
    application.people.revoke_privilege(actor, login, item_type=item_type, direction=direction, project=project)


def _person(application: Application, actor: Actor, login: str) -> PersonModel:
    return made(PersonModel, application.people.show(actor, login))


HANDLERS: Final = (
    list_people, add_person, show_person, change_person, deactivate_person, reactivate_person, remove_person,
    set_password, set_membership, set_project_permission, grant_privilege, revoke_privilege,
)  # fmt: skip
