"""Who calls, for which company, and what he may: the checks before a request is looked at.

Facts 3.1 (firm): `Procore-Company-Id` on every company-scoped call; 403 "App is not connected to this company". What a
call without that header is answered is not known (switch `missing_company`). Facts 2A.1 (firm): a connector's service
account needs Admin on ERP Integrations and "Can Push to Accounting".
"""

import sqlite3
from typing import Final

from attrs import frozen

from erp_bridge_core.simulation import Request
from erp_bridge_procore.simulator.company import COMPANY
from erp_bridge_procore.simulator.context import Context, Row, open_context, whole
from erp_bridge_procore.simulator.oauth import find_token
from erp_bridge_procore.simulator.problems import FORBIDDEN, Refusal

#: What a route needs of its caller.
ANYONE: Final = "anyone"
READS: Final = "budget read"
WRITES: Final = "budget write"
ERP: Final = "erp"

_BUDGET_READERS: Final = frozenset({"read_only", "standard", "admin"})
_BUDGET_WRITERS: Final = frozenset({"standard", "admin"})


@frozen
class Caller:
    """Whoever has a valid token, and the client id of the app that he uses."""

    person: int
    app: str
    number: int


def admit(connection: sqlite3.Connection, request: Request) -> Caller:
    """The caller; raises Refusal (401)."""
    token = find_token(open_context(connection, company=COMPANY, person=0), request)
    if token is None:
        told = "The access token is invalid, expired or revoked"
        raise Refusal(401, told, headers=(("WWW-Authenticate", 'Bearer realm="Procore", error="invalid_token"'),))
    return Caller(token["person"], token["app"], token["number"])


def company_of(connection: sqlite3.Connection, request: Request, *, scoped: bool) -> int:
    """The company that a call is about; raises Refusal where the header is missing or the app is not connected."""
    given = request.headers.get("procore-company-id", "")
    if not given:
        if not scoped:
            return COMPANY
        answer = open_context(connection, company=COMPANY, person=0).switch("missing_company")
        if answer != "taken":
            raise Refusal(int(answer), "Procore-Company-Id header is required")
        return COMPANY
    find = "SELECT * FROM company WHERE CAST(id AS TEXT) = ?"
    row: Row | None = connection.execute(find, (given.strip(),)).fetchone()
    if row is None or not row["connected"]:
        raise Refusal(403, "App is not connected to this company")
    return int(row["id"])


def permit(context: Context, need: str, path_company: str | None) -> None:
    """Raise Refusal (403) unless the caller may, and the path is about the header's company."""
    if path_company is not None and whole(path_company) != context.company:
        raise Refusal(403, "App is not connected to this company")
    person = context.one("SELECT * FROM person WHERE id = ?", context.person)
    assert person is not None, "a token is always somebody's"
    allowed = {
        ANYONE: True,
        READS: person["budget"] in _BUDGET_READERS,
        WRITES: person["budget"] in _BUDGET_WRITERS,
        ERP: person["erp"] == "admin" and bool(person["push"]),
    }
    if not allowed[need]:
        raise Refusal(403, FORBIDDEN)
