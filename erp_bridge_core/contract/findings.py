"""What validation finds: all of it at once, each naming line, field, value, rule and remedy (workflow B5)."""

from enum import StrEnum

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey


class Severity(StrEnum):
    """An error blocks; a warning must be acknowledged by a person; a note only tells (B5, B7 "will be created")."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen(kw_only=True)
class Finding:
    """One thing wrong with, or worth knowing about, a batch.

    `line` is the batch line's number, None when it is about the whole batch or the job. `field` uses the contract's
    names (`cost_code`, `description`, `amount` ...). `rule` is a short stable id such as `cost-code-unknown`.
    """

    severity: Severity
    rule: str
    message: str
    remedy: str
    line: int | None = None
    key: LineKey | None = None
    field: str = ""
    value: str = ""
