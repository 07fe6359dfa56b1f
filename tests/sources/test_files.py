"""A file is what its content says, and what can't be read is told in words."""

import os

import openpyxl
import pytest

from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.tables import Limits


@pytest.fixture
def write(tmp_path):
    """Write bytes to a file."""

    def write(data, name="b.csv"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_a_missing_file_is_told(tmp_path):
    """A path that leads nowhere is not found, by name and without its folder."""
    with pytest.raises(NotFound, match=r"^There is no file gone\.csv\.$"):
        open_table(tmp_path / "gone.csv")


def test_an_empty_file_is_told(write):
    """A file of no bytes is empty."""
    with pytest.raises(BadInput, match=r"b\.csv is empty"):
        open_table(write(b""))


def test_a_folder_is_no_file(tmp_path):
    """A folder is refused in words."""
    with pytest.raises(BadInput, match="is not a file"):
        open_table(tmp_path)


def test_a_pipe_is_refused_and_does_not_block(tmp_path):
    """A named pipe, which could block for ever, is not opened."""
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(BadInput, match="is not a file"):
        open_table(tmp_path / "pipe.csv")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 x", "a PDF"), (b"\x89PNG\r\n\x1a\n", "a picture"), (b"\x1f\x8b\x08", "a compressed file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel file"), (b"SQLite format 3\0", "a database"),
        (b"a,b\n\0\1", "a binary file"),
    ],
)  # fmt: skip
def test_other_formats_are_named(write, data, what):
    """A file of another format is told as what it is, whatever its suffix."""
    with pytest.raises(BadInput, match=what):
        open_table(write(data))


def test_a_huge_file_is_refused_with_its_limit(write):
    """A file over the limit is refused before anything is read."""
    with pytest.raises(BadInput, match=r"b\.csv has 2,097,152 bytes; at most 1 MiB are read"):
        open_table(write(b"x" * 2 * 1024**2), limits=Limits(csv_bytes=1024**2))


def test_a_workbook_over_its_limit_is_refused(tmp_path):
    """Workbooks have a limit of their own."""
    openpyxl.Workbook().save(tmp_path / "b.xlsx")

    with pytest.raises(BadInput, match="MiB are read"):
        open_table(tmp_path / "b.xlsx", limits=Limits(xlsx_bytes=1024))


def test_the_content_decides_not_the_suffix(tmp_path, write):
    """A workbook named .csv is a workbook, text named .xlsx is text."""
    book = openpyxl.Workbook()
    book.active.append(["Cost Code", "Amount"])
    book.save(tmp_path / "book.csv")

    assert "xlsx" == open_table(tmp_path / "book.csv").facts().format
    assert "csv" == open_table(write(b"PK,B\n", "text.xlsx")).facts().format


def test_a_name_with_terminal_codes_is_escaped(write):
    """A file's name can't steer the terminal that shows it."""
    with pytest.raises(BadInput) as caught:
        open_table(write(b"", "\x1b[31mred.csv"))

    assert "\\x1b[31mred.csv is empty." == caught.value.message
