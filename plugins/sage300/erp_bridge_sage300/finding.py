"""Looking for a file that was offered: what lies where, proved or told as not known (L7). Changes nothing."""

from collections.abc import Mapping
from typing import Any

from erp_bridge_core.contract import (
    Absent,
    CannotTell,
    Different,
    Effect,
    Found,
    Several,
    Sighting,
    Waiting,
)
from erp_bridge_core.contract.errors import ErpError, LedgerConflict, StorageError
from erp_bridge_sage300.content import Content
from erp_bridge_sage300.handover import Kind
from erp_bridge_sage300.rejects import Rejected, claims, reject_path, rejected_lines
from erp_bridge_sage300.share import Places, SageErp, control, places, read_note


def sight(erp: SageErp, content: Content, kind: Kind, effect: Effect) -> Sighting:
    """What can be told of one effect's file; a read that failed is `CannotTell`."""
    spots = places(erp, effect, kind.folder)
    try:
        proof = control(erp)
        # In the order in which a file moves: one that is moved while we look is seen in its next place.
        there = [path for path in (spots.staging, spots.offered, spots.taken) if erp.files.exists(path)]
        withdrawn = erp.files.exists(spots.withdrawn)
        entombed = erp.files.exists(spots.tombstone)
        if withdrawn:
            return CannotTell(why=f"A person moved the file to {spots.withdrawn}: settle it as not arrived.")
        return _judged(erp, content, effect, spots, there=there, entombed=entombed, proof=proof)
    except (ErpError, StorageError, LedgerConflict) as error:
        return CannotTell(why=f"The share can't be read: {error.message} {error.remedy}".strip())


def _judged(
    erp: SageErp, content: Content, effect: Effect, spots: Places, *, there: list[str], entombed: bool, proof: str
) -> Sighting:
    if spots.offered in there and spots.taken in there:
        return Several(count=2, evidence={"paths": [spots.offered, spots.taken]})
    if spots.taken in there:
        return _taken(erp, content, effect, spots)
    if spots.offered in there:
        return _same(erp, effect, spots.offered) or Waiting(reference=spots.offered, evidence=_facts(effect))
    looked = {"control": proof, "looked_in": [spots.staging, spots.offered, spots.taken, spots.withdrawn]}
    if spots.staging in there:
        return Absent(proof={**looked, "staged": "it still lies where it was written, hence was never offered"})
    if entombed:
        return CannotTell(
            why=f"{spots.name}.jce was offered and is gone without a trace: somebody may have imported it. "
            "Ask, compare the unposted batches in Sage, then settle."
        )
    return Absent(proof={**looked, "tombstone": "none"})


def _same(erp: SageErp, effect: Effect, path: str) -> Different | None:
    found = erp.files.sha256(path)
    if found == effect.payload_hash:
        return None
    return Different(evidence={"path": path, "found": found, "offered": effect.payload_hash})


def _taken(erp: SageErp, content: Content, effect: Effect, spots: Places) -> Sighting:
    different = _same(erp, effect, spots.taken)
    if different is not None:
        return different
    evidence = _facts(effect)
    try:
        rejected = _rejected(erp, content, effect, spots)
    except ErpError as error:
        # That the file was taken is certain all the same.
        return Found(reference=spots.taken, evidence={**evidence, "rejection_file": error.message})
    if rejected is None:
        return Found(reference=spots.taken, evidence=evidence)
    if rejected.doubtful:
        return CannotTell(
            why=f"{rejected.doubtful} rejected records could be of several of our lines: the rejection file does not "
            "say their Extra. Look in the Estimate Import Report."
        )
    evidence |= {"rejected": len(rejected.lines), "rejected_not_ours": rejected.foreign}
    return Found(reference=spots.taken, evidence=evidence, refused=rejected.refusals())


def _rejected(erp: SageErp, content: Content, effect: Effect, spots: Places) -> Rejected | None:
    """What the claimed rejection files say, else the one that its sheet names, unless it did so before the import."""
    paths = claims(erp, spots.name)
    if not paths:
        path = reject_path(erp, spots.name)
        if not erp.files.exists(path) or erp.files.sha256(path) == _before(erp, spots):
            return None
        paths = (path,)
    return rejected_lines(erp, paths, content.records(effect.lines, effect.request["date"]))


def _before(erp: SageErp, spots: Places) -> str:
    return str(read_note(erp, spots.tombstone).get("reject_before", "")) if erp.files.exists(spots.tombstone) else ""


def _facts(effect: Effect) -> dict[str, Any]:
    request: Mapping[str, Any] = effect.request
    return {"sha256": effect.payload_hash, "lines": request["lines"], "total": request["total"]}
