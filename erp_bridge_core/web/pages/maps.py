"""A connection's maps: its entries, what budgets use and the maps do not hold, and both ways of a file (B9)."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import frozen
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.connections.map_files import read_map, write_map
from erp_bridge_core.connections.maps import KINDS, MapEntry, Unmapped
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.downloads import CSV, download
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import page_number, slice_of_page
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.uploads import safe_name
from erp_bridge_core.web.views.budget import renamed
from erp_bridge_core.web.views.connections import connection_path, load_connection

_KINDS: Final = tuple((kind, kind.replace("_", " ")) for kind in KINDS)
_ENTRY: Final = Form(
    (
        Field(name="kind", label="Kind", kind="select", choices=_KINDS),
        Field(name="ours", label="Ours", longest=100),
        Field(name="theirs", label="The ERP's", longest=100),
    )
)
_BESIDE: Final = {f"rows[1].{name}": name for name in ("kind", "ours", "theirs")}


@frozen(kw_only=True)
class _Exceptions:
    """The linked projects, the one that was chosen, and what its budget uses that the maps do not hold."""

    projects: Sequence[str]
    project: str
    found: Sequence[Unmapped]


@get("/connections/{name:str}/map", sync_to_thread=True)
@of_one_moment
def show_map(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """The entries that match, and the exceptions of a project's budget."""
    return _page(request, application, actor, name, _ENTRY.empty())


@post("/connections/{name:str}/map", sync_to_thread=True)
def set_entry(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Enter or change one entry."""
    filled = _ENTRY.read(posted)
    if filled.is_good:
        try:
            entry = application.maps.set(actor, name, **filled.values)
        except BadInput as error:
            filled = filled.refused(renamed(error, _BESIDE))
        else:
            done = Flash(f"{entry.kind.replace('_', ' ')}: {entry.ours} is {entry.theirs}.")
            return redirect(request, connection_path(name, "map"), flash=done)
    return _page(request, application, actor, name, filled)


@post("/connections/{name:str}/map/remove", sync_to_thread=True)
def remove_entry(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str], posted: GivenForm
) -> Redirect:
    """Take one entry away."""
    kind, ours = str(posted.get("kind", "")), str(posted.get("ours", ""))
    application.maps.remove(actor, name, kind=kind, ours=ours)
    return redirect(request, connection_path(name, "map"), flash=Flash(f"{ours} is no longer mapped."))


@post("/connections/{name:str}/map/import", sync_to_thread=True)
def import_map(
    *, request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Enter all rows of a file, or none."""
    load_connection(application, actor, name)
    try:
        with TemporaryDirectory() as folder:
            count = application.maps.load(actor, name, rows=read_map(_brought(posted, Path(folder))))
    except BadInput as error:
        return _page(request, application, actor, name, _ENTRY.empty(), refused=error)
    return redirect(request, connection_path(name, "map"), flash=Flash(f"Entries entered: {count}."))


@get("/connections/{name:str}/map/csv", sync_to_thread=True)
def export_map(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> Response[bytes]:
    """Every entry as CSV, in the columns that an import takes."""
    load_connection(application, actor, name)
    return download(partial(write_map, entries=application.maps.list(actor, name)), "map.csv", CSV)


def _brought(posted: FormMultiDict, folder: Path) -> Path:
    file: Any = posted.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInput("No file was chosen.", remedy="Choose a CSV or XLSX file with the columns kind, ours, theirs.")
    path = folder / safe_name(file.filename)
    path.write_bytes(file.file.read())
    return path


def _page(
    request: WebRequest,
    application: Application,
    actor: Actor,
    name: str,
    form: Filled,
    *,
    refused: ErpBridgeError | None = None,
) -> Response[str]:
    here = load_connection(application, actor, name)
    text, page = request.query_params.get("text", "").strip()[:100], request.query_params.get("page", "1")
    entries = [entry for entry in application.maps.list(actor, name) if _matches(entry, text)]
    shown = slice_of_page(entries, int(page) if page.isdecimal() and len(page) < len(str(10**9)) else 1)
    return render(
        request,
        "maps.html",
        status=422 if refused or not form.is_good else 200,
        here=here,
        entries=shown,
        text=text,
        form=form,
        refused=refused,
        exceptions=_exceptions(application, actor, name, request.query_params.get("project", "")),
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


def _matches(entry: MapEntry, text: str) -> bool:
    return text.casefold() in f"{entry.kind} {entry.ours} {entry.theirs}".casefold()


def _exceptions(application: Application, actor: Actor, name: str, wanted: str) -> _Exceptions:
    linked = application.projects.numbers(actor, connection=name)
    project = wanted if wanted in linked else next(iter(linked), "")
    found = application.maps.exceptions(actor, project) if project else ()
    return _Exceptions(projects=linked, project=project, found=found)


HANDLERS: Final = (show_map, set_entry, remove_entry, import_map, export_map)
