"""Exporting an item: start, progress, resume, retry, pause, cancel, and the hand-over (E1-E6)."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.engine import bringing
from erp_bridge_core.engine.bringing import worker_is_at
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.background import background_of
from erp_bridge_core.web.downloads import BYTES, attached
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.pages.items_refused import act_on, show_refusal
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.items import item_path, load_head, told
from erp_bridge_core.web.views.items_exports import load_export


@get("/items/{item_id:int}/export", sync_to_thread=True)
def show_export(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str]:
    """How its export stands, renewed while it runs; what the ERP refused, what is in doubt, what is handed over."""
    head = load_head(application, actor, item_id)
    background = background_of(request)
    is_here = background.is_at(item_id) or worker_is_at(application, item_id)
    export = load_export(application, actor, head.item, is_here=is_here)
    stopped_by = background.stopped_by(item_id)
    return render(request, "items/export.html", head=head, told=told, export=export, stopped_by=stopped_by)


@post("/items/{item_id:int}/start", sync_to_thread=True)
def start(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Export an accepted item."""
    return start_export(request, application, actor, item_id)


def start_export(request: WebRequest, application: Application, actor: Actor, item_id: int) -> Response[str] | Redirect:
    """Check everything again, start, and bring it on; whoever comes second is told who was first."""
    leave = background_of(request).ending.is_set
    act = partial(bringing.export, application, actor, item_id, leave=leave)
    return _run(request, application, actor, item_id, act=act, what="export")


@post("/items/{item_id:int}/resume", sync_to_thread=True)
def resume(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Take up an export that is not at rest, as after a crash: nothing is sent twice."""
    return _run(
        request, application, actor, item_id, act=partial(application.exports.run, actor, item_id), what="export"
    )


@post("/items/{item_id:int}/retry", sync_to_thread=True)
def retry(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Send again what has not arrived of a failed export, and only that."""
    act = partial(bringing.retry, application, actor, item_id, leave=background_of(request).ending.is_set)
    return _run(request, application, actor, item_id, act=act, what="retry")


@post("/items/{item_id:int}/take", sync_to_thread=True)
def take(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Take over what lies ready, once; taking again moves nothing."""
    return act_on(
        request, application, actor, item_id, act=lambda: application.exports.take(actor, item_id),
        done="The hand-over is yours. Load it as its sheet says.", page="export",
    )  # fmt: skip


@post("/items/{item_id:int}/pause", sync_to_thread=True)
def pause(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """Let its export begin no further write until it is continued."""
    reason = str(posted.get("reason", ""))
    return act_on(
        request, application, actor, item_id, act=lambda: application.holding.pause(actor, item_id, reason=reason),
        done="The export is paused: what is under way is finished, nothing more is begun.", page="export",
    )  # fmt: skip


@post("/items/{item_id:int}/continue", sync_to_thread=True)
def go_on(
    request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int]
) -> Response[str] | Redirect:
    """Let a paused export go on: a worker takes it up, or it is resumed."""
    return act_on(
        request, application, actor, item_id, act=lambda: application.holding.go_on(actor, item_id),
        done="The export goes on: a worker takes it up; where none runs, resume it.", page="export",
    )  # fmt: skip


@post("/items/{item_id:int}/cancel", sync_to_thread=True)
def cancel(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, item_id: FromPath[int], posted: GivenForm
) -> Response[str] | Redirect:
    """End its export where it is; what was written stays."""
    reason = str(posted.get("reason", ""))
    return act_on(
        request, application, actor, item_id, act=lambda: application.holding.cancel(actor, item_id, reason=reason),
        done="The export is cancelled: what was written stays, the rest can be retried or rejected.", page="export",
    )  # fmt: skip


def _run(
    request: WebRequest, application: Application, actor: Actor, item_id: int, *, act: Callable[[], Any], what: str
) -> Response[str] | Redirect:
    background = background_of(request)
    try:
        background.run(item_id, act)
    except ErpBridgeError as error:
        return show_refusal(request, application, actor, item_id, error=error)
    sentence = f"The {what} of item {item_id} goes on." if background.is_at(item_id) else f"The {what} has ended."
    return redirect(request, item_path(item_id, "export"), flash=Flash(sentence))


@get("/items/{item_id:int}/export/files/{sha256:str}", sync_to_thread=True)
def give_taken_file(
    application: GivenApplication, actor: GivenActor, item_id: FromPath[int], sha256: FromPath[str]
) -> Response[bytes]:
    """A copy of a file that was taken, for evidence."""
    found = application.exports.taken_file(actor, item_id, sha256)
    return attached(found.content, f"copy-of-{found.name}", BYTES)


HANDLERS: Final = (show_export, start, resume, retry, pause, go_on, cancel, take, give_taken_file)
