"""AddPhase: one row of job, phase and cost type is added or updated with absolute values, at once."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from erp_bridge_spectrum.simulator.authorization import SERVICE_OPERATOR, Caller
from erp_bridge_spectrum.simulator.checks import read_number
from erp_bridge_spectrum.simulator.company import find_job
from erp_bridge_spectrum.simulator.elements import ADD_PHASE
from erp_bridge_spectrum.simulator.estimates import FIGURES, Key, describe_phase, find_row, store
from erp_bridge_spectrum.simulator.masks import fit_phase
from erp_bridge_spectrum.simulator.problems import Problem, invalid, missing
from erp_bridge_spectrum.simulator.switches import SWITCHES

#: Elements kept as they come, and their columns; blank leaves the stored value alone.
_KEPT: Final = {
    "Unit_of_Measure": "unit",
    "Price_Method_Code": "price_method",
    "Bid_Item_Number": "bid_item",
    "Alt_Phase_Code": "alternate",
    "Work_Comp_Code": "work_comp",
    "Phase_Cost_Center": "cost_center",
    "Status_Code": "status",
}
_MASTERS: Final = {"Unit_of_Measure": "unit", "Work_Comp_Code": "work_comp", "Phase_Cost_Center": "cost_center"}


def add_phase(connection: sqlite3.Connection, caller: Caller, values: Mapping[str, str]) -> list[Problem]:
    """Write the row, or say everything that is wrong with it; nothing is written then."""
    job = find_job(connection, caller.company, values["Job_Number"])
    problems = _check_job(job) + list(_check_masters(connection, caller.company, values))
    phase = fit_phase(values["Phase_Code"], job["mask"], job["fill"]) if job else None
    if job and phase is None:
        problems.append(invalid("Phase_Code", f"does not match the field mask {job['mask']}"))
    if job is None or phase is None:
        return problems
    key = Key(company=caller.company, job=job["job"], phase=phase, cost_type=values["Cost_Type"])
    problems += _check_new(connection, key, values)
    if not problems:
        _write(connection, key, values)
    return problems


def _check_job(job: sqlite3.Row | None) -> list[Problem]:
    if job is None:
        return [invalid("Job_Number", "is not in the job master")]
    return [invalid("Job_Number", "is a Complete job")] if job["status"] == "C" else []


def _check_masters(connection: sqlite3.Connection, company: str, values: Mapping[str, str]) -> Iterator[Problem]:
    for element, kind in _MASTERS.items():
        code = values[element]
        known = "SELECT 1 FROM master WHERE (company, kind, code) = (?, ?, ?)"
        if code and connection.execute(known, (company, kind, code)).fetchone() is None:
            yield invalid(element, "is not in the master")
    if values["Phase_Cost_Center"] and SWITCHES.get(connection, "cost_centers") == "no":
        yield invalid("Phase_Cost_Center", "is given, but the company does not use cost centers")
    known = "SELECT 1 FROM cost_type WHERE company = ? AND cost_type = ?"
    if connection.execute(known, (company, values["Cost_Type"])).fetchone() is None:
        yield invalid("Cost_Type", "is not in the cost type master")


def _check_new(connection: sqlite3.Connection, key: Key, values: Mapping[str, str]) -> Iterator[Problem]:
    known = "SELECT 1 FROM phase WHERE (company, job, phase) = (?, ?, ?)"
    new = connection.execute(known, key.columns[:3]).fetchone() is None
    if new and not values["Description"]:
        yield missing("Description", "is required for a new phase")
    always = SWITCHES.get(connection, "price_method") == "always"
    if (new or always) and not values["Price_Method_Code"]:
        yield missing("Price_Method_Code")


def _write(connection: sqlite3.Connection, key: Key, values: Mapping[str, str]) -> None:
    describe_phase(connection, key, values["Description"])
    before = find_row(connection, key)
    changes: dict[str, object] = {column: values[name] for name, column in _KEPT.items() if values[name]}
    if not values["Status_Code"] and SWITCHES.get(connection, "blank_status") == "active":
        changes["status"] = "A"
    for figure in FIGURES:
        changes |= _figure(connection, before, values, figure)
    store(connection, key, changes, operator=SERVICE_OPERATOR)


def _figure(
    connection: sqlite3.Connection, before: sqlite3.Row | None, values: Mapping[str, str], figure: str
) -> dict[str, object]:
    """The original and the delta of one figure after this call; blank leaves them alone, nought clears them."""
    original = read_number(ADD_PHASE, values, f"Original_Est_{figure.title()}")
    current = read_number(ADD_PHASE, values, f"Current_Est_{figure.title()}")
    if SWITCHES.on(connection, "display_only"):
        # Ignored without a word: the vendor documents no error for it.
        current = None
    old = {part: before[f"{part}_{figure}"] if before else 0 for part in ("original", "delta", "counted")}
    new_original = old["original"] if original is None else original
    delta = old["delta"]
    if current is not None:
        delta = current - new_original - old["counted"]
    elif original is not None:
        rule = SWITCHES.get(connection, "current_on_update")
        delta = {"reset": 0, "move": delta, "stay": delta + old["original"] - original}[rule if before else "reset"]
    return {f"original_{figure}": new_original, f"delta_{figure}": delta}
