"""A new connection, its ERP or budget source chosen first, and the settings of one: each in a field of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import asdict, evolve, frozen
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.configuration.words import NAMES
from erp_bridge_core.connections.editing import ConnectionSettings
from erp_bridge_core.contract.errors import BadInput, BadSettings, Changed, Fault
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.people.rules import may_administer
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.errors import status_of
from erp_bridge_core.web.flash import Flash
from erp_bridge_core.web.forms import Field, Filled, Form
from erp_bridge_core.web.given import GivenActor, GivenApplication, GivenForm
from erp_bridge_core.web.rendering import redirect, render
from erp_bridge_core.web.views.budget import renamed
from erp_bridge_core.web.views.connection_fields import (
    CONNECTOR,
    Group,
    SettingFields,
    connector_fields,
    nested,
    read_pairs,
    setting_fields,
    written_pairs,
)
from erp_bridge_core.web.views.connections import ConnectionPage, connection_path, load_connection, rights_to_look


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


_NAME: Final = Field(
    name="name", label="Name", hint="Small letters, digits and dashes; it can't be changed.", longest=60
)
_PLUGINS: Final = {
    ConnectionKind.ERP: Field(name="erp", label="ERP", kind="hidden"),
    ConnectionKind.SOURCE: Field(name="source", label="Budget source", kind="hidden"),
}
_PLACES: Final = (
    Field(
        name="hosts",
        label="Hosts",
        kind="textarea",
        hint="Those it may talk to, one a line, as HOST or HOST:PORT. None: it talks to none.",
        required=False,
        blank=(),
        read=_lines,
    ),
    Field(
        name="files_root",
        label="Shared folder",
        hint="A full path. It lies below a folder that was permitted on the host of ERP Bridge.",
        required=False,
        longest=1000,
    ),
)
_WORDS: Final = Field(
    name="words",
    label="Words",
    kind="textarea",
    hint=f"What people here call things, where the ERP was set up with words of its own: one a line, as NAME = WORD. "
    f"The names: {', '.join(NAMES)}.",
    required=False,
    blank={},
    read=read_pairs,
)
_CONNECTOR: Final = connector_fields()
_PLACE_NAMES: Final = tuple(each.name for each in _PLACES)
_OF_FAULTS: Final = {"files.root": "files_root", "http.hosts": "hosts"}


@frozen(kw_only=True)
class _Sheet:
    """The form of one plugin's connections: its fields, by groups; `connector` is None but for a source's."""

    kind: ConnectionKind
    profile: ErpProfile | SourceProfile
    settings: SettingFields
    connector: SettingFields | None
    form: Form
    groups: Sequence[Group]

    def name_of(self, kind: ConnectionKind) -> str:
        """The plugin's name where it is of that kind, else blank."""
        return self.profile.name if self.kind is kind else ""


@get("/connections/new", sync_to_thread=True)
def show_new(
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    erp: FromQuery[str] = "",
    source: FromQuery[str] = "",
) -> Response[str]:
    """The choice of the ERP or budget source; then the form of its new connection, with the defaults of its plugin."""
    administer = may_administer(rights_to_look(application, actor))
    if not (erp or source):
        registry = application.registry
        erps, sources = _titles(registry.adapters), _titles(registry.sources)
        return render(request, "connections/choose.html", erps=erps, sources=sources, administer=administer)
    sheet = _new_sheet(application, erp=erp, source=source)
    form = sheet.form.empty(**{sheet.kind.value: sheet.profile.name}, **sheet.settings.typed({}))
    return render(request, "connections/new.html", form=form, sheet=sheet, administer=administer)


@post("/connections/new", sync_to_thread=True)
def add_connection(
    request: WebRequest, application: GivenApplication, actor: GivenActor, posted: GivenForm
) -> Response[str] | Redirect:
    """Add a connection; its check comes next."""
    administer = may_administer(rights_to_look(application, actor))
    sheet = _new_sheet(application, **{kind.value: str(posted.get(kind.value) or "") for kind in ConnectionKind})
    filled = sheet.form.read(posted)
    if filled.is_good:
        name, values = filled.values["name"], filled.values
        changes = {path: value for path, value in sheet.settings.changes(values, {}).items() if value is not None}
        try:
            application.connections.add(
                actor,
                name,
                settings=nested(changes),
                erp=sheet.name_of(ConnectionKind.ERP),
                source=sheet.name_of(ConnectionKind.SOURCE),
                **{place: values[place] for place in _PLACE_NAMES},
            )
        except (BadInput, BadSettings) as error:
            filled = _refused(filled, sheet, error, name)
        else:
            done = Flash(f"Connection {name} was added. Check it next.")
            return redirect(request, connection_path(name), flash=done)
    return render(request, "connections/new.html", status=422, form=filled, sheet=sheet, administer=administer)


@get("/connections/{name:str}/settings", sync_to_thread=True)
def show_settings(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str]
) -> Response[str]:
    """What is set of a connection, to change it; of a secret that it is set."""
    now = application.connections.settings(actor, name)
    here = load_connection(application, actor, name)
    sheet = _sheet(application, here, now)
    return _settings_page(request, here, now, sheet, sheet.form.empty(**_typed(sheet, now)))


