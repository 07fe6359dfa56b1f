"""`budget`: its verbs, each in the file of its kind, and showing the budget itself."""

from itertools import islice
from typing import TYPE_CHECKING, Final

import click

from erp_bridge_core.cli.acts import Act, LazyGroup, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Column, Page, money, plural

if TYPE_CHECKING:
    from erp_bridge_core.budgets.records import ProjectView
    from erp_bridge_core.budgets.views import BudgetLineView, BudgetTotals

_ROOM: Final = "erp_bridge_core.cli"
_VERBS: Final = {
    "show": f"{_ROOM}.budget:show",
    "import": f"{_ROOM}.budget_files:import_file",
    "columns": f"{_ROOM}.budget_files:columns",
    "import-from-erp": f"{_ROOM}.budget_files:import_from_erp",
    "pull": f"{_ROOM}.budget_pull:pull",
    "lock-source": f"{_ROOM}.budget_pull:lock_source",
    "add-line": f"{_ROOM}.budget_lines:add_line",
    "edit-line": f"{_ROOM}.budget_lines:edit_line",
    "remove-line": f"{_ROOM}.budget_lines:remove_line",
    "sub-job": f"{_ROOM}.budget_lines:sub_job",
    "changes": f"{_ROOM}.budget_changes:list_changes",
    "change": f"{_ROOM}.budget_changes:change",
    "edit-change": f"{_ROOM}.budget_changes:edit_change",
    "submit": f"{_ROOM}.budget_changes:submit",
    "draft": f"{_ROOM}.budget_changes:draft",
    "approve": f"{_ROOM}.budget_changes:approve",
    "void": f"{_ROOM}.budget_changes:void",
    "reverse": f"{_ROOM}.budget_changes:reverse",
    "readiness": f"{_ROOM}.budget_send:readiness",
    "send": f"{_ROOM}.budget_send:send",
    "resend": f"{_ROOM}.budget_send:resend",
    "retrieve": f"{_ROOM}.budget_send:retrieve",
    "unlock": f"{_ROOM}.budget_send:unlock",
    "history": f"{_ROOM}.budget_send:history",
}


@click.group("budget", cls=LazyGroup, lazy=_VERBS)
def budget() -> None:
    """A project's budget: lines, sub jobs, budget changes; send to the ERP, retrieve, unlock."""


@click.command("show", cls=Act, answer=["budget", "sub_jobs"])
@click.argument("project")
@click.option("--limit", type=click.IntRange(min=0), help="How many lines; 0 all. Default: 200, with --json all.")
@click.option("--search", help="Lines with this in a code or in the description.")
@click.option("--sub-job", help='Lines of this sub job alone; "" for the job itself.')
@pass_call
def show(call: Call, project: str, *, limit: int | None, search: str | None, sub_job: str | None) -> None:
    """PROJECT's budget: per key original, changes, revised, and what of it was exported."""
    from erp_bridge_core.budgets.line_queries import LineSearch

    view = call.app.budgets.show(call.actor, project)
    sub_jobs = call.app.budgets.sub_jobs(call.actor, project)
    limit = limit if limit is not None else (0 if call.as_json else 200)
    totals, lines = view.totals, islice(view.lines, limit or None)
    if search is not None or sub_job is not None:
        wanted = LineSearch(text=search or "", sub_job=sub_job, limit=limit or view.totals.lines)
        found = call.app.budgets.find_lines(call.actor, project, wanted)
        totals, lines = found.totals, islice(found.lines, None)
    document = {
        "budget": {"project": view.project, "totals": totals, "lines": lines},
        "sub_jobs": [{"code": code, "name": name} for code, name in sub_jobs],
    }

    def print_it(page: Page) -> None:
        _print_budget(call, page, view.project, totals=totals, lines=lines)
        if view.project.erp:
            from erp_bridge_core.cli.things import print_short

            print_short(page, call.app.connections.profile_of(view.project.erp, view.project.connection))

    call.answer(document, print_it)


def _print_budget(
    call: Call, page: Page, project: "ProjectView", *, totals: "BudgetTotals", lines: "islice[BudgetLineView]"
) -> None:
    from erp_bridge_core.cli.project import print_project

    print_project(call, page, project)
    words = call.words(project)
    columns = [
        *(each.capitalize() for each in (words.sub_job, words.cost_code, words.category)),
        "Description", Column("Quantity", right=True), "Unit", Column("Unit cost", right=True),
        money(words.original_budget.capitalize()), money("Changes"), money("Revised"), money("Exported"), "",
    ]  # fmt: skip
    rows = [_row(line) for line in lines]
    with page.section(f"{plural(totals.lines, 'line')} in {project.currency}"):
        total = ("Total", "", "", "", "", "", "", totals.original, totals.changes, totals.revised, totals.exported, "")
        page.table(columns, [*rows, total])
    if len(rows) < totals.lines:
        page.line(f"{len(rows):,} of {totals.lines:,} lines are shown; `--limit 0` shows all.")


def _row(line: "BudgetLineView") -> tuple[object, ...]:
    key = line.key
    note = "removed" if line.removed else ""
    return (
        key.sub_job, key.cost_code, key.category, line.description, line.quantity, line.unit, line.unit_cost,
        line.original, line.changes, line.revised, line.exported, note,
    )  # fmt: skip
