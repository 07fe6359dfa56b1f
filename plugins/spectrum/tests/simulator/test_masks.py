"""Phase masks: made for codes, and fitted to phases."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_bridge_spectrum.simulator.masks import bare, choose_fill, fit_phase, make_mask, sample

CODES = st.lists(st.from_regex(r"[0-9A-Z]{1,6}(-[0-9A-Z]{1,6}){0,2}", fullmatch=True), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("codes", "mask"),
    [
        (["03-1000", "05-1200"], "99-9999"),
        (["03-1000", "05-12A0"], "99-99X9"),
        (["105-06845", "20512616"], "99999999"),
        (["1", "1234"], "9999"),
        ([], ""),
    ],
)
def test_makes_the_narrowest_mask(codes: list[str], mask: str) -> None:
    """Groups where all codes have the same ones, a digit where all have digits."""
    assert mask == make_mask(codes)


@settings(deadline=None)
@given(CODES, st.sampled_from(["leading", "trailing"]))
def test_codes_fit_the_mask_made_for_them_unchanged(codes: list[str], filled: str) -> None:
    """No fill changes a code of a job's own set-up, or two of them could become one."""
    mask, fill = make_mask(codes), choose_fill(codes, filled)
    assert [bare(code) for code in codes] == [fit_phase(bare(code), mask, fill) for code in codes]


@settings(deadline=None)
@given(CODES, CODES)
def test_a_sample_widens_another_mask(first: list[str], second: list[str]) -> None:
    """What an older mask held, a wider one made with its sample holds too."""
    mask = make_mask([*second, sample(make_mask(first))])
    assert all(fit_phase(bare(code), mask, "none") for code in first)


@pytest.mark.parametrize(
    ("phase", "fill", "held"),
    [
        ("031000", "none", "031000"), ("0310", "none", "0310"), ("0310", "trailing", "031000"),
        ("310", "leading", "000310"), ("0310000", "none", None), ("", "trailing", None), ("03100X", "none", None),
        ("0310-0", "none", None),
    ],
)  # fmt: skip
def test_fits_phases(phase: str, fill: str, held: str | None) -> None:
    """Filled as the job says; None for a phase that the mask does not hold."""
    assert held == fit_phase(phase, "99-9999", fill)
