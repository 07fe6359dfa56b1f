"""Numbers of PCIs by their type's mask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_cmic.numbers import fits, next_number
from erp_bridge_core.contract.errors import NotPossibleNow

MASKS = st.builds(lambda start, digits: start + "*" * digits, st.text("ABC-", max_size=5), st.integers(1, 6))


@given(MASKS, st.sets(st.integers(0, 9)))
def test_next_number_fits_and_is_free(mask: str, taken: set[int]) -> None:
    """The next number is one of the mask's, and nobody's."""
    held = {mask.rstrip("*") + str(number).zfill(mask.count("*")) for number in taken if number < 9}
    number = next_number(mask, held)
    assert (True, False) == (fits(mask, number), number in held)


def test_numbers_of_other_masks_do_not_count() -> None:
    """Only numbers of this mask are counted on from."""
    assert "COI00000003" == next_number("COI********", {"COI00000002", "COT00000009", "EXT-23005"})


@pytest.mark.parametrize(("mask", "taken"), [("C*", {"C9"}), ("CODE", set()), ("COI*********", set())])
def test_no_number_left(mask: str, taken: set[str]) -> None:
    """A mask that is used up, has no digits or is too long gives none, and says so."""
    with pytest.raises(NotPossibleNow):
        next_number(mask, taken)
