"""What the checks of a batch share: a finding about a line, and characters that the file can't carry."""

from typing import Final

from erp_bridge_core.contract import ExportLine, Finding, Severity

#: What a spreadsheet takes for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@")


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


def unencodable(text: str, encoding: str) -> str:
    """The characters, told, that an encoding can't write; blank when it can write all."""
    if text.isascii():
        return ""
    bad = [mark for mark in dict.fromkeys(text) if mark.encode(encoding, "ignore") == b""]
    return f"{', '.join(map(repr, bad))}, which {encoding} can't write" if bad else ""
