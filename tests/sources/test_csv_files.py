"""CSV files as programs really write them."""

import hashlib

import pytest

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.sources.files import open_table
from erp_bridge_core.sources.tables import FileOptions, Limits


@pytest.fixture
def table(tmp_path):
    """Open text as a CSV file."""

    def table(text, limits=None, **options):
        path = tmp_path / "b.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return open_table(path, options=FileOptions(**options), limits=limits)

    return table


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_finds_the_delimiter(table, delimiter):
    """Comma, semicolon and tab are told from the header."""
    found = table(f'"A, x; y"{delimiter}B\n1{delimiter}2\n')

    assert (("A, x; y", "B"), delimiter) == (found.header, found.facts().delimiter)


def test_an_ambiguous_delimiter_is_asked_for(table):
    """A header that splits as well by two delimiters is not guessed."""
    with pytest.raises(BadInput, match="ambiguous: comma or semicolon"):
        table("a,b;c\n")


def test_a_given_delimiter_is_used(table):
    """A person may name any delimiter of one character."""
    assert ("a,b", "c") == table("a,b|c\n", delimiter="|").header


@pytest.mark.parametrize("delimiter", ["||", '"', "\n"])
def test_an_impossible_delimiter_is_refused(table, delimiter):
    """A quote, a line end or two characters can't part cells."""
    with pytest.raises(BadInput, match="delimiter"):
        table("a\n", delimiter=delimiter)


def test_rows_are_counted_as_a_spreadsheet_does(table):
    """Blank rows and line breaks inside quotes count as a spreadsheet program counts them."""
    assert [(3, ["1\n2", "x"]), (5, ["3", 'y"'])] == list(table('A,B\n\n"1\n2",x\n,\n3,"y"""\n').rows())


def test_rows_can_be_read_again(table):
    """Each reading starts anew."""
    found = table("A\n1\n")

    assert list(found.rows()) == list(found.rows())


def test_the_hash_is_of_the_files_bytes(table):
    """The facts carry the SHA-256 once the file was read."""
    found = table("A\n1\n")
    list(found.rows())

    assert hashlib.sha256(b"A\n1\n").hexdigest() == found.facts().sha256


@pytest.mark.parametrize(("text", "row"), [('A\n1\n"2', 3), ('A\n"1"x\n', 2)])
def test_broken_quotes_are_named_by_row(table, text, row):
    """A quote that is never closed, or text after a closing quote, is told with its row."""
    with pytest.raises(BadInput) as caught:
        list(table(text).rows())

    assert f"b.csv row {row}" == caught.value.faults[0].where


@pytest.mark.parametrize("text", ["\nA,B\n", " , \n1,2\n"])
def test_a_blank_header_row_is_told(table, text):
    """A first row without names is no header."""
    with pytest.raises(BadInput, match="no header in row 1"):
        table(text)


def test_the_header_may_stand_lower(table):
    """Title rows above the header are skipped when its row is named."""
    found = table("My budget\n\nA;B\n1;2\n", header_row=3)

    assert (("A", "B"), [(4, ["1", "2"])]) == (found.header, list(found.rows()))


def test_limits_of_rows_and_columns_hold(table):
    """More rows or columns than the limits are refused in words."""
    with pytest.raises(BadInput, match="more than 2 rows"):
        list(table("A\n1\n2\n", Limits(rows=2)).rows())
    with pytest.raises(BadInput, match="row 1 has 3 cells"):
        table("A,B,C\n", Limits(columns=2))
