"""Estimate records: writing them by a layout, and reading them again as a stranger would."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import BinaryIO, Final

from attrs import evolve, frozen

from erp_bridge_core.contract import ExportLine
from erp_bridge_sage300.codes import unsafe_characters
from erp_bridge_sage300.layout import EMPTY, FileLayout, Kind, LayoutField, RecordLayout

CENTS: Final = Decimal("0.01")
END: Final = "\r\n"
#: One field: quoted text without a quote in it, or a bare word. Escaped quotes are not documented, hence not read.
_FIELD: Final = re.compile(r'"([^"]*)"|([^",]*)')
#: Longer than any record that the layouts can describe; a longer line is not an estimate file.
_LONGEST: Final = 4096
_DATE: Final = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@frozen(kw_only=True)
class EstimateRecord:
    """What one category record says, with the job and Extra it belongs to; None where the file doesn't say."""

    job: str | None
    extra: str | None
    cost_code: str
    category: str
    description: str
    date: date
    quantity: Decimal | None
    unit: str
    amount: Decimal


class RecordError(ValueError):
    """A record that can't be written, or a file that is not one of estimate records; says which line and why."""


def estimate_record(line: ExportLine, *, job: str, when: date, description: str) -> EstimateRecord:
    """The record that a batch line becomes. A quantity that the file can't hold exactly is left empty."""
    return EstimateRecord(
        job=job,
        extra=line.key.sub_job,
        cost_code=line.key.cost_code,
        category=line.key.category,
        description=description,
        date=when,
        quantity=line.quantity if fits_file(line.quantity) else None,
        unit=line.unit,
        amount=line.amount,
    )


def fits_file(quantity: Decimal | None, *, whole_digits: int = 8) -> bool:
    """Whether a quantity has at most two decimals and eight digits before the point, as the file's field has."""
    if quantity is None:
        return True
    return quantity == quantity.quantize(CENTS) and abs(quantity) < 10**whole_digits


def write_records(records: Iterable[EstimateRecord], layout: FileLayout) -> Iterator[str]:
    """The file's lines: a job record whenever job or Extra change, then category records.

    Raises `RecordError` for text that could forge a record, whatever was checked before.
    """
    here: tuple[str | None, str | None] | None = None
    head = None if layout.job is None else _line_of(layout.job)
    body = _line_of(layout.category)
    for record in records:
        if head is not None and here != (record.job, record.extra):
            here = (record.job, record.extra)
            yield head(record)
        yield body(record)


def _line_of(layout: RecordLayout) -> Callable[[EstimateRecord], str]:
    """How a record becomes a line: decided once for a file, since it may have a hundred thousand of them."""
    writers = [_writer(one) for one in layout.fields]
    return lambda record: ",".join([layout.letter, *[write(record) for write in writers]]) + END


def _writer(one: LayoutField) -> Callable[[EstimateRecord], str]:
    if one.name in EMPTY:
        nothing = f'"{" " * one.width}"' if one.kind is Kind.TEXT else ""
        return lambda _: nothing
    read = attrgetter(one.name)
    if one.kind is Kind.TEXT:
        return lambda record: _quoted(one, read(record) or "")
    if one.kind is Kind.DATE:
        return lambda record: _dated(read(record))
    return lambda record: _plain(one.name, read(record))


def _quoted(one: LayoutField, text: str) -> str:
    if bad := unsafe_characters(text):
        raise RecordError(f"{one.name} {text!r} holds {bad}, which would break the record")
    return f'"{text.rjust(one.width)}"'


@lru_cache
def _dated(value: date) -> str:
    return f"{value:%m%d%Y}"


def _plain(name: str, value: Decimal | None) -> str:
    if value is None:
        return ""
    exact = value.quantize(CENTS)
    if exact != value:
        raise RecordError(f"{name} {value} has more than two decimals")
    return f"{exact:f}"


