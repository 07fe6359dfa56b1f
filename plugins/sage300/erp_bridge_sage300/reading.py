"""Reading a job: masters from Sage's tables or hh2, Extras from the site's list, figures from every route."""

from collections.abc import Callable, Iterator

from attrs import evolve

from erp_bridge_core.contract import CostCode, Figure, JobHeader, JobReading, LineKey, Stream, SubJob
from erp_bridge_core.contract.errors import BadSettings, ReadFailed
from erp_bridge_core.contract.lookup import Lookup
from erp_bridge_sage300.masters import Hh2Job, JobRoute, OdbcJob
from erp_bridge_sage300.report import JobCostReport, ReportRow, read_extras
from erp_bridge_sage300.routes import place_of
from erp_bridge_sage300.share import SageErp

HH2_BLIND = (
    "hh2's rows carry no Extra: a row may be the job's own or an Extra's, so no baseline is read from it. It shows "
    "Sage as of its last sync."
)
REPORT_BLIND = "The report shows posted figures as of when it was printed; what it leaves out is not there."


def read_job(job: str, erp: SageErp) -> JobReading:
    """Read a job by every configured route.

    Raises `NotFound` for a job that Sage doesn't know, `BadSettings` when no route reads masters, `ReadFailed` when
    one was cut short or is of another company.
    """
    route, name = _masters_route(job, erp)
    report = JobCostReport(erp)
    printed = _is_there(erp, report.path)
    header = _confirmed(route.header(), report if printed else None, job)
    blind = {"hh2": HH2_BLIND} if erp.settings.hh2_base else {}
    blind["report"] = REPORT_BLIND if printed else f"The job cost report {report.path} was not printed yet."
    return JobReading(
        header=header,
        sub_jobs=Stream(lambda: _sub_jobs(erp, job, route)),
        cost_codes=Stream(lambda: _cost_codes(erp, job, route, report if printed else None)),
        categories=Stream(route.categories),
        figures=Stream(_figures(erp, job, route, report if printed else None)),
        routes=(*(("report",) if printed else ()), name),
        blind=blind,
    )


def _masters_route(job: str, erp: SageErp) -> tuple[JobRoute, str]:
    """Sage's own tables where they can be read, since they tell Extras apart; else hh2."""
    if erp.settings.odbc_connection:
        return OdbcJob(erp, job), "odbc"
    if erp.settings.hh2_base:
        return Hh2Job(erp, job), "hh2"
    raise BadSettings(
        f"The connection {erp.name} has no route that reads jobs, cost codes and categories.",
        remedy="Set hh2_url with its four secrets, or odbc_connection.",
    )


def _is_there(erp: SageErp, path: str) -> bool:
    """Whether a report was printed; a folder that can't be seen is told by the read itself."""
    return bool(path) and erp.files.exists(path)


def _confirmed(header: JobHeader, report: JobCostReport | None, job: str) -> JobHeader:
    """The header once the report's company was seen to be the connection's; reading a row of another raises."""
    if report is None:
        return header
    seen = next(report.rows(job), None) is not None
    return evolve(header, facts={**header.facts, "company_seen_in_report": "yes" if seen else "no row of this job yet"})


def _sub_jobs(erp: SageErp, job: str, route: JobRoute) -> Iterator[SubJob]:
    if _is_there(erp, erp.settings.extras_report):
        return read_extras(erp, job)
    return route.sub_jobs()


def _cost_codes(erp: SageErp, job: str, route: JobRoute, report: JobCostReport | None) -> Iterator[CostCode]:
    """The route's cost codes, and those of Extras that only the report tells apart."""
    seen = Lookup()
    for code in route.cost_codes():
        if code.sub_job:
            seen.put((code.sub_job, code.code))
        yield code
    for row in report.rows(job) if report is not None else ():
        code_of_extra = (row.extra, erp.settings.comparing.cost_code(row.cost_code))
        if row.extra and code_of_extra not in seen:
            seen.put(code_of_extra)
            yield CostCode(code=code_of_extra[1], sub_job=row.extra)


def _figures(erp: SageErp, job: str, route: JobRoute, report: JobCostReport | None) -> Callable[[], Iterator[Figure]]:
    def read() -> Iterator[Figure]:
        seen = Lookup()
        for row in report.rows(job) if report is not None else ():
            figure = _figure(erp, row)
            place = place_of(figure.key)
            if place in seen:
                raise ReadFailed(
                    f"The job cost report has {figure.key} twice (row {row.number}).",
                    remedy="Print it with one row per Extra, cost code and category.",
                )
            seen.put(place)
            yield figure
        yield from route.figures()

    return read


def _figure(erp: SageErp, row: ReportRow) -> Figure:
    key = LineKey(row.extra, erp.settings.comparing.cost_code(row.cost_code), row.category)
    return Figure(
        key=key, original=row.original, changes=row.changes, total=row.total, committed=row.committed, route="report"
    )
