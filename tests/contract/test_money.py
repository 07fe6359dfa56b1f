"""Exact money: what is accepted is the value a person sees, what is not exact is refused."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erp_bridge_core.contract.money import MAX_DIGITS, from_units, parse_decimal, plain, to_units

digits = st.integers(min_value=0, max_value=4)
units = st.integers(min_value=-(10**MAX_DIGITS) + 1, max_value=10**MAX_DIGITS - 1)


@pytest.mark.rule("B1")
@given(units=units, digits=digits)
def test_units_and_decimals_are_the_same_value(units: int, digits: int) -> None:
    """Whole units become a decimal, its text and back again without a loss."""
    value = from_units(units, digits)
    assert units == to_units(value, digits)
    assert value == parse_decimal(plain(value), digits)


@pytest.mark.rule("B1")
@given(units=units, digits=digits, zeros=st.integers(min_value=0, max_value=3))
def test_trailing_zeros_are_no_precision(units: int, digits: int, zeros: int) -> None:
    """`10300.000` in a currency of two decimals is the same amount."""
    text = plain(from_units(units, digits))
    longer = text + ("" if "." in text or not zeros else ".") + "0" * zeros
    assert from_units(units, digits) == parse_decimal(longer, digits)


@pytest.mark.rule("B1", "B8")
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12,0O",
        "1O",
        "NaN",
        "Infinity",
        "1e400",
        "1E2",
        "1,234.50",
        "1 234",
        "\uff11\uff12",
        "\u0663",
        "+",
        "-",
        ".5",
        "5.",
        "--1",
    ],
)
def test_anything_but_plain_decimal_text_is_refused(text: str) -> None:
    """Blanks, separators, exponents, other scripts' digits and letters that look like digits are told."""
    with pytest.raises(ValueError, match="not a number"):
        parse_decimal(text, 2)


@pytest.mark.rule("B1")
@pytest.mark.parametrize(("text", "digits"), [("0.001", 2), ("1.5", 0), ("0.00001", 4), ("-10.005", 2)])
def test_more_decimals_than_the_currency_has_are_refused_never_rounded(text: str, digits: int) -> None:
    """A third decimal of a dollar is an error in the data."""
    with pytest.raises(ValueError, match="decimals"):
        parse_decimal(text, digits)


@pytest.mark.rule("B1")
def test_an_amount_that_no_column_holds_is_refused() -> None:
    """Sums of millions of lines still fit; a single amount of sixteen digits does not."""
    assert Decimal("9999999999999.99") == parse_decimal("9999999999999.99", 2)
    with pytest.raises(ValueError, match="digits"):
        parse_decimal("10000000000000.00", 2)


@pytest.mark.rule("B1")
@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=5))
@example(Decimal("99999999999999999999999999.99500"))
def test_units_stand_for_the_whole_value_or_there_are_none(value: Decimal) -> None:
    """What has more decimals, or more digits than arithmetic keeps, is refused: never rounded."""
    try:
        units = to_units(value, 2)
    except ValueError:
        assert len(value.as_tuple().digits) > 28 or value != round(value, 2)
    else:
        assert value == from_units(units, 2)
