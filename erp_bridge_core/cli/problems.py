"""`problems`: everything in the company that waits for a person, and whether writing is frozen."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import DONE, STORAGE, UNKNOWN
from erp_bridge_core.cli.output import Column, Page, money

if TYPE_CHECKING:
    from erp_bridge_core.connector.troubles import RequestTrouble

_NEXT = {
    "unknown": "`erp-bridge export status {item}`, then resume or settle it",
    "mismatch": "`erp-bridge verify show {item}`, then correct, adopt or accept it",
    "failed": "`erp-bridge export status {item}`, then retry or reject it",
}


@click.command("problems", cls=Act, answer=["items", "requests", "frozen"])
@click.pass_context
@pass_call
def problems(call: Call, context: click.Context) -> None:
    """What is unresolved, the gravest first: outcomes unknown, mismatches, failed exports; frozen writing.

    Below them the requests of a source that wait for somebody, and those of which it could not be told.

    Leaves with 4 while writing is frozen, else with 5 while an outcome is unknown or a mismatch.
    """
    from erp_bridge_core.approvals.states import ItemState

    frozen = call.app.freezing.why(call.actor)
    troubled = (ItemState.UNKNOWN, ItemState.MISMATCH, ItemState.FAILED)
    waiting = call.app.requests.waiting(call.actor)
    found = [row for state in troubled for row in call.app.reviews.list(call.actor, filter=state).rows]

    def print_it(page: Page) -> None:
        if frozen is not None:
            page.line(frozen.message)
            page.line(f"What to do: {frozen.remedy}")
        columns = ["Item", "Project", "Job", "State", money("Amount"), "", Column("Waits", right=True), "Next"]
        rows = [
            (
                each.item, f"{each.project} {each.project_name}", each.job, each.label, each.amount, each.currency,
                each.waits, _NEXT[each.state.value].format(item=each.item),
            )
            for each in found
        ]  # fmt: skip
        page.table(columns, rows, none="No item is unresolved.")
        if waiting:
            page.table(["Request", "Source", "Project", "What is wrong", "What to do"], map(_row, waiting))

    call.answer({"items": found, "requests": waiting, "frozen": frozen}, print_it)
    untold = any(each.outcome is not None and each.outcome.state.value == "unknown" for each in waiting)
    doubtful = untold or any(each.state is not ItemState.FAILED for each in found)
    context.exit(STORAGE if frozen else UNKNOWN if doubtful else DONE)


def _row(trouble: "RequestTrouble") -> tuple[object, ...]:
    asked = trouble.request
    return asked.number, f"{asked.connection} {asked.request}", asked.project, trouble.what, trouble.way_out
