"""Change requests as the books keep them: a header, its cost lines, and statuses that say what posts."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_spectrum.simulator.authorization import SERVICE_OPERATOR
from erp_bridge_spectrum.simulator.estimates import Key

#: (status, name, action type as numbered on the screen, approved or executed). An installation defines its own.
STATUSES: Final = (
    ("P", "Pending", 4, False),
    ("A", "Approved, cost only", 3, True),
    ("E", "Executed, billable", 1, True),
    ("N", "Executed, not billable", 2, True),
    ("V", "Reversed", 5, True),
    ("R", "Rejected", 4, False),
)
_WHERE: Final = "WHERE (company, job, customer, number) = (?, ?, ?, ?)"


@frozen(kw_only=True)
class RequestKey:
    """Company, job, customer and number."""

    company: str
    job: str
    customer: str
    number: str

    @property
    def columns(self) -> tuple[str, str, str, str]:
        """Its parts in the tables' order."""
        return (self.company, self.job, self.customer, self.number)


def find_request(connection: sqlite3.Connection, key: RequestKey) -> sqlite3.Row | None:
    """A header, or None."""
    row: sqlite3.Row | None = connection.execute(f"SELECT * FROM change_request {_WHERE}", key.columns).fetchone()  # noqa: S608 - constant
    return row


def held_request(connection: sqlite3.Connection, company: str, job: str, number: str) -> RequestKey:
    """The key of a job's request by its number alone; raises NotFound."""
    row = connection.execute(
        "SELECT customer FROM change_request WHERE (company, job, number) = (?, ?, ?)", (company, job, number)
    ).fetchone()
    if row is None:
        raise NotFound(f"Job {job} has no change request {number}.", remedy="List the job's change requests.")
    return RequestKey(company=company, job=job, customer=row["customer"], number=number)


def find_status(connection: sqlite3.Connection, company: str, status: str) -> sqlite3.Row | None:
    """A status of the company's master, or None."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM request_status WHERE company = ? AND status = ?", (company, status)
    ).fetchone()
    return row


def next_key(connection: sqlite3.Connection, key: RequestKey) -> RequestKey:
    """The key with the next free number of the job and customer."""
    taken = connection.execute(
        "SELECT number FROM change_request WHERE (company, job, customer) = (?, ?, ?)", key.columns[:3]
    )
    numbers = [int(number) for (number,) in taken if number.isascii() and number.isdigit()]
    return evolve(key, number=str(max(numbers, default=0) + 1))


def save_header(
    connection: sqlite3.Connection, key: RequestKey, columns: Mapping[str, object], *, operator: str = SERVICE_OPERATOR
) -> None:
    """Make the header, or write the given columns of it; the others stay."""
    connection.execute(
        "INSERT OR IGNORE INTO change_request (company, job, customer, number, status, originated, operator) "
        "VALUES (?, ?, ?, ?, '', '', ?)",
        (*key.columns, operator),
    )
    for column, value in columns.items():
        connection.execute(f"UPDATE change_request SET {column} = ? {_WHERE}", (value, *key.columns))  # noqa: S608 - names are ours


def keep_details(connection: sqlite3.Connection, key: RequestKey, details: Mapping[str, str]) -> None:
    """Keep what else was sent, which moves no estimate; later values win."""
    row = find_request(connection, key)
    assert row is not None
    merged = json.dumps({**json.loads(row["details"]), **details}, sort_keys=True)
    save_header(connection, key, {"details": merged})


def save_line(
    connection: sqlite3.Connection,
    key: RequestKey,
    line: Key,
    sub: Mapping[str, str],
    numbers: Mapping[str, int | None],
) -> None:
    """Make or update the line with this full key (subcontract and bid item included); None leaves a number alone."""
    parts = (*key.columns, line.phase, line.cost_type, *(sub.get(name, "") for name in _SUB))
    connection.execute(
        "INSERT OR IGNORE INTO change_line (company, job, customer, number, phase, cost_type, subcontractor, "
        "subcontract, sub_group, sub_item) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        parts,
    )
    for column, value in numbers.items():
        if value is not None:
            connection.execute(
                f"UPDATE change_line SET {column} = ? {_WHERE} AND (phase, cost_type, subcontractor, subcontract, "  # noqa: S608 - names are ours
                "sub_group, sub_item) = (?, ?, ?, ?, ?, ?)",
                (value, *parts),
            )


def list_requests(connection: sqlite3.Connection, company: str, job: str) -> Iterator[sqlite3.Row]:
    """Headers joined with their lines, in order; a header without lines once."""
    return connection.execute(
        """SELECT change_request.*, name, action_type, phase, cost_type, amount, hours, quantity
           FROM change_request LEFT JOIN change_line USING (company, job, customer, number)
           LEFT JOIN request_status USING (company, status)
           WHERE company = ? AND job = ? ORDER BY customer, number, phase, cost_type""",
        (company, job),
    )


_SUB: Final = ("subcontractor", "subcontract", "sub_group", "sub_item")
