"""CSV files: streamed from disk once per reading, decoded strictly, with the standard library's rules of quoting."""

import csv
import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, Self

from attrs import define, field

from erp_bridge_core.contract.errors import BadInput, Fault, StorageError
from erp_bridge_core.sources.decoding import decoded_lines, detect_encoding
from erp_bridge_core.sources.tables import FileFacts, FileOptions, Limits, Row, file_name, tidy_header

_DELIMITERS: Final = (",", ";", "\t")
_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab"}


@define(kw_only=True)
class CsvTable:
    """A CSV file: delimiter found from its header or given, quotes doubled, rows counted as a spreadsheet does."""

    path: Path
    name: str
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_row: int
    limits: Limits
    _sha256: str = field(default="", init=False)

    @classmethod
    def open(cls, path: Path, *, options: FileOptions, limits: Limits) -> Self:
        """Find encoding and delimiter, and read the header; raises `BadInput` where that fails."""
        name = file_name(path)
        encoding = detect_encoding(path, name, options.encoding)
        delimiter = options.delimiter or _sniff(path, name, encoding, options, limits)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise BadInput(f"{delimiter!r} can't be a delimiter.", remedy="Give one character, such as ; or a tab.")
        table = cls(
            path=path, name=name, encoding=encoding, delimiter=delimiter, header=(), header_row=0, limits=limits
        )
        header = next((cells for number, cells in table._records() if number == options.header_row), [])
        if not any(cell.strip() for cell in header):
            raise BadInput(
                f"{name} has no header in row {options.header_row}.",
                remedy="Put the columns' names in the first row, or say in which row they are.",
            )
        table.header, table.header_row = tidy_header(header), options.header_row
        return table

    def rows(self) -> Iterator[Row]:
        """The rows below the header, blank ones left out."""
        for number, cells in self._records():
            if number > self.header_row and any(cells):
                yield number, cells

    def facts(self) -> FileFacts:
        """What was read; the hash is of the bytes that the last whole reading saw."""
        return FileFacts(
            name=self.name,
            sha256=self._sha256,
            format="csv",
            header=self.header,
            encoding=self.encoding,
            delimiter=self.delimiter,
        )

    def _records(self) -> Iterator[Row]:
        digest = hashlib.sha256()
        lines = decoded_lines(self.path, self.name, self.encoding, digest, self.limits.line_characters)
        number = 0
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=self.delimiter, strict=True), start=1):
                self._bound(number, cells)
                yield number, cells
        except csv.Error as error:
            raise self._broken(number + 1, error) from None
        except OSError as error:
            raise StorageError(
                f"{self.name} could not be read on: {error.strerror or error}.", remedy="Try again."
            ) from error
        self._sha256 = digest.hexdigest()

    def _bound(self, number: int, cells: list[str]) -> None:
        if len(cells) > self.limits.columns:
            raise BadInput(
                f"{self.name} row {number} has {len(cells):,} cells; at most {self.limits.columns:,} are read.",
                remedy="Check the delimiter and the quotes.",
            )
        if number > self.limits.rows:
            raise BadInput(f"{self.name} has more than {self.limits.rows:,} rows.", remedy="Split it, one file a job.")

    def _broken(self, number: int, error: csv.Error) -> BadInput:
        fault = Fault(
            f"{self.name} row {number}",
            f"its quotes are not those of a CSV file ({error})",
            expected='text with quotes doubled inside quotes: "4"" PIPE"',
            rule="B8",
            remedy="Export the file again; every quote that is opened must be closed.",
        )
        return BadInput(f"{self.name} can't be read from row {number} on.", remedy=str(fault.remedy), faults=[fault])


def _sniff(path: Path, name: str, encoding: str, options: FileOptions, limits: Limits) -> str:
    lines = decoded_lines(path, name, encoding, hashlib.sha256(), limits.line_characters)
    first = list(islice(lines, options.header_row - 1, options.header_row + 19))
    lines.close()
    widths = {one: _width(first, one) for one in _DELIMITERS}
    widest = max(widths.values())
    found = [one for one in _DELIMITERS if widths[one] == widest]
    if widest < 2:  # noqa: PLR2004 - a single column has no delimiter
        return ","
    if len(found) > 1:
        raise BadInput(
            f"The delimiter of {name} is ambiguous: {' or '.join(_NAMES[one] for one in found)}.",
            remedy="Say which one it is.",
        )
    return found[0]


def _width(lines: list[str], delimiter: str) -> int:
    try:
        return len(next(csv.reader(lines, delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return 0
