from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sage_doubles import LINES, line, make_batch

from erp_bridge_core.contract import FieldValues, Part
from erp_bridge_core.contract.errors import LedgerConflict
from erp_bridge_sage300.content import Content, described
from erp_bridge_sage300.settings import Sage300Settings

VALUES = FieldValues(
    item={"description": "From the item", "budget_revision_type": "contingency", "approved_by": "Ada"},
    changes={"7": {"description": "", "accounting_date": "2026-05-01"}},
    description="Accepted",
)


def content(**settings: Any) -> Content:
    """The batch as content under these settings."""
    return Content(batch=make_batch(), values=VALUES, settings=Sage300Settings(company="c", **settings))


@pytest.mark.rule("A3")
def test_a_changes_own_date_goes_before_the_items() -> None:
    """Originals take the item's date, here the stored default."""
    dates = [record.date for _, record in content().records(range(1, 6), "2026-04-08")]

    assert [date(2026, 4, 8)] * 3 + [date(2026, 5, 1)] * 2 == dates


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{description}", "From the item"),
        ("{change}: {budget_revision_type}", "7: contingency"),
        ("{line} {approved_by}", "Words Ada"),
        ("plain", "plain"),
        ("{line}{line}{line}{line}{line}{line}{line}", "WordsWordsWordsWordsWordsWords"),
    ],
)
def test_a_description_follows_the_sites_pattern(pattern: str, expected: str) -> None:
    """Known words are put in, and thirty characters stay."""
    settings = Sage300Settings(company="c", change_description=pattern)

    assert expected == described(line(1, "1", "1.00", change="7", description="Words"), VALUES, settings)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (FieldValues(description="Accepted"), "Accepted"),
        (FieldValues(), "The change's own"),
    ],
)
def test_a_blank_description_falls_back(values: FieldValues, expected: str) -> None:
    """To what was entered at accept, else to the budget change's own."""
    settings = Sage300Settings(company="c")

    assert expected == described(line(1, "1", "1.00", change="7"), values, settings, fallback="The change's own")


@pytest.mark.rule("X3")
def test_unsafe_text_is_replaced_where_the_site_says_so() -> None:
    """A quote becomes an apostrophe, a break a blank, a foreign letter a question mark."""
    settings = Sage300Settings(company="c", unsafe_descriptions="replace")

    assert "a 'b' ? c" == described(line(1, "1", "1.00", description='a "b" ß\nc'), VALUES, settings)


@pytest.mark.rule("X3")
def test_text_is_not_read_as_a_pattern() -> None:
    """Braces in a line's text stay what they are."""
    settings = Sage300Settings(company="c")

    assert "{approved_by}" == described(line(1, "1", "1.00", description="{approved_by}"), VALUES, settings)


def test_the_sum_tells_lines_and_total_exactly() -> None:
    """Count, total and hash come from one pass."""
    whole = content().sum(Part.ORIGINAL, range(1, 4), "2026-04-08")

    assert (range(1, 4), Decimal("10787.50")) == (whole.numbers, whole.total)


def test_a_plan_of_another_batch_is_a_conflict() -> None:
    """A line that the batch doesn't hold is told."""
    with pytest.raises(LedgerConflict, match="line 9"):
        content().sum(Part.ORIGINAL, [1, 9], "2026-04-08")

    assert 5 == len(LINES)
