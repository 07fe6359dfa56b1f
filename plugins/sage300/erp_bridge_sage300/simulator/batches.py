"""Unposted batches: what waits in Job Cost's file of new entries until someone posts or removes it."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.simulation import today

_COLUMNS = (
    "batch, job, extra, code, category, kind, transaction_date, accounting_date, description, units, unit, amount"
)


@frozen(kw_only=True)
class Batch:
    """One unposted batch; amounts in cents, original estimates and approved changes apart."""

    batch: str
    source: str
    made: str
    jobs: str
    entries: int
    original: int
    approved: int


def new_batch(connection: sqlite3.Connection, source: str) -> str:
    """Open a batch; its id has ten characters, which is all that Sage's column takes."""
    cursor = connection.execute(
        "INSERT INTO batch (batch, source, made) VALUES ('', ?, ?)", (source, today(connection).isoformat())
    )
    batch = f"EST{cursor.lastrowid:07d}"
    connection.execute("UPDATE batch SET batch = ? WHERE number = ?", (batch, cursor.lastrowid))
    return batch


def add_entries(connection: sqlite3.Connection, rows: Iterable[Sequence[object]]) -> None:
    """Put unposted entries into their batches, in bulk; the values in the order of the columns."""
    marks = ", ".join("?" * len(_COLUMNS.split(",")))
    connection.executemany(f"INSERT INTO unposted ({_COLUMNS}) VALUES ({marks})", rows)  # noqa: S608 - no input in it


def list_batches(connection: sqlite3.Connection) -> Iterator[Batch]:
    """All unposted batches, oldest first."""
    rows = connection.execute(
        """SELECT batch.batch, source, made, coalesce(group_concat(DISTINCT job), '') AS jobs, count(job) AS entries,
               coalesce(sum(amount) FILTER (WHERE kind = 'original'), 0) AS original,
               coalesce(sum(amount) FILTER (WHERE kind = 'approved'), 0) AS approved
           FROM batch JOIN unposted USING (batch) GROUP BY batch.number ORDER BY batch.number"""
    )
    return (Batch(**dict(row)) for row in rows)


def remove_batch(connection: sqlite3.Connection, batch: str) -> int:
    """Take a batch out with its entries, as Sage's removal procedure for wrong or doubled estimates does.

    Returns how many entries went; raises NotFound for a batch that is not (or no longer) unposted.
    """
    removed = connection.execute("DELETE FROM unposted WHERE batch = ?", (batch,)).rowcount
    if not removed:
        raise NotFound(
            f"There is no unposted batch {batch}.", remedy="List the unposted batches; a posted one can't be removed."
        )
    return removed


def batches_of_job(connection: sqlite3.Connection, job: str) -> list[str]:
    """The unposted batches with entries of a job, oldest first."""
    rows = connection.execute("SELECT batch FROM unposted WHERE job = ? GROUP BY batch ORDER BY min(number)", (job,))
    return [row[0] for row in rows]
