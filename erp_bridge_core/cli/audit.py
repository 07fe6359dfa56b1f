"""`audit`: the trail of every act, and whether it is whole."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from erp_bridge_core.cli.acts import Noun, pass_call
from erp_bridge_core.cli.call import Call
from erp_bridge_core.cli.errors import STORAGE
from erp_bridge_core.cli.output import Page, plural


@click.group("audit", cls=Noun)
def audit() -> None:
    """Who did what, when, as whom; and proof that nothing of it was changed."""


_DAY = click.DateTime(formats=["%Y-%m-%d"])


@audit.command("show", answer=["entries", "file"])
@click.option("--subject", help="What was acted on: item, project, person, connection ...")
@click.option("--id", "subject_id", help="Which of them.")
@click.option("--verb", help="What was done.")
@click.option("--person", help="What that person did, or what was done as him, by his login.")
@click.option("--since", type=_DAY, help="From the beginning of that day, in the company's time zone.")
@click.option("--until", type=_DAY, help="To the end of that day.")
@click.option("--before", type=click.IntRange(min=1), help="Before the entry of that number: the next page.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="How many, newest first.")
@click.option("--csv", "csv_file", metavar="FILE", type=click.Path(path_type=Path), help="Write them as CSV, too.")
@pass_call
def show(
    call: Call, /, *, since: datetime | None, until: datetime | None, csv_file: Path | None, **wanted: Any
) -> None:
    """The newest acts of the company that match."""
    from erp_bridge_core.audit.files import beginning_of, end_of, write_trail

    zone = call.app.companies.show(call.actor).time_zone
    entries = call.app.audit.show(
        call.actor,
        since=beginning_of(since.date() if since else None, zone),
        until=end_of(until.date() if until else None, zone),
        **wanted,
    )
    if csv_file is not None:
        write_trail(csv_file, entries)
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

    def print_it(page: Page) -> None:
        page.table(columns, rows)
        if csv_file is not None:
            page.line(f"Written to {csv_file}.")

    call.answer({"entries": entries, "file": csv_file}, print_it)


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
