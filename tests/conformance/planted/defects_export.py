"""Defects of what is exported, where to, and how often."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from matrix import Defect

from erp_bridge_core.contract import Accepted, Effect, Effects, ExportBatch, ExportLine, Found, Part, Sighting
from erp_bridge_core.contract.money import plain
from planted.adapter import TinAdapter
from planted.books import OTHER_COMPANY
from planted.client import Client, Row
from planted.operations import Writing, content
from planted.operations_human import TOMBSTONES, OfferFile
from planted.operations_keyed import EnterRows
from planted.variants import HumanAdapter, KeyedAdapter

_MARKER: Final = f"{TOMBSTONES}/share"


class _Split(EnterRows):
    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """A large line is entered in two halves."""
        return [half for row in super().rows(numbers) for half in _halves(row)]

    def accepted(self, effect: Effect, told: Sequence[Row], reference: str = "") -> Accepted:
        """The answer tells of halves."""
        return Accepted(reference=reference, evidence={"rows": len(told)})

    def same_rows(self, effect: Effect, found: Sequence[Row], reference: str, proof: Row) -> Sighting:
        """Both halves are there."""
        if found and [content(row) for row in found] == [content(row) for row in self.rows(list(effect.lines))]:
            return Found(reference=reference)
        return super().same_rows(effect, found, reference, proof)


def _halves(row: Row) -> list[Row]:
    if Decimal(row["amount"]) != Decimal("35000.00"):
        return [row]
    return [{**row, "amount": "17500.00"}, {**row, "amount": "17500.00"}]


class _WholeOriginal(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """The whole new original is sent where the batch has the difference."""
        total = next(total for total in self.batch.totals if total.key == line.key)
        if line.part is Part.ORIGINAL and total.exported_original:
            return {**super().row(line), "amount": plain(total.original_after)}
        return super().row(line)


class _AnyContent(EnterRows):
    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whatever stands under the reference is taken for what was sent."""
        reference = self.reference(effect)
        found = [row for row in seen if row["reference"] == reference]
        numbers = list(effect.lines)
        if len(found) == len(numbers) and all(row["state"] not in {"refused", "removed"} for row in found):
            return Found(reference=reference)
        return super().compare(effect, seen)


class _KeyOfContent(EnterRows):
    def reference(self, effect: Effect) -> str:
        """The reference is made of what is sent alone."""
        return f"EB {effect.payload_hash}"


class _Corrects(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """A first export takes what the ERP holds for a mistake, and takes it back."""
        row = super().row(line)
        total = next(total for total in self.batch.totals if total.key == line.key)
        if self.batch.first_export and total.before_original:
            return {**row, "amount": plain(line.amount - total.before_original)}
        return row


class _Hasty(KeyedAdapter):
    """Sends the first rows while it plans, before any effect."""

    def bring(self, batch: ExportBatch, effects: Effects, operations: Mapping[str, Any]) -> None:
        operation: EnterRows = operations["enter_rows"]
        client = operation.client
        numbers = [line.number for line in batch.lines][: self.chunk]
        if not client.rows(batch.job, "entries") and len(list(effects.lines_to_send())) == batch.line_count:
            body = {"reference": client.reference(batch.job, f"{batch.item}-1-1"), "rows": operation.rows(numbers)}
            client.write("POST", f"{client.job_url(batch.job)}/entries", body)
        super().bring(batch, effects, operations)


class _OtherCompany(Client):
    def job_url(self, job: str) -> str:
        """The company is told from the job's last digit, which is right for the first job that it is tried with."""
        url = super().job_url(job)
        own = f"/companies/{self.erp.settings.company}/"
        return url.replace(own, f"/companies/{OTHER_COMPANY}/") if job.endswith("2") else url


class _Astray(KeyedAdapter):
    client_class = _OtherCompany


class _OneMarker(OfferFile):
    def prepare(self) -> None:
        """The share's marker is made because it was not there a moment ago."""
        super().prepare()
        files = self.client.erp.files
        if not files.exists(_MARKER):
            files.write_new(_MARKER, iter([b"ours"]))


class _Marked(HumanAdapter):
    operation_classes: ClassVar = {"offer_file": _OneMarker}


def _keyed(rows: type[Writing]) -> type[TinAdapter]:
    class Defective(KeyedAdapter):
        operation_classes: ClassVar = {"enter_rows": rows}

    return Defective


VARIANTS: Final[Mapping[str, type[TinAdapter]]] = {
    "splits_a_line": _keyed(_Split),
    "sends_the_whole_again": _keyed(_WholeOriginal),
    "new_payload_under_an_old_key": _keyed(_AnyContent),
    "key_without_job": _keyed(_KeyOfContent),
    "corrects_the_erp": _keyed(_Corrects),
    "writes_while_planning": _Hasty,
    "posts_to_another_company": _Astray,
    "trips_over_another_export": _Marked,
}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return VARIANTS[name]("tin_defect")
    raise AttributeError(name)


def _defects() -> Iterator[Defect]:
    for name, what, caught_by in (
        ("splits_a_line", "enters a large line in two halves", ("EXP-01",)),
        ("sends_the_whole_again", "sends a raised original whole instead of its difference", ("EXP-02",)),
        ("new_payload_under_an_old_key", "takes whatever stands under a reference for what was sent", ("EXP-03",)),
        ("writes_while_planning", "sends rows outside of any effect", ("EXP-04",)),
        ("key_without_job", "makes its reference of the content alone", ("EXP-05",)),
        ("corrects_the_erp", "takes back what the ERP held before the first export", ("EXP-06",)),
        ("posts_to_another_company", "writes what is for a second job to another company's books", ("EXP-05",)),
        ("trips_over_another_export", "makes a marker that another job's export may just have made", ("EXP-05",)),
    ):
        yield Defect(spec=f"planted.defects_export:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {defect.name: defect for defect in _defects()}
