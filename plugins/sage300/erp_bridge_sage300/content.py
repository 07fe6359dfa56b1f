"""What the file of an effect holds: the batch's lines as estimate records, and the same as bytes."""

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import frozen

from erp_bridge_core.contract import ExportBatch, ExportLine, FieldValues, Part
from erp_bridge_core.contract.errors import BadInput, Fault, LedgerConflict
from erp_bridge_sage300.codes import is_unsafe
from erp_bridge_sage300.records import CENTS, EstimateRecord, RecordError, estimate_record, write_records
from erp_bridge_sage300.settings import PATTERN_WORD, Sage300Settings

DESCRIPTION_LENGTH: Final = 30
_CHUNK: Final = 64 * 1024
_BLANKS: Final = re.compile(r" {2,}")


@frozen(kw_only=True)
class Sum:
    """A file as a whole: hash of its bytes, the numbers of the lines it carries, and their total."""

    sha256: str
    numbers: Sequence[int]
    total: Decimal


@frozen(kw_only=True)
class Content:
    """A batch with the approver's values, as estimate records."""

    batch: ExportBatch
    values: FieldValues
    settings: Sage300Settings

    def records(
        self, numbers: Iterable[int], default_date: str, *, part: Part | None = None
    ) -> Iterator[tuple[int, EstimateRecord]]:
        """The lines of those ascending numbers (and of that part alone) as records, in the batch's order."""
        dates = _Dates(self.values, default_date)
        headers = {header.number: header.description for header in self.batch.change_headers}
        for line in _pick(self.batch.lines, numbers):
            if part is not None and line.part is not part:
                continue
            yield (
                line.number,
                estimate_record(
                    line,
                    job=self.batch.job,
                    when=dates.of(line.change),
                    description=described(
                        line, self.values, self.settings, fallback=headers.get(line.change or "", "")
                    ),
                ),
            )

    def chunks(self, numbers: Iterable[int], default_date: str) -> Iterator[bytes]:
        """The file's bytes. Raises `BadInput` naming the line that can't be written."""
        return self._chunks(self.records(numbers, default_date))

    def _chunks(self, records: Iterable[tuple[int, EstimateRecord]]) -> Iterator[bytes]:
        at = 0

        def counted() -> Iterator[EstimateRecord]:
            nonlocal at
            for number, record in records:
                at = number
                yield record

        buffer = bytearray()
        try:
            for text in write_records(counted(), self.settings.layout):
                buffer += text.encode(self.settings.file_encoding)
                if len(buffer) >= _CHUNK:
                    yield bytes(buffer)
                    buffer.clear()
        except (RecordError, UnicodeEncodeError) as error:
            raise BadInput(
                f"Line {at} can't be written to the import file.", faults=[Fault(f"lines[{at}]", str(error))]
            ) from error
        if buffer:
            yield bytes(buffer)

    def sum(self, part: Part, among: Iterable[int], default_date: str) -> Sum:
        """Which lines of a part the file takes from some ascending numbers, its hash and total: in one reading."""
        numbers, total = array("q"), Decimal(0)

        def added() -> Iterator[tuple[int, EstimateRecord]]:
            nonlocal total
            for number, record in self.records(among, default_date, part=part):
                total += record.amount
                numbers.append(number)
                yield number, record

        digest = hashlib.sha256()
        for chunk in self._chunks(added()):
            digest.update(chunk)
        return Sum(sha256=digest.hexdigest(), numbers=_compact(numbers), total=total.quantize(CENTS))


@frozen
class _Dates:
    """The accounting date of each change: its own, else the item's, else the stored default."""

    values: FieldValues
    default: str

    def of(self, change: str | None) -> date:
        own = self.values.value("accounting_date", change=change) if change is not None else ""
        return date.fromisoformat(own or self.values.value("accounting_date") or self.default)


def described(line: ExportLine, values: FieldValues, settings: Sage300Settings, *, fallback: str = "") -> str:
    """The text that stands in a line's record, by the site's pattern, cut to the 30 characters that Sage holds.

    `fallback` is the budget change's own description, for an approver who entered none.
    """
    pattern = settings.original_description if line.part is Part.ORIGINAL else settings.change_description
    known = {"line": line.description, "change": line.change or ""}

    def word(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in known:
            return known[name]
        own = values.value(name, change=line.change) or values.value(name)
        return own if own or name != "description" else values.description or fallback

    text = _BLANKS.sub(" ", PATTERN_WORD.sub(word, pattern)).strip()
    if settings.unsafe_descriptions == "replace":
        text = replaced(text, settings.file_encoding)
    return text[:DESCRIPTION_LENGTH].rstrip()


def replaced(text: str, encoding: str) -> str:
    """Text with a quote as an apostrophe, and what the file can't carry as a blank or a question mark."""
    calm = "".join(("'" if mark == '"' else " ") if is_unsafe(mark) else mark for mark in text)
    return calm.encode(encoding, "replace").decode(encoding)


def _compact(packed: "array[int]") -> Sequence[int]:
    """The numbers as a range where they are one, else as packed as they are."""
    if packed and packed[-1] - packed[0] + 1 == len(packed):
        return range(packed[0], packed[-1] + 1)
    return packed


def _pick(lines: Iterable[ExportLine], numbers: Iterable[int]) -> Iterator[ExportLine]:
    """The lines of those numbers; both ascend, so one pass does and nothing is held."""
    wanted = iter(numbers)
    number = next(wanted, None)
    for line in lines:
        if number is None:
            return
        if line.number == number:
            yield line
            number = next(wanted, None)
    if number is not None:
        raise LedgerConflict(
            f"The plan names line {number}, which the batch doesn't hold in that place.",
            remedy="Report this with the export's number: plan and batch don't belong together.",
        )
