"""Offering a file: staged, read again from the disk, tombstone, then one move into the offered place.

A file is only ever in one of: `staging/` (never offered), the offered folder, `taken/`. The tombstone is put up
between staging and that move. So at any crash: staged means never offered; a tombstone with no file anywhere means that
somebody carried it off, which is never answered by writing it again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, BinaryIO

from erp_bridge_core.contract import Attempt, Effect, Offered
from erp_bridge_core.contract.errors import LedgerConflict, NotSent
from erp_bridge_sage300.content import Content
from erp_bridge_sage300.handover import Kind
from erp_bridge_sage300.records import EstimateRecord, RecordError, as_read_back, read_records
from erp_bridge_sage300.rejects import claims, reject_path, rejected_lines
from erp_bridge_sage300.share import (
    CLAIMED,
    MARKER,
    TAKEN,
    TOMBSTONES,
    Places,
    SageErp,
    places,
    read_note,
    read_note_of_other,
    write_note,
)

_BLOCK = 1024 * 1024
#: What a tombstone says that must be the same when an attempt is made again.
_IDENTITY = ("key", "sha256", "lines", "total", "tick")


def offer(erp: SageErp, content: Content, kind: Kind, effect: Effect, attempt: Attempt) -> Offered:
    """Bring one file where the accountant finds it; see the module's text for the order and why."""
    spots = places(erp, effect, kind.folder)
    _nothing_there(erp, spots)
    _not_carried_off(erp, effect, spots)
    _clear_former(erp, content, kind, effect)
    if not erp.files.exists(spots.staging):
        erp.files.write_new(spots.staging, content.chunks(effect.lines, effect.request["date"]))
    _as_meant(erp, content, effect, spots.staging)
    note = _put_up_tombstone(erp, kind, effect, spots)
    attempt.check()
    erp.files.move(spots.staging, spots.offered)
    evidence = {name: note[name] for name in ("sha256", "lines", "total", "tick")}
    return Offered(reference=spots.offered, evidence=evidence)


def _nothing_there(erp: SageErp, spots: Places) -> None:
    for path in (spots.offered, spots.taken, spots.withdrawn):
        if erp.files.exists(path):
            raise LedgerConflict(
                f"{path} is there already: it is not written again.",
                remedy="Look for this export's outcome first; settle it if it stays in doubt.",
            )


def _not_carried_off(erp: SageErp, effect: Effect, spots: Places) -> None:
    """Refuse to write a file whose tombstone stands alone, even where a restored ledger knows of no try.

    A crash leaves the staged file beside its tombstone; alone, it says that the file was carried off.
    """
    if erp.files.exists(spots.staging) or not erp.files.exists(spots.tombstone):
        return
    if read_note(erp, spots.tombstone).get("sha256") == effect.payload_hash:
        raise LedgerConflict(
            f"{spots.name}.jce was offered before and is gone: it is not written again.",
            remedy="Ask who moved it and whether it was imported, then settle this export.",
        )


def _as_meant(erp: SageErp, content: Content, effect: Effect, path: str) -> None:
    """Read the staged file again as Sage would, and compare it record by record with what was meant."""
    settings = erp.settings
    with erp.files.open(path) as stream:
        found = _hash(stream)
    if found != effect.payload_hash:
        raise LedgerConflict(
            f"{path} has the SHA-256 {found}, planned was {effect.payload_hash}; it was not offered.",
            remedy="Were the connection's settings changed since it was planned? Change them back and run it again, "
            f"or remove {path} if it is damaged.",
        )
    meant = (as_read_back(one, settings.layout) for _, one in content.records(effect.lines, effect.request["date"]))
    with erp.files.open(path) as stream:
        try:
            _compare(meant, read_records(stream, settings.layout, settings.file_encoding))
        except RecordError as error:
            raise LedgerConflict(
                f"{path} does not read back as what was meant: {error}. It was not offered.",
                remedy="Report this with the line: a text in it breaks the file's form.",
            ) from error


def _compare(meant: Iterable[EstimateRecord], found: Iterable[EstimateRecord]) -> None:
    for number, (one, other) in enumerate(zip_longest(meant, found), start=1):
        if one != other:
            raise RecordError(f"record {number} reads as {other}, meant was {one}")


