"""`review`: what was sent waits here for an accounting approver, who accepts it for export or rejects it (A1-A6)."""

import click

from erp_bridge_core.cli.acts import Act, LazyGroup, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Column, Page, joined, money

_ROOM = "erp_bridge_core.cli"
_VERBS = {
    "list": f"{_ROOM}.review:list_items",
    "show": f"{_ROOM}.review_show:show",
    "lines": f"{_ROOM}.review_show:lines",
    "fields": f"{_ROOM}.review_show:fields",
    "accept": f"{_ROOM}.review_answer:accept",
    "accept-several": f"{_ROOM}.review_answer:accept_several",
    "take-back": f"{_ROOM}.review_answer:take_back",
    "reject": f"{_ROOM}.review_answer:reject",
}
#: The filters of the list, by the names of their states.
FILTERS = ("ready", "accepted", "exporting", "failed", "unknown", "waiting", "mismatch", "synced")
SORTS = ("waits", "item", "project", "job", "state", "amount", "lines", "sender")


@click.group("review", cls=LazyGroup, lazy=_VERBS)
def review() -> None:
    """ERP Integrations: look at what was sent, accept or reject it."""


@click.command("list", cls=Act, answer=["items", "counts"])
@click.option("--filter", "state", type=click.Choice(FILTERS), help="Items of this state alone.")
@click.option("--project", help="Items of this project alone.")
@click.option("--search", default="", help="Items with every word of this in their row.")
@click.option("--sort", type=click.Choice(SORTS), default="waits", help="The order; by default who waits longest.")
@click.option("--descending", is_flag=True, help="The other way round.")
@pass_call
def list_items(call: Call, *, state: str | None, project: str | None, search: str, sort: str, descending: bool) -> None:
    """The items that are on their way; rejected and retrieved ones are history."""
    from erp_bridge_core.approvals.states import ItemState

    wanted = ItemState(state) if state else None
    order = f"-{sort}" if descending else sort
    found = call.app.reviews.list(call.actor, filter=wanted, project=project, text=search, sort=order)
    columns = [
        "Item", "Project", "Job", "State", money("Amount"), "", Column("Lines", right=True), "Sent by", "Sent",
        Column("Waits", right=True),
    ]  # fmt: skip
    rows = [
        (
            each.item, f"{each.project} {each.project_name}", each.job, each.label, each.amount, each.currency,
            each.lines, each.sent_by, each.sent_at, each.waits,
        )
        for each in found.rows
    ]  # fmt: skip

    def print_it(page: Page) -> None:
        page.table(columns, rows, none="Nothing waits.")
        page.line("By state: " + joined(f"{state} {count}" for state, count in found.counts.items() if count) + ".")

    call.answer({"items": found.rows, "counts": found.counts}, print_it)
