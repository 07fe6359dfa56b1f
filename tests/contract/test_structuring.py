"""Data from outside becomes values, or raises all its faults at once, each with its path."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.contract.structuring import converter, structure, to_json


class Kind(StrEnum):
    """A choice."""

    ONE = "one"


@frozen(kw_only=True)
class Line:
    """A line of the data."""

    amount: Decimal
    day: date
    count: int = 0
    good: bool = True
    kind: Kind = Kind.ONE


@frozen(kw_only=True)
class Sheet:
    """Data with lines."""

    name: str
    lines: list[Line]


def faults(data: Any) -> dict[str, str]:
    """Where each fault is, and what it says."""
    with pytest.raises(BadInput) as told:
        structure(Sheet, data, what="sheet")
    return {fault.where: fault.message for fault in told.value.faults}


def test_every_fault_is_told_at_once_with_its_path() -> None:
    """Five faults in two lines, and one beside them."""
    found = faults(
        {
            "name": 5,
            "lines": [
                {"amount": "12,0O", "day": "2026-02-30"},
                {"amount": 1.5, "day": "2026-02-03", "count": "7", "surprise": 1},
            ],
        }
    )
    assert {
        "name", "lines[0].amount", "lines[0].day", "lines[1].amount", "lines[1].count", "lines[1].surprise",
    } == set(found)  # fmt: skip
    assert "not exact" in found["lines[1].amount"]
    assert "unknown name" == found["lines[1].surprise"]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-sNaN", "1e", "", True, None, 0.1])
def test_an_amount_that_is_no_exact_number_is_refused(amount: Any) -> None:
    """A float went through binary already; text that is no finite number has no amount."""
    assert ["lines[0].amount"] == list(faults({"name": "x", "lines": [{"amount": amount, "day": "2026-02-03"}]}))


def test_yes_and_no_are_not_numbers_and_numbers_are_not_text() -> None:
    """Nothing is turned into something else on the way in."""
    line = {"amount": "1", "day": "2026-02-03", "count": True, "good": 1}
    assert {"lines[0].count", "lines[0].good"} == set(faults({"name": "x", "lines": [line]}))


@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=4),
    day=st.dates(),
    count=st.integers(),
    name=st.text(),
)
def test_values_survive_the_way_out_and_in(amount: Decimal, day: date, count: int, name: str) -> None:
    """What is unstructured structures to the same value."""
    sheet = Sheet(name=name, lines=[Line(amount=amount, day=day, count=count)])
    assert sheet == structure(Sheet, converter.unstructure(sheet))


def test_canonical_json_is_the_same_for_the_same_value() -> None:
    """Hashes are made from it: names in order, no blanks, decimals, days and moments as text."""
    moment = datetime(2026, 4, 8, 12, 30, tzinfo=UTC)
    value = {"b": Decimal("1.50"), "a": date(2026, 4, 8), "c": moment, "d": frozenset({"y", "x"})}
    assert '{"a":"2026-04-08","b":"1.50","c":"2026-04-08T12:30:00+00:00","d":["x","y"]}' == to_json(value)
