"""Lines as people enter them: exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.budgets.currencies import minor_unit_digits
from erp_bridge_core.budgets.entries import LineEntry, line_rows, number_problem
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.contract.money import MAX_DIGITS, from_units


@pytest.mark.rule("B1")
@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1), st.integers(min_value=0, max_value=4))
def test_every_amount_of_whole_units_is_kept_exactly(units: int, digits: int) -> None:
    """What fits the column comes back as it was entered."""
    row = line_rows([LineEntry(cost_code="1", amount=from_units(units, digits))], digits)[0]
    assert units == row["amount"]


@pytest.mark.rule("B1")
@given(st.decimals(allow_nan=True, allow_infinity=True), st.integers(min_value=0, max_value=4))
def test_a_number_is_exact_or_refused(value: Decimal, digits: int) -> None:
    """No number is rounded: it is a whole count of the smallest unit with at most 15 digits, or refused."""
    exponent = value.as_tuple().exponent
    fits = isinstance(exponent, int) and (
        value == 0 or (abs(value) < Decimal(10) ** (MAX_DIGITS - digits)
                       and exponent + _zeros(value) >= -digits)
    )  # fmt: skip
    assert fits == (number_problem(value, digits) == "")


def _zeros(value: Decimal) -> int:
    text = "".join(map(str, value.as_tuple().digits))
    return len(text) - len(text.rstrip("0"))


@pytest.mark.rule("B1")
def test_repeated_keys_name_both_lines() -> None:
    """Two lines of one key are refused, naming the first."""
    with pytest.raises(BadInput) as error:
        line_rows([LineEntry(cost_code="1", amount=Decimal(1))] * 2, 2)
    assert "has the same key as line 1" == error.value.faults[0].message


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_minor_units(currency: str, digits: int) -> None:
    """Each currency has its own decimals."""
    assert digits == minor_unit_digits(currency)
