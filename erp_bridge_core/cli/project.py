"""`project`: a budget's project, the ERP job it is linked to, and what was last read of that job."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.output import Page, joined
from erp_bridge_core.cli.progress import progress
from erp_bridge_core.cli.project_source import link_source, source_projects, unlink_source

if TYPE_CHECKING:
    from erp_bridge_core.budgets.records import ProjectView


@click.group("project", cls=Noun)
def project() -> None:
    """Projects, each with one budget, linked to one job of an ERP."""


@project.command("create", answer=["project"])
@click.argument("number")
@click.option("--name", required=True, help="What people call it.")
@click.option("--currency", help="As in ISO 4217; default the company's.")
@pass_call
def create(call: Call, number: str, name: str, currency: str | None) -> None:
    """Create a project."""
    made = call.app.projects.create(call.actor, number, name=name, currency=currency)
    sentence = (
        f"Project {made.number} was created. Next: {command('project', 'link', made.number, 'CONNECTION', 'JOB')}."
    )
    call.answer({"project": made}, lambda page: page.line(sentence))


@project.command("list", answer=["projects"])
@click.option("--search", default="", help="Those with this in their number, name or job.")
@pass_call
def list_projects(call: Call, search: str) -> None:
    """The projects whose budgets you may see."""
    found = call.app.projects.find(call.actor, text=search).rows
    columns = ["Number", "Name", "Currency", "Connection", "Job", "Locked", "Sends", "First exported"]
    rows = [
        (
            each.number, each.name, each.currency, each.connection, each.job, each.locked, each.sends,
            each.first_exported_at,
        )
        for each in found
    ]  # fmt: skip
    call.answer({"projects": found}, lambda page: page.table(columns, rows))


@project.command("show", answer=["project", "source"])
@click.argument("number")
@pass_call
def show(call: Call, number: str) -> None:
    """One project."""
    found = call.app.projects.show(call.actor, number)
    source = call.app.pulling.linked(call.actor, number)

    def print_it(page: Page) -> None:
        print_project(call, page, found)
        if source is not None:
            from_where = f"{source.source_number} {source.source_name} of {source.connection}"
            page.facts([("Budget from", from_where), ("Last taken", source.taken_at)])

    call.answer({"project": found, "source": source}, print_it)


@project.command("link", answer=["project"])
@click.argument("number")
@click.argument("connection")
@click.argument("job")
@pass_call
def link(call: Call, number: str, connection: str, job: str) -> None:
    """Link a project to the ERP's JOB; refused for one that is not there, is closed, or is linked elsewhere."""
    with progress(f"Reading {job}"):
        linked = call.app.projects.link(call.actor, number, connection, job=job)
    sentence = f"Project {number} is linked to {job} of {connection}. Next: {command('project', 'sync', number)}."
    call.answer({"project": linked}, lambda page: page.line(sentence))


@project.command("unlink", answer=["project"])
@click.argument("number")
@pass_call
def unlink(call: Call, number: str) -> None:
    """Take the link away; not once something was exported."""
    freed = call.app.projects.unlink(call.actor, number)
    call.answer({"project": freed}, lambda page: page.line(f"Project {number} is linked to no job."))


@project.command("sync", answer=["reading"])
@click.argument("number")
@pass_call
def sync(call: Call, number: str) -> None:
    """Read the job's masters and figures from the ERP, whole."""
    with progress(f"Reading the job of {number}"):
        reading = call.app.projects.sync(call.actor, number)
    header = reading.header

    def print_it(page: Page) -> None:
        page.facts(
            [
                ("Job", f"{header.job} {header.name}"),
                ("Status", header.status),
                ("ERP company", header.company),
                ("Cost codes", reading.cost_codes),
                ("Categories", reading.categories),
                ("Sub jobs", reading.sub_jobs),
                ("Figures", reading.figures),
                ("Read by", joined(reading.routes)),
            ]
        )
        for route, why in reading.blind.items():
            page.line(f"Not seen by {route}: {why}")

    call.answer({"reading": reading}, print_it)


for each in (source_projects, link_source, unlink_source):
    project.add_command(each)


def print_project(call: Call, page: Page, found: "ProjectView") -> None:
    """A project's facts, in its ERP's words."""
    words = call.words(found)
    page.facts(
        [
            ("Project", f"{found.number} {found.name}"),
            ("Currency", found.currency),
            ("Connection", found.connection),
            ("ERP company", found.erp_company),
            (words.job.capitalize(), found.job),
            ("Budget", "locked" if found.locked else "open for editing"),
            ("Sends", found.sends),
            ("First exported", found.first_exported_at),
        ]
    )
