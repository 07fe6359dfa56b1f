"""Enhanced Authentication, an option of hosted customers: OAuth 2 client credentials beside the Authorization ID.

The host of the token address is not known publicly; here it is the same server.
"""

import hmac
import json
import secrets
import sqlite3
from collections.abc import Mapping
from typing import Final

from erp_bridge_core.simulation import Reply, Request, now
from erp_bridge_spectrum.simulator.company import fact, keep
from erp_bridge_spectrum.simulator.switches import SWITCHES

PATH: Final = "/connect/token"
SCOPE: Final = "spectrumapi"
GRANT: Final = "client_credentials"
#: Facts of the installation, and the names under which a client gives them.
CREDENTIALS: Final = ("client_id", "client_secret")


def make_credentials(connection: sqlite3.Connection) -> None:
    """Invent the client of the installation, once."""
    for name in CREDENTIALS:
        if not fact(connection, name):
            keep(connection, name, secrets.token_urlsafe(18))


def give_token(connection: sqlite3.Connection, form: Mapping[str, str]) -> Reply:
    """A token for the right client, scope and grant; 400 with OAuth's own words otherwise."""
    right = [hmac.compare_digest(form.get(name, "").encode(), fact(connection, name).encode()) for name in CREDENTIALS]
    if form.get("grant_type") != GRANT:
        return _json(400, {"error": "unsupported_grant_type"})
    if form.get("scope") != SCOPE:
        return _json(400, {"error": "invalid_scope"})
    if not all(right):
        return _json(400, {"error": "invalid_client"})
    token, seconds = secrets.token_urlsafe(32), 60 * SWITCHES.number(connection, "token_minutes")
    connection.execute("DELETE FROM token WHERE ends < ?", (now(connection),))
    connection.execute("INSERT INTO token VALUES (?, ?)", (token, now(connection) + seconds))
    return _json(200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer", "scope": SCOPE})


def has_token(connection: sqlite3.Connection, request: Request) -> bool:
    """Whether a request carries a token that has not ended."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    row = connection.execute("SELECT ends FROM token WHERE token = ?", (token,)).fetchone()
    return kind.lower() == "bearer" and row is not None and row["ends"] > now(connection)


def end_tokens(connection: sqlite3.Connection) -> None:
    """End every token."""
    connection.execute("DELETE FROM token")


def _json(status: int, value: Mapping[str, object]) -> Reply:
    return Reply(status=status, body=json.dumps(value), content_type="application/json; charset=utf-8")
