"""The desk's acts on masters: look at jobs, change their states and names by hand, make standard codes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from sqlite3 import Connection, Row

from erp_bridge_core.contract import DeskCommand
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_sage300.simulator import codes, hand, masters, typed
from erp_bridge_sage300.simulator.amounts import shown
from erp_bridge_sage300.simulator.company import Company, changed
from erp_bridge_sage300.simulator.typed import command, needed, optional


def list_jobs(home: Path) -> Sequence[str]:
    """All jobs with their own totals, and the totals of their extras apart."""
    with Company(home).reading() as connection:
        rows = connection.execute("SELECT * FROM job ORDER BY job")
        return [
            f"{row['job']:<12}  {row['status']:<11}  own {_figures(row)}  "
            f"extras {_figures(row, 'extras_')}  {row['name']}"
            for row in rows
        ]


def show_job(home: Path, *, job: str, extra: str = "") -> Sequence[str]:
    """The masters of a job (or of one extra): header, extras, and the figures per cost code and category."""
    with Company(home).reading() as connection:
        held = codes.held_job(connection, job)
        return [*_header(connection, held), *_keys(connection, held, extra)]


def close(home: Path, *, job: str) -> Sequence[str]:
    """Close a job."""
    return _status(home, job, "Closed")


def hold(home: Path, *, job: str) -> Sequence[str]:
    """Put a job on hold."""
    return _status(home, job, "Hold")


def reopen(home: Path, *, job: str) -> Sequence[str]:
    """Set a job back to In progress."""
    return _status(home, job, "In progress")


def finalize(home: Path, *, job: str, finalized: str = "yes") -> Sequence[str]:
    """Mark a job's original estimate as finalized, or no longer."""
    with Company(home).writing() as connection:
        hand.set_finalized(connection, job, finalized=typed.yes("finalized", finalized))
        return [f"The original estimate of job {job} is {'' if finalized == 'yes' else 'no longer '}finalized."]


def rename(home: Path, *, job: str, extra: str, name: str) -> Sequence[str]:
    """Rename an extra."""
    with Company(home).writing() as connection:
        hand.rename_extra(connection, job, extra, name)
        return [f"Extra {extra} of job {job} is now called {name}."]


def make_group(home: Path, *, job: str, cost_code: str) -> Sequence[str]:
    """Make a cost code a group code."""
    with Company(home).writing() as connection:
        hand.set_group_code(connection, job, cost_code)
        return [f"Cost code {cost_code} of job {job} is now a group code."]


def add_code(home: Path, *, cost_code: str, name: str = "", job: str = "", extra: str = "") -> Sequence[str]:
    """Put a cost code on the standard list, and under a job where one is named."""
    misfit = codes.cost_code_misfit(cost_code)
    if misfit:
        raise BadInput(f"{misfit}.", remedy="Give a shorter code.")
    with Company(home).writing() as connection:
        code = codes.stored(connection, cost_code)
        masters.add_standard_codes(connection, [(code, name)])
        if job:
            held = codes.held_job(connection, job)
            masters.check_extra(connection, held, extra)
            masters.add_cost_codes(connection, held, [(extra, code, name)])
        changed(connection)
        return [f"Cost code {code} is on the standard list{f' and under job {job}' if job else ''}."]


def add_extra(home: Path, *, job: str, extra: str, name: str = "") -> Sequence[str]:
    """Make an extra under a job."""
    misfit = codes.extra_misfit(extra)
    if misfit:
        raise BadInput(f"{misfit}.", remedy="Give a shorter code.")
    with Company(home).writing() as connection:
        held = codes.held_job(connection, job)
        masters.add_extra(connection, held, extra, name)
        changed(connection)
        return [f"Job {held} has extra {extra}."]


def _status(home: Path, job: str, status: str) -> Sequence[str]:
    with Company(home).writing() as connection:
        hand.set_status(connection, job, status)
        return [f"Job {job} is now {status}."]


def _header(connection: Connection, job: str) -> Iterator[str]:
    row = connection.execute("SELECT * FROM job WHERE job = ?", (job,)).fetchone()
    finalized = ", original estimate finalized" if row["finalized"] else ""
    yield f"{row['job']}  {row['name']}  {row['status']}{finalized}"
    yield f"own totals: {_figures(row)}"
    yield f"totals of extras: {_figures(row, 'extras_')}"
    for extra in connection.execute("SELECT * FROM extra WHERE job = ? ORDER BY extra", (job,)):
        yield f"extra {extra['extra']}  {extra['name']}  {extra['status']}: {_figures(extra)}"


def _keys(connection: Connection, job: str, extra: str) -> Iterator[str]:
    for row in connection.execute(
        "SELECT * FROM category WHERE job = ? AND extra = ? ORDER BY code, category", (job, extra)
    ):
        yield f"{row['extra']:<10}  {row['code']:<13}  {row['category']:<3}  {_figures(row)}"


def _figures(row: Row, prefix: str = "") -> str:
    names = ("original", "approved", "pending", "total")
    return ", ".join(f"{name} {shown(row[prefix + name])}" for name in names)


_JOB = needed("job", "job")
COMMANDS: tuple[DeskCommand, ...] = (
    command("jobs", "List the jobs with their totals", list_jobs),
    command("job", "Show the masters of a job", show_job, _JOB, optional("extra", "extra; the job itself by default")),
    command("close", "Close a job", close, _JOB),
    command("hold", "Put a job on hold", hold, _JOB),
    command("reopen", "Reopen a job", reopen, _JOB),
    command("finalize", "Finalize the original estimate of a job", finalize, _JOB,
            optional("finalized", "yes (the default) or no")),
    command("rename-extra", "Rename an extra", rename, _JOB, needed("extra", "extra"), needed("name", "new name")),
    command("make-group", "Make a cost code a group code", make_group, _JOB, needed("cost_code", "cost code")),
    command("add-extra", "Make an extra under a job", add_extra, _JOB, needed("extra", "extra"),
            optional("name", "name")),
    command("add-code", "Put a cost code on the standard list, and under a job", add_code,
            needed("cost_code", "cost code"), optional("name", "name"), optional("job", "job"),
            optional("extra", "extra")),
)  # fmt: skip
