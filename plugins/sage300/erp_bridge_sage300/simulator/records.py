"""Reading an estimate text file: one record a line, comma-separated, text in double quotes, numbers bare."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_sage300.simulator.amounts import hundredths

#: No record comes near this; a longer "line" means that the file is something else.
LONGEST_LINE: Final = 4096
CATEGORY_FIELDS: Final = 12

_FIELD: Final = re.compile(r'(?:^|,)(?:"([^"]*)"|([^",]*))')
_WHOLE: Final = re.compile(r'(?:"[^"]*"|[^",]*)(?:,(?:"[^"]*"|[^",]*))*')
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f]")


@frozen
class Record:
    """One line of the file: its number from 1, its bytes as they were, and its fields without quotes and padding.

    `letter` is blank for a line that is no record at all.
    """

    number: int
    raw: bytes
    fields: tuple[str, ...]

    @property
    def letter(self) -> str:
        """The record type."""
        return self.fields[0] if self.fields else ""


@frozen(kw_only=True)
class Estimate:
    """What a category record says. `units` are hundredths, `amount` is cents."""

    code: str
    description: str
    category: str
    date: date
    units: int
    unit: str
    amount: int


def read_records(path: Path, encoding: str) -> Iterator[Record]:
    """The records of a file, streamed. Raises BadInput when it is empty or no text file with lines."""
    number = 0
    with path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise BadInput(
                    f"{path.name} is no estimate file: line {number} is longer than {LONGEST_LINE} bytes.",
                    remedy="Pick the file that was written for Import Estimates.",
                )
            text = raw.rstrip(b"\r\n").decode(encoding, errors="replace")
            if text:
                yield Record(number, raw, _split(text))
    if number == 0:
        raise BadInput(f"{path.name} is empty.", remedy="Pick the file that was written for Import Estimates.")


def read_estimate(record: Record) -> Estimate:
    """The estimate in a category record (letter C, 12 fields); raises ValueError with every fault of it."""
    if len(record.fields) != CATEGORY_FIELDS:
        raise ValueError(f"a category record has {CATEGORY_FIELDS} fields, not {len(record.fields)}")
    _, code, description, category, day, units, unit, amount, *_ = record.fields
    faults = [*_long("description", description, 30), *_long("category", category, 3), *_long("unit", unit, 4)]
    faults += _long("cost code", code, 15)
    number = _Reader(faults)
    estimate = Estimate(
        code=code,
        description=description,
        category=category,
        date=number.date(day),
        units=number.number("quantity", units or "0"),
        unit=unit,
        amount=number.number("amount", amount),
    )
    if faults:
        raise ValueError("; ".join(faults))
    return estimate


def read_date(text: str) -> date:
    """A date written mmddyyyy; raises ValueError."""
    if len(text) != len("mmddyyyy") or not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not a date of the form mmddyyyy")
    return date(int(text[4:]), int(text[:2]), int(text[2:4]))


class _Reader:
    """Reads single values and keeps what is wrong with them, so that all faults of a record are told at once."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults

    def number(self, name: str, text: str) -> int:
        try:
            return hundredths(text)
        except ValueError as error:
            self._faults.append(f"{name}: {error}")
            return 0

    def date(self, text: str) -> date:
        try:
            return read_date(text)
        except ValueError as error:
            self._faults.append(f"date: {error}")
            return date.min


def _split(text: str) -> tuple[str, ...]:
    # A quote inside a text field would let one record pass for another, so such a line is no record at all.
    if _FORBIDDEN.search(text) or not _WHOLE.fullmatch(text):
        return ()
    return tuple((quoted or plain).strip() for quoted, plain in _FIELD.findall(text))


def _long(name: str, text: str, longest: int) -> list[str]:
    return [f"{name} {text!r} is longer than {longest} characters"] if len(text) > longest else []
