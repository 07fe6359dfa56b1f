"""Numbers of the service: exact in both directions, for every amount that CMiC can hold."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from erp_bridge_cmic.simulator.attributes import scaled, unscaled
from erp_bridge_cmic.simulator.lookups import derived_amount
from erp_bridge_cmic.simulator.wire import decode, encode


@given(some.integers(-(10**18) + 1, 10**18 - 1), some.sampled_from([0, 2, 4, 8]))
def test_numbers_come_back_as_they_went(units: int, scale: int) -> None:
    """What is kept, shown as JSON, sent again and kept again is the same to the last digit."""
    text = encode({"amount": unscaled(units, scale)})
    assert units == scaled(decode(text.encode())["amount"], scale)


@given(some.integers(-(10**15), 10**15), some.integers(-(10**10), 10**10))
def test_derives_an_amount_to_the_nearest_cent(quantity: int, rate: int) -> None:
    """Units times rate is never more than half a cent off."""
    cents = derived_amount(quantity, rate)
    assert cents is not None
    exact = Decimal(quantity) * Decimal(rate) / Decimal(10**10)
    assert abs(Decimal(cents) - exact) <= Decimal("0.5")
