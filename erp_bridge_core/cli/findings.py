"""Findings of a batch, as people read them: errors first, each with line, field, value, rule and remedy (B5)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erp_bridge_core.cli.output import Page
    from erp_bridge_core.contract.findings import Finding

_ORDER = ("error", "warning", "note")


def print_findings(page: "Page", findings: "Iterable[Finding]", *, none: str = "Nothing was found.") -> None:
    """A table of findings."""
    ordered = sorted(findings, key=lambda each: (_ORDER.index(each.severity.value), each.line or 0))
    rows = [
        (each.severity, each.rule, each.line, each.key, each.field.replace("_", " "), each.value, each.message,
         each.remedy)
        for each in ordered
    ]  # fmt: skip
    page.table(["Kind", "Rule", "Line", "Key", "Field", "Value", "What", "What to do"], rows, none=none)
