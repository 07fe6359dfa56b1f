"""`/reports/job-costs`: the ERP's own figures beside ours, as JSON, CSV or XLSX (V4)."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from attrs import frozen
from litestar import Response
from litestar.params import FromPath, QueryParameter

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.exports.report_queries import KeySearch
from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.api.models import Key, Limit, Offset, listed, made_all
from erp_bridge_core.web.api.operations import Operations
from erp_bridge_core.web.downloads import CSV, XLSX, download
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.paging import PAGE_ROWS, Slice

_on = Operations("reports")
_SubJob = Annotated[str | None, QueryParameter(description="Keys of this sub job alone; blank: of the job itself.")]
_Search = Annotated[str, QueryParameter(max_length=200, description="Keys with this in a code.")]
_Differing = Annotated[bool, QueryParameter(description="Only keys that differ or can't be read.")]
_Project = Annotated[str | None, QueryParameter(description="This project's job alone, by its number.")]


@frozen(kw_only=True)
class JobTotals:
    """Sums over keys whose totals are readable; `keys` counts all."""

    keys: int
    readable: int
    ours: str
    erp: str
    adopted: str
    difference: str


@frozen(kw_only=True)
class JobCosts:
    """One project's job as the last verification read it: job and sub jobs apart, and summed."""

    project: str
    project_name: str
    job: str
    currency: str
    item: int
    outcome: str
    taken_at: datetime
    since: datetime
    job_total: JobTotals
    sub_job_total: JobTotals
    total: JobTotals


@frozen(kw_only=True)
class JobCostsAnswer:
    """The report; `unverified` names projects whose export was never read back."""

    jobs: list[JobCosts]
    unverified: list[str]


@frozen(kw_only=True)
class KeyCost:
    """One key: the ERP's figures beside ours; null where the route can't read one."""

    key: Key
    ours_original: str | None
    ours_changes: str | None
    ours_total: str | None
    erp_original: str | None
    erp_changes: str | None
    erp_total: str | None
    adopted: str
    difference: str | None
    outcome: str
    route: str
    since: datetime


@frozen(kw_only=True)
class KeyCostPage:
    """Some keys of all."""

    items: list[KeyCost]
    total: int
    next_offset: int | None


@_on.read("/reports/job-costs", "The job costs report", HTTPStatus.NOT_FOUND)
def show_job_costs(application: GivenApplication, actor: GivenActor, project: _Project = None) -> JobCostsAnswer:
    """Show the totals of each exported job; what the last verification read. The files hold its keys."""
    report = application.reports.job_costs(actor, project=project)
    return JobCostsAnswer(jobs=made_all(JobCosts, report.jobs), unverified=list(report.unverified))


@_on.read("/projects/{number:str}/job-costs", "A job's keys")
def list_job_costs(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    sub_job: _SubJob = None,
    search: _Search = "",
    differing: _Differing = False,
    offset: Offset = 0,
    limit: Limit = PAGE_ROWS,
) -> Response[KeyCostPage]:
    """List the keys of one project's job that match."""
    wanted = KeySearch(sub_job=sub_job, text=search, differing=differing, offset=offset, limit=limit)
    keys = application.reports.find_costs(actor, number, wanted)
    if keys is None:
        raise NotFound(f"Nothing of project {number} was read back yet.", remedy="Export and verify it first.")
    found = Slice(rows=keys.rows, offset=offset, limit=limit, total=keys.total)
    return listed(request, KeyCostPage, KeyCost, found)


@_on.read("/reports/job-costs/csv", "The report as CSV", HTTPStatus.NOT_FOUND, media_type=CSV)
def download_job_costs_csv(
    application: GivenApplication, actor: GivenActor, project: _Project = None
) -> Response[bytes]:
    """Write the report's keys as CSV in UTF-8; text is never a formula there."""
    return download(application.reports.job_costs(actor, project=project).write_csv, "job-costs.csv", CSV)


@_on.read("/reports/job-costs/xlsx", "The report as XLSX", HTTPStatus.NOT_FOUND, media_type=XLSX)
def download_job_costs_xlsx(
    application: GivenApplication, actor: GivenActor, project: _Project = None
) -> Response[bytes]:
    """Write the report's keys as an Excel workbook; amounts are numbers, text is never a formula there."""
    return download(application.reports.job_costs(actor, project=project).write_xlsx, "job-costs.xlsx", XLSX)


HANDLERS: Final = (show_job_costs, list_job_costs, download_job_costs_csv, download_job_costs_xlsx)
