"""`connection`: the ERPs that the company's projects are linked to, and the sources that budgets come from."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.connection_source import authorize, metadata
from erp_bridge_core.cli.errors import DONE, ERP
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page, plural
from erp_bridge_core.cli.pairs import read_settings_pairs
from erp_bridge_core.cli.progress import Advance, progress
from erp_bridge_core.configuration.kinds import ConnectionKind
from erp_bridge_core.contract.errors import UsageError

if TYPE_CHECKING:
    from erp_bridge_core.certificates.standing import Standing
    from erp_bridge_core.connections.editing import ConnectionSettings
    from erp_bridge_core.connections.views import ConnectionView
    from erp_bridge_core.contract.connection import Checked


@click.group("connection", cls=Noun)
def connection() -> None:
    """Connections to ERPs and budget sources: settings, shared folder, hosts. Secrets are references, never values."""


@connection.command("add", answer=["connection", "standing"])
@click.argument("name")
@click.argument("erp", required=False, default="")
@click.option("--source", default="", help="The plugin of a budget source, in place of ERP.")
@click.option("--setting", "settings", multiple=True, metavar="NAME=TEXT", help="A setting; NAME:=VALUE for TOML.")
@click.option("--settings-file", type=click.Path(path_type=Path), help="Settings as a TOML or JSON file.")
@click.option("--files-root", default="", help="The folder shared with the ERP.")
@click.option("--host", "hosts", multiple=True, metavar="HOST[:PORT]", help="A host it may talk to.")
@click.option("--plain-http", is_flag=True, help="Allow http:// on the loopback address.")
@pass_call
def add(
    call: Call,
    /,
    name: str,
    erp: str,
    *,
    source: str,
    settings: tuple[str, ...],
    settings_file: Path | None,
    **wire: Any,
) -> None:
    """Add a connection NAME to the ERP of the plugin ERP (see `erp-bridge plugins`), or with --source to a source."""
    given = {**(_read_settings(settings_file) if settings_file else {}), **read_settings_pairs("--setting", settings)}
    root = str(Path(wire.pop("files_root")).resolve()) if wire["files_root"] else wire.pop("files_root")
    added = call.app.connections.add(call.actor, name, erp=erp, source=source, settings=given, files_root=root, **wire)
    sentence = f"Connection {name} was added. Next: {command('connection', 'check', name)}."
    standing = _standing(call, added)

    def print_it(page: Page) -> None:
        page.line(sentence)
        if standing.warning:
            page.line(standing.warning)

    call.answer({"connection": added, "standing": standing}, print_it)


@connection.command("list", answer=["connections"])
@click.option(
    "--kind",
    type=click.Choice([each.value for each in ConnectionKind]),
    help="Those to ERPs, or those to budget sources, alone.",
)
@pass_call
def list_connections(call: Call, kind: str | None) -> None:
    """The company's connections."""
    found = call.app.connections.list(call.actor, ConnectionKind(kind) if kind else None)
    rows = [(each.name, each.kind, each.plugin, each.erp_company, _books(each), each.hosts) for each in found]
    columns = ["Name", "Kind", "Plugin", "ERP company", "Books", "Hosts"]
    call.answer({"connections": found}, lambda page: page.table(columns, rows))


@connection.command("check", answer=["connection", "ok", "checks", "standing"])
@click.argument("name")
@click.pass_context
@pass_call
def check(call: Call, context: click.Context, name: str) -> None:
    """Look whether it works, changing nothing at the ERP."""
    with progress(f"Checking {name}"):
        looked = call.app.connections.check(call.actor, name)
    good = all(each.ok for each in looked)
    standing = _standing(call, next(each for each in call.app.connections.list(call.actor) if each.name == name))

    def print_it(page: Page) -> None:
        page.table(["Looked at", "Works", "What was seen"], [_seen(each) for each in looked])
        if standing.warning:
            page.line(standing.warning)

    call.answer({"connection": name, "ok": good, "checks": looked, "standing": standing}, print_it)
    context.exit(DONE if good else ERP)


@connection.command("remove", answer=["done"])
@click.argument("name")
@pass_call
def remove(call: Call, name: str) -> None:
    """Remove a connection that no project uses."""
    call.app.connections.remove(call.actor, name)
    call.done(f"Connection {name} was removed.")


