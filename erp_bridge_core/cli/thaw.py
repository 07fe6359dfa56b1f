"""`thaw`: let writing go on after a restore, once a person has reconciled with the ERP (ledger L16)."""

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page, joined


@click.command("thaw", cls=Act, answer=["thawed"])
@click.option("--reason", required=True, help="What you looked at, and what you found; it is audited.")
@pass_call
def thaw(call: Call, reason: str) -> None:
    """Let writing go on where it was frozen because the database is an older copy.

    Look in each ERP first for what was written after this copy was made.
    """
    done = call.app.freezing.thaw(call.actor, reason)

    def print_it(page: Page) -> None:
        page.line(f"Writing goes on. It was frozen because {done.was}")
        page.line(f"To be accepted anew: {joined(done.items_to_accept_anew, empty='no item')}.")

    call.answer({"thawed": done}, print_it)
