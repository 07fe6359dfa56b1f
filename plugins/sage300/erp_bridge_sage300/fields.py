"""What the approver is asked: accounting date, description, and what the site wants of the standard set (A3)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import evolve

from erp_bridge_core.contract import ExportBatch, FieldKind, FieldValues, RevisionField, standard_fields
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_sage300.content import DESCRIPTION_LENGTH
from erp_bridge_sage300.share import SageErp

ACCOUNTING_DATE = "accounting_date"


def revision_fields(batch: ExportBatch, erp: SageErp) -> Iterator[RevisionField]:
    """The item's fields, then each budget change's own, blank where the item's value holds."""
    common = [*_own(erp), *_standard(erp)]
    yield from common
    for header in batch.change_headers:
        defaults = {
            "description": header.description[:DESCRIPTION_LENGTH],
            "budget_revision_number": header.number,
        }
        for field in common:
            default = defaults.get(field.name, "")
            yield evolve(field, change=header.number, default=default, required=False, always=False)


def _own(erp: SageErp) -> Iterator[RevisionField]:
    closed = erp.settings.closed_through
    yield RevisionField(
        name=ACCOUNTING_DATE,
        label="Accounting date",
        kind=FieldKind.DATE,
        default=erp.clock.today().isoformat(),
        required=True,
        always=True,
        after=closed.isoformat() if closed else "",
        help="The date in the import file, which decides the accounting period."
        + (f" Periods up to {closed.isoformat()} are closed." if closed else ""),
    )
    yield RevisionField(
        name="description",
        label="Description of the entries",
        kind=FieldKind.TEXT,
        max_length=DESCRIPTION_LENGTH,
        help="Stands with each approved estimate change in Sage.",
    )


def _standard(erp: SageErp) -> Iterable[RevisionField]:
    """Sage books approved estimate changes alone by this route, so no other status is offered."""
    fields = standard_fields(
        today=erp.clock.today(), next_number="", approver="", statuses=("approved",), default_status="approved"
    )
    return (field for field in fields if field.name in erp.settings.standard_fields)


def check_dates(values: FieldValues, closed_through: date | None) -> None:
    """Refuse dates that are none, or lie in a closed period; raises `BadInput` with all of them."""
    own: Mapping[str, str] = {
        f"changes[{number}].{ACCOUNTING_DATE}": given.get(ACCOUNTING_DATE, "")
        for number, given in values.changes.items()
    }
    dates = {ACCOUNTING_DATE: values.value(ACCOUNTING_DATE), **own}
    faults = [fault for where, text in dates.items() if text and (fault := _fault(where, text, closed_through))]
    if faults:
        raise BadInput("An accounting date can't be booked.", faults=faults)


def _fault(where: str, text: str, closed_through: date | None) -> Fault | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Fault(where, "not a date", value=text, expected="a date such as 2026-04-08")
    if closed_through is not None and day <= closed_through:
        return Fault(
            where,
            f"lies in a period that is closed (up to {closed_through.isoformat()})",
            value=text,
            rule="A3",
            remedy="Take an accounting date in an open period.",
        )
    return None
