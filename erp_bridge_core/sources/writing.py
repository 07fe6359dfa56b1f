"""Tables that we write for people: a spreadsheet program opens them without running anything in them (X3)."""

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.contract.money import plain

#: What a cell may be made from.
Cell = str | Decimal | int | date | None

#: With the characters that programs start a formula with stand their full-width twins, which some programs fold, and
#: those that split cells.
_DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%")  # noqa: RUF001 - meant so


def safe_cell(value: Cell) -> str:
    """A value as a CSV cell: text that would start a formula gets a leading apostrophe, unseen characters are escaped.

    Numbers and dates are ours and go as they are, so that a negative amount stays a number; None is blank.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if not isinstance(value, str):
        return str(value)
    shown = value if value.isprintable() else "".join(map(_visible, value))
    return f"'{shown}" if _is_dangerous(value) else shown


def plain_cell(text: str) -> str:
    """The text of a cell that `safe_cell` wrote, without the apostrophe that it added."""
    return text[1:] if text.startswith("'") and _is_dangerous(text[1:]) else text


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a CSV file (UTF-8 with a mark that spreadsheet programs look for) whole or not at all; the rows written.

    Raises `StorageError` when the folder or the disk is not usable.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            written = _write(stream, header, rows)
        Path(name).replace(path)
    except OSError as error:
        raise _unusable(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)
    return written


def _write(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    writer = csv.writer(stream)
    writer.writerow([safe_cell(name) for name in header])
    count = 0
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        count += 1
    return count


def _is_dangerous(text: str) -> bool:
    # Blanks before the sign do not stop every program, so what counts is the first character that is none. Apostrophes
    # before it count as little, so that one which was there is told from ours.
    bare = text.lstrip("'")
    return bare.lstrip().startswith(_DANGEROUS) or bare.startswith(_DANGEROUS)


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _unusable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path.name} could not be written: {error.strerror or error}.",
        remedy="See that the folder exists, may be written to, and that the disk is not full.",
    )
