"""`plugin`: for those who write an adapter, or a budget source, of their own."""

from pathlib import Path
from shlex import quote

import click

from erp_bridge_core.cli.acts import Act, Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page

_STOPS = "The demo stops where something is to be written, and says what; the README tells the files."


@click.command("plugin", cls=Noun)
def plugin() -> None:
    """Write an adapter for an ERP, or a budget source, of your own."""


@plugin.command("new", cls=Act, answer=["plugin", "folder", "files", "next"])
@click.argument("name")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where the plugin's folder is made; here by default.",
)
@click.option("--title", default="", help="The ERP's or source's name as people say it; NAME by default.")
@click.option(
    "--source", is_flag=True, help="Begin a budget source instead: it reads budgets from a simulated JSON service."
)
@pass_call
def new(call: Call, name: str, directory: Path, title: str, *, source: bool) -> None:
    """Begin a plugin for the ERP NAME: it reads a simulated ERP, and says what is to be written."""
    from erp_bridge_core.scaffold import plan_plugin

    plan = plan_plugin(name, directory=directory, title=title, source=source)
    plan.write()
    following = (
        f"pip install -e {quote(str(plan.folder))}",
        f"erp-bridge plugins {name}",
        f"pytest --pyargs erp_bridge_core.conformance --source {name}" if source else f"erp-bridge demo --erp {name}",
    )
    told = "The README tells the files." if source else _STOPS

    def print_it(page: Page) -> None:
        page.line(f"{plan.folder} is made, with {len(plan.files)} files. Next:")
        page.lines(f"  {each}" for each in following)
        page.line(told)

    made = [str(path) for path in plan.files]
    call.answer({"plugin": name, "folder": plan.folder, "files": made, "next": following}, print_it)
