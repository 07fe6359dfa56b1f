"""Connections to ERPs: the list, a new one, its check, and its end. Its settings are changed on its host alone."""

import tomllib
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadInput, BadSettings, Fault
from erp_bridge_core.people.rules import may_administer
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import renamed
from erp_bridge_core.web.views.connections import connection_path, load_connection, load_connections, rights_to_look


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _settings(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"can't be read: {error}") from error


_NEW: Final = Form(
    (
        Field(name="name", label="Name", hint="Small letters, digits and dashes; it can't be changed.", longest=60),
        Field(name="erp", label="ERP", kind="select"),
        Field(
            name="hosts",
            label="Hosts",
            kind="textarea",
            hint="Those it may talk to, one a line, as HOST or HOST:PORT.",
            required=False,
            blank=(),
            read=_lines,
        ),
        Field(
            name="files_root",
            label="Shared folder",
            hint="It lies below a folder that was permitted on the host: `erp-bridge connection add` does that there.",
            required=False,
            longest=1000,
        ),
        Field(
            name="settings",
            label="Settings",
            kind="textarea",
            hint='As in TOML, one a line: user = "bridge". Of a secret its reference stands here, never itself.',
            required=False,
            blank=None,
            read=_settings,
        ),
    )
)


@get("/connections", sync_to_thread=True)
def list_connections(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The company's connections, live or test, with their last check and their adapters' certificates."""
    found = load_connections(application, actor)
    administer = may_administer(rights_to_look(application, actor))
    return render(request, "connections/list.html", connections=found, administer=administer)


@get("/connections/new", sync_to_thread=True)
def show_new(request: WebRequest, application: GivenApplication, actor: GivenActor) -> Response[str]:
    """The form of a new connection."""
    administer = may_administer(rights_to_look(application, actor))
    return render(request, "connections/new.html", form=_form(application).empty(), administer=administer)


@post("/connections/new", sync_to_thread=True)
def add_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Add a connection; its check comes next."""
    administer = may_administer(rights_to_look(application, actor))
    filled = _form(application).read(posted)
    if filled.is_good:
        given = dict(filled.values)
        name, settings = given.pop("name"), given.pop("settings") or {}
        try:
            application.connections.add(actor, name, settings=settings, **given)
        except (BadInput, BadSettings) as error:
            filled = filled.refused(_beside(error, name))
        else:
            done = Flash(f"Connection {name} was added. Check it next.")
            return redirect(request, connection_path(name), flash=done)
    return render(request, "connections/new.html", status=422, form=filled, administer=administer)


@get("/connections/{name:str}", sync_to_thread=True)
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


def _form(application: Application) -> Form:
    adapters = application.registry.adapters.values()
    return _NEW.with_choices("erp", sorted((each.name, each.profile.title) for each in adapters))


def _beside(error: BadInput | BadSettings, name: str) -> BadInput | BadSettings:
    """The error with the faults of the plugin's settings beside the field in which all of them are typed."""
    below = f"connections.{name}.settings"
    error.faults = tuple(
        Fault("settings", f"{fault.where[len(below) :].lstrip('.')} {fault.message}", expected=fault.expected)
        if fault.where.startswith(below)
        else fault
        for fault in error.faults
    )
    renamed(error, {"files.root": "files_root", "http.hosts": "hosts"})
    return error


HANDLERS: Final = (
    list_connections,
    show_new,
    add_connection,
    show_connection,
    check_connection,
    remove_connection,
)
