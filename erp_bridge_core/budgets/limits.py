"""What a profile says a field may hold (B5): the database picks the lines that could be over, the rules judge those."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, false, func, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from erp_bridge_core.contract.budget import ExportLine
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.money import MAX_DIGITS, QUANTITY_DIGITS
from erp_bridge_core.contract.profile import ErpProfile, FieldLimit, OverLimit

_OF_KEY: Final = frozenset({"sub_job", "cost_code", "category"})
_OF_LINE: Final = frozenset({"description", "unit", "amount", "quantity", "unit_cost"})


def limit_findings(profile: ErpProfile, lines: Iterable[ExportLine], *, job: str) -> Iterator[Finding]:
    """A finding for each value that its field's limit forbids; a warning where it is shortened after confirmation."""
    if (limit := profile.limit("job")) is not None and (problem := _text_problem(limit, job)):
        yield _finding(limit, job, problem, line=None)
    checks = [(limit, _reader(limit.field)) for limit in profile.limits if limit.field in _OF_KEY | _OF_LINE]
    for line in lines:
        for limit, read in checks:
            value = read(line)
            if value is None or value == "":
                continue
            problem = _text_problem(limit, value) if isinstance(value, str) else _number_problem(limit, value)
            if problem:
                yield _finding(limit, value, problem, line=line)


def may_be_over(
    profile: ErpProfile, columns: ReadOnlyColumnCollection[str, Column[Any]], digits: int
) -> ColumnElement[bool]:
    """Which stored lines could be over a limit: all that are, hardly any other. `digits` are those of the currency."""
    doubts = [
        doubt
        for limit in profile.limits
        if limit.field in _OF_KEY | _OF_LINE
        for doubt in _doubts(limit, columns[limit.field], digits if limit.field == "amount" else QUANTITY_DIGITS)
    ]
    return or_(false(), *doubts)


def _doubts(limit: FieldLimit, column: ColumnElement[Any], digits: int) -> Iterator[ColumnElement[bool]]:
    if limit.max_length is not None:
        yield func.length(column) > limit.max_length
    # No database holds a null character.
    for character in limit.forbidden.replace("\0", ""):
        yield column.contains(character, autoescape=True)
    if limit.whole_digits is not None and limit.whole_digits + digits < MAX_DIGITS:
        yield func.abs(column) >= 10 ** (limit.whole_digits + digits)
    if limit.decimals is not None and limit.decimals < digits:
        yield column % 10 ** (digits - limit.decimals) != 0


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
