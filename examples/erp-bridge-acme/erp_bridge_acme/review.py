"""Before anything is sent: what the ERP would not take, and what it asks of the approver."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve, frozen
from erp_bridge_core.contract import (
    ExportBatch,
    ExportLine,
    Finding,
    JobStatus,
    RevisionField,
    Severity,
    hookimpl,
    standard_fields,
)

from erp_bridge_acme.client import Client, ThisErp
from erp_bridge_acme.profile import RECORDED, STATUSES
from erp_bridge_acme.reading import job_path

TYPE: Final = "budget_revision_type"
DATE: Final = "revision_date"
NUMBER: Final = "budget_revision_number"
STATUS: Final = "budget_revision_status"
APPROVER: Final = "approved_by"


@frozen(kw_only=True)
class RevisionRow:
    """One entry of a revision as the ERP lists it; `status` is recorded, unposted, posted, rejected or removed."""

    number: str
    change: str
    reference: str
    status: str


def read_revisions(client: Client, job: str) -> Iterator[RevisionRow]:
    """Every entry of a revision on a job; raises `ReadFailed`."""
    return client.rows(f"{job_path(job)}/revisions", RevisionRow)


@hookimpl
def validate_budget(batch: ExportBatch, erp: ThisErp) -> Iterator[Finding]:
    """Yield all findings, the job's first, then line by line; limits are the core's to check."""
    masters = erp.masters
    if masters.header.status is not JobStatus.OPEN:
        yield Finding(
            severity=Severity.ERROR,
            rule="job-status",
            message=f"Job {batch.job} is {masters.header.status}, and takes no entries.",
            remedy="Have it opened, then sync.",
            field="job",
            value=batch.job,
        )
    for line in batch.lines:
        key = line.key
        found = {
            "sub_job": not key.sub_job or masters.sub_job(key.sub_job),
            "cost_code": masters.cost_code(key.cost_code, sub_job=key.sub_job),
            "category": masters.category(key.category),
        }
        yield from (_unknown(line, field) for field, held in found.items() if not held)


def _unknown(line: ExportLine, field: str) -> Finding:
    code, name = getattr(line.key, field), field.replace("_", " ")
    return Finding(
        severity=Severity.ERROR,
        rule=f"{field.replace('_', '-')}-unknown",
        message=f"The {name} {code!r} is not on the job.",
        remedy=f"Have the {name} set up, then sync; or map it to one that is there.",
        line=line.number,
        key=line.key,
        field=field,
        value=code,
    )


@hookimpl
def revision_fields(batch: ExportBatch, erp: ThisErp) -> Iterator[RevisionField]:
    """The standard set; each budget change has a number of its own, counted on from the highest on the job."""
    first = _highest_number(erp, batch.job) + 1 if batch.has_changes else 1
    numbers = [str(first + count) for count, _ in enumerate(batch.change_headers)]
    for field in standard_fields(
        today=erp.clock.today(),
        # Several changes can't share one number, so that there is none for the item as a whole.
        next_number=numbers[0] if len(numbers) == 1 else "",
        approver="ERP Bridge",
        statuses=STATUSES,
    ):
        yield evolve(field, recorded=RECORDED if field.name == STATUS else ())
        if field.name == NUMBER:
            for header, number in zip(batch.change_headers, numbers, strict=True):
                yield evolve(field, change=header.number, default=number, required=True)


def _highest_number(erp: ThisErp, job: str) -> int:
    numbers = (row.number for row in read_revisions(Client(erp), job))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)
