"""The desk's acts on change requests: list, make by hand, execute, put on a change order; their statuses."""

from collections.abc import Sequence
from pathlib import Path

from erp_bridge_core.contract import DeskCommand
from erp_bridge_spectrum.simulator import hand, requests, typed
from erp_bridge_spectrum.simulator.amounts import shown, typed_amount
from erp_bridge_spectrum.simulator.company import COMPANY, Installation, held_job
from erp_bridge_spectrum.simulator.typed import command, needed, optional

_EXECUTED = "E"
_PENDING = "P"


def list_requests(home: Path, *, job: str, company: str = COMPANY) -> Sequence[str]:
    """A job's change requests with their lines."""
    with Installation(home).reading() as connection:
        rows = requests.list_requests(connection, company, held_job(connection, company, job)["job"])
        told = [
            f"{row['number']:<8}  {row['status']:<2} {row['name'] or '?'} (action type {row['action_type']})  "
            f"{row['phase'] or ''}  {row['cost_type'] or ''}  {shown(row['amount'] or 0)}  "
            f"{'on change order ' + row['change_order'] + '  ' if row['change_order'] else ''}{row['description']}"
            for row in rows
        ]
    return told or [f"Job {job} has no change request."]


def make(
    home: Path,
    *,
    job: str,
    phase: str,
    cost_type: str,
    amount: str,
    number: str = "",
    status: str = _PENDING,
    description: str = "Entered by hand",
    company: str = COMPANY,
) -> Sequence[str]:
    """Make a change request with one cost line."""
    wanted = hand.HandRequest(
        job=job,
        phase=phase,
        cost_type=cost_type,
        amount=typed_amount(amount),
        number=typed.code("number", number, 8) if number else "",
        status=status,
        description=description[:250],
    )
    with Installation(home).writing() as connection:
        return [f"Change request {hand.enter_request(connection, company, wanted)} has status {status}."]


def execute(home: Path, *, job: str, number: str, status: str = _EXECUTED, company: str = COMPANY) -> Sequence[str]:
    """Give a change request another status."""
    with Installation(home).writing() as connection:
        hand.set_request_status(connection, company, job, number, status)
        return [f"Change request {number} now has status {status}."]


def put_on_order(home: Path, *, job: str, number: str, order: str = "", company: str = COMPANY) -> Sequence[str]:
    """Put a change request on a change order, or take it off."""
    with Installation(home).writing() as connection:
        hand.set_change_order(connection, company, job, number, order)
        return [f"Change request {number} is on {f'change order {order}' if order else 'no change order'}."]


def list_statuses(home: Path, *, company: str = COMPANY) -> Sequence[str]:
    """The change request statuses with their action types."""
    with Installation(home).reading() as connection:
        rows = connection.execute("SELECT * FROM request_status WHERE company = ? ORDER BY status", (company,))
        return [f"{row['status']:<2}  {row['name']}, action type {row['action_type']}" for row in rows]


def add_status(
    home: Path, *, status: str, name: str, action_type: str, approved: str = "no", company: str = COMPANY
) -> Sequence[str]:
    """Define a change request status."""
    typed.code("status", status, 2)
    kind = int(typed.one_of("action_type", action_type, tuple("12345")))
    final = typed.one_of("approved", approved, ("yes", "no")) == "yes"
    with Installation(home).writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO request_status VALUES (?, ?, ?, ?, ?)", (company, status, name, kind, final)
        )
    return [f"Status {status} has action type {kind}."]


_JOB = needed("job", "job")
_NUMBER = needed("number", "number of the change request")
_COMPANY = optional("company", f"company; {COMPANY} by default")
COMMANDS: tuple[DeskCommand, ...] = (
    command("change-requests", "List the change requests of a job", list_requests, _JOB, _COMPANY),
    command(
        "change-request", "Make a change request with one cost line by hand", make, _JOB, needed("phase", "phase"),
        needed("cost_type", "cost type"), needed("amount", "amount, such as -1234.50"),
        optional("number", "number; chosen when left out"), optional("status", f"status; {_PENDING} by default"),
        optional("description", "description"), _COMPANY,
    ),
    command("execute", "Execute a change request, or give it another status", execute, _JOB, _NUMBER,
            optional("status", f"status; {_EXECUTED} by default"), _COMPANY),
    command("change-order", "Put a change request on a change order", put_on_order, _JOB, _NUMBER,
            optional("order", "change order; left out: none"), _COMPANY),
    command("request-statuses", "List the change request statuses", list_statuses, _COMPANY),
    command("add-status", "Define a change request status", add_status, needed("status", "status"),
            needed("name", "name"), needed("action_type", "1 to 5, as numbered on the screen"),
            optional("approved", "whether it is approved or executed: yes or no (the default)"), _COMPANY),
)  # fmt: skip
