"""Phase codes: dashes, masks and fill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_spectrum.codes import PhaseCodes

MASKED = PhaseCodes(mask="999-99999")


def test_a_phase_is_stored_without_dashes_and_shown_by_its_mask() -> None:
    """What people write and what Spectrum holds are two forms of one code."""
    assert "10506845" == MASKED.stored("105-06845")
    assert "105-06845" == MASKED.shown("10506845")


@pytest.mark.parametrize(("fill", "stored"), [("none", "105"), ("leading", "00000105"), ("trailing", "10500000")])
def test_a_short_phase_is_filled_as_the_installation_does(fill: str, stored: str) -> None:
    """Zeros go in front, behind, or nowhere."""
    assert stored == PhaseCodes(mask="999-99999", fill=fill).stored("105")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("105-068456", "has 9 characters without dashes, the mask 999-99999 holds 8"),
        ("105-A6845", "has 'A' where the mask 999-99999 wants a digit"),
        ("--", "is blank without its dashes"),
        ("105-06845", ""),
    ],
)
def test_what_breaks_the_mask_is_told(code: str, why: str) -> None:
    """Too long, a letter for a digit, nothing at all."""
    assert why == MASKED.fault(code)


def test_without_a_mask_a_phase_may_have_twenty_characters() -> None:
    """The field's own length holds where no mask is known."""
    assert "" == PhaseCodes().fault("X" * 20)
    assert "has 21 characters without dashes, Spectrum holds 20" == PhaseCodes().fault("X" * 21)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.text("0123456789", min_size=1, max_size=20))
def test_shown_and_stored_are_inverse(groups: list[int], phase: str) -> None:
    """Dividing a phase into groups and taking the dashes out again gives the phase."""
    codes = PhaseCodes(mask="-".join("9" * length for length in groups))
    assert phase == codes.stored(codes.shown(phase))