@connection.command("set", answer=["connection", "setting", "cleared"])
@click.argument("name")
@click.argument("setting", metavar="NAME=TEXT")
@pass_call
def set_setting(call: Call, name: str, setting: str) -> None:
    """Change one setting: `set NAME user=bridge`, `NAME:=VALUE` for TOML, `set NAME user:=null` takes it away.

    Besides the plugin's: files.root, http.hosts, http.plain_http, http.ca_file, words.sub_job and the other words; of
    a source connector.act_as, connector.approve and the like. A changed host clears the secrets.
    """
    field, value = _one_setting(setting)
    cleared = call.app.connections.set(call.actor, name, field, value)

    def print_it(page: Page) -> None:
        page.line(f"{field} of {name} was set. Next: {command('connection', 'check', name)}.")
        if cleared:
            page.line("The host changed, so these secrets were cleared; set them again:")
            page.bullets(cleared)

    call.answer({"connection": name, "setting": field, "cleared": cleared}, print_it)


@connection.command("settings", answer=["connection", "settings"])
@click.argument("name")
@pass_call
def settings(call: Call, name: str) -> None:
    """What is set of a connection, with references in the place of secrets; for administrators."""
    found = call.app.connections.settings(call.actor, name)

    def print_it(page: Page) -> None:
        page.facts(sorted((field, _setting_text(value)) for field, value in found.settings.items()))
        page.facts(
            [
                ("files.root", found.files_root),
                ("http.hosts", found.hosts),
                ("http.plain_http", found.plain_http),
                ("http.ca_file", found.ca_file),
                *((f"words.{name}", word) for name, word in found.words.items()),
                *([("receiver", found.receiver)] if found.receiver else []),
                *((f"connector.{name}", value) for name, value in _connector(found)),
            ]
        )

    call.answer({"connection": name, "settings": found}, print_it)


@connection.command("sync", answer=["connection", "readings"])
@click.argument("name")
@pass_call
def sync(call: Call, name: str) -> None:
    """Read the masters and figures of every project that is linked over it."""
    linked = [each for each in call.app.projects.list(call.actor) if each.connection == name]
    readings: dict[str, Any] = {}
    with progress(f"Reading {name}") as tell:
        for count, each in enumerate(linked):
            tell(Advance(done=count, total=len(linked), stage=each.number))
            readings[each.number] = call.app.projects.sync(call.actor, each.number)
    rows = [(number, each.header.job, each.header.status, each.cost_codes) for number, each in readings.items()]

    def print_it(page: Page) -> None:
        page.table(["Project", "Job", "Status", "Cost codes"], rows, none="No project is linked over it.")
        page.line(f"{plural(len(readings), 'project')} read.")

    call.answer({"connection": name, "readings": readings}, print_it)


connection.add_command(authorize)
connection.add_command(metadata)


def _seen(one: "Checked") -> tuple[str, str, str]:
    works = "with a warning" if one.is_warning else "yes" if one.ok else "no"
    return one.name, works, f"{one.message} {one.remedy}".rstrip()


def _setting_text(value: Any) -> str:
    """A setting as `connection set` takes it: text as it is, anything else as JSON, which TOML reads alike."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _books(one: "ConnectionView") -> str:
    if one.kind is ConnectionKind.SOURCE:
        return ""
    return "not said" if one.live is None else "live" if one.live else "test"


def _standing(call: Call, one: "ConnectionView") -> "Standing":
    """How the plugin of a connection stands."""
    certificates, is_erp = call.app.certificates, one.kind is ConnectionKind.ERP
    return (certificates.assess if is_erp else certificates.assess_source)(one.plugin).standing


def _connector(found: "ConnectionSettings") -> Iterator[tuple[str, Any]]:
    """The connector's settings of a source, by name."""
    if found.connector is not None:
        yield from attrs.asdict(found.connector).items()


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be read as settings: {error}.", remedy="Give a TOML or JSON file.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} holds no table of settings.", remedy="Give NAME and value pairs.")
    return found


def _one_setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text!r} is no setting.", remedy="Write NAME=TEXT, or NAME:=VALUE for a TOML value.")
    if not name.endswith(":"):
        return name, value
    if value == "null":
        return name.removesuffix(":"), None
    from erp_bridge_core.cli.pairs import toml_value

    return name.removesuffix(":"), toml_value("setting", name, value)
