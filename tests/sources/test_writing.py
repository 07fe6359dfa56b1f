"""What we write for people is safe to open."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.sources.writing import plain_cell, safe_cell, write_table


@pytest.mark.rule("X3")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "\uff1d1"])
def test_text_never_starts_a_formula(text):
    """Text that a spreadsheet program would run gets an apostrophe."""
    assert safe_cell(text).startswith("'")


@pytest.mark.rule("X3")
@given(st.text())
def test_no_cell_starts_a_formula_or_holds_the_unseen(text):
    """Whatever the text, its cell is visible and no formula."""
    cell = safe_cell(text)

    assert cell.isprintable()
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs"))))
def test_a_text_is_read_again_as_it_was_written(text):
    """The apostrophe that was added is taken away, and none that was there before."""
    assert text == plain_cell(safe_cell(text))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Decimal("-5.10"), "-5.10"), (-3, "-3"), (None, ""), (date(2026, 4, 8), "2026-04-08"), ("PIPE", "PIPE")],
)
def test_our_own_values_go_as_they_are(value, expected):
    """A negative amount stays a number."""
    assert expected == safe_cell(value)


def test_writes_a_table(tmp_path):
    """A table is written with its header and every row, and says how many."""
    path = tmp_path / "out.csv"

    assert 2 == write_table(path, ["A", "B"], [["x, y", Decimal(1)], ['"', None]])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        assert [["A", "B"], ["x, y", "1"], ['"', ""]] == list(csv.reader(stream))


def test_a_table_is_written_whole_or_not_at_all(tmp_path):
    """Rows that fail halfway leave the file that was there, and nothing beside it."""
    path = tmp_path / "out.csv"
    path.write_text("before")

    def rows():
        yield ["x"]
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        write_table(path, ["A"], rows())

    assert [("out.csv", "before")] == [(found.name, found.read_text()) for found in tmp_path.iterdir()]


def test_a_folder_that_is_not_there_is_the_hosts_fault(tmp_path):
    """A table that can't be written is a storage error with a remedy."""
    with pytest.raises(StorageError, match=r"out\.csv could not be written") as caught:
        write_table(tmp_path / "gone" / "out.csv", ["A"], [])

    assert "folder exists" in caught.value.remedy
