"""ARChangeRequest: a change request with one cost line, added or updated by company, job, customer and number."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from erp_bridge_core.simulation import today
from erp_bridge_spectrum.simulator import requests
from erp_bridge_spectrum.simulator.authorization import Caller
from erp_bridge_spectrum.simulator.checks import read_day, read_number
from erp_bridge_spectrum.simulator.company import find_job
from erp_bridge_spectrum.simulator.elements import CHANGE_REQUEST
from erp_bridge_spectrum.simulator.estimates import Key, find_row
from erp_bridge_spectrum.simulator.masks import fit_phase
from erp_bridge_spectrum.simulator.problems import Problem, good, invalid, missing
from erp_bridge_spectrum.simulator.switches import SWITCHES

_FIXED_PRICE: Final = "F"
_BILLED: Final = (1, 2)
_NOT_BILLED: Final = 4

_LINE: Final = {
    "Subcontractor_Code": "subcontractor",
    "Subcontract_Number": "subcontract",
    "Sub_Bid_Group_Item_Code": "sub_group",
    "Sub_Bid_Item_Code": "sub_item",
}
_KEPT_APART: Final = frozenset(
    {
        "Authorization_ID", "GUID", "Company_Code", "Job_Number", "Customer_Code", "Change_Request_Number",
        "CR_Description", "CR_Status", "Cost_Reimbursable_Flag", "Origination_Date", "Approved_Date", "Fee_Percent",
        "Fee_Amount", "CR_Phase_Code", "CR_Cost_Type", "Change_Request_Quantity", "Change_Request_Hours",
        "Change_Request_Amount", "CR_Billing_Item_Code", *_LINE,
    }
)  # fmt: skip


@frozen(kw_only=True)
class _Ask:
    """One call, with what the books hold about it."""

    values: Mapping[str, str]
    job: sqlite3.Row
    held: sqlite3.Row | None
    status: sqlite3.Row | None
    key: requests.RequestKey
    line: Key | None


def save_request(connection: sqlite3.Connection, caller: Caller, values: Mapping[str, str]) -> list[Problem]:
    """Write header and line, or say everything that is wrong; a number that was chosen comes back with code G.

    Phases, contracts and billing items are never created.
    """
    job = find_job(connection, caller.company, values["Job_Number"])
    if job is None:
        return [invalid("Job_Number", "is not in the job master")]
    ask = _ask(connection, job, values)
    problems = [
        *_check_contract(connection, ask), *_check_status(ask), *_check_dates(connection, ask),
        *_check_line(connection, ask), *_check_billing(connection, ask),
    ]  # fmt: skip
    return problems or _write(connection, ask)


def _ask(connection: sqlite3.Connection, job: sqlite3.Row, values: Mapping[str, str]) -> _Ask:
    key = requests.RequestKey(
        company=job["company"], job=job["job"], customer=values["Customer_Code"], number=values["Change_Request_Number"]
    )
    held = requests.find_request(connection, key) if key.number else None
    status = values["CR_Status"] or (held["status"] if held else "")
    phase = fit_phase(values["CR_Phase_Code"], job["mask"], job["fill"]) or ""
    given = values["CR_Phase_Code"] or values["CR_Cost_Type"]
    line = Key(company=job["company"], job=job["job"], phase=phase, cost_type=values["CR_Cost_Type"])
    return _Ask(
        values=values,
        job=job,
        held=held,
        status=requests.find_status(connection, job["company"], status),
        key=key,
        line=line if given else None,
    )


def _check_contract(connection: sqlite3.Connection, ask: _Ask) -> Iterator[Problem]:
    known = "SELECT 1 FROM contract WHERE (company, job, customer) = (?, ?, ?)"
    if connection.execute(known, ask.key.columns[:3]).fetchone() is None:
        yield invalid("Customer_Code", "has no contract on this job")


def _check_status(ask: _Ask) -> Iterator[Problem]:
    given = ask.values["CR_Status"]
    if not given and ask.held is None:
        yield missing("CR_Status", "is required for a new change request")
    if given and ask.status is None:
        yield invalid("CR_Status", "is not in the change request status master")


def _check_dates(connection: sqlite3.Connection, ask: _Ask) -> Iterator[Problem]:
    first, last = (SWITCHES.get(connection, f"processing_{bound}") for bound in ("from", "through"))
    for name in ("Origination_Date", "Approved_Date"):
        day = read_day(ask.values[name])
        if day and ((first and day < first) or (last and day > last)):
            yield invalid(name, "is outside the current processing dates")
    if ask.values["Approved_Date"] and ask.status is not None and not ask.status["approved"]:
        yield invalid("Approved_Date", "may only be given with an approved or executed status")


def _check_line(connection: sqlite3.Connection, ask: _Ask) -> Iterator[Problem]:
    if ask.line is None:
        return
    if not ask.line.cost_type or not ask.values["CR_Phase_Code"]:
        yield missing("CR_Phase_Code" if ask.line.cost_type else "CR_Cost_Type", "is required for a cost line")
        return
    row = find_row(connection, ask.line) if ask.line.phase else None
    if row is None:
        yield invalid("CR_Phase_Code", "and CR_Cost_Type are not set up on this job")
    elif row["status"] == "C":
        yield invalid("CR_Phase_Code", "is a Complete phase")


def _check_billing(connection: sqlite3.Connection, ask: _Ask) -> Iterator[Problem]:
    item = ask.values["CR_Billing_Item_Code"]
    known = "SELECT 1 FROM billing_item WHERE (company, job, customer, item) = (?, ?, ?, ?)"
    if item and connection.execute(known, (*ask.key.columns[:3], item)).fetchone() is None:
        yield invalid("CR_Billing_Item_Code", "is not on the contract")
    action = ask.status["action_type"] if ask.status else None
    needed = action in _BILLED or (action is not None and ask.job["price_method"] != _FIXED_PRICE)
    total = ask.values["Default_Billing_Total"] == "Y"
    if needed and not item and not total and not (ask.held and ask.held["billing_item"]):
        yield missing("CR_Billing_Item_Code", "may be blank only on a fixed-price job with action type 3, 4 or 5")
    if total and (ask.values["Cost_Reimbursable_Flag"] != "Y" or action != _NOT_BILLED):
        yield invalid("Default_Billing_Total", "needs a cost-reimbursable request with action type 4")


def _write(connection: sqlite3.Connection, ask: _Ask) -> list[Problem]:
    key = ask.key if ask.key.number else requests.next_key(connection, ask.key)
    columns = _header(ask)
    if ask.held is None:
        columns = {"originated": today(connection).isoformat(), **columns}
    requests.save_header(connection, key, columns)
    rest = {name: text for name, text in ask.values.items() if text and name not in _KEPT_APART}
    requests.keep_details(connection, key, rest)
    if ask.line is not None:
        numbers = {
            column: read_number(CHANGE_REQUEST, ask.values, f"Change_Request_{column.title()}")
            for column in ("quantity", "hours", "amount")
        }
        sub = {column: ask.values[name] for name, column in _LINE.items()}
        requests.save_line(connection, key, ask.line, sub, numbers)
    return [] if ask.key.number else [good("Change_Request_Number", key.number)]


def _header(ask: _Ask) -> dict[str, object]:
    values = ask.values
    percent, amount = (read_number(CHANGE_REQUEST, values, f"Fee_{name}") for name in ("Percent", "Amount"))
    columns: dict[str, object] = {
        "description": values["CR_Description"],
        "status": values["CR_Status"],
        "reimbursable": values["Cost_Reimbursable_Flag"],
        "originated": read_day(values["Origination_Date"]),
        "approved": read_day(values["Approved_Date"]),
        "billing_item": values["CR_Billing_Item_Code"],
        # When both are sent the percent wins over the amount.
        "fee_percent": percent,
        "fee_amount": amount if percent is None else 0,
    }
    return {column: value for column, value in columns.items() if value not in ("", None)}