def read_records(stream: BinaryIO, layout: FileLayout, encoding: str) -> Iterator[EstimateRecord]:
    """Read a file of estimate records again, line by line; raises `RecordError` at the first line that is not one."""
    job: str | None = None
    extra: str | None = None
    for number, text in enumerate(_lines(stream, encoding), start=1):
        words = _words(text, number)
        if layout.job is not None and words[0] == (layout.job.letter, False):
            found = _named(words, layout.job, number)
            job, extra = found.get("job"), found.get("extra")
        elif words[0] == (layout.category.letter, False):
            yield _record(_named(words, layout.category, number), number, job=job, extra=extra)
        else:
            raise RecordError(f"line {number} is no estimate record: it begins with {words[0][0]!r}")


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    number = 0
    while raw := stream.readline(_LONGEST):
        number += 1
        if len(raw) == _LONGEST:
            raise RecordError(f"line {number} is longer than any estimate record")
        try:
            text = raw.decode(encoding).removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise RecordError(f"line {number} is not text in {encoding}") from error
        if text.strip("\x1a "):  # an empty last line, or the end mark of old tools, says nothing
            yield text


def _words(text: str, number: int) -> list[tuple[str, bool]]:
    """The fields of a line, each with whether it was quoted."""
    words, at = [], 0
    while True:
        found = _FIELD.match(text, at)
        assert found is not None  # the pattern matches an empty field anywhere
        quoted = found.group(1) is not None
        words.append((found.group(1) if quoted else found.group(2), quoted))
        at = found.end()
        if at == len(text):
            return words
        if text[at] != ",":
            raise RecordError(f"line {number} has a quote in the wrong place, near {text[max(0, at - 10) : at + 10]!r}")
        at += 1


def _named(words: list[tuple[str, bool]], layout: RecordLayout, number: int) -> dict[str, str]:
    if len(words) != len(layout.fields) + 1:
        raise RecordError(f"line {number} has {len(words)} fields, a {layout.letter} record {len(layout.fields) + 1}")
    named = {}
    for one, (word, quoted) in zip(layout.fields, words[1:], strict=True):
        if quoted is not (one.kind is Kind.TEXT):
            raise RecordError(f"line {number}: {one.name} is {'quoted' if quoted else 'not quoted'}")
        if one.name in EMPTY:
            if word:
                raise RecordError(f"line {number} has {word!r} in a field that should be empty")
            continue
        named[one.name] = word[_padding(word, one.width) :]
    return named


def _padding(word: str, width: int) -> int:
    """How many leading blanks of a padded field are padding; blanks of the value itself stay."""
    return len(word) - len(word.lstrip(" ")) if len(word) == width else 0


def _record(named: dict[str, str], number: int, *, job: str | None, extra: str | None) -> EstimateRecord:
    amount = _number(named["amount"], "amount", number)
    if amount is None:
        raise RecordError(f"line {number} has no amount")
    return EstimateRecord(
        job=named.get("job", job),
        extra=named.get("extra", extra),
        cost_code=named["cost_code"],
        category=named["category"],
        description=named.get("description", ""),
        date=_date(named["date"], number),
        quantity=_number(named.get("quantity", ""), "quantity", number),
        unit=named.get("unit", ""),
        amount=amount,
    )


def _number(text: str, name: str, number: int) -> Decimal | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise RecordError(f"line {number}: {name} is not a number: {text!r}")
    return Decimal(text)


def _date(text: str, number: int) -> date:
    try:
        return _parsed_date(text)
    except ValueError:
        raise RecordError(f"line {number}: not a date of the form mmddyyyy: {text!r}") from None


@lru_cache
def _parsed_date(text: str) -> date:
    # Eight digits first: int() would take blanks, signs and digits of other scripts.
    parts = (int(text[4:]), int(text[:2]), int(text[2:4])) if _DATE.fullmatch(text) else (0, 0, 0)
    return date(*parts)


def as_read_back(record: EstimateRecord, layout: FileLayout) -> EstimateRecord:
    """The record with only what the layout has a place for: what reading the file again must give."""
    if layout.holds_all:
        return record
    job = record.job if layout.names_job else None
    extra = record.extra if layout.carries_extras else None
    named = {name: getattr(record, name) for name in ("description", "unit") if layout.category.holds(name)}
    quantity = record.quantity if layout.category.holds("quantity") else None
    return evolve(
        record,
        job=job,
        extra=extra,
        quantity=quantity,
        description=named.get("description", ""),
        unit=named.get("unit", ""),
    )
