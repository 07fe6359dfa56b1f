"""What a file gives once it is open, whatever its format: a header and rows of cells, read as often as asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

MEBIBYTE: Final = 1024 * 1024


@frozen(kw_only=True)
class Limits:
    """How much of a file is read at most; a file over a limit is refused in words, not in part (bytes and counts)."""

    csv_bytes: int = 512 * MEBIBYTE
    xlsx_bytes: int = 64 * MEBIBYTE
    xlsx_expanded_bytes: int = 1024 * MEBIBYTE
    #: Cells of the rectangle from A1 to the last cell in use, blank ones included: each takes memory.
    xlsx_cells: int = 10_000_000
    rows: int = 5_000_000
    columns: int = 1_000
    line_characters: int = 1_000_000
    #: Faults and warnings kept in memory; the rest are counted, and faults can be written to a file.
    faults: int = 1_000


@frozen(kw_only=True)
class FileOptions:
    """What a person may say of a file; None lets the file speak for itself.

    `encoding` and `delimiter` are of CSV files, `sheet` is of XLSX files; `header_row` counts from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int = 1


@frozen(kw_only=True)
class FileFacts:
    """What was read: the file's name, the SHA-256 of its bytes (hexadecimal), its format, and how it was understood."""

    name: str
    sha256: str
    format: str
    header: tuple[str, ...]
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


#: A row's number as a spreadsheet program counts it (the header is row 1 as a rule), and its cells.
Row = tuple[int, list[str]]


class Table(Protocol):
    """An open file. `facts` is complete once `rows` has been read to its end."""

    @property
    def name(self) -> str:
        """The file's name, without its folder."""

    @property
    def header(self) -> tuple[str, ...]:
        """The header's cells, outer blanks gone and inner ones single."""

    def rows(self) -> Iterator[Row]:
        """The rows below the header; raises `BadInput` where the file can't be read on."""

    def facts(self) -> FileFacts:
        """What was read, with the hash of all bytes."""


def tidy_header(cells: list[str]) -> tuple[str, ...]:
    """Header cells as they are matched and shown: line breaks and double blanks inside are single blanks."""
    return tuple(escape(" ".join(cell.split())) for cell in cells)


def escape(text: str) -> str:
    """Text from outside as messages show it: characters that a terminal would act on are escaped (X3)."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def file_name(path: Path) -> str:
    """A file's name as messages show it, without its folder."""
    return escape(path.name)
