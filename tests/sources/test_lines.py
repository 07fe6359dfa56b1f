"""Rows of one key become one line."""

import pytest
from attrs import evolve

from erp_bridge_core.sources.lines import Record, merge_records

FIRST = Record(row=2, job="J", sub_job="", cost_code="1", category="L", amount=100, description="", quantity=10000,
               unit="EA", unit_cost=5)  # fmt: skip
SECOND = evolve(FIRST, row=5, amount=-30, description="second", quantity=20000)


def merged(**changes):
    """Two rows of one key as one, the second changed."""
    return merge_records([FIRST, evolve(SECOND, **changes)])


@pytest.mark.rule("B8")
def test_amounts_are_summed():
    """The amounts are summed and the first description that is not blank is kept."""
    assert (70, "second") == ((line := merged()).amount, line.description)


@pytest.mark.rule("B8")
@pytest.mark.parametrize(
    ("changes", "quantity", "unit"),
    [({}, 30000, "EA"), ({"unit": "LS"}, None, ""), ({"quantity": None}, None, "EA"), ({"unit": ""}, None, "")],
)
def test_quantities_are_summed_only_of_like_units(changes, quantity, unit):
    """Pieces and lump sums don't add up, nor does an unknown quantity."""
    assert (quantity, unit) == ((line := merged(**changes)).quantity, line.unit)


@pytest.mark.rule("B8")
@pytest.mark.parametrize(("unit_cost", "expected"), [(5, 5), (6, None), (None, None)])
def test_the_unit_cost_is_blank_when_it_differs(unit_cost, expected):
    """A unit cost stays only where all rows have it."""
    assert expected == merged(unit_cost=unit_cost).unit_cost


def test_a_single_row_is_itself():
    """Nothing happens to a key that stands once."""
    assert FIRST is merge_records([FIRST])
