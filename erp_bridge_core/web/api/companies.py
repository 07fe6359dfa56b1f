"""`/companies` and `/company`: those one belongs to, and the policies of the one that is acted in."""

from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import JSONBody

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import tagged, unchanged
from erp_bridge_core.web.api.models import Body, Name, made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("companies")


@frozen(kw_only=True)
class Policy:
    """What a company's administrators may decide otherwise than the default."""

    separation_of_duties: bool
    resend_with_grant: bool
    approve_by_token: bool
    duplicates: str
    recent_minutes: int
    daily_summary_hour: int
    locale: str


@frozen(kw_only=True)
class CompanyModel:
    """A company of this installation."""

    code: str
    name: str
    time_zone: str
    currency: str
    policy: Policy
    created_at: datetime


class NewCompany(Body):
    """A company to add; `administrator` is the login of its first one, by default whoever adds it."""

    code: Name
    name: Name
    time_zone: Name = "UTC"
    currency: Name = "USD"
    administrator: Name | None = None


class PolicyChange(Body):
    """Policies to set; what is not named stays."""

    separation_of_duties: bool | msgspec.UnsetType = msgspec.UNSET
    resend_with_grant: bool | msgspec.UnsetType = msgspec.UNSET
    approve_by_token: bool | msgspec.UnsetType = msgspec.UNSET
    duplicates: Literal["refuse", "sum"] | msgspec.UnsetType = msgspec.UNSET
    recent_minutes: int | msgspec.UnsetType = msgspec.UNSET
    daily_summary_hour: int | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET


@_on.read("/companies", "My companies")
def list_companies(application: GivenApplication, actor: GivenActor) -> list[CompanyModel]:
    """List the companies that the asking person belongs to."""
    return made_all(CompanyModel, application.companies.list(actor))


@_on.act("/companies", "Add a company", status_code=HTTPStatus.CREATED)
def add_company(application: GivenApplication, actor: GivenActor, data: JSONBody[NewCompany]) -> CompanyModel:
    """Add a company; for administrators who signed in recently."""
    added = application.companies.add(
        actor,
        data.code,
        name=data.name,
        time_zone=data.time_zone,
        currency=data.currency,
        administrator=data.administrator,
    )
    return made(CompanyModel, added)


@_on.read("/company", "The company that is acted in")
def show_company(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[CompanyModel]:
    """Show the company that is acted in, with its policies."""
    return tagged(request, made(CompanyModel, application.companies.show(actor)))


@_on.read("/company/policy", "Its policies")
def show_policy(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[Policy]:
    """Show the company's policies."""
    return tagged(request, _policy(application, actor))


@_on.change("/company/policy", "Set policies")
def set_policy(
    request: WebRequest, application: GivenApplication, actor: GivenActor, data: JSONBody[PolicyChange]
) -> Response[Policy]:
    """Set some of the company's policies; for administrators who signed in recently."""
    values = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    with unchanged(request, lambda: _policy(application, actor)):
        policy = application.companies.set_policy(actor, **values)
    return tagged(request, made(Policy, policy))


def _policy(application: Application, actor: Actor) -> Policy:
    return made(Policy, application.companies.show(actor).policy)


HANDLERS: Final = (list_companies, add_company, show_company, show_policy, set_policy)
