"""Cells that are neither text nor number, and values as faults show them."""

import pytest

from erp_bridge_core.sources.values import BadValue, BrokenCell, DateCell, NumberCell, TruthCell, refuse_odd, shorten


@pytest.mark.parametrize(
    ("cell", "what"), [(DateCell("d"), "date"), (TruthCell("t"), "TRUE"), (BrokenCell("b"), "error")]
)
def test_odd_cells_are_refused_with_a_remedy(cell, what):
    """Each odd cell is told as what it is, and how to put it right."""
    with pytest.raises(BadValue, match=what) as caught:
        refuse_odd(cell)

    assert caught.value.remedy


@pytest.mark.parametrize("cell", ["text", NumberCell("1")])
def test_text_and_numbers_pass(cell):
    """Text and numbers are for their fields to judge."""
    assert refuse_odd(cell) is None


@pytest.mark.parametrize(("length", "shown"), [(100, 100), (101, 101), (5000, 101)])
def test_long_values_are_cut_where_they_are_shown(length, shown):
    """A value is shown with at most 100 characters and a sign that more follows."""
    assert shown == len(shorten("x" * length))
