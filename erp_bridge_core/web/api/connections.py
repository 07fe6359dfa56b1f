"""`/connections`: the ERPs of the company. Their settings are changed on their host alone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from attrs import frozen
from litestar.params import FromPath, JSONBody

from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.web.api.models import Body, Name, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("connections")


@frozen(kw_only=True)
class ConnectionModel:
    """A connection: which ERP, and what the ERP said of its books when it was last asked."""

    name: str
    erp: str
    erp_company: str | None
    live: bool | None
    hosts: list[str]


@frozen(kw_only=True)
class CheckedModel:
    """One thing that a check looked at."""

    name: str
    ok: bool
    message: str
    remedy: str
    facts: Mapping[str, str]


class NewConnection(Body):
    """A connection to add. A secret among the `settings` is a reference; `files_root` lies below a permitted root."""

    name: Name
    erp: Name
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    files_root: str = ""
    hosts: list[str] = msgspec.field(default_factory=list)
    plain_http: bool = False


@_on.read("/connections", "The company's connections")
def list_connections(application: GivenApplication, actor: GivenActor) -> list[ConnectionModel]:
    """List the company's connections, by name."""
    return made_all(ConnectionModel, application.connections.list(actor))


@_on.act("/connections", "Add a connection", status_code=HTTPStatus.CREATED)
def add_connection(application: GivenApplication, actor: GivenActor, data: JSONBody[NewConnection]) -> ConnectionModel:
    """Add a connection; for administrators who signed in recently."""
    known = sorted(application.registry.adapters)
    if data.erp not in known:
        fault = Fault("erp", "is none that can be used here", value=data.erp, expected=f"one of {', '.join(known)}")
        raise BadInput("The connection can't be added.", remedy="Name another ERP.", faults=[fault])
    added = application.connections.add(
        actor,
        data.name,
        erp=data.erp,
        settings=data.settings,
        files_root=data.files_root,
        hosts=tuple(data.hosts),
        plain_http=data.plain_http,
    )
    return made(ConnectionModel, added)


@_on.remove("/connections/{name:str}", "Remove a connection")
def remove_connection(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> None:
    """Remove a connection that no project uses and nothing was sent over."""
    application.connections.remove(actor, name)


@_on.act("/connections/{name:str}/check", "Check a connection", *ERP)
def check_connection(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> list[CheckedModel]:
    """Look whether a connection works; it changes nothing at the ERP."""
    return made_all(CheckedModel, application.connections.check(actor, name))


HANDLERS: Final = (list_connections, add_connection, remove_connection, check_connection)
