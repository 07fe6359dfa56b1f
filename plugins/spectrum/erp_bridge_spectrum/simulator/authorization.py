"""Who may call: the Authorization ID with its services and companies, and the rules of the GUID."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from erp_bridge_core.simulation import now
from erp_bridge_spectrum.simulator.elements import Service
from erp_bridge_spectrum.simulator.problems import Problem, abort, missing
from erp_bridge_spectrum.simulator.switches import SWITCHES

ALL: Final = "ALL"
#: The predefined operator with which rows written by services are stamped.
SERVICE_OPERATOR: Final = "*WS"
_HOUR: Final = 3600


@frozen(kw_only=True)
class Caller:
    """An admitted caller: the company that the call is for, and the jobs that its operator may see (SuperSelect)."""

    authorization: str
    company: str
    jobs: str = ALL


def admit(connection: sqlite3.Connection, service: Service, values: Mapping[str, str]) -> Caller | Problem:
    """The caller, or why it is refused. A GUID's first use is noted, so `connection` must be writing for one."""
    name = values["Authorization_ID"]
    row = connection.execute("SELECT * FROM authorization WHERE id = ?", (name,)).fetchone() if name else None
    company = values.get("Company_Code") or values.get("pCompany_Code") or (row["default_company"] if row else "")
    if row is None:
        return abort("Authorization_ID", "Authorization ID is not set up")
    refused = _refuse(row, service, company) or check_guid(connection, service, values)
    return refused or Caller(authorization=name, company=company, jobs=row["jobs"])


def _refuse(row: sqlite3.Row, service: Service, company: str) -> Problem | None:
    if row["status"] != "Active":
        return abort("Authorization_ID", "Authorization ID is not active")
    if not _grants(row["services"], service.name):
        return abort("Authorization_ID", f"Authorization ID is not authorized for service {service.name}")
    column = "pCompany_Code" if service.is_get else "Company_Code"
    if not company and service.name != "TestConnection":
        return missing(column, "is required: the Authorization ID has no default company")
    if company and not _grants(row["companies"], company):
        return abort(column, f"Authorization ID is not authorized for company {company}")
    if service.is_get and not row["operator"]:
        return abort("Authorization_ID", "Authorization ID has no operator")
    return None


def _grants(granted: str, name: str) -> bool:
    return granted == ALL or name in granted.split(",")


def check_guid(connection: sqlite3.Connection, service: Service, values: Mapping[str, str]) -> Problem | None:
    """Why the GUID may not be used for this method, or None; its first use starts its time."""
    guid, caller = values["GUID"], values["Authorization_ID"]
    if not guid:
        return missing("GUID") if SWITCHES.on(connection, "guid_required") else None
    used = find_guid(connection, service, guid)
    if used is None:
        connection.execute("INSERT INTO guid VALUES (?, ?, ?, ?)", (service.name, guid, caller, now(connection)))
        return None
    if used["authorization"] != caller:
        return abort("GUID", "GUID is in use by another Authorization ID")
    if now(connection) - used["first_used"] > _HOUR * SWITCHES.number(connection, "guid_hours"):
        return abort("GUID", "Time out has occurred")
    return None


def find_guid(connection: sqlite3.Connection, service: Service, guid: str) -> sqlite3.Row | None:
    """The first use of a GUID with a method, or None."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM guid WHERE method = ? AND guid = ?", (service.name, guid)
    ).fetchone()
    return row
