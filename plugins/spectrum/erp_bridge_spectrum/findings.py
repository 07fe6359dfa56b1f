"""What the checks of a batch share: a finding about a field of a line."""

from erp_bridge_core.contract import ExportLine, Finding, Severity

ERROR = Severity.ERROR
WARNING = Severity.WARNING
NOTE = Severity.NOTE


def about(line: ExportLine, severity: Severity, rule: str, what: str, message: str, *, remedy: str) -> Finding:
    """A finding about one field of a line; `what` is the contract's name of the field."""
    value = getattr(line.key, what) if what in {"sub_job", "cost_code", "category"} else getattr(line, what)
    return Finding(
        severity=severity,
        rule=rule,
        message=message,
        remedy=remedy,
        line=line.number,
        key=line.key,
        field=what,
        value="" if value is None else str(value),
    )
