"""Workbooks, as openpyxl writes them, read to what a person sees."""

from datetime import date, time, timedelta

import openpyxl
import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.tables import FileOptions
from erp_bridge_core.sources.values import BrokenCell, DateCell, NumberCell, TruthCell


@pytest.fixture
def book():
    """An empty workbook."""
    return openpyxl.Workbook()


@pytest.fixture
def table(book, tmp_path):
    """The workbook, saved and opened."""

    def table(**options):
        book.save(tmp_path / "b.xlsx")
        return open_table(tmp_path / "b.xlsx", options=FileOptions(**options))

    return table


def rows(found):
    """Every row with the kinds of its cells."""
    return [(number, [(type(cell), str(cell)) for cell in cells]) for number, cells in found.rows()]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("105-1", str, "105-1"), (1234.5, NumberCell, "1234.5"), (105, NumberCell, "105"), (0.1, NumberCell, "0.1"),
        (87162506.63, NumberCell, "87162506.63"), (1e-7, NumberCell, "0.0000001"), (-5.0, NumberCell, "-5"),
        (10**20, NumberCell, "1" + "0" * 20), (True, TruthCell, "TRUE"),
        (date(2026, 4, 8), DateCell, "2026-04-08"), (time(1, 2), DateCell, "01:02:00"),
        (timedelta(hours=30), DateCell, "1 day, 6:00:00"), ("=1+1", BrokenCell, "(no value)"),
        ("#N/A", BrokenCell, "(no value)"),
    ],
)  # fmt: skip
def test_cells(book, table, value, kind, text):
    """Numbers are the shortest decimal text, dates stay dates, errors and formulas without a result are broken."""
    book.active.append(["A", "B"])
    book.active.append(["x", value])

    assert [(2, [(str, "x"), (kind, text)])] == rows(table())


def test_rows_of_broken_cells_alone_are_not_lost(book, table):
    """A last row of formulas that nobody calculated is there, and broken."""
    book.active.append(["A", "B"])
    book.active.append(["x", 1])
    book.active.append(["=A2", "=B2"])

    assert (3, [(BrokenCell, "(no value)")] * 2) == rows(table())[-1]


def test_rows_count_as_in_the_sheet(book, table):
    """A table that starts lower and further right keeps the sheet's row numbers."""
    sheet = book.active
    sheet["C3"], sheet["D3"], sheet["C6"], sheet["D6"] = "A", "B", "x", "=1+1"

    found = table(header_row=3)

    assert (("A", "B"), [(6, [(str, "x"), (BrokenCell, "(no value)")])]) == (found.header, rows(found))


def test_the_only_sheet_with_anything_is_read(book, table):
    """Empty and hidden sheets don't ask for a choice."""
    book.active.append(["A"])
    book.create_sheet("Empty")
    book.create_sheet("Hidden").append(["B"])
    book["Hidden"].sheet_state = "hidden"

    assert "Sheet" == table().facts().sheet


def test_several_sheets_need_a_choice(book, table):
    """Two sheets with something in them are named, none is taken; a named one is, even if hidden."""
    book.active.append(["A"])
    book.create_sheet("Second").append(["B"])
    with pytest.raises(BadInput, match="several sheets: Sheet, Second"):
        table()

    assert ("B",) == table(sheet="Second").header


def test_a_sheet_that_is_not_there_is_told(book, table):
    """A wrong sheet name is answered with the right ones."""
    book.active.append(["A"])
    with pytest.raises(BadInput, match="no sheet 'Nope'") as caught:
        table(sheet="Nope")

    assert "Name one of: Sheet." == caught.value.remedy


def test_an_empty_workbook_is_told(table):
    """A workbook without any cell is empty."""
    with pytest.raises(BadInput, match="is empty"):
        table()


def test_a_sheet_without_a_header_is_told(book, table):
    """A blank first row is no header."""
    book.active["A2"] = "A"
    with pytest.raises(BadInput, match="sheet Sheet has no header in row 1"):
        table()


def test_headers_with_line_breaks_are_one_line(book, table):
    """A header that is broken into lines in its cell is matched and shown as one line."""
    book.active.append(["Cost\nCode"])

    assert ("Cost Code",) == table().header
