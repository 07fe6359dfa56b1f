"""Amounts between text and whole cents."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_sage300.simulator.amounts import hundredths, shown, typed_amount

LARGEST = 99_999_999_99


@settings(deadline=None)
@given(st.integers(-LARGEST, LARGEST))
def test_text_and_cents_are_the_same(cents: int) -> None:
    """What is printed reads back to the cent, over all that 8.2 can hold."""
    assert cents == hundredths(shown(cents))


@settings(deadline=None)
@given(st.text(alphabet="0123456789.-+, eENa٣O\n", max_size=14))
def test_reads_plain_numbers_alone(text: str) -> None:
    """Text is a number of 8.2 in plain digits, or it is refused; nothing is guessed."""
    try:
        cents = hundredths(text)
    except ValueError:
        return
    whole, _, decimals = text.removeprefix("-").partition(".")
    assert (True, abs(cents)) == (text.isascii() and len(whole) <= 8, int(whole + decimals.ljust(2, "0")))


@pytest.mark.parametrize("text", ["12,0O", "", "1.005", "NaN", "1e3", "123456789"])
def test_refuses_what_a_person_mistypes(text: str) -> None:
    """A typed amount that is none is refused with how to type it."""
    with pytest.raises(BadInput, match="The amount is not right"):
        typed_amount(text)


def test_accepts_thousands_separators_that_a_person_types() -> None:
    """People type 1,234.50."""
    assert 123_450 == typed_amount(" 1,234.50 ")
