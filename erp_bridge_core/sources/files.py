"""Opening a budget's file: what it is, is told from its content; its suffix is only believed where that fits."""

import stat
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.errors import BadInput, NotFound, StorageError
from erp_bridge_core.sources.csv_files import CsvTable
from erp_bridge_core.sources.tables import MEBIBYTE, FileOptions, Limits, Table, file_name
from erp_bridge_core.sources.xlsx_files import XlsxTable

_SNIFFED_BYTES: Final = 4096
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_REMEDY: Final = "Save it as CSV (UTF-8) or as an Excel workbook (.xlsx) and import that."
#: Formats that people try, by their first bytes.
_OTHERS: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or a workbook with a password"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"SQLite format 3\0", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def open_table(path: Path, *, options: FileOptions | None = None, limits: Limits | None = None) -> Table:
    """Open a CSV or XLSX file and read its header.

    Raises `NotFound` when there is no such file, `StorageError` when the host can't read it, and `BadInput` when it is
    empty, binary, of another format, wrongly encoded, over a limit, or without a header.
    """
    options, limits = options or FileOptions(), limits or Limits()
    name = file_name(path)
    size, start = _look(path, name)
    if not size:
        raise BadInput(f"{name} is empty.", remedy="Export it again; a budget file has a header and one row a line.")
    if start.startswith(_ZIP):
        _check_size(name, size, limits.xlsx_bytes)
        return XlsxTable.open(path, options=options, limits=limits)
    _refuse_others(name, start, options)
    _check_size(name, size, limits.csv_bytes)
    return CsvTable.open(path, options=options, limits=limits)


def _look(path: Path, name: str) -> tuple[int, bytes]:
    try:
        facts = path.stat()
        # A pipe or device could block for ever, or never end.
        if not stat.S_ISREG(facts.st_mode):
            raise BadInput(f"{name} is not a file.", remedy="Name a CSV or XLSX file.")
        with path.open("rb") as stream:
            return facts.st_size, stream.read(_SNIFFED_BYTES)
    except FileNotFoundError:
        raise NotFound(f"There is no file {name}.", remedy="Check the path.") from None
    except OSError as error:
        raise StorageError(
            f"{name} could not be read: {error.strerror or error}.", remedy="See that this user may read the file."
        ) from error


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise BadInput(
            f"{name} has {size:,} bytes; at most {most / MEBIBYTE:,.0f} MiB are read.",
            remedy="Split it, one file a job, or save a workbook as CSV.",
        )


def _refuse_others(name: str, start: bytes, options: FileOptions) -> None:
    for first, what in _OTHERS:
        if start.startswith(first):
            raise BadInput(f"{name} is {what}, not a CSV or XLSX file.", remedy=_REMEDY)
    if b"\0" in start and not start.startswith(_MARKS) and not options.encoding:
        raise BadInput(
            f"{name} is a binary file, or text in UTF-16 without its mark: byte {start.index(0)} is null.",
            remedy=f"{_REMEDY} If it is text, name its encoding, such as utf-16-le.",
        )
