"""The site's reports in CSV: the job cost report, which is the proof, and the list of Extras."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import asdict, frozen

from erp_bridge_core.contract import Erp, SubJob
from erp_bridge_core.contract.errors import ErpBridgeError, ReadFailed
from erp_bridge_core.contract.money import parse_decimal
from erp_bridge_sage300.settings import ReportColumns, Sage300Settings

#: Columns that a site's report need not have.
OPTIONAL = frozenset({"unposted_original", "unposted_changes", "committed"})
CLOSED = frozenset({"closed", "inactive"})


@frozen(kw_only=True)
class ReportRow:
    """One row of the job cost report: Sage's own figures of one category record, codes as the report has them."""

    number: int
    company: str
    job: str
    extra: str
    cost_code: str
    category: str
    original: Decimal
    changes: Decimal
    total: Decimal
    unposted_original: Decimal | None
    unposted_changes: Decimal | None
    committed: Decimal | None


@frozen(kw_only=True)
class ReportFact:
    """What is known of a report as a whole after a complete read."""

    sha256: str
    rows: int
    shows_unposted: bool


@frozen
class JobCostReport:
    """The job cost report of a connection."""

    erp: Erp[Sage300Settings]

    @property
    def path(self) -> str:
        """Where it lies below the share."""
        return self.erp.settings.job_cost_report

    def fingerprint(self) -> str:
        """The hash of the report as it is now; raises `ReadFailed` when there is none."""
        return self.erp.files.sha256(self.path)

    def rows(self, job: str) -> Iterator[ReportRow]:
        """The rows of one job. Raises `ReadFailed`, naming row and column, for anything that is not right."""
        settings = self.erp.settings
        names = asdict(settings.report_columns)
        same = settings.comparing.same_job
        for number, row in _table(self.erp, self.path, names, OPTIONAL):
            if same(row["job"], job):
                _same_company(row["company"], settings.company, self.path, number)
                yield _report_row(row, number, self.path, settings.report_columns)

    def check(self, job: str, look: Callable[[ReportRow], object] = lambda _: None) -> ReportFact:
        """Read the whole report once and say what it is; raises `ReadFailed` unless it stayed the same meanwhile.

        `look` is shown each row of the job on the way.
        """
        before = self.fingerprint()
        shows = _headers(self.erp, self.path)
        rows = 0
        for row in self.rows(job):
            rows += 1
            look(row)
        if self.fingerprint() != before:
            raise ReadFailed(f"The report {self.path} changed while it was read.", remedy="Try again.")
        names = self.erp.settings.report_columns
        unposted = {names.unposted_original, names.unposted_changes} <= set(shows)
        return ReportFact(sha256=before, rows=rows, shows_unposted=unposted)


def read_extras(erp: Erp[Sage300Settings], job: str) -> Iterator[SubJob]:
    """The Extras of one job by the site's list; raises `ReadFailed` for a list that is not right."""
    settings = erp.settings
    for _, row in _table(erp, settings.extras_report, asdict(settings.extras_columns), frozenset()):
        if settings.comparing.same_job(row["job"], job) and row["extra"]:
            active = row["status"].casefold() not in CLOSED
            yield SubJob(code=row["extra"], name=row["description"], active=active)


def report_headers(erp: Erp[Sage300Settings], path: str, names: Mapping[str, str]) -> None:
    """Read a report's header row; raises `ReadFailed` naming every missing column."""
    for _ in _table(erp, path, names, OPTIONAL):
        return


def _headers(erp: Erp[Sage300Settings], path: str) -> list[str]:
    with erp.files.open(path) as raw, _text(raw, erp.settings.report_encoding) as text:
        return next(csv.reader(text), [])


