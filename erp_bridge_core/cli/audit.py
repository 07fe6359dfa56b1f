"""`audit`: the trail of every act, and whether it is whole."""

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import STORAGE
from erp_bridge_core.cli.output import Page, plural


@click.group("audit", cls=Noun)
def audit() -> None:
    """Who did what, when, as whom; and proof that nothing of it was changed."""


@audit.command("show", answer=["entries"])
@click.option("--subject", help="What was acted on: item, project, person, connection ...")
@click.option("--id", "subject_id", help="Which of them.")
@click.option("--verb", help="What was done.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many, newest first.")
@pass_call
def show(call: Call, subject: str | None, subject_id: str | None, verb: str | None, limit: int) -> None:
    """The newest acts of the company."""
    entries = call.app.audit.show(call.actor, subject=subject, subject_id=subject_id, verb=verb, limit=limit)
    columns = ["No.", "When", "Who", "Via", "Act", "On", "From", "To", "Details"]
    rows = [
        (
            entry.sequence,
            entry.moment,
            entry.person if entry.person == entry.real_person else f"{entry.real_person} as {entry.person}",
            entry.via,
            entry.verb,
            f"{entry.subject} {entry.subject_id}",
            entry.from_state,
            entry.to_state,
            entry.details if entry.details != "{}" else "",
        )
        for entry in entries
    ]
    call.answer({"entries": entries}, lambda page: page.table(columns, rows))


@audit.command("check", answer=["check"])
@click.pass_context
@pass_call
def check(call: Call, context: click.Context) -> None:
    """Read the whole trail: finds edits, gaps, a cut tail and a swapped database."""
    found = call.app.audit.check()

    def print_it(page: Page) -> None:
        if found.sound:
            page.line(f"The audit trail is whole: {plural(found.entries, 'entry', many='entries')}.")
        else:
            page.line(f"The audit trail is NOT whole ({plural(found.entries, 'entry', many='entries')} read):")
            page.bullets(str(fault) for fault in found.faults)
            page.line("Stop exporting, keep this database as it is, and compare it with your backups.")
        page.facts([("Last entry", found.head.sequence), ("Seal", found.head.mac)])

    sound = {"entries": found.entries, "sound": found.sound, "head": found.head, "faults": found.faults}
    call.answer({"check": sound}, print_it)
    if not found.sound:
        context.exit(STORAGE)
