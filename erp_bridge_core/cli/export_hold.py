"""`export pause`, `continue` and `cancel`: an export begins no further write; what was written stays (E3)."""

from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call

if TYPE_CHECKING:
    from erp_bridge_core.exports.status import ExportStatus

_reason = click.option("--reason", required=True, help="Why, for whoever asks later; it is audited.")


@click.command("pause", cls=Act, answer=["export"])
@click.argument("item", type=int)
@_reason
@pass_call
def pause(call: Call, item: int, reason: str) -> None:
    """Let the export of ITEM begin no further write until it is continued; what is under way is finished."""
    _answer(call, call.app.holding.pause(call.actor, item, reason=reason))


@click.command("continue", cls=Act, answer=["export"])
@click.argument("item", type=int)
@pass_call
def go_on(call: Call, item: int) -> None:
    """Let the paused export of ITEM go on: a worker takes it up, or `export resume` where none runs."""
    _answer(call, call.app.holding.go_on(call.actor, item))


@click.command("cancel", cls=Act, answer=["export"])
@click.argument("item", type=int)
@_reason
@pass_call
def cancel(call: Call, item: int, reason: str) -> None:
    """End the export of ITEM where it is: it may be retried, which sends the rest, or rejected."""
    _answer(call, call.app.holding.cancel(call.actor, item, reason=reason))


def _answer(call: Call, status: "ExportStatus") -> None:
    from erp_bridge_core.cli.export import print_status

    call.answer({"export": status}, lambda page: print_status(page, status))
