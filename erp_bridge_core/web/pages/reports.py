"""The job costs report: of the company's jobs, and of one project's by sub job, cost code and key (V4)."""

from typing import Final

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from erp_bridge_core.web.actors import WebRequest
from erp_bridge_core.web.downloads import CSV, XLSX, download
from erp_bridge_core.web.given import GivenActor, GivenApplication
from erp_bridge_core.web.moments import of_one_moment
from erp_bridge_core.web.paging import PAGE_ROWS, Slice, offset_of, page_number
from erp_bridge_core.web.rendering import render
from erp_bridge_core.web.views.budget import words_of
from erp_bridge_core.web.views.reports import CostSearch, job_costs, report_path


@get("/reports/job-costs", sync_to_thread=True)
@of_one_moment
def show_reports(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    text: FromQuery[str] = "",
    differing: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """Every exported job of the company with its totals, as the last verification read them."""
    offset = offset_of(page)
    found = application.reports.find_jobs(
        actor, text=text.strip()[:100], differing=bool(differing), offset=offset, limit=PAGE_ROWS
    )
    shown = Slice(rows=found.jobs, offset=offset, limit=PAGE_ROWS, total=found.total)
    return render(
        request,
        "reports/list.html",
        jobs=shown,
        unverified=found.unverified,
        search=CostSearch(text=text[:100], differing=bool(differing)),
        path_of=report_path,
        previous_page=page_number(shown, shown.previous_offset),
        next_page=page_number(shown, shown.next_offset),
    )


@get("/projects/{number:str}/job-costs", sync_to_thread=True)
@of_one_moment
def show_job_costs(
    *,
    request: WebRequest,
    application: GivenApplication,
    actor: GivenActor,
    number: FromPath[str],
    sub_job: FromQuery[str] = "",
    text: FromQuery[str] = "",
    differing: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> Response[str]:
    """One project's job: a chart by sub job or cost code, and its keys."""
    project = application.projects.show(actor, number)
    search = CostSearch(sub_job=sub_job, text=text.strip()[:100], differing=bool(differing), page=page)
    costs = job_costs(application, actor, number, search)
    never_read = costs is None and bool(application.reports.job_costs(actor, project=number).unverified)
    return render(
        request,
        "reports/job.html",
        project=project,
        words=words_of(application, project),
        job=costs.job if costs else None,
        costs=costs,
        never_read=never_read,
        search=search,
        path=report_path(number),
        previous_page=page_number(costs.keys, costs.keys.previous_offset) if costs else None,
        next_page=page_number(costs.keys, costs.keys.next_offset) if costs else None,
    )


@get("/reports/job-costs/csv", sync_to_thread=True)
def download_all_csv(application: GivenApplication, actor: GivenActor) -> Response[bytes]:
    """Every key of every job as CSV."""
    return download(application.reports.job_costs(actor).write_csv, "job-costs.csv", CSV)


@get("/reports/job-costs/xlsx", sync_to_thread=True)
def download_all_xlsx(application: GivenApplication, actor: GivenActor) -> Response[bytes]:
    """Every key of every job as a workbook."""
    return download(application.reports.job_costs(actor).write_xlsx, "job-costs.xlsx", XLSX)


@get("/projects/{number:str}/job-costs/csv", sync_to_thread=True)
def download_csv(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Response[bytes]:
    """The keys of one project's job as CSV."""
    return download(application.reports.job_costs(actor, project=number).write_csv, "job-costs.csv", CSV)


@get("/projects/{number:str}/job-costs/xlsx", sync_to_thread=True)
def download_xlsx(application: GivenApplication, actor: GivenActor, number: FromPath[str]) -> Response[bytes]:
    """The keys of one project's job as a workbook."""
    return download(application.reports.job_costs(actor, project=number).write_xlsx, "job-costs.xlsx", XLSX)


HANDLERS: Final = (
    show_reports,
    show_job_costs,
    download_all_csv,
    download_all_xlsx,
    download_csv,
    download_xlsx,
)
