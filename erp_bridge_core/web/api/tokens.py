"""`/tokens`: one's own API tokens, made by a person who signed in, never by a token; `/company/tokens`: everybody's."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal

import msgspec
from attrs import frozen
from litestar.params import FromPath, JSONBody

from erp_bridge_core.web.api.models import Body, Name, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.idempotency import SHOWN_ONCE

_on = Operations("tokens")


@frozen(kw_only=True)
class TokenModel:
    """A token in force, without itself. Without projects it is for all of its companies' projects."""

    name: str
    companies: list[str]
    projects: list[str]
    verbs: list[str]
    created_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class HeldTokenModel:
    """A token in force as an administrator of one of its companies sees it; other companies are not told."""

    login: str
    name: str
    projects: list[str]
    verbs: list[str]
    created_at: datetime
    expires_at: datetime


@frozen(kw_only=True)
class MadeToken:
    """A token that was just made, shown this once."""

    name: str
    token: str


class NewToken(Body):
    """A token to make: for which companies (by default the one that is acted in) and projects, and what it may do."""

    name: Name
    verbs: Annotated[list[Literal["read", "edit", "send", "answer", "resume"]], msgspec.Meta(min_length=1)]
    companies: list[Name] = msgspec.field(default_factory=list)
    projects: list[Name] = msgspec.field(default_factory=list)
    days: int = 90


@_on.read("/tokens", "My tokens")
def list_tokens(application: GivenApplication, actor: GivenActor) -> list[TokenModel]:
    """List one's own tokens that are in force."""
    return made_all(TokenModel, application.people.list_tokens(actor))


@_on.act("/tokens", "Make a token", status_code=HTTPStatus.CREATED, opt=SHOWN_ONCE)
def create_token(application: GivenApplication, actor: GivenActor, data: JSONBody[NewToken]) -> MadeToken:
    """Make a token for oneself; it is answered this once, and not again for the same idempotency key."""
    token = application.people.create_token(
        actor,
        data.name,
        companies=data.companies or [actor.company],
        verbs=data.verbs,
        projects=data.projects,
        days=data.days,
    )
    return MadeToken(name=data.name, token=token)


@_on.remove("/tokens/{name:str}", "End a token")
def revoke_token(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> None:
    """End one of one's own tokens."""
    application.people.revoke_token(actor, name)


@_on.read("/company/tokens", "The company's tokens")
def list_company_tokens(application: GivenApplication, actor: GivenActor) -> list[HeldTokenModel]:
    """List all tokens in force that are for the company that is acted in; for its administrators."""
    return made_all(HeldTokenModel, application.people.tokens.of_company(actor))


@_on.remove("/company/tokens/{login:str}/{name:str}", "Withdraw a token")
def withdraw_token(application: GivenApplication, actor: GivenActor, login: FromPath[str], name: FromPath[str]) -> None:
    """Take the company out of somebody's token; one that is for no other company ends."""
    application.people.tokens.withdraw(actor, login, name)


HANDLERS: Final = (list_tokens, create_token, revoke_token, list_company_tokens, withdraw_token)
