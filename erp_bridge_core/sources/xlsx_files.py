"""XLSX files through calamine: values as the workbook holds them, formulas by the results stored beside them.

Rows that a filter hides are rows all the same. A number becomes the shortest decimal text that stands for it, which
is what a person sees of a value typed in; the cell's number format (a date, a currency, two decimals) is not applied.
"""

import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Self

from attrs import frozen
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from erp_bridge_core.contract.errors import BadInput, StorageError
from erp_bridge_core.sources.tables import FileFacts, FileOptions, Limits, Row, escape, file_name, tidy_header
from erp_bridge_core.sources.values import BrokenCell, DateCell, NumberCell, TruthCell
from erp_bridge_core.sources.xlsx_scan import damaged, scan_workbook


@frozen(kw_only=True)
class XlsxTable:
    """One worksheet of a workbook, held in memory by calamine within the limits."""

    name: str
    sheet: str
    header: tuple[str, ...]
    header_row: int
    sha256: str
    _cells: CalamineSheet
    _broken: Mapping[int, tuple[int, ...]]

    @classmethod
    def open(cls, path: Path, *, options: FileOptions, limits: Limits) -> Self:
        """Scan the workbook, choose the sheet, read the header; raises `BadInput` where that fails."""
        name, data = file_name(path), _load(path, limits)
        broken = scan_workbook(data, name, limits).broken
        sheet = _choose(data, name, options.sheet)
        header = next(islice(sheet.iter_rows(), options.header_row - 1, None), [])
        cells = [str(_cell(value)) for value in header]
        if not any(cell.strip() for cell in cells):
            raise BadInput(
                f"{name} sheet {escape(sheet.name)} has no header in row {options.header_row}.",
                remedy="Put the columns' names in the first row, or say in which row they are.",
            )
        return cls(
            name=name,
            sheet=sheet.name,
            header=tidy_header(cells),
            header_row=options.header_row,
            sha256=hashlib.sha256(data).hexdigest(),
            cells=sheet,
            broken=_by_row(broken.get(sheet.name, frozenset())),
        )

    def rows(self) -> Iterator[Row]:
        """The rows below the header, blank ones left out."""
        first_column = self._cells.start[1] + 1 if self._cells.start else 1
        number = 0
        for number, values in enumerate(self._cells.iter_rows(), start=1):
            if number > self.header_row:
                cells = [_cell(value) for value in values]
                _mark(cells, self._broken.get(number, ()), first_column)
                if any(cells):
                    yield number, cells
        # Calamine ends with the last cell that has a value; rows of nothing but broken cells come after it.
        for row in sorted(row for row in self._broken if row > number):
            cells = [""] * len(self.header)
            _mark(cells, self._broken[row], first_column)
            if any(cells):
                yield row, cells

    def facts(self) -> FileFacts:
        """What was read, with the hash of all bytes."""
        return FileFacts(name=self.name, sha256=self.sha256, format="xlsx", header=self.header, sheet=self.sheet)


def _mark(cells: list[str], columns: tuple[int, ...], first_column: int) -> None:
    for column in columns:
        if first_column <= column < first_column + len(cells):
            cells[column - first_column] = BrokenCell("(no value)")


def _by_row(places: frozenset[tuple[int, int]]) -> Mapping[int, tuple[int, ...]]:
    rows: dict[int, tuple[int, ...]] = {}
    for row, column in places:
        rows[row] = (*rows.get(row, ()), column)
    return rows


def _load(path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as stream:
            # One byte past the limit is enough to see that the file grew since its size was asked for.
            data = stream.read(limits.xlsx_bytes + 1)
    except OSError as error:
        raise StorageError(
            f"{file_name(path)} could not be read: {error.strerror or error}.", remedy="Try again."
        ) from error
    if len(data) > limits.xlsx_bytes:
        raise BadInput(f"{file_name(path)} is still being written.", remedy="Import it when it is complete.")
    return data


def _choose(data: bytes, name: str, wanted: str | None) -> CalamineSheet:
    try:
        workbook = load_workbook(io.BytesIO(data))
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        if wanted is not None:
            return _named(workbook, name, names, wanted)
        return _only(workbook, name)
    except CalamineError:
        raise damaged(name) from None


def _named(workbook: CalamineWorkbook, name: str, names: list[str], wanted: str) -> CalamineSheet:
    if wanted not in names:
        raise BadInput(f"{name} has no sheet {wanted!r}.", remedy=f"Name one of: {', '.join(map(escape, names))}.")
    return workbook.get_sheet_by_name(wanted)


def _only(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """The only visible worksheet that holds anything; a choice among several is a person's."""
    found: list[CalamineSheet] = []
    for facts in workbook.sheets_metadata:
        if facts.typ == SheetTypeEnum.WorkSheet and facts.visible == SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_name(facts.name)
            if sheet.height:
                found.append(sheet)
    if not found:
        raise BadInput(f"{name} is empty: no visible sheet holds anything.", remedy="Name the sheet if it is hidden.")
    if len(found) > 1:
        names = ", ".join(escape(sheet.name) for sheet in found)
        raise BadInput(f"{name} has several sheets: {names}.", remedy="Say which of them is the budget.")
    return found[0]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return TruthCell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return NumberCell(_plain(value))
    if isinstance(value, date | datetime | time | timedelta):
        return DateCell(value)
    raise TypeError(f"calamine gave a {type(value).__name__}")


def _plain(value: float) -> str:
    """The shortest decimal text that is this number and no other, without an exponent and without `.0`."""
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").removesuffix(".") if "." in text else text
