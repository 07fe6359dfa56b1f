"""The simulator's own books: figures added up from the journals of what moved them, and the Cost Status Query."""

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from erp_bridge_cmic.simulator.company import COMPANY
from erp_bridge_core.contract import BookEntry, LineKey
from erp_bridge_core.contract.errors import BadInput, NotFound

_LEDGER: Final = """
    WITH moved AS (
        SELECT job, phase, category, moved_by AS original, 0 AS changes, 1 AS originals, 0 AS posted
        FROM row_entry WHERE comp = :comp
        UNION ALL
        SELECT job, phase, category, iif(class = 'O', amount, 0), iif(class = 'O', 0, amount), class = 'O', class <> 'O'
        FROM posting WHERE comp = :comp AND moved = 'Y'
    )
    SELECT iif(m.job = :job, '', m.job) AS sub_job, m.phase, m.category, sum(original) AS original,
        sum(changes) AS changes, sum(originals) AS originals, sum(posted) AS posted
    FROM moved m JOIN job j ON j.comp = :comp AND j.job = m.job WHERE :job IN (j.job, j.ctrl)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


def ledger(connection: sqlite3.Connection, job: str) -> Iterator[BookEntry]:
    """What really arrived per key of a control job and its sub jobs; a sub job goes by its own job code."""
    check_job(connection, job)
    for row in connection.execute(_LEDGER, {"comp": COMPANY, "job": job}):
        yield BookEntry(
            key=LineKey(row["sub_job"], row["phase"], row["category"]),
            original=money(row["original"]),
            changes=money(row["changes"]),
            original_entries=row["originals"],
            change_entries=row["posted"],
        )


def cost_status(connection: sqlite3.Connection, job: str) -> Iterator[tuple[str, ...]]:
    """The Cost Status Query by category: of the job and its sub jobs, in the order of the screen's columns."""
    check_job(connection, job)
    rows = connection.execute(
        "SELECT r.* FROM budget_row r JOIN job j ON j.comp = r.comp AND j.job = r.job"
        " WHERE r.comp = ? AND ? IN (j.job, j.ctrl) ORDER BY r.job, r.phase, r.category",
        (COMPANY, job),
    )
    figures = ("original", "posted_internal", "posted_external", "current", "pending", "prepending")
    for row in rows:
        yield (row["job"], row["phase"], row["category"], *(shown(row[figure]) for figure in figures))


def check_job(connection: sqlite3.Connection, job: str) -> sqlite3.Row:
    """A job's row; raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM job WHERE comp = ? AND job = ?", (COMPANY, job)
    ).fetchone()
    if row is None:
        raise NotFound(f"CMiC has no job {job}.", remedy="List the jobs and name one of them.")
    return row


def money(cents: int) -> Decimal:
    """Whole cents as an amount."""
    return Decimal(cents).scaleb(-2)


def shown(cents: int) -> str:
    """Plain text with two decimals, as a screen has it."""
    return format(money(cents), "f")


def typed(text: str) -> str:
    """An amount that a person typed, as it goes into a row; raises BadInput."""
    plain = text.strip().replace(",", "")
    try:
        value = Decimal(plain)
    except ArithmeticError as error:
        raise BadInput(f"{text!r} is not an amount.", remedy="Type it like 1234.50 or -1234.50.") from error
    if not value.is_finite():
        raise BadInput(f"{text!r} is not an amount.", remedy="Type it like 1234.50 or -1234.50.")
    return format(value, "f")
