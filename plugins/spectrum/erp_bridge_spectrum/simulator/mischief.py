"""Mischief: what Data Exchange may answer or hide, and what people at Spectrum may do meanwhile.

A call carries one row and estimates count as soon as they are written: no write is done or answered in part, and
nothing waits that could be posted early.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Final

from erp_bridge_core.contract import HandOver, Mischief
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_spectrum.simulator import hand, tokens
from erp_bridge_spectrum.simulator.authorization import SERVICE_OPERATOR
from erp_bridge_spectrum.simulator.company import COMPANY, Installation, held_job
from erp_bridge_spectrum.simulator.estimates import Key, current, rows_of_job
from erp_bridge_spectrum.simulator.requests import list_requests
from erp_bridge_spectrum.simulator.switches import SWITCHES

Act = Callable[[Path, str, Sequence[HandOver]], None]
HandOvers = Sequence[HandOver]

_ONE: Final = 100
_PENDING: Final = "P"
_REJECTED: Final = "R"
_COUNTED: Final = re.compile(r"(.*?)([0-9]+)", re.ASCII)
#: What lasts or is armed, and the value that ends it.
_LASTING: Final = {"refused_puts": "0", "cap_warning": "yes", "hidden_rows": "0"}


def calm(installation: Installation) -> None:
    """End what lasts and what is armed: Gets show the books, whole, and Complete jobs are Active again."""
    installation.thaw_reads()
    with installation.writing() as connection:
        for name, value in _LASTING.items():
            SWITCHES.set(connection, name, value)
        connection.execute("UPDATE job SET status = 'A' WHERE status = 'C'")


# -- what Data Exchange answers ---------------------------------------------------------------------------------------


def _fails_with_200(home: Path, _job: str, _handed: HandOvers) -> None:
    _set(home, "refused_puts", "1")


def _stale_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    Installation(home).freeze_reads()


def _capped_reads(home: Path, _job: str, _handed: HandOvers) -> None:
    """Gets end at the installation's cap without the row that says so."""
    _set(home, "cap_warning", "no")


def _hidden_rows(home: Path, _job: str, _handed: HandOvers) -> None:
    """The last row of each GetPhase."""
    _set(home, "hidden_rows", "1")


def _expires_tokens(home: Path, _job: str, _handed: HandOvers) -> None:
    with Installation(home).writing() as connection:
        tokens.end_tokens(connection)


# -- what people do ---------------------------------------------------------------------------------------------------


def _closed_job(home: Path, job: str, _handed: HandOvers) -> None:
    with Installation(home).writing() as connection:
        hand.set_job_status(connection, COMPANY, job, "C")


def _edits_entry(home: Path, job: str, _handed: HandOvers) -> None:
    """Type 1.00 more over a current estimate."""
    with Installation(home).writing() as connection:
        row = _rows(connection, job)[0]
        hand.enter_estimate(connection, _key(row), None, current(row, "cost") + _ONE)


def _removes_entry(home: Path, job: str, _handed: HandOvers) -> None:
    """Reject our last change request; where there is none, clear the last row that is ours."""
    with Installation(home).writing() as connection:
        standing = [request for request in _our_requests(connection, job) if request["status"] != _REJECTED]
        ours = [row for row in _rows(connection, job) if row["operator"] == SERVICE_OPERATOR]
        if standing:
            hand.set_request_status(connection, COMPANY, standing[-1]["job"], standing[-1]["number"], _REJECTED)
        elif ours:
            hand.enter_estimate(connection, _key(ours[-1]), 0, ours[-1]["counted_cost"])
        else:
            raise _nothing(job)


def _takes_number(home: Path, job: str, _handed: HandOvers) -> None:
    """Make a pending change request: the number after our last one, or where there is none the one that is next."""
    with Installation(home).writing() as connection:
        row = _rows(connection, job)[0]
        numbers = [request["number"] for request in _our_requests(connection, job)]
        last = _COUNTED.fullmatch(max(numbers, default=""))
        number = f"{last[1]}{int(last[2]) + 1:0{len(last[2])}}" if last else ""
        request = hand.HandRequest(
            job=job, phase=row["phase"], cost_type=row["cost_type"], amount=_ONE, number=number, status=_PENDING,
            description="Entered by hand",
        )  # fmt: skip
        hand.enter_request(connection, COMPANY, request)


def _set(home: Path, name: str, value: str) -> None:
    with Installation(home).writing() as connection:
        SWITCHES.set(connection, name, value)


def _rows(connection: Connection, job: str) -> list[Row]:
    """The job's rows, at least one; raises NotFound."""
    rows = list(rows_of_job(connection, COMPANY, held_job(connection, COMPANY, job)["job"]))
    if not rows:
        raise _nothing(job)
    return rows


def _our_requests(connection: Connection, job: str) -> list[Row]:
    """Headers of our change requests, once for each line."""
    requests = list_requests(connection, COMPANY, held_job(connection, COMPANY, job)["job"])
    return [request for request in requests if request["operator"] == SERVICE_OPERATOR]


def _key(row: Row) -> Key:
    return Key(company=row["company"], job=row["job"], phase=row["phase"], cost_type=row["cost_type"])


def _nothing(job: str) -> NotFound:
    return NotFound(f"Job {job} has no row that this could fall on.", remedy="Let something arrive on the job first.")


ACTS: Final[Mapping[Mischief, Act]] = {
    Mischief.FAILS_WITH_200: _fails_with_200,
    Mischief.STALE_READS: _stale_reads,
    Mischief.CAPPED_READS: _capped_reads,
    Mischief.HIDDEN_ROWS: _hidden_rows,
    Mischief.CLOSED_JOB: _closed_job,
    Mischief.EXPIRES_TOKENS: _expires_tokens,
    Mischief.EDITS_ENTRY: _edits_entry,
    Mischief.REMOVES_ENTRY: _removes_entry,
    Mischief.TAKES_NUMBER: _takes_number,
}
