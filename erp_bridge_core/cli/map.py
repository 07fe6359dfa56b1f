"""`map`: from our units, categories, cost codes and sub jobs to the ERP's, per connection."""

from pathlib import Path

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Column, Page, plural


@click.group("map", cls=Noun)
def code_map() -> None:
    """Maps of codes: a kind with no entry passes codes through, one with entries maps strictly."""


@code_map.command("set", answer=["entry"])
@click.argument("connection")
@click.argument("kind")
@click.argument("ours")
@click.argument("theirs")
@pass_call
def set_entry(call: Call, connection: str, kind: str, ours: str, theirs: str) -> None:
    """Enter that OURS is the ERP's THEIRS; KIND is unit, category, cost_code or sub_job."""
    entry = call.app.maps.set(call.actor, connection, kind=kind, ours=ours, theirs=theirs)
    call.answer({"entry": entry}, lambda page: page.line(f"{entry.kind}: {entry.ours} is {entry.theirs}."))


@code_map.command("remove", answer=["done"])
@click.argument("connection")
@click.argument("kind")
@click.argument("ours")
@pass_call
def remove(call: Call, connection: str, kind: str, ours: str) -> None:
    """Take one entry away."""
    call.app.maps.remove(call.actor, connection, kind=kind, ours=ours)
    call.done(f"{kind} {ours} is no longer mapped.")


@code_map.command("list", answer=["entries"])
@click.argument("connection")
@click.option("--kind", help="This kind alone.")
@pass_call
def list_entries(call: Call, connection: str, kind: str | None) -> None:
    """The entries of a connection."""
    found = call.app.maps.list(call.actor, connection, kind=kind)
    rows = [(entry.kind, entry.ours, entry.theirs) for entry in found]
    none = "No entries: every code is passed through as it is."
    call.answer({"entries": found}, lambda page: page.table(["Kind", "Ours", "The ERP's"], rows, none=none))


@code_map.command("load", answer=["done", "entries"])
@click.argument("connection")
@click.argument("file", type=click.Path(path_type=Path))
@pass_call
def load(call: Call, connection: str, file: Path) -> None:
    """Enter all rows of a CSV or XLSX file with the columns kind, ours, theirs; all or none."""
    from erp_bridge_core.connections.map_files import read_map

    count = call.app.maps.load(call.actor, connection, rows=read_map(file))
    call.done(f"{plural(count, 'entry', many='entries')} entered.", entries=count)


@code_map.command("save", answer=["done", "entries"])
@click.argument("connection")
@click.argument("file", type=click.Path(path_type=Path))
@pass_call
def save(call: Call, connection: str, file: Path) -> None:
    """Write all entries of a connection to a CSV FILE, in the columns that `map load` takes."""
    from erp_bridge_core.connections.map_files import write_map

    entries = call.app.maps.list(call.actor, connection)
    write_map(file, entries)
    call.done(f"{plural(len(entries), 'entry', many='entries')} written to {file}.", entries=len(entries))


@code_map.command("exceptions", answer=["exceptions"])
@click.argument("project")
@pass_call
def exceptions(call: Call, project: str) -> None:
    """What PROJECT's budget uses and the maps do not hold; suggestions are never applied by themselves."""
    found = call.app.maps.exceptions(call.actor, project)
    columns = ["Kind", "Ours", Column("Lines", right=True), "Looks like"]
    rows = [(each.kind, each.value, each.lines, each.suggestions) for each in found]

    def print_it(page: Page) -> None:
        page.table(columns, rows, none="Everything is mapped.")
        if found:
            page.line("Nothing is sent until each is mapped: `erp-bridge map set CONNECTION KIND OURS THEIRS`.")

    call.answer({"exceptions": found}, print_it)
