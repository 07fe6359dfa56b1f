"""`/session`: who asks, in which company, with which limits."""

from datetime import datetime
from typing import Final

from attrs import frozen
from litestar import get

from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.problems import problems
from erp_bridge_core.web.csrf import form_token
from erp_bridge_core.web.given import GivenActor


@frozen(kw_only=True)
class Session:
    """Whoever asks. `verbs` are a token's, null for a person; `csrf_token` is what a page's script sends with writes,
    null for a token, which needs none.
    """

    login: str
    name: str
    company: str
    signed_in_at: datetime | None
    verbs: list[str] | None
    csrf_token: str | None


@get(
    "/session",
    sync_to_thread=True,
    responses=problems(),
    operation_id="show_session",
    summary="Who asks",
    tags=["session"],
)
def show_session(request: WebRequest, actor: GivenActor) -> Session:
    """Show who asks."""
    return Session(
        login=actor.login,
        name=actor.name,
        company=actor.company,
        signed_in_at=actor.signed_in_at,
        verbs=None if actor.token_verbs is None else sorted(actor.token_verbs),
        csrf_token=None if request.auth.bearer else form_token(request.auth),
    )


HANDLERS: Final = (show_session,)
