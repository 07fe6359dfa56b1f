"""What people at CMiC's screens do with jobs, budget rows and potential change items."""

from collections.abc import Iterator
from sqlite3 import Connection, Row
from typing import Any, Final

from erp_bridge_cmic.simulator import rows
from erp_bridge_cmic.simulator.books import check_job, shown
from erp_bridge_cmic.simulator.company import COMPANY, Company
from erp_bridge_cmic.simulator.context import Context, open_context
from erp_bridge_cmic.simulator.posting import SUCCESS, post
from erp_bridge_cmic.simulator.problems import Refusal
from erp_bridge_cmic.simulator.resources import BY_NAME
from erp_bridge_core.contract.errors import BadInput, NotFound
from erp_bridge_core.simulation import today

PERSON: Final = "ACCOUNTANT"


def at_screen(connection: Connection) -> Context:
    """A context in which an accountant acts."""
    return open_context(connection, PERSON)


def make(context: Context, resource: str, **values: Any) -> str:
    """Make a row as a screen does, under the rules that hold for REST too; its identity. Raises BadInput."""
    try:
        return rows.create(context, BY_NAME[resource], values)
    except Refusal as refused:
        raise BadInput(str(refused), remedy="Mend what CMiC names, then do it again.") from refused


def change(context: Context, resource: str, vuuid: str, **values: Any) -> None:
    """Change a row as a screen does; raises BadInput."""
    try:
        rows.update(context, BY_NAME[resource], vuuid, values)
    except Refusal as refused:
        raise BadInput(str(refused), remedy="Mend what CMiC names, then do it again.") from refused


def remove(context: Context, resource: str, vuuid: str) -> None:
    """Remove a row as a screen does; raises BadInput."""
    try:
        rows.remove(context, BY_NAME[resource], vuuid)
    except Refusal as refused:
        raise BadInput(str(refused), remedy="What is posted stays; enter a reversing PCI.") from refused


def held_pci(context: Context, job: str, number: str) -> Row:
    """A PCI's header; raises NotFound."""
    row = context.one("SELECT * FROM seen_pci WHERE comp = ? AND job = ? AND number = ?", COMPANY, job, number)
    if row is None:
        raise NotFound(f"Job {job} has no PCI {number}.", remedy="List the PCIs of the job and name one of them.")
    return row


def set_status(context: Context, job: str, number: str, status: str) -> None:
    """Give a PCI and its lines a status; raises BadInput for a posted one."""
    header = held_pci(context, job, number)
    change(context, "cmmast", header["vuuid"], CmmPrepostStatCode=status)
    context.connection.execute(
        "UPDATE pci_line SET status = ? WHERE comp = ? AND master = ? AND number = ?", (status, COMPANY, job, number)
    )


def approved_status(context: Context) -> str:
    """The site's status code that means approved; raises NotFound where it has none."""
    row = context.one("SELECT status FROM pci_status WHERE comp = ? AND pending_type = 'Approved'", COMPANY)
    if row is None:
        raise NotFound("The company has no approved status.", remedy="Make one.")
    return str(row["status"])


def post_all(company: Company, job: str) -> Iterator[str]:
    """Approve the pending PCIs of a job and its sub jobs, post the approved ones; tells each act when it is done."""
    with company.reading() as connection:
        numbers = unposted(connection, job)
    if not numbers:
        yield f"No PCI of job {job} is unposted; rows of a pending job need no posting."
    for pci in numbers:
        if pci["pending_type"] in ("Pre-Pending", "Rejected"):
            yield f"PCI {pci['number']} of job {pci['job']} is {pci['pending_type'].lower()}; it was left alone."
            continue
        with company.writing() as connection:
            told = approve_and_post(at_screen(connection), pci)
        yield told


def unposted(connection: Connection, job: str) -> list[Row]:
    """Job, number and pending type of the PCIs of a job and its sub jobs that are not posted; raises NotFound."""
    check_job(connection, job)
    return connection.execute(
        "SELECT h.job, h.number, s.pending_type FROM pci h JOIN job j ON j.comp = h.comp AND j.job = h.job"
        " JOIN pci_status s ON s.comp = h.comp AND s.status = h.status"
        " WHERE h.comp = ? AND ? IN (j.job, j.ctrl) AND h.posted IS NULL ORDER BY h.created, h.job, h.number",
        (COMPANY, job),
    ).fetchall()


def post_one(context: Context, job: str, number: str, day: str = "") -> str:
    """Post a PCI as of a day, today by default; one sentence. Raises BadInput with CMiC's own words."""
    posted_as_of = day or today(context.connection).isoformat()
    result = post(context, comp=COMPANY, job=job, number=number, day=posted_as_of)
    if result != SUCCESS:
        raise BadInput(result, remedy="Mend what CMiC names, then post it again.")
    lines = context.one(
        "SELECT count(*) AS lines, coalesce(sum(amount), 0) AS total FROM posting"
        " WHERE comp = ? AND master = ? AND number = ?",
        COMPANY,
        job,
        number,
    )
    assert lines is not None
    total = shown(lines["total"])
    return f"PCI {number} of job {job} is posted as of {posted_as_of}: {lines['lines']} lines, total {total}."


def approve_and_post(context: Context, pci: Row) -> str:
    """Approve an unposted PCI where it is not approved, and post it; what became of it, in CMiC's words if refused."""
    told = ""
    try:
        if pci["pending_type"] != "Approved":
            set_status(context, pci["job"], pci["number"], approved_status(context))
            told = f"PCI {pci['number']} of job {pci['job']} was approved. "
        return told + post_one(context, pci["job"], pci["number"])
    except (BadInput, NotFound) as refused:
        return f"{told}CMiC would not post PCI {pci['number']}: {refused}"
