"""Limits of a profile over the lines of a batch."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from memory_erp import memory_profile

from erp_bridge_core.budgets.limits import limit_findings
from erp_bridge_core.contract import ExportLine, FieldLimit, LineKey, OverLimit, Part, Severity

LINE = ExportLine(
    number=1, key=LineKey("", "1", "L"), ours=LineKey("", "1", "L"), part=Part.ORIGINAL, amount=Decimal(1)
)


def found(limit: FieldLimit, **values: Any) -> list[tuple[Severity, str]]:
    """The findings of one limit about one line."""
    profile = memory_profile(limits=(limit,))
    return [(each.severity, each.rule) for each in limit_findings(profile, [evolve(LINE, **values)], job="J-1234")]


@pytest.mark.rule("B5")
@pytest.mark.parametrize(
    ("limit", "values", "expected"),
    [
        (FieldLimit(field="cost_code", max_length=1), {}, []),
        (FieldLimit(field="cost_code", max_length=1), {"key": LineKey("", "12", "L")}, ["cost-code-limit"]),
        (FieldLimit(field="job", max_length=3), {}, ["job-limit"]),
        (FieldLimit(field="description", forbidden='"'), {"description": 'a"b'}, ["description-limit"]),
        (FieldLimit(field="amount", whole_digits=2), {"amount": Decimal("-99.99")}, []),
        (FieldLimit(field="amount", whole_digits=2), {"amount": Decimal("-100.00")}, ["amount-limit"]),
        (FieldLimit(field="quantity", decimals=2), {"quantity": Decimal("1.0010")}, ["quantity-limit"]),
        (FieldLimit(field="quantity", decimals=2), {"quantity": Decimal("1.0100")}, []),
    ],
)
def test_over_a_limit_is_an_error(limit: FieldLimit, values: dict[str, Any], expected: list[str]) -> None:
    """Length, characters, digits and decimals are held to the profile's limits, and only those."""
    assert [(Severity.ERROR, rule) for rule in expected] == found(limit, **values)


@pytest.mark.rule("B5")
def test_shortening_warns_and_never_cures_a_forbidden_character() -> None:
    """A text over its length may be shortened after a person confirmed it; a forbidden character stays refused."""
    limit = FieldLimit(field="description", max_length=3, forbidden='"', over=OverLimit.SHORTEN)
    assert [(Severity.WARNING, "description-shortened")] == found(limit, description="abcd")
    assert [(Severity.ERROR, "description-limit")] == found(limit, description='abc"')
