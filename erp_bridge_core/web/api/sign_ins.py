"""`/sign-ins`: where one is signed in, by pages and by command line; ended one by one, or all (security)."""

from datetime import datetime
from typing import Annotated, Final

from attrs import frozen
from litestar.params import PathParameter

from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.models import made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("sign-ins")
_Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The sign-in's number.")]


@frozen(kw_only=True)
class SignInModel:
    """A sign-in that has not ended; `is_asking` marks the one that asks."""

    number: int
    signed_in_at: datetime
    expires_at: datetime
    is_asking: bool


@_on.read("/sign-ins", "My sign-ins")
def list_sign_ins(request: WebRequest, application: GivenApplication, actor: GivenActor) -> list[SignInModel]:
    """List where the asking person is signed in, the latest first; not for a token."""
    return made_all(SignInModel, application.people.accounts.sessions(actor, request.auth.session))


@_on.remove("/sign-ins/{number:int}", "End a sign-in")
def end_sign_in(application: GivenApplication, actor: GivenActor, number: _Number) -> None:
    """End one of one's own sign-ins."""
    application.people.accounts.end_session(actor, number)


@_on.remove("/sign-ins", "End all sign-ins")
def end_sign_ins(application: GivenApplication, actor: GivenActor) -> None:
    """End every sign-in of the asking person, this one too."""
    application.people.accounts.end_sessions(actor)


HANDLERS: Final = (list_sign_ins, end_sign_in, end_sign_ins)
