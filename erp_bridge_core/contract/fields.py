"""Revision fields: what an ERP asks of the approver per budget change (workflow A3).

Which fields there are, their choices and defaults is the ERP's affair: its plugin returns them. The standard set is
here so that a plugin can offer all or part of it in the same words.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from attrs import Factory, frozen


class FieldKind(StrEnum):
    """How a field is entered. Dates travel as ISO text (`2026-04-08`)."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"


@frozen(kw_only=True)
class Choice:
    """One choice of a field: the value that travels and what a person reads."""

    value: str
    label: str


@frozen(kw_only=True)
class RevisionField:
    """One field. `change` None: of the item as a whole; else of that budget change, the item's value its default.

    `required` counts only when the export holds a revision, unless `always` says that it applies without one.
    `recorded` are the choices that only record a revision in the ERP: with one of them it stays out of the revised
    figure until the ERP approves it. A date must lie `after` that day (as in 2026-03-31), up to which periods are
    closed; blank: any date will do.
    """

    name: str
    label: str
    kind: FieldKind
    change: str | None = None
    default: str = ""
    required: bool = False
    always: bool = False
    choices: tuple[Choice, ...] = ()
    recorded: tuple[str, ...] = ()
    max_length: int | None = None
    after: str = ""
    help: str = ""


@frozen(kw_only=True)
class FieldValues:
    """What the approver entered: item-wide values, and values per budget change that override them."""

    item: Mapping[str, str] = Factory(dict)
    changes: Mapping[str, Mapping[str, str]] = Factory(dict)
    description: str = ""

    def value(self, name: str, *, change: str | None = None) -> str:
        """The value for a change (or the item's, its default), blank when none was entered."""
        if change is not None and name in self.changes.get(change, {}):
            return self.changes[change][name]
        return self.item.get(name, "")


REVISION_TYPES = (
    Choice(value="scope_change", label="Scope Change"),
    Choice(value="budget_transfer", label="Budget Transfer"),
    Choice(value="contingency", label="Contingency"),
)
REVISION_STATUSES = (
    Choice(value="approved", label="Approved"),
    Choice(value="pending", label="Pending"),
    Choice(value="forecasted", label="Forecasted"),
    Choice(value="rejected", label="Rejected"),
)


def standard_fields(
    *,
    today: date,
    next_number: str,
    approver: str,
    statuses: Iterable[str] = ("approved", "pending", "forecasted", "rejected"),
    default_status: str = "pending",
    required: bool = False,
) -> tuple[RevisionField, ...]:
    """The standard set of rule A3; a plugin passes only the statuses that its ERP can book.

    `today` is the date in the company's time zone, `next_number` the next revision number as read from the ERP.
    """
    offered = frozenset(statuses)
    return (
        RevisionField(
            name="budget_revision_type",
            label="Budget revision type",
            kind=FieldKind.CHOICE,
            choices=REVISION_TYPES,
            required=required,
        ),
        RevisionField(name="revision_date", label="Revision date", kind=FieldKind.DATE, default=today.isoformat()),
        RevisionField(
            name="budget_revision_number",
            label="Budget revision number",
            kind=FieldKind.TEXT,
            default=next_number,
        ),
        RevisionField(
            name="budget_revision_status",
            label="Budget revision status",
            kind=FieldKind.CHOICE,
            choices=tuple(choice for choice in REVISION_STATUSES if choice.value in offered),
            default=default_status,
        ),
        RevisionField(name="approved_by", label="Approved by", kind=FieldKind.TEXT, default=approver),
    )
