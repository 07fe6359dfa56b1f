"""The Gets: rows of phases and of jobs, filtered by parameters and by what the caller's operator may see."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final

from erp_bridge_spectrum.simulator.amounts import shown
from erp_bridge_spectrum.simulator.authorization import Caller
from erp_bridge_spectrum.simulator.elements import GET_JOB, Service
from erp_bridge_spectrum.simulator.estimates import current, rows_of_job
from erp_bridge_spectrum.simulator.superselect import exact, selects
from erp_bridge_spectrum.simulator.switches import SWITCHES

Row = dict[str, str]

#: A blank status asks for Active and Inactive; Complete has to be asked for.
_BLANK_STATUS: Final = "AI"
_JOB_SORTS: Final = {
    "D": "division", "P": "project_manager", "S": "superintendent", "E": "estimator", "C": "customer",
}  # fmt: skip
_JOB_FILTERS: Final = {
    "pDivision": "division", "pProject_Manager": "project_manager", "pSuperintendent": "superintendent",
    "pEstimator": "estimator", "pCustomer_Code": "customer",
}  # fmt: skip


def read_rows(
    connection: sqlite3.Connection, service: Service, caller: Caller, values: Mapping[str, str]
) -> Iterator[Row]:
    """The rows that a Get answers, capped as the installation caps them."""
    if service is GET_JOB:
        return _cap(connection, _read_jobs(connection, caller, values))
    rows = _cap(connection, _read_phases(connection, caller, values))
    return iter(_distort(connection, rows))


def _read_phases(connection: sqlite3.Connection, caller: Caller, values: Mapping[str, str]) -> Iterator[Row]:
    statuses = values["pStatus_Code"] or _BLANK_STATUS
    found = (
        row
        for job in _jobs(connection, caller, values["pJob_Number"])
        for row in rows_of_job(connection, caller.company, job["job"], cost_type=exact(values["pCost_Type"]) or "")
    )
    wanted = selects(values["pCost_Type"])
    center = values["pCost_Center"]
    rows: Iterator[sqlite3.Row] = (
        row
        for row in found
        if row["status"] in statuses and wanted(row["cost_type"]) and center in ("", row["cost_center"])
    )
    if values["pSort_By"] == "C":
        rows = iter(sorted(rows, key=lambda row: (row["cost_type"], row["job"], row["phase"])))
    padded = SWITCHES.on(connection, "pad_job_numbers")
    return (_phase_row(row, _job_number(row["job"], padded=padded)) for row in rows)


def _phase_row(row: sqlite3.Row, job_number: str) -> Row:
    estimated = {figure: shown(current(row, figure)) for figure in ("cost", "quantity", "hours")}
    return {
        "Company_Code": row["company"],
        "Job_Number": job_number,
        "Phase_Code": row["phase"],
        "Cost_Type": row["cost_type"],
        "Description": row["description"],
        "Status_Code": row["status"],
        "Unit_of_Measure": row["unit"],
        "JTD_Quantity": shown(row["actual_quantity"]),
        "JTD_Hours": shown(row["actual_hours"]),
        "JTD_Actual_Dollars": shown(row["actual_cost"]),
        "Projected_Quantity": shown(row["projected_quantity"]),
        "Projected_Hours": shown(row["projected_hours"]),
        "Projected_Dollars": shown(row["projected_cost"]),
        "Estimated_Quantity": estimated["quantity"],
        "Estimated_Hours": estimated["hours"],
        "Current_Estimated_Dollars": estimated["cost"],
        "Cost_Center": row["cost_center"],
        "Price_Method_Code": row["price_method"],
        "Complete_Date": _day(row["completed"]),
    }


def _read_jobs(connection: sqlite3.Connection, caller: Caller, values: Mapping[str, str]) -> Iterator[Row]:
    statuses = values["pStatus_Code"] or _BLANK_STATUS
    tests = [(column, selects(values[name])) for name, column in _JOB_FILTERS.items()]
    center = values["pCost_Center"]
    jobs = [
        job
        for job in _jobs(connection, caller, "")
        if job["status"] in statuses
        and center in ("", job["cost_center"])
        and all(test(job[column]) for column, test in tests)
    ]
    if values["pSort_By"]:
        jobs.sort(key=lambda job: (job[_JOB_SORTS[values["pSort_By"]]], job["job"]))
    padded = SWITCHES.on(connection, "pad_job_numbers")
    return (_job_row(job, _job_number(job["job"], padded=padded)) for job in jobs)


def _job_row(job: sqlite3.Row, job_number: str) -> Row:
    return {
        "Company_Code": job["company"],
        "Job_Number": job_number,
        "Job_Description": job["description"],
        "Division": job["division"],
        "Project_Manager": job["project_manager"],
        "Superintendent": job["superintendent"],
        "Estimator": job["estimator"],
        "Certified_Flag": "N",
        "Customer_Code": job["customer"],
        "Status_Code": job["status"],
        "Contract_Number": job["contract"][:15],
        "Cost_Center": job["cost_center"],
    }


def _jobs(connection: sqlite3.Connection, caller: Caller, parameter: str) -> Iterator[sqlite3.Row]:
    """The company's jobs that the operator may see and the parameter selects, in order."""
    seen, wanted, one = selects(caller.jobs), selects(parameter), exact(parameter)
    rows = connection.execute(
        "SELECT * FROM job WHERE company = ? AND (? IS NULL OR job = ?) ORDER BY job", (caller.company, one, one)
    )
    return (job for job in rows if seen(job["job"]) and wanted(job["job"]))


def _cap(connection: sqlite3.Connection, rows: Iterator[Row]) -> Iterator[Row]:
    cap = SWITCHES.number(connection, "row_cap")
    if cap == 0:
        yield from rows
        return
    yield from islice(rows, cap)
    if next(rows, None) is not None and SWITCHES.on(connection, "cap_warning"):
        yield {"Error_Code": "W", "Error_Description": f"Only the first {cap} rows are returned"}


def _distort(connection: sqlite3.Connection, rows: Iterable[Row]) -> Iterable[Row]:
    """Rows hidden and doubled, where a switch asks for it."""
    hidden, doubled = (SWITCHES.number(connection, name) for name in ("hidden_rows", "doubled_rows"))
    if not hidden and not doubled:
        return rows
    found = list(rows)
    return [*found[:doubled], *found[: max(0, len(found) - hidden)]]


def _job_number(job: str, *, padded: bool) -> str:
    return f"{job:>10}" if padded else job


def _day(text: str) -> str:
    """A day as Gets write it: M/D/YYYY."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.month}/{day.day}/{day.year}"
