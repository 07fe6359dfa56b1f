"""Answers for people."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest

from erp_bridge_core.cli.output import Page, money, plural


class State(StrEnum):
    POSTED_TWICE = "posted_twice"


@pytest.fixture
def file() -> io.StringIO:
    """Something that is no terminal."""
    return io.StringIO()


def test_money_stands_to_the_right(file: io.StringIO) -> None:
    """Amounts are right-aligned under their title, with thousands separators."""
    Page(file).table(["Code", money("Amount")], [("a", Decimal("1234567.50")), ("b", Decimal("-3.00"))])
    assert ["Code        Amount", "a     1,234,567.50", "b            -3.00"] == [
        line.rstrip() for line in file.getvalue().splitlines()
    ]


@pytest.mark.rule("X3")
def test_cells_are_data(file: io.StringIO) -> None:
    """Markup, terminal codes and line ends in a cell are shown, never obeyed."""
    Page(file).table(["Name"], [("[red]x[/red]\x1b[2J\n:smile:",)])
    assert "[red]x[/red]\\x1b[2J\\n:smile:" in file.getvalue()


@pytest.mark.rule("X3")
def test_lines_are_data(file: io.StringIO) -> None:
    """A paragraph is not markup either."""
    Page(file).line("[bold]\x07")
    assert "[bold]\\x07\n" == file.getvalue()


def test_there_is_no_colour_in_a_file(file: io.StringIO) -> None:
    """Where nobody looks there are no terminal codes at all."""
    page = Page(file)
    page.title("Title")
    page.table(["Name"], [("x",)])
    assert "\x1b" not in file.getvalue()


def test_amounts_are_never_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal text is folded, an amount is not."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    file = Terminal()
    amounts = [Decimal("123456789012.50"), Decimal("123456789013.50")]
    Page(file).table(["Text", "Category", money("A"), money("B")], [("some words " * 9, "L", *amounts)])
    assert "123,456,789,012.50  123,456,789,013.50" in file.getvalue()


def test_an_empty_table_says_so(file: io.StringIO) -> None:
    """Instead of an empty table stands a sentence."""
    Page(file).table(["Name"], [], none="Nobody.")
    assert "Nobody.\n" == file.getvalue()


def test_columns_without_content_are_left_out(file: io.StringIO) -> None:
    """A column in which nothing stands takes no room; zero is content."""
    Page(file).table(["Code", "Unit", money("Amount")], [("a", None, Decimal("0.00")), ("b", "", Decimal("1.00"))])
    assert ["Code  Amount", "a       0.00", "b       1.00"] == [line.rstrip() for line in file.getvalue().splitlines()]


def test_long_cells_are_not_cut_in_a_file(file: io.StringIO) -> None:
    """Whatever is piped on is whole, in one line."""
    Page(file).table(["Name"], [("x" * 300,)])
    assert "x" * 300 in file.getvalue()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (Decimal("0.00"), "0.00"),
        (State.POSTED_TWICE, "posted twice"),
        (("a", "b"), "a, b"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3, minutes=5), "3 h 5 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
        (datetime(2026, 7, 1, 15, 0, tzinfo=UTC), "2026-07-01 11:00 EDT"),
    ],
)
def test_cells_read_as_people_write(value: object, shown: str) -> None:
    """Each kind of value has one way to be read; moments are in the company's time zone."""
    assert shown == Page(io.StringIO(), time_zone="America/Indiana/Indianapolis").cell(value)


def test_facts_without_a_value_are_left_out(file: io.StringIO) -> None:
    """Names stand in one column; what is not known takes no line, and no is known."""
    Page(file).facts([("Name", "x"), ("Company", None), ("Active", False)])
    assert "Name    x\nActive  no\n" == file.getvalue()


@pytest.mark.parametrize(("count", "shown"), [(0, "0 lines"), (1, "1 line"), (1908, "1,908 lines")])
def test_counts_agree_with_their_nouns(count: int, shown: str) -> None:
    """One is one, everything else is many."""
    assert shown == plural(count, "line")
