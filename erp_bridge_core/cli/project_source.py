"""`project source-projects`, `link-source` and `unlink-source`: where a project's budget comes from."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.progress import progress


@click.command("source-projects", cls=Act, answer=["projects"])
@click.argument("connection")
@pass_call
def source_projects(call: Call, connection: str) -> None:
    """The projects of a budget source, read over CONNECTION, and which project of ours each is linked with."""
    with progress("Reading the source's projects"):
        found = call.app.pulling.projects(call.actor, connection)
    columns = ["Id", "Number", "Name", "Currency", "Job", "Active", "Project"]
    rows = [(each.id, each.number, each.name, each.currency, each.job, each.active, each.project) for each in found]
    call.answer({"projects": found}, lambda page: page.table(columns, rows))


@click.command("link-source", cls=Act, answer=["link"])
@click.argument("number")
@click.argument("connection")
@click.argument("source_project")
@pass_call
def link_source(call: Call, number: str, connection: str, source_project: str) -> None:
    """Link a project with SOURCE_PROJECT of a budget source, by its id or number there; nothing is taken yet."""
    with progress("Reading the source's projects"):
        link = call.app.pulling.link(call.actor, number, connection, source_project=source_project)
    sentence = (
        f"The budget of {number} comes from {link.source_number} of {connection}."
        f" Next: {command('budget', 'pull', number)}."
    )
    call.answer({"link": link}, lambda page: page.line(sentence))


@click.command("unlink-source", cls=Act, answer=["done"])
@click.argument("number")
@pass_call
def unlink_source(call: Call, number: str) -> None:
    """Take that link away; what was taken stays as it is here."""
    call.app.pulling.unlink(call.actor, number)
    call.done(f"The budget of {number} comes from no source.")
