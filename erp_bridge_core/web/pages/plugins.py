"""Plugins: the ERPs and budget sources that can be used here and those that can't, what to know, certificates (X5)."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rules import may_administer_installation
from erp_bridge_core.registry.things import things
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.connections import rights_to_look


@get("/plugins", sync_to_thread=True)
@of_one_moment
def list_plugins(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The plugins that are installed: usable, broken, not enabled."""
    return _page(request, application, actor)


@get("/plugins/{name:str}", sync_to_thread=True)
def show_plugin(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """One ERP or source: what to know about it, its writes, and its certificate in full."""
    found = application.certificates.plugin(actor, name)
    profile, assessment = found.adapter.profile, found.assessment
    return render(
        request,
        "plugins/one.html",
        adapter=found.adapter,
        profile=profile,
        assessment=assessment,
        things=things(profile, assessment.standing.warning),
    )


@post("/plugins/certificates", sync_to_thread=True)
def register_certificate(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Register a certificate that the conformance suite wrote, for the plugin that it is of."""
    application.certificates.plugins(actor)
    try:
        with TemporaryDirectory() as folder:
            assessment = application.certificates.register(actor, _brought(posted, Path(folder)))
    except BadInput as error:
        return _page(request, application, actor, refused=error)
    kept = assessment.certificate
    if kept is None:
        return redirect(request, "/plugins")
    return redirect(request, f"/plugins/{kept.plugin}", flash=Flash("The certificate was registered."))


def _brought(posted: FormMultiDict, folder: Path) -> Path:
    file: Any = posted.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInput("No file was chosen.", remedy="Choose the file that the conformance suite wrote.")
    path = folder / "certificate.json"
    path.write_bytes(file.file.read())
    return path


def _page(
    request: WebRequest, application: Application, actor: Actor, *, refused: ErpBridgeError | None = None
) -> Response[str]:
    rights = rights_to_look(application, actor)
    found = application.certificates.plugins(actor)
    return render(
        request,
        "plugins/list.html",
        status=422 if refused else 200,
        plugins=[(each.adapter, each.assessment.standing) for each in found.usable],
        sources=[(each.adapter, each.assessment.standing) for each in found.sources],
        broken=found.broken,
        not_enabled=found.not_enabled,
        administer=may_administer_installation(rights),
        refused=refused,
    )


HANDLERS: Final = (list_plugins, show_plugin, register_certificate)
