"""Numbers between Spectrum's text and exact decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_spectrum.amounts import fits, read_amount, write_amount


@given(st.integers(-(10**12), 10**12))
def test_cents_come_back_as_they_went(cents: int) -> None:
    """Writing and reading an amount loses nothing."""
    amount = Decimal(cents).scaleb(-2)
    assert amount == read_amount(write_amount(amount))


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_told(text: str) -> None:
    """Reading gives hundredths or raises ValueError, never anything else."""
    try:
        value = read_amount(text)
    except ValueError:
        return
    assert value == value.quantize(Decimal("0.01"))


@pytest.mark.parametrize("text", ["1,000.00", "$5", "1.234", "+1", "1e3", "-", ".", "NaN", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Commas, signs of currency, fractions of cents, exponents, digits of other scripts."""
    with pytest.raises(ValueError, match=r"number|decimals"):
        read_amount(text)


@pytest.mark.rule("B1")
def test_blank_is_not_zero() -> None:
    """Nothing is sent as a blank, nought as nought, and without a sign."""
    assert ["", "0.00", "0.00"] == [write_amount(value) for value in (None, Decimal("0.00"), Decimal("-0.00"))]


@pytest.mark.parametrize(("value", "right"), [("99999999.99", True), ("100000000.00", False), ("0.001", False)])
def test_a_row_holds_eight_digits_and_two_decimals(value: str, *, right: bool) -> None:
    """The assumed format of AddPhase's costs."""
    assert right == fits(Decimal(value), 8)
