"""Numbers between text and whole hundredths."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_spectrum.simulator.amounts import hundredths, shown, typed_amount


@settings(deadline=None)
@given(st.integers(-9_999_999_999, 9_999_999_999))
def test_shown_reads_back(value: int) -> None:
    """What is shown is what was kept, to the cent."""
    assert value == hundredths(shown(value))


@pytest.mark.parametrize("text", ["", "-", ".", "1,0", "$1", "+1", "1 ", "1e2", "inf", "123456789", "1.234", "٣"])
def test_refuses_other_shapes(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"not a number|more than"):
        hundredths(text)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """No other error comes out."""
    with suppress(ValueError):
        assert isinstance(hundredths(text), int)


def test_a_person_may_type_thousands_commas() -> None:
    """At the desk, never on the wire; a mistake is told with the remedy."""
    assert -123_450 == typed_amount(" -1,234.50 ")
    with pytest.raises(BadInput, match="12,0O"):
        typed_amount("12,0O")
