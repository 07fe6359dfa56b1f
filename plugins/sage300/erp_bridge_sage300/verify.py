"""Reading back what was posted, by every configured route; each says what it can see. The core compares (V2)."""

from collections.abc import Iterator

from attrs import field, frozen

from erp_bridge_core.contract import ExportReceipt, LineKey, Observation, RouteSight, Seen
from erp_bridge_sage300.codes import KeyMatcher
from erp_bridge_sage300.masters import OdbcJob
from erp_bridge_sage300.report import JobCostReport, ReportRow, remembered_reports
from erp_bridge_sage300.routes import FAILURES, ODBC, REPORT, TITLES, failed, missing, several
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
    report, marks = JobCostReport(erp), _Marks(matcher)
    try:
        fact = report.check(receipt.job, marks.take)
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
    seen: set[int] = set()
    for row in report.rows(receipt.job):
        key = matcher.match(row.extra, row.cost_code, row.category)
        if hash(key) not in seen:
            seen.add(hash(key))
            yield several(REPORT, key) if hash(key) in marks.twice else _from_report(key, row)
    yield from missing(REPORT, receipt, seen)


@frozen
class _Marks:
    """The keys of a report, and those that stand in several rows, as hashes, so that a large report stays small."""

    matcher: KeyMatcher
    once: set[int] = field(factory=set)
    twice: set[int] = field(factory=set)

    def take(self, row: ReportRow) -> None:
        """Take in one row."""
        mark = hash(self.matcher.match(row.extra, row.cost_code, row.category))
        (self.twice if mark in self.once else self.once).add(mark)


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
        found: dict[LineKey, Observation] = {}
        for figure in job.figures():
            key = matcher.match(figure.key.sub_job, figure.key.cost_code, figure.key.category)
            seen = Observation(
                route=ODBC, key=key, original=figure.original, changes=figure.changes, total=figure.total
            )
            found[key] = several(ODBC, key) if key in found else seen
    except FAILURES as error:
        yield failed(ODBC, error)
        return
    yield RouteSight(route=ODBC, title=TITLES[ODBC], proof=False, evidence={"rows": str(len(found))})
    yield from found.values()
    yield from missing(ODBC, receipt, {hash(key) for key in found})
