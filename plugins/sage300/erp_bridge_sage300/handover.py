"""What the accountant is told: which file, with which tick-box, what to compare, and what to do about rejects."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract import HandOver, Part
from erp_bridge_sage300.share import CHANGES, ORIGINAL, SageErp

BOX: Final = "Import as an Approved Estimate Change"


@frozen(kw_only=True)
class Kind:
    """One of the two files: its operation, folder and tick-box. One tick in Sage holds for a whole file."""

    operation: str
    group: str
    part: Part
    folder: str
    title: str
    tick: str


ORIGINAL_FILE: Final = Kind(
    operation="original_file",
    group="original",
    part=Part.ORIGINAL,
    folder=ORIGINAL,
    title="original estimates",
    tick="clear",
)
CHANGES_FILE: Final = Kind(
    operation="changes_file",
    group="changes",
    part=Part.CHANGE,
    folder=CHANGES,
    title="approved estimate changes",
    tick="ticked",
)
KINDS: Final = (ORIGINAL_FILE, CHANGES_FILE)


#: What stands behind the rejection file's path, and what to do when records were rejected: with a file of its own for
#: each import file, and with one for all.
_OWN: Final = (
    ", which is this import file's alone",
    "If any was rejected, run `erp-bridge verify`: it reads there which lines they are.",
)
_SHARED: Final = (
    "",
    (
        "If any was rejected, run `erp-bridge verify` before anything else is imported: the next import overwrites the "
        "rejection file, and rejected records that nobody looked at count as arrived until the figures are verified."
    ),
)


def tick_sentence(kind: Kind) -> str:
    """What to do with the tick-box, in the words of Sage's dialog."""
    return f"Leave *{BOX}* clear." if kind.tick == "clear" else f"Tick *{BOX}*."


def hand_over(erp: SageErp, kind: Kind, note: Mapping[str, Any], *, path: str, taken: bool) -> HandOver:
    """The sheet for one file, from what its tombstone says of it."""
    return HandOver(
        title=f"Import Estimates, job {note['job']}: {note['lines']} {kind.title}",
        location=erp.files.full_path(path),
        sha256=note["sha256"],
        lines=note["lines"],
        total=note["total"],
        instructions=tuple(_instructions(erp, kind, note, path=path, taken=taken)),
        taken=taken,
        facts={
            "tick": kind.tick,
            "job": note["job"],
            "currency": note["currency"],
            "reject_file": erp.files.full_path(note["reject_file"]),
            "same_as": note["same_as"],
        },
    )


def _instructions(erp: SageErp, kind: Kind, note: Mapping[str, Any], *, path: str, taken: bool) -> list[str]:
    settings = erp.settings
    job = [] if settings.layout.names_job else [f"Enter the job {note['job']}: the file does not name it."]
    codes = "Tick" if settings.allow_new_cost_codes else "Leave clear"
    place = (
        f"Import file: {erp.files.full_path(path)}. Import it once: a second import doubles it, with only a warning."
        if taken
        else "Take the file first; it is moved once, to where it is imported from."
    )
    known = (
        f"Sage may warn that it knows this file: {note['same_as']}.jce holds the very same records. Go on only once "
        "you have seen that its batch was removed unposted, or that both are meant."
    )
    compare = (
        f"Before posting, compare the unposted batch with this sheet: {note['lines']} entries, all {kind.title}, "
        f"total {note['total']} {note['currency']}. This is the last moment when a doubled batch can be removed."
    )
    alone, rejected = _OWN if note["rejects_alone"] else _SHARED
    return [
        place,
        f"In Sage, company {settings.company}, open Job Cost, Tools, Import Estimates.",
        *job,
        tick_sentence(kind),
        f"{codes} *Allow creation of Cost Codes not on standard Cost Code list*.",
        f"Set the rejection file to {erp.files.full_path(note['reject_file'])}{alone}.",
        *([known] if note["same_as"] else []),
        f"Start, then read the Estimate Import Report: {note['lines']} records, none rejected.",
        rejected,
        compare,
        "Post it with Tasks, Post Entries, then print the job cost report into the share.",
    ]
