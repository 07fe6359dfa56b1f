"""Numbers that people type."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.cli.numbers import read_numbers
from erp_bridge_core.contract.errors import BadInput


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_exact_values_come_back(value: Decimal) -> None:
    """Plain decimal text is read exactly."""
    assert {"amount": value} == read_numbers({"amount": f"{value:f}"})


def test_nothing_is_no_value() -> None:
    """Blank is not zero."""
    assert {"quantity": None, "amount": None} == read_numbers({"quantity": "", "amount": None})


@pytest.mark.parametrize("text", ["12,0O", "NaN", "1e400", "1 000", "\u0661", "--1", ".5", "9" * 50])
def test_odd_text_is_refused(text: str) -> None:
    """Anything that is not plainly a number is refused with its value."""
    with pytest.raises(BadInput) as caught:
        read_numbers({"amount": text})
    assert [("amount", text)] == [(fault.where, fault.value) for fault in caught.value.faults]


def test_all_faults_come_at_once() -> None:
    """Every wrong number is named in one error."""
    with pytest.raises(BadInput) as caught:
        read_numbers({"quantity": "x", "unit_cost": "1.0", "amount": "y"})
    assert ["quantity", "amount"] == [fault.where for fault in caught.value.faults]
