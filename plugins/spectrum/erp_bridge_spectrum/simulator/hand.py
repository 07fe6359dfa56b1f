"""What an accountant changes by hand: estimates, statuses, change requests and orders of their own."""

import sqlite3
from typing import Final

from attrs import frozen

from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import today
from erp_bridge_spectrum.simulator import requests
from erp_bridge_spectrum.simulator.company import held_job
from erp_bridge_spectrum.simulator.estimates import FIGURES, Key, describe_phase, find_row, rows_of_job, store
from erp_bridge_spectrum.simulator.masks import bare, fit_phase

#: The operator of whatever is done at the desk.
OPERATOR: Final = "DSK"


@frozen(kw_only=True)
class HandRequest:
    """A change request typed at the desk, with one cost line; the amount is in cents, a blank number is chosen."""

    job: str
    phase: str
    cost_type: str
    amount: int
    number: str
    status: str
    description: str


def held_key(connection: sqlite3.Connection, company: str, job: str, phase: str, cost_type: str) -> Key:
    """The key of a row that is there; raises NotFound."""
    found = held_job(connection, company, job)
    held = fit_phase(bare(phase), found["mask"], found["fill"]) or ""
    key = Key(company=company, job=found["job"], phase=held, cost_type=cost_type)
    if not held or not cost_type or find_row(connection, key) is None:
        raise NotFound(f"Job {job} has no phase {phase} with cost type {cost_type}.", remedy="Show its cost activity.")
    return key


def enter_estimate(connection: sqlite3.Connection, key: Key, original: int | None, current: int | None) -> None:
    """Type an original or a current estimated cost (cents) over a row's own; the other one stays as it was."""
    row = find_row(connection, key)
    assert row is not None
    kept = row["original_cost"] + row["delta_cost"] + row["counted_cost"]
    new_original = row["original_cost"] if original is None else original
    new_current = kept if current is None else current
    delta = new_current - new_original - row["counted_cost"]
    store(connection, key, {"original_cost": new_original, "delta_cost": delta}, operator=OPERATOR)


def add_row(connection: sqlite3.Connection, job: sqlite3.Row, phase: str, cost_type: str, text: str) -> Key:
    """Make a phase with a cost type at nought by hand; raises BadInput for codes that the masters refuse."""
    held = fit_phase(bare(phase), job["mask"], job["fill"])
    if held is None:
        raise BadInput(f"Phase {phase} does not match the mask {job['mask']}.", remedy="Give a phase that does.")
    known = "SELECT 1 FROM cost_type WHERE company = ? AND cost_type = ?"
    if connection.execute(known, (job["company"], cost_type)).fetchone() is None:
        raise BadInput(f"There is no cost type {cost_type}.", remedy="Give one of the cost type master.")
    key = Key(company=job["company"], job=job["job"], phase=held, cost_type=cost_type)
    describe_phase(connection, key, text)
    if find_row(connection, key) is None:
        connection.execute(
            "INSERT INTO estimate (company, job, phase, cost_type, operator) VALUES (?, ?, ?, ?, ?)",
            (*key.columns, OPERATOR),
        )
    return key


def set_current_from_original(connection: sqlite3.Connection, company: str, job: str, phase: str = "") -> int:
    """Set the current estimate from the original, for a job or one phase; how many rows had another one.

    Lines of change requests stay and count as they did.
    """
    found = held_job(connection, company, job)
    held = (fit_phase(bare(phase), found["mask"], found["fill"]) or phase) if phase else ""
    changed = [
        Key(company=company, job=row["job"], phase=row["phase"], cost_type=row["cost_type"])
        for row in rows_of_job(connection, company, found["job"], phase=held)
        if any(row[f"delta_{figure}"] for figure in FIGURES)
    ]
    for key in changed:
        store(connection, key, {f"delta_{figure}": 0 for figure in FIGURES}, operator=OPERATOR)
    return len(changed)


def set_job_status(connection: sqlite3.Connection, company: str, job: str, status: str) -> None:
    """Make a job Active, Inactive or Complete."""
    held = held_job(connection, company, job)
    connection.execute("UPDATE job SET status = ? WHERE company = ? AND job = ?", (status, company, held["job"]))


def set_phase_status(
    connection: sqlite3.Connection, company: str, job: str, phase: str, status: str, *, cost_type: str = ""
) -> int:
    """Make a phase (all its cost types, or one) Active, Inactive or Complete; how many rows. Raises NotFound."""
    found = held_job(connection, company, job)
    held = fit_phase(bare(phase), found["mask"], found["fill"]) or phase
    day = today(connection).isoformat() if status == "C" else ""
    rows = connection.execute(
        "UPDATE estimate SET status = ?, completed = ? WHERE (company, job, phase) = (?, ?, ?) "
        "AND (? = '' OR cost_type = ?)",
        (status, day, company, found["job"], held, cost_type, cost_type),
    ).rowcount
    if not rows:
        raise NotFound(f"Job {job} has no phase {phase} {cost_type}".rstrip() + ".", remedy="Show its cost activity.")
    return rows


def enter_request(connection: sqlite3.Connection, company: str, typed: HandRequest) -> str:
    """Make a change request by hand, or add a line to one; its number. Raises NotFound or BadInput."""
    line = held_key(connection, company, typed.job, typed.phase, typed.cost_type)
    _check_status(connection, company, typed.status)
    row = find_row(connection, line)
    if row is not None and row["status"] == "C":
        raise BadInput(f"Phase {typed.phase} is Complete.", remedy="Reopen it first.")
    customer = held_job(connection, company, line.job)["customer"]
    key = requests.RequestKey(company=company, job=line.job, customer=customer, number=typed.number)
    key = key if key.number else requests.next_key(connection, key)
    day = today(connection).isoformat()
    columns = {"status": typed.status, "originated": day, "description": typed.description}
    requests.save_header(connection, key, columns, operator=OPERATOR)
    requests.save_line(connection, key, line, {}, {"amount": typed.amount})
    return key.number


def set_request_status(connection: sqlite3.Connection, company: str, job: str, number: str, status: str) -> None:
    """Give a change request another status: executing one is giving it a status that posts."""
    _check_status(connection, company, status)
    key = requests.held_request(connection, company, job, number)
    requests.save_header(connection, key, {"status": status})


def set_change_order(connection: sqlite3.Connection, company: str, job: str, number: str, order: str) -> None:
    """Put a change request on a change order, or take it off with a blank one."""
    key = requests.held_request(connection, company, job, number)
    requests.save_header(connection, key, {"change_order": order})


def _check_status(connection: sqlite3.Connection, company: str, status: str) -> None:
    if requests.find_status(connection, company, status) is None:
        raise BadInput(f"There is no change request status {status!r}.", remedy="List the statuses and give one.")
