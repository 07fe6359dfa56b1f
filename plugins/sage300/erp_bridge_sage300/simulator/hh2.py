"""The hh2-shaped web service: log-in with result codes and cookies, and lists in zero-based pages."""

import hmac
import json
import secrets
import sqlite3
from typing import Any, Final

from erp_bridge_core.simulation import Reply, Request, now
from erp_bridge_sage300.simulator.company import Company, fact, keep
from erp_bridge_sage300.simulator.hh2_rows import RESOURCES
from erp_bridge_sage300.simulator.switches import SWITCHES
from erp_bridge_sage300.simulator.sync import carry_if_due, read_rows

SIGN_IN: Final = "/api/security/v3/session.svc/authenticate"
LISTS: Final = "/jobcosting/api/v1/jobcost.svc/"
#: The cookies of a session, in the order in which they are set; all of them belong to it.
COOKIES: Final = (".ASPXAUTH", "ApplicationGatewayAffinity", "ApplicationGatewayAffinityCORS")
CREDENTIALS: Final = ("ApiKey", "ApiSecret", "Username", "Password")

LONGEST_NUMBER: Final = 15

SIGNED_IN: Final = 5
WRONG_USER: Final = 1
WRONG_CLIENT: Final = 2
USER_LOCKED: Final = 3
CLIENT_LOCKED: Final = 4

_BY_PATH: Final = {LISTS + resource.name: resource for resource in RESOURCES}


def answer(company: Company, request: Request) -> Reply | None:
    """hh2's answer, or None for an address that is not hh2's. Paths are compared without case."""
    path = request.path.lower()
    if path == SIGN_IN and request.method == "POST":
        return _sign_in(company, request)
    resource = _BY_PATH.get(path)
    if resource is None or request.method != "GET":
        return None
    carry_if_due(company)
    with company.reading() as connection:
        refusal = _refusal(connection, request, resource.name)
        if refusal:
            return refusal
        try:
            page, version = (_whole(request, name) for name in ("page", "version"))
        except ValueError as error:
            return _json(400, {"Message": str(error)})
        rows = read_rows(connection, resource, page=page, version=version)
        return Reply(body=f"[{','.join(rows)}]", content_type="application/json; charset=utf-8")


def make_credentials(connection: sqlite3.Connection) -> None:
    """Invent the credentials of the simulated tenant, once."""
    for name in CREDENTIALS:
        if not fact(connection, name):
            keep(connection, name, f"{name.lower()}-{secrets.token_urlsafe(18)}")


def end_sessions(connection: sqlite3.Connection) -> None:
    """End every session, as a restart of the service does."""
    connection.execute("DELETE FROM session")


def unlock(connection: sqlite3.Connection) -> None:
    """Unlock the user and forget wrong log-ins."""
    SWITCHES.set(connection, "user_locked", "no")
    keep(connection, "wrong_sign_ins", "0")


def _sign_in(company: Company, request: Request) -> Reply:
    try:
        given = json.loads(request.body)
    except ValueError:
        return _json(400, {"Message": "The body is not JSON."})
    if not isinstance(given, dict):
        return _json(400, {"Message": "The body is not a JSON object."})
    with company.writing() as connection:
        result = _judge(connection, given)
        cookies = _open_session(connection) if result == SIGNED_IN else ()
    reply = _json(200, {"Result": result})
    return Reply(body=reply.body, content_type=reply.content_type, headers=cookies)


def _judge(connection: sqlite3.Connection, given: dict[str, Any]) -> int:
    right = {
        name: hmac.compare_digest(str(given.get(name)).encode(), fact(connection, name).encode())
        for name in CREDENTIALS
    }
    if not (right["ApiKey"] and right["ApiSecret"]):
        return WRONG_CLIENT
    if SWITCHES.on(connection, "client_locked"):
        return CLIENT_LOCKED
    if SWITCHES.on(connection, "user_locked"):
        return USER_LOCKED
    if right["Username"] and right["Password"]:
        keep(connection, "wrong_sign_ins", "0")
        return SIGNED_IN
    _count_wrong(connection)
    return WRONG_USER


def _count_wrong(connection: sqlite3.Connection) -> None:
    wrong = int(fact(connection, "wrong_sign_ins") or 0) + 1
    keep(connection, "wrong_sign_ins", str(wrong))
    if wrong >= SWITCHES.number(connection, "lock_after"):
        SWITCHES.set(connection, "user_locked", "yes")


def _open_session(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    ticket = secrets.token_hex(32)
    ends = now(connection) + 60 * SWITCHES.number(connection, "session_minutes")
    connection.execute("DELETE FROM session WHERE ends < ?", (now(connection),))
    connection.execute("INSERT INTO session (ticket, ends) VALUES (?, ?)", (ticket, ends))
    values = (ticket, secrets.token_hex(16), secrets.token_hex(16))
    return tuple(
        ("Set-Cookie", f"{name}={value}; Path=/; HttpOnly") for name, value in zip(COOKIES, values, strict=True)
    )


def _refusal(connection: sqlite3.Connection, request: Request, resource: str) -> Reply | None:
    if not _has_session(connection, request):
        return _json(SWITCHES.number(connection, "no_session_status"), {"Message": "There is no session."})
    if _names(connection, "no_privilege", resource):
        return _json(406, {"Message": "Insufficient privilege."})
    if _names(connection, "server_error", resource):
        return _json(500, {"Message": "An error has occurred."})
    return None


def _has_session(connection: sqlite3.Connection, request: Request) -> bool:
    cookies = request.cookies
    if not all(cookies.get(name) for name in COOKIES):
        return False
    ticket = cookies[COOKIES[0]]
    row = connection.execute("SELECT ends FROM session WHERE ticket = ?", (ticket,)).fetchone()
    return row is not None and row["ends"] > now(connection)


def _names(connection: sqlite3.Connection, switch: str, resource: str) -> bool:
    return bool({"all", resource} & set(SWITCHES.get(connection, switch).split(",")))


def _whole(request: Request, name: str) -> int:
    text = request.query.get(name, "0")
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        raise ValueError(f"The parameter {name} is not a whole number.")
    return int(text)


def _json(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status=status, body=json.dumps(value), content_type="application/json; charset=utf-8")
