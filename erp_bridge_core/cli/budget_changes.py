"""`budget change` and what becomes of a change: edit, submit, approve, void, reverse."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.hints import command
from erp_bridge_core.cli.numbers import read_numbers
from erp_bridge_core.cli.output import Page, money, plural

if TYPE_CHECKING:
    from erp_bridge_core.budgets.change_views import ChangeView
    from erp_bridge_core.budgets.entries import LineEntry

_DAY = click.DateTime(["%Y-%m-%d"])
_line = click.option(
    "--line",
    "lines",
    nargs=4,
    multiple=True,
    metavar="SUB_JOB COST_CODE CATEGORY AMOUNT",
    help='One of its lines, "" for no sub job; repeat it for more.',
)


@click.command("changes", cls=Act, answer=["changes"])
@click.argument("project")
@pass_call
def list_changes(call: Call, project: str) -> None:
    """PROJECT's budget changes."""
    found = call.app.changes.list(call.actor, project)
    columns = ["Number", "Date", "Description", "Status", "Progress", "Transfer", "Lines", money("Amount"), "Reverses"]
    rows = [
        (
            each.number, each.date, each.description, each.status, each.progress, each.transfer, len(each.lines),
            each.amount, each.reverses,
        )
        for each in found
    ]  # fmt: skip
    call.answer({"changes": found}, lambda page: page.table(columns, rows))


@click.command("change", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@click.option("--date", "day", type=_DAY, help="Its date; today by default.")
@click.option("--description", default="", help="What it is about.")
@_line
@pass_call
def change(
    call: Call, project: str, number: str, *, day: datetime | None, description: str, lines: tuple[Any, ...]
) -> None:
    """Draft the budget change NUMBER; amounts may be negative, and a transfer nets to zero."""
    when = day.date() if day else _today(call)
    entries = _entries(lines)
    made = call.app.changes.add(call.actor, project, number=number, day=when, description=description, lines=entries)
    _answer(call, made, f"Next: {command('budget', 'approve', project, number)}.")


@click.command("edit-change", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@click.option("--date", "day", type=_DAY, help="Another date.")
@click.option("--description", help="Another description.")
@_line
@pass_call
def edit_change(
    call: Call, project: str, number: str, *, day: datetime | None, description: str | None, lines: tuple[Any, ...]
) -> None:
    """Change a draft; lines, if any are given, take the place of all its lines."""
    edited = call.app.changes.edit(
        call.actor,
        project,
        number=number,
        day=day.date() if day else None,
        description=description,
        lines=_entries(lines) if lines else None,
    )
    _answer(call, edited)


@click.command("submit", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@pass_call
def submit(call: Call, project: str, number: str) -> None:
    """Put a draft under review."""
    _set_status(call, project, number, "under_review")


@click.command("draft", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@pass_call
def draft(call: Call, project: str, number: str) -> None:
    """Make a change a draft again, as long as it is not staged, exported or void."""
    _set_status(call, project, number, "draft")


@click.command("approve", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@pass_call
def approve(call: Call, project: str, number: str) -> None:
    """Approve a change: the next send holds it."""
    _set_status(call, project, number, "approved")


@click.command("void", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@pass_call
def void(call: Call, project: str, number: str) -> None:
    """Void a change; a staged or exported one can't be, it is reversed."""
    _set_status(call, project, number, "void")


@click.command("reverse", cls=Act, answer=["change"])
@click.argument("project")
@click.argument("number")
@click.argument("new_number")
@click.option("--date", "day", type=_DAY, help="Its date; today by default.")
@pass_call
def reverse(call: Call, project: str, number: str, new_number: str, day: datetime | None) -> None:
    """Draft NEW_NUMBER, which undoes the exported change NUMBER."""
    when = day.date() if day else _today(call)
    made = call.app.changes.reverse(call.actor, project, number=number, new_number=new_number, day=when)
    _answer(call, made, f"Next: {command('budget', 'approve', project, new_number)}.")


def _set_status(call: Call, project: str, number: str, status: str) -> None:
    _answer(call, call.app.changes.set_status(call.actor, project, number, status=status))


def _today(call: Call) -> date:
    return call.app.companies.clock_of(call.actor.company_id).today()


def _entries(lines: tuple[Any, ...]) -> "list[LineEntry]":
    from erp_bridge_core.budgets.entries import LineEntry

    amounts = read_numbers({f"line {count}, amount": line[3] for count, line in enumerate(lines, start=1)})
    return [
        LineEntry(sub_job=sub_job, cost_code=cost_code, category=category, amount=amount)
        for (sub_job, cost_code, category, _), amount in zip(lines, amounts.values(), strict=True)
    ]


def _answer(call: Call, shown: "ChangeView", after: str = "") -> None:
    def print_it(page: Page) -> None:
        kind = "transfer" if shown.transfer else "change"
        page.facts(
            [
                ("Budget change", f"{shown.number} {shown.description}"),
                ("Date", shown.date),
                ("Status", shown.status),
                ("Progress", shown.progress),
                ("Amount", f"{page.cell(shown.amount)} in {plural(len(shown.lines), 'line')}, a {kind}"),
                ("Reverses", shown.reverses),
            ]
        )
        rows = [(line.sub_job, line.cost_code, line.category, line.amount) for line in shown.lines]
        page.table(["Sub job", "Cost code", "Category", money("Amount")], rows)
        if after:
            page.line(after)

    call.answer({"change": shown}, print_it)
