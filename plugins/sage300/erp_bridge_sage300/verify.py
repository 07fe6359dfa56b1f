"""Reading back what was posted, by every configured route; each says what it can see. The core compares (V2)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_core.contract.lookup import Lookup
from erp_bridge_sage300.codes import KeyMatcher
from erp_bridge_sage300.masters import OdbcJob
from erp_bridge_sage300.report import JobCostReport, ReportRow, remembered_reports
from erp_bridge_sage300.routes import FAILURES, ODBC, REPORT, TITLES, failed, missing, place_of, several
from erp_bridge_sage300.share import SageErp
from erp_bridge_sage300.verify_hh2 import see_by_hh2


def verify_posted(receipt: ExportReceipt, erp: SageErp) -> Iterator[Seen]:
    """Yield each route's sight, then what it sees; a route that fails is one sight that says why."""
    matcher = KeyMatcher(erp.settings.comparing).learn(receipt.keys)
    yield from _report(receipt, erp, matcher)
    if erp.settings.odbc_connection:
        yield from _odbc(receipt, erp, matcher)
    if erp.settings.hh2_base:
        yield from see_by_hh2(receipt, erp, matcher)


# -- the job cost report: the proof ------------------------------------------------------------------------------------


def _report(receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> Iterator[Seen]:
    report, rows = JobCostReport(erp), Lookup()

    def count(row: ReportRow) -> None:
        place = place_of(matcher.match(row.extra, row.cost_code, row.category))
        rows.put(place, ((rows.get(place) or (0,))[0] + 1,))

    try:
        fact = report.check(receipt.job, count)
    except FAILURES as error:
        yield failed(REPORT, error)
        return
    old = fact.sha256 in remembered_reports(erp, item=receipt.item, version=receipt.version)
    yield RouteSight(
        route=REPORT,
        title=TITLES[REPORT],
        sees_unposted=fact.shows_unposted,
        stale="The report is the one from before the import: print it again." if old else None,
        evidence={"path": report.path, "sha256": fact.sha256, "rows": str(fact.rows)},
    )
    for row in report.rows(receipt.job):
        key = matcher.match(row.extra, row.cost_code, row.category)
        (standing,) = rows.get(place_of(key)) or (1,)
        if standing:
            yield _from_report(key, row) if standing == 1 else several(REPORT, key)
            rows.put(place_of(key), _TOLD)
    yield from missing(REPORT, receipt, rows)


#: In place of how many rows stand for a key: it was told.
_TOLD: Final = (0,)


def _from_report(key: LineKey, row: ReportRow) -> Observation:
    return Observation(
        route=REPORT,
        key=key,
        original=row.original,
        changes=row.changes,
        total=row.total,
        unposted_original=row.unposted_original,
        unposted_changes=row.unposted_changes,
        evidence={"row": str(row.number)},
    )


# -- Sage's tables over ODBC -------------------------------------------------------------------------------------------


def _odbc(receipt: ExportReceipt, erp: SageErp, matcher: KeyMatcher) -> Iterator[Seen]:
    job = OdbcJob(erp, receipt.job)
    try:
        job.header()
        found = Lookup()
        for figure in job.figures():
            place = place_of(matcher.match(figure.key.sub_job, figure.key.cost_code, figure.key.category))
            amounts = (figure.original, figure.changes, figure.total)
            found.put(place, () if place in found else tuple(map(str, amounts)))
    except FAILURES as error:
        yield failed(ODBC, error)
        return
    yield RouteSight(route=ODBC, title=TITLES[ODBC], proof=False, evidence={"rows": str(len(found))})
    for parts, told in found:
        key = LineKey(*parts)
        if told:
            original, changes, total = map(Decimal, told)
            yield Observation(route=ODBC, key=key, original=original, changes=changes, total=total)
        else:
            yield several(ODBC, key)
    yield from missing(ODBC, receipt, found)
