"""The export: two files, original estimates and approved estimate changes, each offered once to a person (E4)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Any

from attrs import frozen

from erp_bridge_core.contract import (
    Attempt,
    Effect,
    Effects,
    ExportBatch,
    FieldValues,
    HandOver,
    Offered,
    Part,
    PlannedEffect,
    Sighting,
)
from erp_bridge_core.contract.errors import (
    ErpBridgeError,
    LedgerConflict,
    NotPossibleNow,
    OutcomeUnknown,
)
from erp_bridge_sage300 import finding, staging
from erp_bridge_sage300.content import Content
from erp_bridge_sage300.fields import ACCOUNTING_DATE, check_dates
from erp_bridge_sage300.handover import KINDS, Kind, hand_over
from erp_bridge_sage300.rejects import reject_path
from erp_bridge_sage300.report import remember_report, remembered_reports
from erp_bridge_sage300.share import Places, SageErp, places, prepare_share, read_note


def export(batch: ExportBatch, values: FieldValues, erp: SageErp, effects: Effects) -> None:
    """Plan a file for each side of the batch that has lines, originals first, then bring both as far as they go."""
    prepare_share(erp)
    if not remembered_reports(erp, item=batch.item, version=batch.version):
        remember_report(erp, item=batch.item, version=batch.version)
    content = Content(batch=batch, values=values, settings=erp.settings)
    day = effects.reserve(ACCOUNTING_DATE, lambda: _day(values, erp))
    changes = sum(header.lines for header in batch.change_headers)
    present = {Part.ORIGINAL: batch.line_count > changes, Part.CHANGE: changes > 0}
    for kind in KINDS:
        if present[kind.part]:
            effects.plan(kind.group, _plan(content, kind, day, effects))
    effects.run({kind.operation: EstimateFile(erp=erp, content=content, kind=kind) for kind in KINDS})


def _day(values: FieldValues, erp: SageErp) -> str:
    """The item's accounting date, kept over every retry."""
    return values.value(ACCOUNTING_DATE) or erp.clock.today().isoformat()


def _plan(content: Content, kind: Kind, day: str, effects: Effects) -> Callable[[int], Iterable[PlannedEffect]]:
    def build(_: int) -> Iterator[PlannedEffect]:
        whole = content.sum(kind.part, effects.lines_to_send(), day)
        if not whole.numbers:
            return
        # Asked only when a file is planned: a period closed later must not keep an offered file from being taken.
        given = FieldValues(item={ACCOUNTING_DATE: day}, changes=content.values.changes)
        check_dates(given, content.settings.closed_through)
        request = {
            "item": content.batch.item,
            "version": content.batch.version,
            "job": content.batch.job,
            "currency": content.batch.currency,
            "date": day,
            "lines": len(whole.numbers),
            "total": f"{whole.total:f}",
            "adapter": _version(),
        }
        yield PlannedEffect(operation=kind.operation, lines=whole.numbers, payload_hash=whole.sha256, request=request)

    return build


def _version() -> str:
    try:
        return version("erp-bridge-sage300")
    except PackageNotFoundError:
        return "unknown"


@frozen(kw_only=True)
class EstimateFile:
    """One file of estimates for Import Estimates: offered, taken, imported by a person (class `human`)."""

    erp: SageErp
    content: Content
    kind: Kind

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        """Write the file aside, read it again, put up the tombstone, then let it appear where it is offered.

        Raises `NotSent` while a former file of the same lines could still count, and `LedgerConflict` when
        something else stands in its place; in neither case anything appeared.
        """
        return staging.offer(self.erp, self.content, self.kind, effect, attempt)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Where each file is now, and which of its lines were rejected; nothing is changed."""
        for effect in effects:
            yield finding.sight(self.erp, self.content, self.kind, effect)

    def hand_over(self, effect: Effect) -> HandOver:
        """The sheet for the accountant; raises `NotPossibleNow` before the file is offered."""
        spots = self._places(effect)
        if self.erp.files.exists(spots.offered):
            return self._sheet(effect, spots, taken=False)
        if self.erp.files.exists(spots.taken):
            return self._sheet(effect, spots, taken=True)
        raise self._missing(spots)

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move the file, once, to where it is imported from; taken already: the same answer."""
        spots, files = self._places(effect), self.erp.files
        if not files.exists(spots.offered):
            return self.hand_over(effect)
        found = files.sha256(spots.offered)
        if found != effect.payload_hash:
            raise LedgerConflict(
                f"{spots.offered} is not the file that was offered (SHA-256 {found}): it must not be imported.",
                remedy="Find out who changed it; then settle this export with what you found.",
                details={"found": found, "offered": effect.payload_hash},
            )
        # The import comes after this: a report that is still the same by then says nothing about it.
        remember_report(self.erp, item=effect.request["item"], version=effect.request["version"])
        attempt.check()
        files.move(spots.offered, spots.taken)
        return self._sheet(effect, spots, taken=True)

    def _places(self, effect: Effect) -> Places:
        return places(self.erp, effect, self.kind.folder)

    def _sheet(self, effect: Effect, spots: Places, *, taken: bool) -> HandOver:
        path = spots.taken if taken else spots.offered
        stone = read_note(self.erp, spots.tombstone) if self.erp.files.exists(spots.tombstone) else {}
        note: Mapping[str, Any] = {
            **effect.request,
            "sha256": self.erp.files.sha256(path),
            "same_as": stone.get("same_as", ""),
            "reject_file": reject_path(self.erp, spots.name),
            "rejects_alone": spots.name in PurePosixPath(reject_path(self.erp, spots.name)).name,
        }
        return hand_over(self.erp, self.kind, note, path=path, taken=taken)

    def _missing(self, spots: Places) -> ErpBridgeError:
        if self.erp.files.exists(spots.tombstone) and not self.erp.files.exists(spots.staging):
            return OutcomeUnknown(
                f"{spots.name}.jce was offered and is gone without a trace.",
                remedy="Ask who moved it and whether it was imported, then settle this export.",
            )
        return NotPossibleNow(f"{spots.name}.jce is not offered yet.", remedy="Run the export first.")
