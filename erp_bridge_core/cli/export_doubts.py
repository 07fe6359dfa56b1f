"""`export doubts`: what nobody can know about an export, with the evidence, before it is settled (E6)."""

import json
from typing import TYPE_CHECKING

import click

from erp_bridge_core.cli.acts import Act, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.output import Page, plural

if TYPE_CHECKING:
    from erp_bridge_core.exports.doubts import Doubt


@click.command("doubts", cls=Act, answer=["doubts"])
@click.argument("item", type=int)
@pass_call
def doubts(call: Call, item: int) -> None:
    """What of ITEM is in doubt: what was asked, tried and seen, since when, and why you can't settle it now."""
    found = call.app.exports.doubts(call.actor, item)

    def print_it(page: Page) -> None:
        for doubt in found:
            print_doubt(page, doubt)
        if found:
            page.line(f"Look in the ERP, then `erp-bridge export settle {item} EFFECT HOW --reason TEXT`.")
        else:
            page.line("Nothing is in doubt.")

    call.answer({"doubts": found}, print_it)


def print_doubt(page: Page, doubt: "Doubt") -> None:
    """One write in doubt, with its evidence, and why it can't be settled now."""
    lines = f", {plural(doubt.lines, 'line')}" if doubt.lines else ""
    with page.section(f"{doubt.reference}  {doubt.title}{lines}: {doubt.state}"):
        page.facts(
            [
                ("Since", doubt.since),
                ("Possible until", doubt.until),
                ("Asked", json.dumps(doubt.request, ensure_ascii=False, default=str)),
                ("Seen", json.dumps(doubt.evidence, ensure_ascii=False, default=str)),
            ]
        )
        rows = [(each.title, each.at, each.outcome) for each in doubt.trials]
        page.table(["Tried or looked", "When", "Outcome"], rows)
        reasons = (f"{fault.message} {fault.remedy or ''}".rstrip() for fault in doubt.faults)
        page.bullets(f"You can't settle it now: {reason}" for reason in reasons)
