"""A call from its elements to its reply: authorisation and required fields first, then values, then the service."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Final

from erp_bridge_spectrum.simulator import soap
from erp_bridge_spectrum.simulator.add_phase import add_phase
from erp_bridge_spectrum.simulator.authorization import Caller, admit, find_guid
from erp_bridge_spectrum.simulator.change_request import save_request
from erp_bridge_spectrum.simulator.checks import check_values, find_missing, shorten, take_elements
from erp_bridge_spectrum.simulator.company import Installation
from erp_bridge_spectrum.simulator.elements import ADD_PHASE, CHANGE_REQUEST, SERVICES, TEST_CONNECTION, Service
from erp_bridge_spectrum.simulator.problems import GOOD, REFUSALS, Problem, invalid
from erp_bridge_spectrum.simulator.reads import read_rows
from erp_bridge_spectrum.simulator.switches import SWITCHES, take

Write = Callable[[Connection, Caller, Mapping[str, str]], list[Problem]]

_WRITES: Final[Mapping[str, Write]] = {ADD_PHASE.name: add_phase, CHANGE_REQUEST.name: save_request}


def answer_put(connection: Connection, call: soap.Call) -> str:
    """Carry a write out (or refuse it whole) and say so; raises soap.Unreadable for one that can't be read."""
    service = SERVICES[call.method]
    values = shorten(connection, service, take_elements(connection, service, call))
    caller, problems = _judge(connection, service, values)
    if caller is not None and service is TEST_CONNECTION:
        problems = [Problem("S", "", "Connection successful")]
    elif caller is not None and take(connection, "refused_puts"):
        problems = [invalid("Job_Number", "is in use by another operator")]
    elif caller is not None:
        problems = _WRITES[service.name](connection, caller, values)
    return soap.put_reply(call.method, _responses(connection, problems, values))


def answer_get(installation: Installation, call: soap.Call) -> str:
    """Read rows; a refusal is a row of its own that holds nothing else. Raises soap.Unreadable."""
    service = SERVICES[call.method]
    with installation.writing() as connection:
        values = shorten(connection, service, take_elements(connection, service, call))
        consumed = bool(values["GUID"]) and find_guid(connection, service, values["GUID"]) is not None
        caller, problems = _judge(connection, service, values)
    with installation.showing() as connection:
        if caller is None:
            refusal = SWITCHES.get(connection, "get_refusal")
            rows: Iterable[Mapping[str, str]] = [_refusal_row(each, refusal) for each in problems]
        elif consumed and SWITCHES.on(connection, "guid_consumed"):
            rows = [{}]
        else:
            rows = read_rows(connection, service, caller, values)
        reply, count = _count(call.method, rows, service.rows)
        cut = SWITCHES.number(connection, "cut_tail")
    return soap.cut_tail(reply) if 0 < cut <= count else reply


def release(connection: Connection) -> list[str]:
    """Carry out the writes that are late, in the order in which they came; what each would have answered."""
    told = []
    for row in connection.execute("SELECT number, body FROM late_write ORDER BY number").fetchall():
        connection.execute("DELETE FROM late_write WHERE number = ?", (row["number"],))
        call = soap.parse(row["body"])
        try:
            reply = answer_put(connection, call)
        except soap.Unreadable as error:
            told.append(f"{call.method} failed: {error}.")
        else:
            told.append(f"{call.method} was carried out; it would have answered {reply}")
    return told


def _judge(connection: Connection, service: Service, values: Mapping[str, str]) -> tuple[Caller | None, list[Problem]]:
    """The caller of a call that may be carried out, or None and everything that the first failing step found."""
    caller = admit(connection, service, values)
    if isinstance(caller, Problem):
        return None, [caller]
    problems = find_missing(service.required, values) or list(check_values(service, values))
    return (None, problems) if problems else (caller, [])


def _responses(connection: Connection, problems: Sequence[Problem], values: Mapping[str, str]) -> list[soap.Response]:
    if not problems:
        form = SWITCHES.get(connection, "put_success")
        forms = {"none": [], "blank": [Problem("", "", "")]}
        problems = forms.get(form, [Problem(GOOD, "Job_Number", values.get("Job_Number", ""))])
    return [soap.Response(code=each.code, text=each.text, column=each.column) for each in problems]


def _refusal_row(problem: Problem, code: str) -> dict[str, str]:
    shown = code if problem.column == "Authorization_ID" and problem.code in REFUSALS else problem.code
    return {"Error_Code": shown, "Error_Description": problem.text, "Error_Column": problem.column}


def _count(method: str, rows: Iterable[Mapping[str, str]], names: Sequence[str]) -> tuple[str, int]:
    found = list(rows)
    return soap.get_reply(method, found, names), len(found)
