"""What an accountant changes by hand: entries of their own (drift), states of jobs, names, group codes."""

import sqlite3
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import today
from erp_bridge_sage300.simulator import codes, masters
from erp_bridge_sage300.simulator.batches import add_entries, new_batch
from erp_bridge_sage300.simulator.company import changed
from erp_bridge_sage300.simulator.posting import PostingRun, post_entries

STATUSES: Final = ("Unstarted", "In progress", "Closed", "Hold")


@frozen(kw_only=True)
class HandEntry:
    """An entry typed into Job Cost itself; `kind` is original, approved or pending, `amount` is in cents."""

    job: str
    extra: str
    code: str
    category: str
    kind: str
    amount: int
    description: str = "Entered by hand"


def enter_by_hand(connection: sqlite3.Connection, entry: HandEntry) -> PostingRun:
    """Enter and post it at once. Raises NotFound for a key that Sage does not have; nobody can delete it again."""
    job = codes.held_job(connection, entry.job)
    found = codes.find_cost_code(connection, job, entry.extra, entry.code)
    if found is None:
        raise NotFound(
            f"Job {job} has no cost code {entry.code}{f' on extra {entry.extra}' if entry.extra else ''}.",
            remedy="Show the job and give one of its cost codes.",
        )
    masters.add_categories(connection, [(job, entry.extra, found["code"], entry.category)])
    key = (job, entry.extra, found["code"], entry.category)
    present = "SELECT 1 FROM category WHERE (job, extra, code, category) = (?, ?, ?, ?)"
    if connection.execute(present, key).fetchone() is None:
        raise NotFound(f"{entry.category} is not a standard category.", remedy="Give one of the standard list.")
    batch = new_batch(connection, "Entered in Job Cost")
    day = today(connection).isoformat()
    add_entries(
        connection, [(batch, *key, entry.kind, day, day, entry.description[: masters.NAME_LENGTH], 0, "", entry.amount)]
    )
    return post_entries(connection, [batch])


def set_status(connection: sqlite3.Connection, job: str, status: str) -> None:
    """Close, hold or reopen a job."""
    _update(connection, "UPDATE job SET status = ? WHERE job = ?", (status, codes.held_job(connection, job)))


def set_finalized(connection: sqlite3.Connection, job: str, *, finalized: bool) -> None:
    """Mark the original estimate of a job as finalized, or no longer."""
    _update(connection, "UPDATE job SET finalized = ? WHERE job = ?", (finalized, codes.held_job(connection, job)))


def rename_extra(connection: sqlite3.Connection, job: str, extra: str, name: str) -> None:
    """Give an extra another name, of at most 30 characters; raises BadInput or NotFound."""
    if not 0 < len(name) <= masters.NAME_LENGTH:
        raise BadInput(f"The name must have 1 to {masters.NAME_LENGTH} characters.", remedy="Give a shorter name.")
    held = codes.held_job(connection, job)
    if not _update(connection, "UPDATE extra SET name = ? WHERE (job, extra) = (?, ?)", (name, held, extra)):
        raise NotFound(f"Job {held} has no extra {extra}.", remedy="Show the job and give one of its extras.")


def set_group_code(connection: sqlite3.Connection, job: str, code: str) -> None:
    """Make a cost code a group code, on the job with its extras and on the standard list; raises NotFound."""
    held = codes.held_job(connection, job)
    mark = "UPDATE cost_code SET group_code = 1 WHERE job = ? AND bare = ?"
    if not _update(connection, mark, (held, codes.bare(code))):
        raise NotFound(f"Job {held} has no cost code {code}.", remedy="Show the job and give one of its cost codes.")
    _update(connection, "UPDATE standard_cost_code SET group_code = 1 WHERE bare = ?", (codes.bare(code),))


def _update(connection: sqlite3.Connection, statement: str, values: tuple[object, ...]) -> int:
    changed(connection)
    return connection.execute(statement, values).rowcount
