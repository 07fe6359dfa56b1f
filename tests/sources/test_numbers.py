"""Number text is read to its exact value or refused."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.sources.numbers import NumberStyle, expected_number, parse_number
from erp_bridge_core.sources.values import BadValue, BrokenCell, DateCell, NumberCell, TruthCell

amounts = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda units: Decimal(units).scaleb(-2))


@pytest.mark.rule("B1")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10300.000", "10300.00"), ("1,234.50", "1234.50"), ("(1,234.50)", "-1234.50"), ("1234.5-", "-1234.50"),
        ("-$1,234", "-1234.00"), ("$-1,234", "-1234.00"), ("($ 12.30)", "-12.30"), (" 7 ", "7.00"), ("+7", "7.00"),
        ("12 €", "12.00"), ("-0", "0.00"), ("0.1", "0.10"), ("1,234,567", "1234567.00"),
    ],
)  # fmt: skip
def test_reads_what_people_write(text, value):
    """Separators, currency signs, parentheses and minuses are read to the exact value, with the currency's decimals."""
    assert value == str(parse_number(text, digits=2))


@pytest.mark.rule("B1", "B8")
@pytest.mark.parametrize(
    "text",
    [
        "", " ", "12,0O", "NaN", "Infinity", "1e400", "1E+05", "1.005", "\u0661\u0662", "\uff11\uff12",
        "12,34.50", "1,23", "1,,234", "0,123",
        "(12", "12)", "(-12)", "--12", "-12-", "$12$", "12%", "1 234", "1_000", "0x10", "12.", ".5", "-", "=1+1",
        "12\n", "10000000000000.00", "1.234,50",
    ],
)  # fmt: skip
def test_refuses_all_else(text):
    """Whatever is no exact amount is refused, saying what was expected; blank is not zero and nothing is rounded."""
    with pytest.raises(BadValue) as caught:
        parse_number(text, digits=2)

    assert "1,234.50" in caught.value.expected


def test_says_that_letters_look_like_digits():
    """A letter O among digits is named as the trap it is."""
    with pytest.raises(BadValue, match="letters that look like digits"):
        parse_number("12,0O", digits=2)


def test_says_that_digits_are_of_another_script():
    """Digits of another script are told apart from plain nonsense."""
    with pytest.raises(BadValue, match="another script"):
        parse_number("\u0661\u0662", digits=2)


@pytest.mark.rule("B1")
def test_more_decimals_than_the_currency_has_are_refused_not_rounded():
    """Three decimals are refused for dollars, kept for dinars; yen have none."""
    with pytest.raises(BadValue, match="more than 2 decimals"):
        parse_number("1.005", digits=2)
    with pytest.raises(BadValue, match="decimals in a currency that has none"):
        parse_number("1.5", digits=0)

    assert Decimal("1.005") == parse_number("1.005", digits=3)


@pytest.mark.parametrize(("text", "value"), [("1.234,50", "1234.50"), ("1234,5", "1234.50"), ("1.234", "1234.00")])
def test_comma_style(text, value):
    """The comma style reads points as thousands and the comma as the decimal mark."""
    assert value == str(parse_number(text, digits=2, style=NumberStyle.COMMA))


@pytest.mark.parametrize("text", ["1,234", "1.234", "123.456"])
def test_auto_refuses_what_could_be_both(text):
    """A single separator before three digits may be of thousands or of decimals: nobody guesses."""
    with pytest.raises(BadValue, match="ambiguous"):
        parse_number(text, digits=4, style=NumberStyle.AUTO)


@pytest.mark.parametrize(("text", "value"), [("1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("0.125", "0.125")])
def test_auto_reads_what_can_be_only_one(text, value):
    """The automatic style reads each number that has one reading."""
    assert Decimal(value) == parse_number(text, digits=3, style=NumberStyle.AUTO)


def test_a_spreadsheet_number_is_plain_whatever_the_style():
    """A cell's number is not text, so the file's number style does not apply to it."""
    assert Decimal("1234.50") == parse_number(NumberCell("1234.5"), digits=2, style=NumberStyle.COMMA)


def test_a_spreadsheet_number_beyond_15_digits_is_noise():
    """Digits that come of binary arithmetic are refused with the remedy to round in the spreadsheet."""
    with pytest.raises(BadValue, match="significant digits") as caught:
        parse_number(NumberCell("30.000000000000004"), digits=2)

    assert "ROUND" in caught.value.remedy


@pytest.mark.parametrize("cell", [DateCell("2026-04-08"), TruthCell("TRUE"), BrokenCell("#N/A")])
def test_dates_truths_and_errors_are_no_numbers(cell):
    """A spreadsheet's date, truth or error is told as such."""
    with pytest.raises(BadValue, match="the cell"):
        parse_number(cell, digits=2)


@pytest.mark.rule("B1")
@given(amounts)
def test_every_amount_comes_back(amount):
    """Every amount, written plainly, with separators, in parentheses or with its sign behind, is read as itself."""
    grouped = f"{abs(amount):,.2f}"
    negative = (
        (f"({grouped})", f"{grouped}-", f"-${grouped}") if amount < 0 else (grouped, f"${grouped}", f"+{grouped}")
    )

    assert {amount} == {parse_number(text, digits=2) for text in (f"{amount:f}", *negative)}


@given(amounts)
def test_the_comma_style_mirrors_the_point_style(amount):
    """A number with its separators exchanged has the same value in the other style."""
    mirrored = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    assert amount == parse_number(mirrored, digits=2, style=NumberStyle.COMMA)


@pytest.mark.rule("B1")
@given(st.text(alphabet="0123456789.,()-+$ Oe", max_size=14))
def test_no_accepted_text_gives_another_value(text):
    """What is accepted is worth just its digits: no separator, sign or blank moves the value."""
    try:
        value = parse_number(text, digits=2)
    except BadValue:
        return
    whole, _, decimals = re.sub(r"[^0-9.]", "", text).partition(".")
    sign = -1 if "-" in text or "(" in text else 1

    assert sign * Decimal(f"{whole}.{decimals or 0}") == value


def test_expected_shows_the_style_and_decimals():
    """What was expected is shown in the file's own style."""
    assert "1.234,500" in expected_number(3, NumberStyle.COMMA)
    assert "a whole number such as 1,234" == expected_number(0, NumberStyle.POINT)
