"""The tables that a demo prints: what the approver reviews, and the job costs report at the end."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from erp_bridge_core.approvals.details import Details, ReviewLine
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.profile import Words
from erp_bridge_core.demo.options import DemoJob
from erp_bridge_core.exports.reports import JobCost, JobReport

#: Rows of a table that are printed; the totals are of all.
SHOWN: Final = 8


def review_table(details: Details, words: Words) -> Iterator[str]:
    """The five columns of a review, and the sub job (A2)."""
    header = (words.sub_job, words.cost_code, words.category, "original budget", "budget changes", "revised estimate")
    rows = [
        (*_key(line.ours), line.original_budget, line.budget_changes, line.revised_estimate)
        for line in islice(_most_telling(details), SHOWN)
    ]
    totals = details.totals
    total = ("", "", "total", totals.original_budget, totals.budget_changes, totals.revised_estimate)
    yield from _table(header, rows, total, keys=totals.keys)


def _most_telling(details: Details) -> Iterable[ReviewLine]:
    """Lines with budget changes first: they are what a reviewer looks for."""
    changed = [line for line in details.lines if line.budget_changes]
    return [*changed, *(line for line in islice(details.lines, SHOWN) if not line.budget_changes)]


def job_costs_table(report: JobReport, words: Words) -> Iterator[str]:
    """The ERP's own figures beside ours, per key and in total (V4)."""
    header = (words.sub_job, words.cost_code, words.category, "ours", "in the ERP", "difference", "outcome")
    rows = [_job_cost_row(cost) for cost in islice(report.costs, SHOWN)]
    yield from _table(header, rows, ("", "", "total", *_sums(report)), keys=report.total.keys)
    for name, part in ((f"{words.job} itself", report.job_total), (f"{words.sub_job}s", report.sub_job_total)):
        yield f"    {name}: {part.keys} keys, ours {part.ours:,.2f}, in the ERP {part.erp:,.2f}"


def _sums(report: JobReport) -> tuple[Decimal, Decimal, Decimal, str]:
    return report.total.ours, report.total.erp, report.total.difference, str(report.outcome)


def _job_cost_row(cost: JobCost) -> tuple[object, ...]:
    return (*_key(cost.key), cost.ours_total, cost.erp_total, cost.difference, str(cost.outcome))


def _key(key: LineKey) -> tuple[str, str, str]:
    return key.sub_job, key.cost_code, key.category


def side_by_side(jobs: Iterable[DemoJob]) -> Iterator[str]:
    """What each ERP's own books hold, beside what was meant, and how it was verified."""
    rows = [
        (job.erp, job.job, job.lines, job.revised_budget, job.in_erp, job.missing, job.duplicated, job.state,
         "; ".join(job.verified_by))
        for job in jobs
    ]  # fmt: skip
    header = ("ERP", "job", "lines", "revised budget", "in its books", "missing", "doubled", "state", "read back by")
    total = ("", "", "", sum((row[3] for row in rows), Decimal(0)), sum((row[4] for row in rows), Decimal(0)))
    yield from _table(header, rows, (*total, "", "", "", ""), keys=len(rows))


def sources_side_by_side(jobs: Iterable[DemoJob]) -> Iterator[str]:
    """Three books of each job: what its source holds as being in the ERP, what we accepted, what the ERP's own hold."""
    rows = [
        (job.erp, job.source.project, len(job.source.requests), job.source.synced, job.source.accepted, job.in_erp,
         job.missing, job.duplicated, job.source.told_falsely)
        for job in jobs if job.source
    ]  # fmt: skip
    header = ("ERP", "project", "requests", "told there as synced", "accepted here", "in the ERP's books", "missing",
              "doubled", "told falsely")  # fmt: skip
    sums = [sum((row[column] for row in rows), Decimal(0)) for column in (3, 4, 5)]
    yield from _table(header, rows, ("", "", "", *sums, "", "", ""), keys=len(rows))


def _table(
    header: Sequence[str], rows: Sequence[Sequence[object]], total: Sequence[object], *, keys: int
) -> Iterator[str]:
    cells = [[_cell(value) for value in row] for row in (header, *rows, total)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    money = {column for column, value in enumerate(total) if isinstance(value, Decimal)}
    for number, row in enumerate(cells):
        if number == len(cells) - 1 and keys > len(rows):
            yield f"    … and {keys - len(rows)} more"
        text = "  ".join(
            cell.rjust(width) if column in money else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"    {text}".rstrip()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "not readable" if value is None else str(value)
