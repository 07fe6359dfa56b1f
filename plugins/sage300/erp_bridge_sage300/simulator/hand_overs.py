"""What people at the accounting office do with a hand-over sheet, from the file to figures that everyone sees."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final

from erp_bridge_core.contract import HandOver
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_sage300.simulator.batches import batches_of_job
from erp_bridge_sage300.simulator.codes import held_job
from erp_bridge_sage300.simulator.company import REJECT_FILE, Company
from erp_bridge_sage300.simulator.dialog import ImportDialog
from erp_bridge_sage300.simulator.importing import import_estimates, was_imported
from erp_bridge_sage300.simulator.posting import post_entries
from erp_bridge_sage300.simulator.reports import print_reports
from erp_bridge_sage300.simulator.sync import carry

#: Which tick the folder of a file calls for, as the hand-over sheet says.
TICKS: Final = {"1-original": False, "2-approved-changes": True}


def follow(company: Company, job: str, hand_overs: Sequence[HandOver]) -> Iterator[str]:
    """Import each file, post the job's batches, sync, print the reports; tells each act when it is done.

    A file that Sage says was imported before is left alone, as a careful accountant does, so following the same
    sheets again changes nothing; unless the sheet says that another file holds the very same records and this one,
    by its name, was not imported yet. Raises BadInput for a file in neither of the two folders.
    """
    for hand_over in hand_overs:
        yield from _import(company, hand_over)
    yield from post_and_show(company, job)


def fill_in(company: Company, hand_over: HandOver) -> ImportDialog:
    """The import dialog as a careful accountant fills it in from a sheet; raises BadInput as `follow` does."""
    again = bool(hand_over.facts.get("same_as")) and not was_imported(company, Path(hand_over.location).name)
    return ImportDialog(
        file=hand_over.location,
        approved_change=takes_tick(hand_over.location),
        reject_file=str(hand_over.facts.get("reject_file") or REJECT_FILE),
        import_again=again,
    )


def takes_tick(location: str) -> bool:
    """Whether a file's folder calls for the tick; raises BadInput for a file in neither of the two folders."""
    for folder in PurePath(location).parts:
        if folder in TICKS:
            return TICKS[folder]
    raise BadInput(
        f"{location} lies in none of {', '.join(TICKS)}, so the sheet does not say which tick it needs.",
        remedy="Import it at the desk and choose the tick box yourself.",
    )


def post_and_show(company: Company, job: str) -> Iterator[str]:
    """Post the job's batches, then let hh2 and the reports show the figures; tells each act when it is done."""
    yield from _post(company, job)
    yield from show(company)


def show(company: Company) -> Iterator[str]:
    """Let hh2 and the reports show the figures of now; tells each act when it is done."""
    with company.writing() as connection:
        carried = carry(connection)
    yield f"The sync gave hh2 {carried} new or changed rows."
    with company.writing() as connection:
        told = print_reports(company, connection)
    yield from told


def _import(company: Company, hand_over: HandOver) -> Iterator[str]:
    dialog = fill_in(company, hand_over)
    box = "ticked" if dialog.approved_change else "left clear"
    yield f"Imported {Path(hand_over.location).name} with *Import as an Approved Estimate Change* {box}."
    yield from import_estimates(company, dialog).told()
    yield f"The hand-over sheet says {hand_over.lines} lines, total {hand_over.total}."


def _post(company: Company, job: str) -> Iterator[str]:
    with company.writing() as connection:
        waiting = batches_of_job(connection, held_job(connection, job))
        told = str(post_entries(connection, waiting)) if waiting else f"No batch of job {job} is unposted."
    yield told
