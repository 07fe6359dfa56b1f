"""What a profile says a field may hold, checked over the lines of a batch in one pass (B5)."""

import sys
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from erp_bridge_core.contract.budget import ExportLine
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.profile import ErpProfile, FieldLimit, OverLimit

_OF_KEY: Final = frozenset({"sub_job", "cost_code", "category"})
_OF_LINE: Final = frozenset({"description", "unit", "amount", "quantity", "unit_cost"})


def limit_findings(profile: ErpProfile, lines: Iterable[ExportLine], *, job: str) -> Iterator[Finding]:
    """A finding for each value that its field's limit forbids; a warning where it is shortened after confirmation."""
    if (limit := profile.limit("job")) is not None and (problem := _text_problem(limit, job)):
        yield _finding(limit, job, problem, line=None)
    checks = [
        (
            limit,
            _reader(limit.field),
            sys.maxsize if limit.max_length is None else limit.max_length,
            frozenset(limit.forbidden),
        )
        for limit in profile.limits
        if limit.field in _OF_KEY | _OF_LINE
    ]
    for line in lines:
        for limit, read, most, forbidden in checks:
            value = read(line)
            if value is None or value == "":
                continue
            if isinstance(value, str):
                # All but a few texts are fine, and this is asked of every text of every line.
                if len(value) <= most and forbidden.isdisjoint(value):
                    continue
                problem = _text_problem(limit, value)
            else:
                problem = _number_problem(limit, value)
            if problem:
                yield _finding(limit, value, problem, line=line)


def _reader(field: str) -> Callable[[ExportLine], Any]:
    return attrgetter(f"key.{field}" if field in _OF_KEY else field)


def _text_problem(limit: FieldLimit, value: str) -> str:
    if limit.forbidden and (found := sorted(set(value) & set(limit.forbidden))):
        return f"holds {' '.join(repr(character) for character in found)}, which the ERP does not take"
    if limit.max_length is not None and len(value) > limit.max_length:
        return f"has {len(value)} characters, {len(value) - limit.max_length} more than the ERP takes"
    return ""


def _number_problem(limit: FieldLimit, value: Decimal) -> str:
    if limit.whole_digits is not None and abs(value) >= 10**limit.whole_digits:
        return f"has more than {limit.whole_digits} digits before the point"
    if limit.decimals is not None:
        scaled = value.scaleb(limit.decimals)
        if scaled != scaled.to_integral_value():
            return f"has more than {limit.decimals} decimals"
    return ""


def _finding(limit: FieldLimit, value: Any, problem: str, *, line: ExportLine | None) -> Finding:
    name = limit.field.replace("_", " ")
    too_long = isinstance(value, str) and limit.max_length is not None and len(value) > limit.max_length
    # Only length is cured by shortening; a forbidden character stays refused.
    shortened = limit.over is OverLimit.SHORTEN and too_long and not set(value) & set(limit.forbidden)
    if shortened:
        remedy = f"Acknowledge that it is sent as {value[: limit.max_length].rstrip()!r}, or shorten it yourself."
    else:
        remedy = f"Correct the {name}, or map it to one that the ERP takes."
    return Finding(
        severity=Severity.WARNING if shortened else Severity.ERROR,
        rule=f"{limit.field.replace('_', '-')}-{'shortened' if shortened else 'limit'}",
        message=f"The {name} {str(value)[:100]!r} {problem}.",
        remedy=remedy,
        line=line.number if line else None,
        key=line.key if line else None,
        field=limit.field,
        value=str(value)[:500],
    )
