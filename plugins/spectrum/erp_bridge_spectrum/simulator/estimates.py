"""A job's estimates: original + delta + lines of change requests that count = the current estimate."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from erp_bridge_spectrum.simulator.switches import SWITCHES

#: The three figures of an estimate, and the column of a change request's line that moves each.
FIGURES: Final[Mapping[str, str]] = {"cost": "amount", "quantity": "quantity", "hours": "hours"}

#: A request counts when it is on a change order, or when its status' action type posts; and only when A/R's switch for
#: requests of its kind (reimbursable or not) lets it post to Job Cost.
_COUNTED: Final = """
    SELECT line.phase, line.cost_type, sum(line.amount) AS amount, sum(line.quantity) AS quantity,
           sum(line.hours) AS hours, count(*) AS entries
    FROM change_line line
    JOIN change_request request USING (company, job, customer, number)
    LEFT JOIN request_status status ON status.company = request.company AND status.status = request.status
    WHERE line.company = :company AND line.job = :job {line}
      AND (request.change_order <> '' OR status.action_type IN (SELECT value FROM json_each(:types)))
      AND request.reimbursable IN (SELECT value FROM json_each(:kinds))
    GROUP BY line.phase, line.cost_type"""

_ROWS: Final = f"""
    SELECT estimate.*, phase.description,
           coalesce(counted.amount, 0) AS counted_cost, coalesce(counted.quantity, 0) AS counted_quantity,
           coalesce(counted.hours, 0) AS counted_hours, coalesce(counted.entries, 0) AS counted_entries
    FROM estimate JOIN phase USING (company, job, phase)
    LEFT JOIN ({_COUNTED}) counted ON counted.phase = estimate.phase AND counted.cost_type = estimate.cost_type
    WHERE estimate.company = :company AND estimate.job = :job {{row}}
    ORDER BY estimate.phase, estimate.cost_type"""  # noqa: S608 - made of constants


@frozen(kw_only=True)
class Key:
    """Company, job, phase (as held) and cost type."""

    company: str
    job: str
    phase: str
    cost_type: str

    @property
    def columns(self) -> tuple[str, str, str, str]:
        """Its parts in the tables' order."""
        return (self.company, self.job, self.phase, self.cost_type)


def rows_of_job(
    connection: sqlite3.Connection, company: str, job: str, *, phase: str = "", cost_type: str = ""
) -> Iterator[sqlite3.Row]:
    """The job's rows in the order of phase and cost type, with what change requests add (`counted_*`)."""
    # Conditions that hold for every row would keep SQLite from finding one by its key.
    row = (
        f"{'AND estimate.phase = :phase' if phase else ''} {'AND estimate.cost_type = :cost_type' if cost_type else ''}"
    )
    return connection.execute(
        _ROWS.format(row=row, line="AND line.phase = :phase" if phase else ""),
        {"company": company, "job": job, "phase": phase, "cost_type": cost_type, **_counting(connection)},
    )


def find_row(connection: sqlite3.Connection, key: Key) -> sqlite3.Row | None:
    """One row, or None."""
    return next(rows_of_job(connection, key.company, key.job, phase=key.phase, cost_type=key.cost_type), None)


def current(row: sqlite3.Row, figure: str) -> int:
    """A row's current estimate of one figure."""
    return int(row[f"original_{figure}"] + row[f"delta_{figure}"] + row[f"counted_{figure}"])


def describe_phase(connection: sqlite3.Connection, key: Key, text: str) -> None:
    """Give the phase its one description.

    On a row that is there a new text overwrites it for every cost type; a row that is new takes the phase's own.
    """
    made = connection.execute("INSERT OR IGNORE INTO phase VALUES (?, ?, ?, ?)", (*key.columns[:3], text)).rowcount
    if not made and text and find_row(connection, key) is not None:
        connection.execute(
            "UPDATE phase SET description = ? WHERE (company, job, phase) = (?, ?, ?)", (text, *key.columns[:3])
        )


def store(connection: sqlite3.Connection, key: Key, changes: Mapping[str, Any], *, operator: str) -> None:
    """Write columns of a row, making it when it is not there, and count what moved its original or its changes."""
    before = find_row(connection, key)
    connection.execute(
        "INSERT OR IGNORE INTO estimate (company, job, phase, cost_type) VALUES (?, ?, ?, ?)", key.columns
    )
    written = {**changes, "operator": operator}
    columns = ", ".join(f"{column} = ?" for column in written)
    connection.execute(
        f"UPDATE estimate SET {columns} WHERE (company, job, phase, cost_type) = (?, ?, ?, ?)",  # noqa: S608 - names are ours
        (*written.values(), *key.columns),
    )
    after = find_row(connection, key)
    assert after is not None
    original = after["original_cost"] != before["original_cost"] if before else _made_as_original(after)
    changed = after["delta_cost"] != (before["delta_cost"] if before else 0)
    connection.execute(
        "UPDATE estimate SET original_writes = original_writes + ?, change_writes = change_writes + ? "
        "WHERE (company, job, phase, cost_type) = (?, ?, ?, ?)",
        (original, changed, *key.columns),
    )


def _made_as_original(row: sqlite3.Row) -> bool:
    # A row made at nought is a zero line of the original; one whose change alone is not nought is not.
    return bool(row["original_cost"]) or not row["delta_cost"]


def _counting(connection: sqlite3.Connection) -> dict[str, str]:
    types = SWITCHES.get(connection, "posting_types")
    kinds = {"Y": "reimbursable_posts", "N": "other_requests_post"}
    return {
        "types": f"[{types}]",
        "kinds": json.dumps([kind for kind, switch in kinds.items() if SWITCHES.on(connection, switch)]),
    }
