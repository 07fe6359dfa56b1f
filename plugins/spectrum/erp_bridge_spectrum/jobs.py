"""Finding one job: Data Exchange lists jobs and has no filter for one."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_spectrum.replies import Row, read_failed
from erp_bridge_spectrum.services import GET_JOB
from erp_bridge_spectrum.soap import Exchange

#: Asked for in this order: most jobs are found by the first.
_STATUSES: Final = ("", "C", "A", "I")
#: Orders in which a list that is cut off begins with other jobs.
_SORTS: Final = ("", "D", "P", "S", "E", "C")


@frozen(kw_only=True)
class Job:
    """A job as Spectrum lists it: status A (Active), I (Inactive) or C (Complete)."""

    company: str
    job: str
    name: str
    status: str
    customer: str
    contract: str
    division: str


def find_job(exchange: Exchange, job: str) -> Job:
    """The job. Raises `NotFound` only when every list was complete, `ReadFailed` when one may not have been."""
    complete = set()
    for status, division, sort in _lists(exchange):
        if status in complete or (status in {"A", "I"} and "" in complete):
            continue
        rows, whole = exchange.get(GET_JOB, pStatus_Code=status, pDivision=division, pSort_By=sort)
        for row in rows:
            if row.get("Job_Number", "").strip() == job.strip():
                return _job(exchange, row)
        if whole and not division:
            complete.add(status)
        if {"", "C"} <= complete or {"A", "I", "C"} <= complete:
            raise NotFound(
                f"Spectrum's company {exchange.erp.settings.company} has no job {job!r} that this connection may see.",
                remedy="Check the job's number, and the job security of the operator of the Authorization ID.",
            )
    raise read_failed(
        GET_JOB,
        f"job {job!r} is not among the jobs that came, and more than one answer holds are there",
        "Enter the company's divisions as divisions, so that jobs can be listed by division.",
    )


def _lists(exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    for sort in _SORTS:
        for status in _STATUSES:
            yield status, "", sort
    for division in exchange.erp.settings.divisions:
        for status in _STATUSES[1:]:
            yield status, division, ""


def _job(exchange: Exchange, row: Row) -> Job:
    company = row.get("Company_Code", "")
    if company != exchange.erp.settings.company:
        raise read_failed(GET_JOB, f"a job of company {company!r} came, not of {exchange.erp.settings.company!r}")
    return Job(
        company=company,
        job=row["Job_Number"],
        name=row.get("Job_Description", ""),
        status=row.get("Status_Code", ""),
        customer=row.get("Customer_Code", ""),
        contract=row.get("Contract_Number", ""),
        division=row.get("Division", ""),
    )
