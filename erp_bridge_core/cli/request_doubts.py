"""`request doubts` and `request settle`: what nobody can know of what a source was told, and what became of it."""

from typing import TYPE_CHECKING, Final

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.export_doubts import print_doubt
from erp_bridge_core.cli.output import Page
from erp_bridge_core.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from erp_bridge_core.connector.outcomes_told import ToldView

SETTLEMENTS: Final = ("arrived", "not-arrived")


@click.command("doubts", cls=Act, answer=["doubts"])
@click.argument("number", type=int)
@pass_call
def doubts(call: Call, number: int) -> None:
    """What is in doubt of what the source of request NUMBER was told last, and why you can't settle it now."""
    found = call.app.requests.doubts(call.actor, number)

    def print_it(page: Page) -> None:
        for doubt in found:
            print_doubt(page, doubt)
        if found:
            page.line(f"Look at the source, then `erp-bridge request settle {number} EFFECT HOW --reason TEXT`.")
        else:
            page.line("Nothing is in doubt.")

    call.answer({"doubts": found}, print_it)


@click.command("settle", cls=Act, answer=["told"])
@click.argument("number", type=int)
@click.argument("effect")
@click.argument("how", type=click.Choice(SETTLEMENTS))
@click.option("--reason", required=True, help="What you saw at the source; it is audited.")
@pass_call
def settle(call: Call, number: int, effect: str, *, how: str, reason: str) -> None:
    """Say whether an EFFECT of what the source of request NUMBER was told arrived; the telling then goes on."""
    from erp_bridge_core.exports.settling import Settlement

    settlement = Settlement(how.replace("-", "_"))
    with progress("Telling the source"):
        told = call.app.requests.settle(call.actor, number, effect, how=settlement, reason=reason)
    call.answer({"told": told}, lambda page: print_told(page, told))


def print_told(page: Page, told: "Sequence[ToldView]") -> None:
    """What a source was told of a request, or is to be, the newest first."""
    columns = ["No.", "The source is told", "State", "Made", "Problem"]
    rows = [
        (each.number, each.stage, each.state, each.made_at, each.problem and each.problem.get("message"))
        for each in told
    ]
    if rows:
        page.table(columns, rows)
        page.bullets(told[0].messages)  # an earlier one's were replaced by these
