"""The accountant's desk: what a person at the ERP looks at and does, by command and on a page."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.simulation import DeskPage, Section, to_text, to_units
from erp_bridge_core.simulation.commands import desk_commands, desk_page

from erp_bridge_acme.simulator.books import CENTS, FIGURES, books_of, enter, held_job, move

PATH: Final = "/desk"
STATUSES: Final = ("open", "held", "closed")


def figures(home: Path, *, job: str) -> Sequence[str]:
    """Show the posted figures of a job."""
    with books_of(home).reading() as connection:
        rows = connection.execute(FIGURES, (held_job(connection, job)["job"],)).fetchall()
    return [
        f"{row['sub_job'] or '-'} {row['cost_code']} {row['category']}: original {to_text(row['original'], CENTS)}, "
        f"changes {to_text(row['changes'], CENTS)}"
        for row in rows
    ]


def entries(home: Path, *, job: str) -> Sequence[str]:
    """Show the entries of a job."""
    with books_of(home).reading() as connection:
        rows = connection.execute("SELECT * FROM entry WHERE job = ? ORDER BY entry", (job,)).fetchall()
    return [f"{row['entry']} {row['status']}: {row['reference'] or 'by hand'}" for row in rows]


def approve(home: Path, *, job: str) -> Sequence[str]:
    """Approve the recorded revisions of a job, which then wait to be posted."""
    with books_of(home).writing() as connection:
        return [f"{move(connection, job, before='recorded', after='unposted')} entries were approved."]


def reject(home: Path, *, job: str) -> Sequence[str]:
    """Reject the recorded revisions of a job."""
    with books_of(home).writing() as connection:
        return [f"{move(connection, job, before='recorded', after='rejected')} entries were rejected."]


def post(home: Path, *, job: str) -> Sequence[str]:
    """Post what waits to be posted on a job."""
    with books_of(home).writing() as connection:
        return [f"{move(connection, job, before='unposted', after='posted')} entries were posted."]


def remove(home: Path, *, job: str) -> Sequence[str]:
    """Remove the newest entry of a client on a job, posted or not; its reference stays used."""
    newest = "SELECT max(entry) FROM entry WHERE job = ? AND reference IS NOT NULL AND status <> 'removed'"
    with books_of(home).writing() as connection:
        done = connection.execute(f"UPDATE entry SET status = 'removed' WHERE entry = ({newest})", (job,))  # noqa: S608
        return [f"{done.rowcount} entries were removed."]


def adjust(
    home: Path,
    *,
    job: str,
    cost_code: str,
    category: str,
    amount: Annotated[str, "the amount, such as 1234.50"],
    sub_job: str = "",
) -> Sequence[str]:
    """Enter a change by hand, and post it."""
    key = {"sub_job": sub_job, "cost_code": cost_code, "category": category}
    more = {"line": 1, "amount": to_units(amount, CENTS), "description": "Adjustment", "quantity": None, "unit": ""}
    with books_of(home).writing() as connection:
        held_job(connection, job)
        entry = enter(connection, [{**key, **more}], job=job, revision="{}", status="posted")
    return [f"Entry {entry} of {amount} is posted."]


def job_status(home: Path, *, job: str, status: Annotated[str, "open, held or closed"]) -> Sequence[str]:
    """Open, hold or close a job."""
    if status not in STATUSES:
        raise ValueError(f"A job is {', '.join(STATUSES)}, not {status!r}")
    with books_of(home).writing() as connection:
        held_job(connection, job)
        connection.execute("UPDATE job SET status = ? WHERE job = ?", (status, job))
    return [f"Job {job} is {status}."]


COMMANDS: Final[Mapping[str, DeskCommand]] = desk_commands(
    figures, entries, approve, reject, post, remove, adjust, job_status
)


def page_of_desk(home: Path) -> DeskPage:
    """The desk as a page: the jobs, every entry, and a form for each act."""

    def sections() -> Iterator[Section]:
        with books_of(home).reading() as connection:
            jobs = connection.execute("SELECT job, name, status FROM job ORDER BY job").fetchall()
            held = connection.execute("SELECT job, entry, status, reference FROM entry ORDER BY job, entry").fetchall()
        yield Section(title="Jobs", headers=("Job", "Name", "Status"), rows=[tuple(row) for row in jobs])
        headers = ("Job", "Entry", "Status", "Reference")
        yield Section(title="Entries", headers=headers, rows=[tuple(row) for row in held])

    return desk_page(home, title="The desk", path=PATH, commands=COMMANDS, sections=sections)
