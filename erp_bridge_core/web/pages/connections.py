"""Connections to ERPs: the list, one of them, its check, and its end."""

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.people.rules import may_administer
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.connections import load_connection, load_connections, rights_to_look


@get("/connections", sync_to_thread=True)
@of_one_moment
def list_connections(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The company's connections, live or test, with their last check and their adapters' certificates."""
    found = load_connections(application, actor)
    administer = may_administer(rights_to_look(application, actor))
    return render(request, "connections/list.html", connections=found, administer=administer)


@get("/connections/{name:str}", sync_to_thread=True)
@of_one_moment
def show_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """One connection: which books, its last check, and what may be done with it."""
    return render(request, "connections/one.html", here=load_connection(application, actor, name), looked=None)


@post("/connections/{name:str}/check", sync_to_thread=True)
def check_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """Look whether it works, and show each thing that was looked at; nothing is changed at the ERP."""
    looked = application.connections.check(actor, name)
    return render(request, "connections/one.html", here=load_connection(application, actor, name), looked=looked)


@post("/connections/{name:str}/remove", sync_to_thread=True)
def remove_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Redirect:
    """Remove a connection that no project uses."""
    application.connections.remove(actor, name)
    return redirect(request, "/connections", flash=Flash(f"Connection {name} was removed."))


HANDLERS: Final = (list_connections, show_connection, check_connection, remove_connection)
