"""`review`: what was sent waits here for an accounting approver, who accepts it for export or rejects it (A1-A6)."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Column, money

if TYPE_CHECKING:
    pass

FILTERS = (
    "ready", "accepted", "exporting", "failed", "unknown", "waiting", "mismatch", "synced", "rejected", "retrieved",
)  # fmt: skip


@click.group("review", cls=Noun)
def review() -> None:
    """ERP Integrations: look at what was sent, accept or reject it."""


@review.command("list", answer=["items", "counts"])
@click.option("--filter", "state", type=click.Choice(FILTERS), help="Items of this state alone.")
@click.option("--project", help="Items of this project alone.")
@pass_call
def list_items(call: Call, state: str | None, project: str | None) -> None:
    """The items that are on their way, with how long each waits; rejected and retrieved ones are history."""
    found = call.app.reviews.list(call.actor, filter=state, project=project)
    columns = [
        "Item", "Project", "Job", "State", money("Amount"), Column("Lines", right=True), "Sent by", "Sent", "Waits",
    ]  # fmt: skip
    rows = [
        (
            each.id, f"{each.project} {each.project_name}", each.job, each.state, each.amount, each.line_count,
            each.sent_by, each.sent_at, "",
        )
        for each in found.items
    ]  # fmt: skip
    call.answer({"items": found.items, "counts": found.counts}, lambda page: page.table(columns, rows))
