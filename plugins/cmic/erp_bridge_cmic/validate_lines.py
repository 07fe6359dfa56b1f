"""What CMiC would not take of one line: its codes, unit and numbers."""

import re
from collections.abc import Iterator
from typing import Final

from erp_bridge_cmic.masters import CONTROL
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_cmic.wire import CODE
from erp_bridge_core.contract import ExportLine, Finding, Severity

#: A hyphen is the only delimiter that is taken.
PHASE: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", re.ASCII)
ERROR: Final = Severity.ERROR


def check_line(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    """All findings about a line."""
    yield from _sub_job(line, erp)
    yield from _phase(line, erp)
    yield from _category(line, erp)
    yield from _unit(line, erp)
    yield from _amount(line)


def about(line: ExportLine, rule: str, what: str, message: str, *, remedy: str, severity: Severity = ERROR) -> Finding:
    """A finding about one field of a line; `what` is the contract's name of the field."""
    value = getattr(line.key, what) if what in {"sub_job", "cost_code", "category"} else getattr(line, what)
    return Finding(
        severity=severity, rule=rule, message=message, remedy=remedy, line=line.number, key=line.key, field=what,
        value="" if value is None else str(value),
    )  # fmt: skip


def _sub_job(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    code = line.key.sub_job
    if code and erp.masters.sub_job(code) is None:
        yield about(
            line,
            "sub-job-unknown",
            "sub_job",
            f"CMiC has no job {code} below the control job.",
            remedy="A sub job is a job of its own in CMiC: have it created below the control job, or map "
            "the code; then sync.",
        )


def _phase(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    code = line.key.cost_code
    if not PHASE.fullmatch(code):
        yield about(
            line,
            "cost-code-format",
            "cost_code",
            f"{code!r} is no phase code: letters and digits in sections, with a hyphen between them.",
            remedy="Map the code to a phase.",
        )
        return
    found = erp.masters.cost_code(code, sub_job=line.key.sub_job)
    if found is None:
        yield about(
            line, "cost-code-unknown", "cost_code", f"CMiC does not know the phase {code}.",
            remedy="Have it put on the company's list in CMiC, or map the code; then sync.",
        )  # fmt: skip
    elif found.group:
        yield about(
            line, "cost-code-group", "cost_code", f"{code} is a control phase; budgets stand below it.",
            remedy="Map the line to a phase of the lowest level.",
        )  # fmt: skip
    elif not found.active:
        yield about(
            line, "cost-code-inactive", "cost_code", f"Phase {code} is inactive.",
            remedy="Have it activated in CMiC, then sync; or map the code.",
        )  # fmt: skip
    elif found.standard:
        yield from _phase_to_assign(line, erp)


def _phase_to_assign(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    assign = erp.settings.assign_phases
    job = line.key.sub_job or erp.masters.header.job
    yield about(
        line,
        "cost-code-created" if assign else "cost-code-not-on-job",
        "cost_code",
        f"Phase {line.key.cost_code} is not assigned to job {job}" + ("; it will be." if assign else "."),
        remedy="Nothing to do." if assign else "Have it assigned in CMiC, then sync; or set assign_phases.",
        severity=Severity.NOTE if assign else ERROR,
    )


def _category(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    code = line.key.category
    if not CODE.fullmatch(code):
        yield about(line, "category-format", "category", f"{code!r} is no category code.", remedy="Map the category.")
        return
    standard = erp.masters.category(code)
    found = erp.masters.category(code, cost_code=line.key.cost_code, sub_job=line.key.sub_job)
    if found is None:
        yield about(
            line, "category-unknown", "category", f"CMiC does not know the category {code}.",
            remedy="Have it put on the company's list in CMiC, or map the category; then sync.",
        )  # fmt: skip
    elif standard is not None and standard.kind == CONTROL:
        yield about(
            line, "category-control", "category", f"{code} is a control category; budgets stand below it.",
            remedy="Map the line to a category below it.",
        )  # fmt: skip
    elif not found.active:
        yield about(
            line, "category-inactive", "category", f"Category {code} is inactive under {line.key.cost_code}.",
            remedy="Have it activated in CMiC, then sync.",
        )  # fmt: skip
    elif found.standard:
        yield about(
            line,
            "category-created",
            "category",
            f"The row of {line.key} does not exist yet; it will be created.",
            remedy="Nothing to do.",
            severity=Severity.NOTE,
        )


def _unit(line: ExportLine, erp: CmicErp) -> Iterator[Finding]:
    known = erp.masters.header.facts.get("units")
    if line.unit and known is not None and line.unit not in known.split():
        yield about(
            line, "unit-unknown", "unit", f"CMiC has no WM code {line.unit}.",
            remedy="Map the unit to one of CMiC's two-character WM codes.",
        )  # fmt: skip


def _amount(line: ExportLine) -> Iterator[Finding]:
    if -line.amount.normalize().as_tuple().exponent > 2:  # type: ignore[operator]  # noqa: PLR2004
        yield about(
            line, "decimals", "amount", f"{line.amount} has more than two decimals.",
            remedy="CMiC's amounts have two; book the project in a currency that has them.",
        )  # fmt: skip
