"""`/people/{login}/identities`: who a person is to a provider of sign-ins. Oneself is linked on a page, through it."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from attrs import frozen
from litestar.params import FromPath, FromQuery, JSONBody

from erp_bridge_core.web.api.models import Body, made, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("people")


@frozen(kw_only=True)
class IdentityModel:
    """Who a person is to a provider. `linked_by` is null for the host."""

    issuer: str
    subject: str
    linked_at: datetime
    linked_by: str | None


class NewIdentity(Body):
    """The provider's address, as it names itself, and what it calls the person."""

    issuer: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


@_on.read("/people/{login:str}/identities", "A person's identities")
def list_identities(application: GivenApplication, actor: GivenActor, login: FromPath[str]) -> list[IdentityModel]:
    """List the identities by which a person signs in; for administrators, and of oneself."""
    return made_all(IdentityModel, application.people.identities.of(actor, login))


@_on.act("/people/{login:str}/identities", "Link a person", status_code=HTTPStatus.CREATED)
def link_identity(
    application: GivenApplication, actor: GivenActor, login: FromPath[str], data: JSONBody[NewIdentity]
) -> IdentityModel:
    """Link a person: whoever has the identity signs in as that person from now on."""
    found = application.people.identities.link(actor, login, issuer=data.issuer, subject=data.subject)
    return made(IdentityModel, found)


@_on.remove("/people/{login:str}/identities", "Unlink a person")
def unlink_identity(
    application: GivenApplication,
    actor: GivenActor,
    login: FromPath[str],
    issuer: FromQuery[str],
    subject: FromQuery[str],
) -> None:
    """Take an identity from a person, oneself too; sign-ins through it end."""
    application.people.identities.unlink(actor, login, issuer=issuer, subject=subject)


HANDLERS: Final = (list_identities, link_identity, unlink_identity)
