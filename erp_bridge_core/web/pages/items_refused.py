"""Acts that are one press of a button: done and told, or refused, with who did what meanwhile (A6)."""

from collections.abc import Callable

from litestar import Response
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.addresses import sign_in_path
from erp_bridge_core.web.errors import asks_for_sign_in, status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.kept import way_back
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.items import item_path, load_head, told


def act_on(
    request: WebRequest,
    application: Application,
    actor: Actor,
    item_id: int,
    *,
    act: Callable[[], object],
    done: str,
    page: str = "",
) -> Response[str] | Redirect:
    """Do it, and go on to one of the item's pages; raises what looking at the item raises."""
    try:
        act()
    except ErpBridgeError as error:
        return show_refusal(request, application, actor, item_id, error=error)
    return redirect(request, item_path(item_id, page), flash=Flash(done))


def show_refusal(
    request: WebRequest, application: Application, actor: Actor, item_id: int, *, error: ErpBridgeError
) -> Response[str]:
    """Why it was not done, each reason with its remedy, and what was done with the item last."""
    again = sign_in_path(way_back(request)) if asks_for_sign_in(error) else ""
    head = load_head(application, actor, item_id)
    return render(
        request, "items/refused.html", status=status_of(error), head=head, told=told, error=error, sign_in_again=again
    )