def _hash(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _put_up_tombstone(erp: SageErp, kind: Kind, effect: Effect, spots: Places) -> Mapping[str, Any]:
    note = {
        **effect.request,
        "key": effect.key,
        "name": spots.name,
        "group": effect.group,
        "generation": effect.generation,
        "folder": kind.folder,
        "sha256": effect.payload_hash,
        "tick": kind.tick,
        "reject_file": erp.settings.reject_path(spots.name),
        "reject_before": _reject_hash(erp, erp.settings.reject_path(spots.name)),
        "same_as": _same_content(erp, effect, spots),
    }
    if not erp.files.exists(spots.tombstone):
        write_note(erp, spots.tombstone, note)
        return note
    former = read_note(erp, spots.tombstone)
    if any(former.get(name) != note[name] for name in _IDENTITY):
        raise LedgerConflict(
            f"{spots.tombstone} is of another file under the same name; nothing was offered.",
            remedy="Look who else writes into this share with this installation code.",
        )
    return former


def _same_content(erp: SageErp, effect: Effect, spots: Places) -> str:
    """The name of another file with the very same bytes: Sage warns on this one although it is meant to come."""
    same = (str(note.get("name", "")) for note in _notes(erp) if note.get("sha256") == effect.payload_hash)
    return next((name for name in same if name != spots.name), "")


def _reject_hash(erp: SageErp, path: str) -> str:
    """The rejection file as it lies there before the import: a leftover that says nothing about this file."""
    return erp.files.sha256(path) if erp.files.exists(path) else ""


# -- a correction: the former file's rejects are claimed before its refused lines go again ---------------------------


def _clear_former(erp: SageErp, content: Content, kind: Kind, effect: Effect) -> None:
    former = max(_former(erp, effect), key=lambda note: int(note["generation"]), default=None)
    if former is None:
        return
    name = str(former["name"])
    spots = Places(name=name, folder=kind.folder)
    if erp.files.exists(spots.offered):
        raise NotSent(
            f"The former file {spots.offered} still waits to be taken; a second one with its lines could double them.",
            remedy="Take and import it, or move it into the folder withdrawn; then retry.",
        )
    if erp.files.exists(spots.taken):
        _claim(erp, content, effect, name)


def _notes(erp: SageErp) -> Iterator[Mapping[str, Any]]:
    for fact in erp.files.list(TOMBSTONES):
        if str(fact.path) != MARKER and fact.path.suffix == ".json":
            note = read_note_of_other(erp, str(fact.path))
            if note is not None:
                yield note


def _former(erp: SageErp, effect: Effect) -> Iterator[Mapping[str, Any]]:
    for note in _notes(erp):
        same = all(note.get(name) == effect.request[name] for name in ("item", "version", "job"))
        if same and note.get("group") == effect.group and int(note["generation"]) < effect.generation:
            yield note


def _claim(erp: SageErp, content: Content, effect: Effect, former: str) -> None:
    """Take the rejection file out of the accountant's hands, so that its lines can't come twice."""
    claimed, unclaimed = claims(erp, former), reject_path(erp, former)
    paths = claimed or (unclaimed,)
    if not claimed and not erp.files.exists(unclaimed):
        raise _not_held(f"The rejection file {unclaimed} is gone.", former)
    found = rejected_lines(erp, paths, content.records(effect.lines, effect.request["date"]))
    if found.lines != tuple(effect.lines):
        raise _not_held(f"{', '.join(paths)} no longer holds all the records that were refused.", former)
    if claimed:
        return
    if found.foreign or found.doubtful:
        raise NotSent(
            f"{unclaimed} also holds {found.foreign + found.doubtful} records that are not of this "
            "correction; they are left alone.",
            remedy="Ask the accountant to finish with those first, then retry.",
        )
    erp.files.move(unclaimed, f"{CLAIMED}/{former}-1.jce")


def _not_held(what: str, former: str) -> NotSent:
    return NotSent(
        f"{what} Somebody may be correcting it by hand, and a correction from here would double it.",
        remedy="Ask the accountant. Where the whole import was undone in Sage before posting, move "
        f"{TAKEN}/…/{former}.jce into the folder withdrawn and retry.",
    )
