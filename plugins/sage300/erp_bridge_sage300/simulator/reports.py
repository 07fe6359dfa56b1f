"""The site's own reports in the share: the job cost report and the list of extras, as CSV files."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from erp_bridge_core.simulation import write_atomically
from erp_bridge_sage300.simulator.amounts import shown
from erp_bridge_sage300.simulator.company import EXTRAS_REPORT, JOB_COST_REPORT, Company, fact
from erp_bridge_sage300.simulator.switches import SWITCHES

_HEADERS: Final = (
    "Company", "Job", "Extra", "Cost Code", "Category", "Original Estimate", "Approved Estimate Changes",
    "Total Estimate",
)  # fmt: skip
_UNPOSTED: Final = ("Unposted Original", "Unposted Approved")
_CHUNK: Final = 1_000


def print_reports(company: Company, connection: sqlite3.Connection) -> list[str]:
    """Write both reports, each whole and in one step; tells what was written.

    With the switch `stale_report` the job cost report repeats the figures of the one before.
    """
    if not SWITCHES.on(connection, "stale_report"):
        _take_figures(connection)
    unposted = SWITCHES.on(connection, "report_unposted")
    headers = (*_HEADERS, *_UNPOSTED) if unposted else _HEADERS
    write_atomically(company.share / JOB_COST_REPORT, _csv(headers, _job_costs(connection, len(headers))))
    extras = connection.execute("SELECT job, extra, name, status FROM extra ORDER BY job, extra")
    write_atomically(company.share / EXTRAS_REPORT, _csv(("Job", "Extra", "Description", "Status"), extras))
    rows = connection.execute("SELECT count(*) FROM printed").fetchone()[0]
    return [f"Printed the job cost report ({rows} rows) to {JOB_COST_REPORT} and the extras to {EXTRAS_REPORT}."]


def _take_figures(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM printed")
    connection.execute(
        """INSERT INTO printed
           SELECT job, extra, code, category, original, approved, coalesce(waiting_original, 0),
               coalesce(waiting_approved, 0)
           FROM category LEFT JOIN (
               SELECT job, extra, code, category, sum(amount) FILTER (WHERE kind = 'original') AS waiting_original,
                   sum(amount) FILTER (WHERE kind = 'approved') AS waiting_approved
               FROM unposted GROUP BY job, extra, code, category
           ) USING (job, extra, code, category)"""
    )


def _job_costs(connection: sqlite3.Connection, columns: int) -> Iterator[Sequence[str]]:
    name, hidden = fact(connection, "name"), SWITCHES.get(connection, "hidden_job")
    count = connection.execute("SELECT count(*) FROM printed").fetchone()[0]
    kept = max(0, count - SWITCHES.number(connection, "report_hidden"))
    doubled = SWITCHES.number(connection, "report_doubled")
    rows = connection.execute(
        """SELECT * FROM printed WHERE (job, extra, code, category) NOT IN (
               SELECT * FROM (SELECT job, extra, code, category FROM printed WHERE job = ?
                   ORDER BY extra DESC, code DESC, category DESC LIMIT 1))
           ORDER BY job, extra, code, category LIMIT ?""",
        (hidden, kept),
    )
    for number, row in enumerate(rows):
        total = row["original"] + row["approved"]
        amounts = (row["original"], row["approved"], total, row["unposted_original"], row["unposted_approved"])
        line = (name, *row[:4], *map(shown, amounts))[:columns]
        yield line
        if number < doubled:
            yield line


def _csv(headers: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    lines = iter(rows)
    chunk: list[Iterable[str]] = [headers]
    while chunk:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(chunk)
        yield text.getvalue().encode()
        chunk = list(islice(lines, _CHUNK))
