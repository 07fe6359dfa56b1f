"""`/connections`: the ERPs and budget sources of the company, and their settings; what opens the host is set there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
from attrs import frozen
from litestar import Response
from litestar.params import FromPath, JSONBody

from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.connections.editing import ConnectionSettings
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.etags import named_tag, tagged
from erp_bridge_core.web.api.models import Body, Name, made, made_all
from erp_bridge_core.web.api.operations import ERP, Operations
from erp_bridge_core.web.given import GivenActor, GivenApplication

_on = Operations("connections")


@frozen(kw_only=True)
class ConnectionModel:
    """A connection: to an ERP or to a budget source, and what an ERP said of its books when it was last asked."""

    name: str
    kind: ConnectionKind
    plugin: str
    erp_company: str | None
    live: bool | None
    hosts: list[str]


@frozen(kw_only=True)
class CheckedModel:
    """One thing that a check looked at; `is_warning`: it works, and would do so better."""

    name: str
    ok: bool
    message: str
    remedy: str
    facts: Mapping[str, str]
    is_warning: bool


@frozen(kw_only=True)
class ConnectorModel:
    """How requests of a budget source become items: in whose name, and whether they are approved again here.

    A blank `act_as`: none does. With `approve` false they are accepted as `accept_as`, where every rule lets him.
    `acknowledge` names rules whose warnings keep no request waiting.
    """

    act_as: str
    approve: bool
    accept_as: str
    close_when: str
    poll_minutes: int
    acknowledge: list[str]


@frozen(kw_only=True)
class SettingsModel:
    """What is set of a connection: `settings` are the plugin's, references in the place of secrets.

    `words` are what people at this site call things, in place of the plugin's words: `sub_job`, `cost_code` and so on.
    `connector` says how requests of a budget source are dealt with, null for an ERP; `receiver` is where it calls us.
    `cleared` names the secrets' settings that this change of the host has cleared: they are to be set again.
    """

    settings: Mapping[str, Any]
    files_root: str
    hosts: list[str]
    plain_http: bool
    ca_file: str | None
    words: Mapping[str, str]
    connector: ConnectorModel | None
    receiver: str
    cleared: list[str]


class SettingsChange(Body):
    """Settings to change, in one act: the plugin's, `files.root`, `http.hosts`, `words.sub_job`, of a source
    `connector.act_as` and the like; null takes one away.
    """

    changes: Annotated[dict[str, Any], msgspec.Meta(min_length=1, max_length=200)]


class NewConnection(Body):
    """A connection to add: to the ERP of a plugin, or to its budget source, as `kind` says.

    A secret among the `settings` is a reference; `files_root` lies below a permitted root.
    """

    name: Name
    plugin: Name
    kind: ConnectionKind = ConnectionKind.ERP
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
    is_source = data.kind is ConnectionKind.SOURCE
    _require_usable(data.plugin, application.registry.sources if is_source else application.registry.adapters)
    added = application.connections.add(
        actor,
        data.name,
        erp="" if is_source else data.plugin,
        source=data.plugin if is_source else "",
        settings=data.settings,
        files_root=data.files_root,
        hosts=tuple(data.hosts),
        plain_http=data.plain_http,
    )
    return made(ConnectionModel, added)


@_on.read("/connections/{name:str}/settings", "A connection's settings")
def show_connection_settings(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[SettingsModel]:
    """Show what is set of a connection; for administrators."""
    return _settings(request, application.connections.settings(actor, name))


@_on.change("/connections/{name:str}/settings", "Change a connection's settings")
def change_connection_settings(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    name: FromPath[str],
    data: JSONBody[SettingsChange],
) -> Response[SettingsModel]:
    """Change some settings in one act; for administrators who signed in recently. A changed host clears the secrets."""
    cleared = application.connections.change(actor, name, data.changes, revision=named_tag(request))
    return _settings(request, application.connections.settings(actor, name), cleared)


@_on.remove("/connections/{name:str}", "Remove a connection")
def remove_connection(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> None:
    """Remove a connection that no project uses and nothing was sent over."""
    application.connections.remove(actor, name)


@_on.act("/connections/{name:str}/check", "Check a connection", *ERP)
def check_connection(application: GivenApplication, actor: GivenActor, name: FromPath[str]) -> list[CheckedModel]:
    """Look whether a connection works; it changes nothing at the ERP."""
    return made_all(CheckedModel, application.connections.check(actor, name))


@_on.read("/connections/{name:str}/metadata/{erp_connection:str}", "What a budget source is handed in of an ERP")
def show_connector_metadata(
    application: GivenApplication, actor: GivenActor, name: FromPath[str], erp_connection: FromPath[str]
) -> dict[str, Any]:
    """Show what is handed in to a budget source so that it knows the ERP of another connection."""
    return dict(application.connections.metadata(actor, name, erp_connection))


def _require_usable(name: str, plugins: Mapping[str, Any]) -> None:
    if name not in plugins:
        known = ", ".join(sorted(plugins)) or "none"
        fault = Fault("plugin", "is none that can be used here", value=name, expected=f"one of {known}")
        raise BadInput("The connection can't be added.", remedy="Name another plugin.", faults=[fault])


def _settings(request: WebRequest, found: ConnectionSettings, cleared: tuple[str, ...] = ()) -> Response[SettingsModel]:
    return tagged(request, made(SettingsModel, found, cleared=list(cleared)), found.revision)


HANDLERS: Final = (
    list_connections, add_connection, show_connection_settings, change_connection_settings, remove_connection,
    check_connection, show_connector_metadata,
)  # fmt: skip
