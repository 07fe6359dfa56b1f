"""What people do at Tin Books: approve, post, load files, close jobs, and enter things of their own."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from erp_bridge_core.contract import DeskCommand, HandOver
from erp_bridge_core.contract.errors import BadInput, NotPossibleNow
from planted.books import Books, Row, add_row, own_job

PARTS: Final = ("original", "change")


def post_rows(job: Row) -> int:
    """Post what is unposted; what lies in a container that is not sealed can't be posted. How many rows there were."""
    waiting = [row for row in job["entries"] if row["state"] == "unposted"]
    for row in waiting:
        row["state"] = "posted"
    return len(waiting)


def approve_rows(job: Row, change: str | None = None) -> int:
    """Approve what is pending of one change, or of all: it waits to be posted from then on."""
    pending = [row for row in job["entries"] if row["state"] == "pending" and change in {None, row["change"]}]
    for row in pending:
        row["state"] = "unposted"
    return len(pending)


def load_file(data: Row, path: Path, part: str) -> int:
    """Load a file of the drop folder: its rows are unposted then. Nothing stops a second load."""
    head, *rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    job = own_job(data, head["job"])
    if job["status"] != "open":
        raise NotPossibleNow(f"Job {head['job']} is {job['status']}: nothing is loaded into it.", remedy="Open it.")
    for row in rows:
        add_row(job, {**row, "part": part}, state="unposted", by="load", reference=path.stem)
    data["loaded"].append(path.name)
    return len(rows)


def do_all(books: Books, job: str, hand_overs: Iterable[HandOver]) -> list[str]:
    """Load what was handed over and not loaded before, approve what is pending, post; what was done, in words."""
    told = []
    with books.writing() as data:
        for each in hand_overs:
            path = Path(each.location)
            if path.name not in data["loaded"]:
                told.append(f"Loaded {load_file(data, path, each.facts['part'])} rows as {each.facts['part']}.")
        told.append(f"Approved {approve_rows(own_job(data, job))} pending rows.")
        told.append(f"Posted {post_rows(own_job(data, job))} rows.")
    return told


# -- commands ---------------------------------------------------------------------------------------------------------


def _post(home: Path, *, job: str) -> list[str]:
    with Books(home).writing() as data:
        return [f"Posted {post_rows(own_job(data, job))} rows."]


def _approve(home: Path, *, job: str, change: str) -> list[str]:
    with Books(home).writing() as data:
        return [f"Approved {approve_rows(own_job(data, job), change)} rows of change {change}."]


def _load(home: Path, *, file: str, part: str) -> list[str]:
    if part not in PARTS:
        raise BadInput(f"A file is loaded as one of {', '.join(PARTS)}, not as {part!r}.")
    with Books(home).writing() as data:
        return [f"Loaded {load_file(data, Path(file), part)} rows as {part}."]


def _status(home: Path, *, job: str, status: str) -> list[str]:
    with Books(home).writing() as data:
        own_job(data, job)["status"] = status
    return [f"Job {job} is {status}."]


def _retire(home: Path, *, job: str, cost_code: str) -> list[str]:
    with Books(home).writing() as data:
        for code in own_job(data, job)["cost_codes"]:
            code["active"] = code["active"] and code["code"] != cost_code
    return [f"Cost code {cost_code} of job {job} is inactive."]


_JOB = ("job", "The job.", True)
COMMANDS: Final[Mapping[str, DeskCommand]] = {
    command.name: command
    for command in (
        DeskCommand(name="post", help="Post what is unposted.", run=_post, arguments=(_JOB,)),
        DeskCommand(
            name="approve", help="Approve a pending change.", run=_approve,
            arguments=(_JOB, ("change", "The change's number.", True)),
        ),
        DeskCommand(
            name="load", help="Load a file.", run=_load,
            arguments=(("file", "Its path.", True), ("part", "original or change.", True)),
        ),
        DeskCommand(
            name="status", help="Open or close a job.", run=_status,
            arguments=(_JOB, ("status", "open or closed.", True)),
        ),
        DeskCommand(
            name="retire", help="Make a cost code inactive.", run=_retire,
            arguments=(_JOB, ("cost_code", "The cost code.", True)),
        ),
    )
}  # fmt: skip
