"""A look through a workbook's parts before anything loads them: how large it would become, and what no reader tells.

The library that reads workbooks lays a sheet out as one rectangle in memory and gives an error cell, or a formula
without a stored result, as a blank. So this scan measures the rectangle first (a single cell at XFD1048576 would take
hundreds of gigabytes) and keeps the places of such cells: blank is not zero, and broken is not blank.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

from attrs import define, field, frozen

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.sources.tables import MEBIBYTE, Limits

_CHUNK: Final = 256 * 1024
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
#: More text than this in the cells of one sheet is refused (bytes), since each cell gets its own copy.
_TEXT_BYTES: Final = 2048 * MEBIBYTE


class TooMuchError(Exception):
    """A part of a workbook is beyond a limit; the message says which. Told on as `BadInput`."""


@define
class PartScan:
    """What one part holds: its extent, its broken cells (row, column; from 1), and what the workbook's list says."""

    limits: Limits
    last_row: int = 0
    last_column: int = 0
    texts: int = 0
    longest_text: int = 0
    broken: set[tuple[int, int]] = field(factory=set)
    names: dict[str, str] = field(factory=dict)
    targets: dict[str, str] = field(factory=dict)
    _parser: expat.XMLParserType = field(factory=lambda: expat.ParserCreate(namespace_separator=" "))
    _row: int = 0
    _column: int = 0
    _kind: str = ""
    _formula: bool = False
    _valued: bool = False
    _text_start: int = 0

    def __attrs_post_init__(self) -> None:
        """Listen to the parser."""
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Take in more of the part; raises `TooMuchError` or the parser's error."""
        self._parser.Parse(data, final)

    def _doctype(self, *_: object) -> None:
        raise TooMuchError("it declares entities, which no workbook does")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0
        elif tag == "f":
            self._formula = True
            self._parser.CharacterDataHandler = self._data
        elif tag == "v":
            self._valued = False
        elif tag == "si":
            self._text_start = self._parser.CurrentByteIndex
        elif tag == "sheet":
            self.names[attributes.get("name", "")] = next(
                (value for key, value in attributes.items() if key.endswith(" id")), ""
            )
        elif tag == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c" and self._formula:
            self._parser.CharacterDataHandler = None
            # A formula that gives text may rightly give none.
            if not self._valued and self._kind != "str":
                self.broken.add((self._row, self._column))
            self._formula = False
        elif tag == "f":
            self._valued = False
        elif tag == "si":
            self.longest_text = max(self.longest_text, self._parser.CurrentByteIndex - self._text_start)

    def _data(self, text: str) -> None:
        self._valued = self._valued or bool(text)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        match = _PLACE.fullmatch(attributes.get("r", ""))
        if match:
            self._row, self._column = int(match[2]), _column_number(match[1])
        else:
            self._column += 1
        self._kind = attributes.get("t", "")
        self.texts += self._kind == "s"
        if self._kind == "e":
            self.broken.add((self._row, self._column))
        self.last_row = max(self.last_row, self._row)
        self.last_column = max(self.last_column, self._column)
        if self.last_row * self.last_column > self.limits.xlsx_cells:
            raise TooMuchError(
                f"a sheet reaches from A1 to row {self.last_row:,}, column {self.last_column:,}: "
                f"more than {self.limits.xlsx_cells:,} cells"
            )


@frozen
class WorkbookScan:
    """The broken cells of each sheet by its name; the workbook as a whole is within the limits."""

    broken: Mapping[str, frozenset[tuple[int, int]]]


def scan_workbook(data: bytes, name: str, limits: Limits) -> WorkbookScan:
    """Scan every part; raises `BadInput` for a damaged, foreign or too large workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _scan_parts(archive, name, limits)
    except TooMuchError as error:
        raise BadInput(
            f"{name} is more than is read of a workbook: {error}.",
            remedy="Delete what lies outside of the budget, or save the sheet as CSV (UTF-8).",
        ) from None
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise damaged(name) from None
    return WorkbookScan(_by_sheet(parts, name))


def damaged(name: str) -> BadInput:
    """The error for a workbook that can't be read."""
    return BadInput(
        f"{name} is a damaged workbook, or one with a password.",
        remedy="Open it in the spreadsheet program, save it again as .xlsx without a password, and import that.",
    )


def _scan_parts(archive: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, PartScan]:
    if _WORKBOOK not in archive.namelist():
        raise BadInput(
            f"{name} is a compressed file but no Excel workbook (.xlsx).",
            remedy="Save the budget as .xlsx or CSV (UTF-8), and import that file itself.",
        )
    parts: dict[str, PartScan] = {}
    expanded = 0
    for member in archive.infolist():
        if member.filename in parts:
            raise TooMuchError(f"it holds {member.filename} twice")
        parts[member.filename] = scan = PartScan(limits)
        expanded += _scan_part(archive, member, scan, limits.xlsx_expanded_bytes - expanded)
    longest = max(part.longest_text for part in parts.values())
    if any(part.texts * longest > _TEXT_BYTES for part in parts.values()):
        raise TooMuchError("its cells hold more text than a budget has")
    return parts


def _scan_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, scan: PartScan, left: int) -> int:
    """The part's size once expanded. What it says of its own size is not believed, so it is counted."""
    size, is_markup = 0, True
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            is_markup = is_markup if size else _is_markup(chunk)
            size += len(chunk)
            if size > left:
                raise TooMuchError(f"it expands to more than {scan.limits.xlsx_expanded_bytes / MEBIBYTE:,.0f} MiB")
            if is_markup:
                scan.feed(chunk)
    if size and is_markup:
        scan.feed(b"", final=True)
    return size


def _is_markup(chunk: bytes) -> bool:
    return chunk.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2].strip(b"\0") in {b"<", b"<?"} or chunk.lstrip()[:1] == b"<"


def _by_sheet(parts: Mapping[str, PartScan], name: str) -> dict[str, frozenset[tuple[int, int]]]:
    relations = parts.get(_RELATIONS)
    if relations is None:
        raise damaged(name)
    found = {}
    for sheet, relation in parts[_WORKBOOK].names.items():
        part = parts.get(posixpath.normpath(posixpath.join("/xl", relations.targets.get(relation, "")))[1:])
        if part is None:
            raise damaged(name)
        found[sheet] = frozenset(part.broken)
    return found


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
