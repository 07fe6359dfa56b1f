"""What a connection to a budget source has beside one to an ERP: its authorization, and what is handed in there."""

import json
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.downloads import attached
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.connections import connection_path

_JSON: Final = "application/json"


@post("/connections/{name:str}/authorize", sync_to_thread=True)
def authorize_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """Go to the budget source to authorize it.

    A form of ours leads to no other site, so that the page in between does.
    """
    begun = application.connections.authorizing.begin(
        actor, name, redirect_to=_back_here(request, application, name), session=request.auth.session
    )
    return render(request, "connections/go_on.html", name=name, back=connection_path(name), url=begun.address)


@get("/connections/{name:str}/authorize/back", sync_to_thread=True)
def come_back_authorized(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Redirect:
    """End an authorization by the answer that came back with its person; its check comes next."""
    answer = dict(request.query_params.items())
    application.connections.authorizing.finish(actor, name, answer, session=request.auth.session)
    return redirect(request, connection_path(name), flash=Flash(f"{name} is authorized. Check it next."))


@get("/connections/{name:str}/metadata/{erp_connection:str}", sync_to_thread=True)
def download_metadata(
    application: GivenApplication, actor: GivenActor, name: FromPath[str], erp_connection: FromPath[str]
) -> Response[bytes]:
    """What is handed in to the budget source so that it knows the ERP of another connection, as a file."""
    found = dict(application.connections.metadata(actor, name, erp_connection))
    content = json.dumps(found, indent=2, ensure_ascii=False, default=str).encode()
    return attached(content, f"{name}-{erp_connection}.json", _JSON)


def _back_here(request: WebRequest, application: Application, name: str) -> str:
    """The address that people type; on this machine alone, the one that was asked."""
    base = Configuration.read(application.home).web.base_url or f"{request.url.scheme}://{request.url.netloc}"
    return base.rstrip("/") + connection_path(name, "authorize", "back")


HANDLERS: Final = (authorize_connection, come_back_authorized, download_metadata)