def _table(
    erp: Erp[Sage300Settings], path: str, names: Mapping[str, str], optional: frozenset[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with erp.files.open(path) as raw, _text(raw, erp.settings.report_encoding) as text:
            yield from _rows(csv.reader(_whole_lines(text, path), strict=True), path, names, optional)
    except csv.Error as error:
        raise ReadFailed(f"The report {path} is no proper CSV: {error}.", remedy=REPRINT) from error
    except UnicodeDecodeError as error:
        encoding = erp.settings.report_encoding
        raise ReadFailed(
            f"The report {path} is not text in {encoding}.", remedy="Correct the setting report_encoding."
        ) from error
    except OSError as error:
        raise ReadFailed(f"The report {path} can't be read: {error.strerror}.", remedy=REPRINT) from error


REPRINT = "Print the report from Sage again into the share, with the columns that the settings name."


def _text(raw: Any, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _whole_lines(text: io.TextIOWrapper, path: str) -> Iterator[str]:
    """Lines that all end: a last one without its end may be a report cut short."""
    for line in text:
        if not line.endswith(("\n", "\r")):
            raise ReadFailed(f"The report {path} is cut short: its last line does not end.", remedy=REPRINT)
        if "\0" in line:
            raise ReadFailed(f"The report {path} is no text: it holds NUL characters.", remedy=REPRINT)
        yield line


def _rows(
    reader: Any, path: str, names: Mapping[str, str], optional: frozenset[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    headers = next(reader, None)
    if headers is None:
        raise ReadFailed(f"The report {path} is empty.", remedy=REPRINT)
    places = _places(headers, path, names, optional)
    for number, row in enumerate(reader, start=2):
        if len(row) != len(headers):
            raise ReadFailed(
                f"Row {number} of {path} has {len(row)} columns, its header {len(headers)}.", remedy=REPRINT
            )
        yield number, {name: row[place].strip() for name, place in places.items()}


def _places(headers: list[str], path: str, names: Mapping[str, str], optional: frozenset[str]) -> dict[str, int]:
    found = [header.strip() for header in headers]
    missing = [header for name, header in names.items() if header not in found and name not in optional]
    if missing:
        raise ReadFailed(f"The report {path} has no column {', '.join(missing)}.", remedy=REPRINT)
    twice = [header for header in names.values() if found.count(header) > 1]
    if twice:
        raise ReadFailed(f"The report {path} has the column {', '.join(twice)} twice.", remedy=REPRINT)
    return {name: found.index(header) for name, header in names.items() if header in found}


def _same_company(found: str, company: str, path: str, number: int) -> None:
    if found != company:
        raise ReadFailed(
            f"Row {number} of {path} is of the company {found!r}, the connection's is {company!r}.",
            remedy="Print the report from the right data folder, or correct the connection's company.",
        )


def _report_row(row: Mapping[str, str], number: int, path: str, columns: ReportColumns) -> ReportRow:
    amount = _amounts(row, number, path, columns)
    return ReportRow(
        number=number,
        company=row["company"],
        job=row["job"],
        extra=row["extra"],
        cost_code=row["cost_code"],
        category=row["category"],
        original=amount("original"),
        changes=amount("changes"),
        total=amount("total"),
        unposted_original=amount("unposted_original") if "unposted_original" in row else None,
        unposted_changes=amount("unposted_changes") if "unposted_changes" in row else None,
        committed=amount("committed") if "committed" in row else None,
    )


def _amounts(row: Mapping[str, str], number: int, path: str, columns: ReportColumns) -> Callable[[str], Decimal]:
    def amount(name: str) -> Decimal:
        try:
            return parse_decimal(row[name], 2)
        except ValueError as error:
            header = getattr(columns, name)
            raise ReadFailed(
                f"Row {number}, column {header} of {path}: {row[name]!r} is {error}.",
                remedy="Print amounts as plain numbers with two decimals.",
            ) from error

    return amount


def remember_report(erp: Erp[Sage300Settings], *, item: str, version: int) -> None:
    """Keep the report's hash from before an import, so that verification knows an unchanged report for what it is."""
    try:
        found = JobCostReport(erp).fingerprint()
    except ErpBridgeError as error:
        # Without a report there is nothing to remember, and the export does not need one.
        erp.log.info("the job cost report could not be fingerprinted: %s", error.message)
        return
    known = remembered_reports(erp, item=item, version=version)
    if found not in known:
        erp.state.put(_memory(item, version), [*known, found])


def remembered_reports(erp: Erp[Sage300Settings], *, item: str, version: int) -> list[str]:
    """The hashes of reports from before the import of that item's version."""
    return list(erp.state.get(_memory(item, version)) or ())


def _memory(item: str, version: int) -> str:
    return f"report-before-import:{item}:{version}"
