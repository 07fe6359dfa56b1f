"""What the approver is asked: a change request's status, date, number, description. Raising estimates asks nothing."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from attrs import evolve

from erp_bridge_core.contract import ExportBatch, FieldKind, FieldValues, RevisionField, standard_fields
from erp_bridge_core.contract.errors import BadInput, Fault
from erp_bridge_spectrum.codes import FORBIDDEN, unsendable
from erp_bridge_spectrum.services import SpectrumErp
from erp_bridge_spectrum.settings import NUMBER_LENGTH, SpectrumSettings

STATUS: Final = "budget_revision_status"
DATE: Final = "revision_date"
NUMBER: Final = "budget_revision_number"
DESCRIPTION: Final = "description"
DESCRIPTION_LENGTH: Final = 250
#: The memory of the numbers that were given out: number -> what for.
USED: Final = "change_requests"
_OFFERED: Final = (DATE, NUMBER, STATUS)


def revision_fields(batch: ExportBatch, erp: SpectrumErp) -> Iterator[RevisionField]:
    """The item's fields, then each budget change's own. The number is each change's alone: two can't share one."""
    if not erp.settings.by_change_request:
        return
    common = tuple(_common(erp))
    yield from (field for field in common if field.name != NUMBER)
    numbers = _numbers(erp)
    for header in batch.change_headers:
        defaults = {DESCRIPTION: header.description[:DESCRIPTION_LENGTH], NUMBER: next(numbers)}
        for field in common:
            yield evolve(field, change=header.number, default=defaults.get(field.name, ""))


def _common(erp: SpectrumErp) -> Iterator[RevisionField]:
    """Only statuses that the site says post to job cost are offered: others could not be proved to have arrived."""
    offered = tuple(erp.settings.change_request_status)
    for field in standard_fields(
        today=erp.clock.today(), next_number="", approver="", statuses=offered, default_status="approved"
    ):
        if field.name in _OFFERED:
            yield evolve(field, max_length=NUMBER_LENGTH if field.name == NUMBER else None, help=_HELP[field.name])
    yield RevisionField(
        name=DESCRIPTION,
        label="Change request description",
        kind=FieldKind.TEXT,
        max_length=DESCRIPTION_LENGTH,
        help="Stands on the change request in Spectrum.",
    )


_HELP: Final[Mapping[str, str]] = {
    STATUS: "The status that the change request gets; each choice posts to job cost at once.",
    DATE: "Origination date, and approval date where the status is approved; within the A/R processing dates.",
    NUMBER: "The change request's number, under this connection's own prefix.",
}


# -- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(erp: SpectrumErp) -> Iterator[str]:
    """Numbers that were not given out for this job, in order."""
    prefix = erp.settings.change_request_prefix
    used = frozenset(_used(erp))
    width = NUMBER_LENGTH - len(prefix)
    for count in range(1, 10**width):
        number = f"{prefix}{count:0{width}}"
        if number not in used:
            yield number
    raise BadInput(
        f"All change request numbers under {prefix!r} are used on this job.",
        remedy="Enter another change_request_prefix for this connection.",
    )


def _used(erp: SpectrumErp) -> dict[str, str]:
    return dict(erp.state.get(f"{USED} {erp.job}") or {})


def take_number(erp: SpectrumErp, batch: ExportBatch, change: str, wanted: str) -> str:
    """Reserve a number for a budget change, for good: an upsert under a number in use would overwrite what is there.

    Raises `BadInput` when it was given to another change.
    """
    used = _used(erp)
    number = wanted or next(_numbers(erp))
    owner = f"{batch.item}/{batch.version}/{change}"
    if used.get(number, owner) != owner:
        raise BadInput(
            f"Change request number {number} is used for budget change {used[number].rpartition('/')[2]} already.",
            remedy="Take the item back, and accept it with another budget revision number.",
        )
    erp.state.put(f"{USED} {erp.job}", {**used, number: owner})
    return number


# -- what was entered ------------------------------------------------------------------------------------------------


def check_values(batch: ExportBatch, values: FieldValues, settings: SpectrumSettings) -> None:
    """Refuse values that no change request can have; raises `BadInput` with all of them."""
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for header in batch.change_headers:
        faults += _faults(header.number, values, settings)
        number = values.value(NUMBER, change=header.number)
        if number and number in seen:
            message = f"is the number of budget change {seen[number]} too"
            faults.append(Fault(f"changes[{header.number}].{NUMBER}", message, value=number))
        seen[number] = header.number
    if faults:
        raise BadInput("The change requests can't be made as entered. Nothing was sent.", faults=faults)


def _faults(change: str, values: FieldValues, settings: SpectrumSettings) -> Iterator[Fault]:
    where = f"changes[{change}]"
    status = status_of(values, change)
    if status not in settings.change_request_status:
        offered = ", ".join(settings.change_request_status)
        yield Fault(f"{where}.{STATUS}", "can't be booked", value=status, expected=f"one of {offered}")
    text = values.value(DATE, change=change)
    if text and not _is_date(text):
        yield Fault(f"{where}.{DATE}", "not a date", value=text, expected="a date such as 2026-04-08")
    number, prefix = values.value(NUMBER, change=change), settings.change_request_prefix
    if number and not re.fullmatch(rf"{re.escape(prefix)}[^{re.escape(FORBIDDEN)}\s]{{1,{NUMBER_LENGTH}}}", number):
        yield Fault(f"{where}.{NUMBER}", "is none of ours", value=number, expected=f"{prefix} and a number")
    elif len(number) > NUMBER_LENGTH:
        yield Fault(f"{where}.{NUMBER}", "is too long", value=number, expected=f"{NUMBER_LENGTH} characters at most")
    if bad := unsendable(values.value(DESCRIPTION, change=change)):
        yield Fault(f"{where}.{DESCRIPTION}", f"holds {bad}, which can't be sent")


def status_of(values: FieldValues, change: str) -> str:
    """The revision status of a change; approved where none was entered."""
    return values.value(STATUS, change=change) or "approved"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def written_date(text: str, default: date) -> str:
    """A date as Spectrum takes it: MM/DD/CCYY."""
    day = date.fromisoformat(text) if text else default
    return f"{day.month:02}/{day.day:02}/{day.year:04}"