@post("/connections/{name:str}/settings", sync_to_thread=True)
def change_settings(
    request: WebRequest, application: GivenApplication, actor: GivenActor, name: FromPath[str], posted: GivenForm
) -> Response[str] | Redirect:
    """Change what differs from what is set; nothing where somebody else changed it meanwhile."""
    now = application.connections.settings(actor, name)
    here = load_connection(application, actor, name)
    sheet = _sheet(application, here, now)
    filled = sheet.form.read(posted)
    seen = str(posted.get("revision") or "none")
    if not filled.is_good:
        return _settings_page(request, here, now, sheet, filled, status=422, revision=seen)
    changes = {**sheet.settings.changes(filled.values, now.settings), **_moved(filled.values, now)}
    if sheet.connector is not None:
        changes |= sheet.connector.changes(filled.values, _of_connector(now))
    if not changes:
        return redirect(request, here.path, flash=Flash("Nothing differs from what was set."))
    try:
        cleared = application.connections.change(actor, name, changes, revision=seen)
    except (BadInput, BadSettings, Changed) as error:
        refused = _refused(filled, sheet, error, name)
        if isinstance(error, Changed):
            refused = evolve(refused, message=f"{error.message}{_differing(filled, _typed(sheet, now))}")
        # Once told of a change, whoever sends the form again has seen what is there now.
        again = "" if isinstance(error, Changed) else seen
        return _settings_page(request, here, now, sheet, refused, status=status_of(error), revision=again)
    told = f" A host changed, so these secrets were cleared: {', '.join(cleared)}. Set them again." if cleared else ""
    done = Flash(f"The settings of {name} were changed.{told} Check it next.", good=not cleared)
    return redirect(request, here.path, flash=done)


def _titles(plugins: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return sorted((each.name, each.profile.title) for each in plugins.values())


def _new_sheet(application: Application, *, erp: str, source: str) -> _Sheet:
    kind, name = (ConnectionKind.SOURCE, source) if source else (ConnectionKind.ERP, erp)
    known = application.registry.sources if source else application.registry.adapters
    if name not in known:
        fault = Fault(kind.value, "is none that can be used here", value=name)
        raise BadInput("There is no such plugin.", remedy="Choose one on the page New connection.", faults=[fault])
    return _sheet_of(kind, known[name].profile, (_NAME, _PLUGINS[kind]), kept=None)


def _sheet(application: Application, here: ConnectionPage, now: ConnectionSettings) -> _Sheet:
    registry, one = application.registry, here.connection
    plugin = registry.source(one.plugin) if here.is_source else registry.adapter(one.plugin)
    return _sheet_of(one.kind, plugin.profile, (), kept=now)


def _sheet_of(
    kind: ConnectionKind,
    profile: ErpProfile | SourceProfile,
    first: tuple[Field, ...],
    *,
    kept: ConnectionSettings | None,
) -> _Sheet:
    settings = setting_fields(profile)
    fields = settings.fields(None if kept is None else kept.settings)
    connector = _CONNECTOR if kept is not None and kept.connector is not None else None
    more = () if kept is None else (_WORDS, *(connector.fields() if connector else ()))
    return _Sheet(
        kind=kind,
        profile=profile,
        settings=settings,
        connector=connector,
        form=Form((*first, *_PLACES, *more, *fields)),
        groups=settings.groups(profile),
    )


def _typed(sheet: _Sheet, now: ConnectionSettings) -> dict[str, str]:
    places = {"hosts": "\n".join(now.hosts), "files_root": now.files_root, "words": written_pairs(now.words)}
    connector = sheet.connector.typed(_of_connector(now)) if sheet.connector else {}
    return {**sheet.settings.typed(now.settings), **connector, **places}


def _of_connector(now: ConnectionSettings) -> Mapping[str, Any]:
    return {CONNECTOR: asdict(now.connector)} if now.connector is not None else {}


def _differing(filled: Filled, now: Mapping[str, str]) -> str:
    """What is set now beside what was typed, where they differ; secrets are not told."""
    told = [f"{each.label}: {now[each.name] or 'blank'}" for each in filled.fields if _is_other(filled, now, each.name)]
    return f" What differs from yours is now: {'; '.join(told)}." if told else ""


def _is_other(filled: Filled, now: Mapping[str, str], name: str) -> bool:
    return bool(filled.typed.get(name) or now[name]) and filled.typed.get(name, "") != now[name]


def _moved(values: Any, now: ConnectionSettings) -> dict[str, Any]:
    """Hosts, folder and words where they differ."""
    wanted = {"http.hosts": list(values["hosts"]), "files.root": values["files_root"], "words": values["words"]}
    former = {"http.hosts": list(now.hosts), "files.root": now.files_root, "words": now.words}
    return {setting: value for setting, value in wanted.items() if value != former[setting]}


def _refused(filled: Filled, sheet: _Sheet, error: BadInput | BadSettings | Changed, name: str) -> Filled:
    if isinstance(error, Changed):
        return filled.refused(error)
    moved = sheet.settings.beside(error, name)
    below = f"connections.{name}"
    words = {f"{below}.words.{each.where.rpartition('.')[2]}": "words" for each in moved.faults}
    of_places = {f"{below}.{each}": field for each, field in _OF_FAULTS.items()}
    connector = {f"{below}.{each.path}": each.field.name for each in _CONNECTOR.all}
    renamed(moved, {below: "name", **of_places, **_OF_FAULTS, **words, **connector})
    return filled.refused(moved)


def _settings_page(
    request: WebRequest,
    here: ConnectionPage,
    now: ConnectionSettings,
    sheet: _Sheet,
    form: Filled,
    *,
    status: int = 200,
    revision: str = "",
) -> Response[str]:
    return render(
        request,
        "connections/settings.html",
        status=status,
        here=here,
        now=now,
        sheet=sheet,
        form=form,
        revision=revision or now.revision,
    )


HANDLERS: Final = (show_new, add_connection, show_settings, change_settings)
