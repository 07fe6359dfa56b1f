"""Reading: whether the connection works, a job with its masters, and its figures."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from urllib.parse import quote

from attrs import frozen
from erp_bridge_core.contract import (
    Category,
    Checked,
    CostCode,
    Figure,
    JobHeader,
    JobReading,
    JobStatus,
    LineKey,
    Stream,
    SubJob,
    hookimpl,
)
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed

from erp_bridge_acme.client import Client, ThisErp, take
from erp_bridge_acme.profile import TITLE

ROUTE: Final = "figures"


@frozen(kw_only=True)
class Job:
    """A job with its masters; `live` is false in a test company."""

    company: str
    live: bool
    name: str
    status: str
    sub_jobs: tuple[SubJob, ...]
    cost_codes: tuple[CostCode, ...]
    categories: tuple[Category, ...]


@frozen(kw_only=True)
class FigureRow:
    """The figures of one key: what is posted, and what waits to be posted."""

    sub_job: str
    cost_code: str
    category: str
    original: Decimal
    changes: Decimal
    unposted_original: Decimal
    unposted_changes: Decimal
    description: str
    unit: str
    quantity: Decimal | None

    @property
    def key(self) -> LineKey:
        """What the figures are about."""
        return LineKey(self.sub_job, self.cost_code, self.category)


@hookimpl
def check_connection(erp: ThisErp) -> Iterator[Checked]:
    """Look whether the token lets into the company that the connection names."""
    try:
        require_company(Client(erp, by_person=True))
    except ErpBridgeError as error:
        yield Checked(name="company", ok=False, message=error.message, remedy=error.remedy)
    else:
        yield Checked(name="company", ok=True, message=f"{TITLE} answers for {erp.settings.company}.")


def require_company(client: Client) -> None:
    """Raise `ReadFailed` unless the service answers, and for the company that the connection names."""
    found, wanted = client.read("company").get("company"), client.erp.settings.company
    if found != wanted:
        raise ReadFailed(f"The token lets into company {found!r}, not {wanted!r}.", remedy="Correct one of them.")


def job_path(job: str) -> str:
    """The address of a job, below the service's own."""
    return f"jobs/{quote(job, safe='')}"


@hookimpl
def read_job(job: str, erp: ThisErp) -> JobReading:
    """Read a job; raises `NotFound`, `ReadFailed`."""
    client = Client(erp)
    found = take(Job, client.read(job_path(job)), what="job")
    status = JobStatus(found.status) if found.status in set(JobStatus) else JobStatus.UNKNOWN
    return JobReading(
        header=JobHeader(company=found.company, job=job, name=found.name, status=status, live=found.live),
        sub_jobs=Stream(lambda: found.sub_jobs),
        cost_codes=Stream(lambda: found.cost_codes),
        categories=Stream(lambda: found.categories),
        figures=Stream(lambda: (_figure(row) for row in read_figures(client, job))),
        routes=(ROUTE,),
    )


def read_figures(client: Client, job: str) -> Iterator[FigureRow]:
    """Every key of a job that has figures; raises `ReadFailed`."""
    return client.rows(f"{job_path(job)}/figures", FigureRow)


def _figure(row: FigureRow) -> Figure:
    return Figure(
        key=row.key,
        original=row.original,
        changes=row.changes,
        total=row.original + row.changes,
        description=row.description,
        unit=row.unit,
        quantity=row.quantity,
        route=ROUTE,
    )
