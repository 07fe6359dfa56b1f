"""Findings of large budgets are told in bounded number, and counted."""

import pytest

from erp_bridge_core.budgets.folding import Folding
from erp_bridge_core.contract import Finding, Severity


def finding(rule: str, line: int, severity: Severity = Severity.WARNING) -> Finding:
    """A finding about a line."""
    return Finding(severity=severity, rule=rule, message=f"{rule} {line}", remedy="Look.", line=line)


@pytest.mark.rule("B5")
def test_a_rule_is_told_in_full_so_often_and_then_counted() -> None:
    """What is beyond the limit of one rule becomes one finding that says how many; other rules have their own."""
    found = Folding(most=2)
    told = [
        *found.fold(finding("many", line) for line in range(1, 6)),
        *found.fold([finding("many", 7, Severity.ERROR), finding("few", 1)]),
        *found.rest(),
    ]
    assert ["many 1", "many 2", "many 7", "few 1", "3 more like the 2 that are listed."] == [
        each.message for each in told
    ]
    assert (Severity.WARNING, "many", None) == (told[-1].severity, told[-1].rule, told[-1].line)
    assert {(Severity.WARNING, "many"): 5, (Severity.ERROR, "many"): 1, (Severity.WARNING, "few"): 1} == found.counts
