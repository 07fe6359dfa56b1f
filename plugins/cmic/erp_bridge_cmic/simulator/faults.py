"""Faults of a write whose answer never comes: it was done, was not done, or is done later by the desk's release."""

import json
import sqlite3
from typing import Final

from erp_bridge_cmic.simulator.address import Address
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.switches import SWITCHES
from erp_bridge_core.simulation import Request

NO_FAULT: Final = "none"
_KEPT_HEADERS: Final = ("content-type", "accept", "rest-framework-version", "host")


def next_fault(context: Context, address: Address) -> str:
    """The fault that befalls this write, counted off; `none` for most."""
    befallen = context.settings["write_fault_on"]
    fault, count = context.settings["write_fault"], int(context.settings["write_fault_count"])
    if fault == NO_FAULT or not count or (befallen and address.name not in befallen.split(",")):
        return NO_FAULT
    spared = int(context.settings["write_fault_after"])
    if spared:
        SWITCHES.set(context.connection, "write_fault_after", str(spared - 1))
        return NO_FAULT
    SWITCHES.set(context.connection, "write_fault_count", str(count - 1))
    return fault


def hold(connection: sqlite3.Connection, request: Request) -> None:
    """Keep a write until it is released."""
    headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
    connection.execute(
        "INSERT INTO held_write (method, path, query, headers, body) VALUES (?, ?, ?, ?, ?)",
        (request.method, request.path, json.dumps(dict(request.query)), json.dumps(headers), request.body),
    )


def take_held(connection: sqlite3.Connection) -> list[Request]:
    """The writes that were kept, in order; they are kept no longer."""
    rows = connection.execute("DELETE FROM held_write RETURNING *").fetchall()
    return [
        Request(
            method=row["method"],
            path=row["path"],
            query=json.loads(row["query"]),
            headers=json.loads(row["headers"]),
            body=row["body"],
        )
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]
