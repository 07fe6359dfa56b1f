"""OAuth: tokens by client credentials, authorization codes with a consent page, refresh tokens that rotate.

Facts 3.1 (firm): POST /oauth/token, tokens live 5400 s; a code is used once and lives ten minutes; a refresh token is
used once, rotates on every refresh and has no fixed end. Vendor's guide to its endpoints: /oauth/authorize,
/oauth/token/info, and /oauth/revoke, which ends access and refresh token together and answers 200 for any token.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
from collections.abc import Mapping
from email.parser import BytesParser
from typing import Any, Final
from urllib.parse import unquote, urlencode

from erp_bridge_core.simulation import Reply, Request
from erp_bridge_procore.simulator.context import Context, Row
from erp_bridge_procore.simulator.switches import take
from erp_bridge_procore.simulator.wire import answer

LIFE: Final = 5400
CODE_LIFE: Final = 600
CONSENT_LIFE: Final = 600
#: A client that can't receive a redirect is shown its code instead.
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
_NO_SCRIPTS: Final = (("Content-Security-Policy", "default-src 'none'; form-action *; frame-ancestors 'none'"),)


def answer_oauth(context: Context, request: Request) -> Reply | None:
    """The answer to an address of the login host; None for any other."""
    doors = {
        ("POST", "/oauth/token"): _token,
        ("GET", "/oauth/token/info"): _info,
        ("POST", "/oauth/revoke"): _revoke,
        ("GET", "/oauth/authorize"): _consent_page,
        ("POST", "/oauth/authorize"): _consent_given,
    }
    door = doors.get((request.method, request.path))
    return None if door is None else door(context, request)


def make_apps(context: Context, service_person: int, web_person: int) -> None:
    """Invent a data connector's app, which acts as its service account, and one that acts for people, once."""
    for service, person, redirect in ((1, service_person, ""), (0, web_person, OUT_OF_BAND)):
        if context.one("SELECT 1 FROM app WHERE service = ?", service) is None:
            context.run(
                "INSERT INTO app VALUES (?, ?, ?, ?, ?, ?)",
                secrets.token_hex(32), secrets.token_hex(32), person, 7100 + service, service, redirect,
            )  # fmt: skip


def find_token(context: Context, request: Request) -> Row | None:
    """The token that a request carries, when it is valid now."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        return None
    return context.one(
        "SELECT t.*, a.number FROM token t JOIN app a ON a.client_id = t.app"
        " WHERE t.access = ? AND t.revoked = 0 AND t.ends > ?",
        _hash(value), context.moment,
    )  # fmt: skip


def end_tokens(context: Context, *, refresh_too: bool) -> int:
    """End every access token; with `refresh_too`, every authorization as well. How many there were."""
    ended = context.run("UPDATE token SET ends = ? WHERE ends > ?", context.moment, context.moment)
    if refresh_too:
        context.run("UPDATE token SET revoked = 1")
    return ended


def authorize(context: Context, app: Row, redirect_uri: str) -> str:
    """Give a code for an app's person: what pressing the button on the consent page does."""
    code = secrets.token_hex(32)
    ends = context.moment + CODE_LIFE
    context.run(
        "INSERT INTO code (code, app, person, redirect_uri, ends) VALUES (?, ?, ?, ?, ?)",
        _hash(code), app["client_id"], app["person"], redirect_uri, ends,
    )  # fmt: skip
    return code


def _token(context: Context, request: Request) -> Reply:
    given = _basic(request) | _fields(request)
    app = _app(context, given)
    if app is None:
        return _refused(401, "invalid_client", "Client authentication failed due to unknown client.")
    grant = given.get("grant_type", "")
    if grant == "client_credentials" and app["service"]:
        return _given(context, app, app["person"], refreshes=False)
    if grant == "authorization_code" and not app["service"]:
        return _by_code(context, app, given)
    if grant == "refresh_token":
        return _by_refresh(context, app, given.get("refresh_token", ""))
    return _refused(400, "unsupported_grant_type", "The authorization grant type is not supported.")


def _by_code(context: Context, app: Row, given: dict[str, str]) -> Reply:
    code = _hash(given.get("code", ""))
    row = context.one("SELECT * FROM code WHERE code = ? AND app = ? AND used = 0", code, app["client_id"])
    if row is None or row["ends"] <= context.moment or row["redirect_uri"] != given.get("redirect_uri"):
        return _bad_grant()
    context.run("UPDATE code SET used = 1 WHERE code = ?", code)
    return _given(context, app, row["person"], refreshes=True)


def _by_refresh(context: Context, app: Row, value: str) -> Reply:
    row = context.one(
        "SELECT * FROM token WHERE refresh = ? AND app = ? AND refreshed = 0 AND revoked = 0",
        _hash(value), app["client_id"],
    )  # fmt: skip
    if row is None:
        return _bad_grant()
    context.run("UPDATE token SET refreshed = 1 WHERE access = ?", row["access"])
    return _given(context, app, row["person"], refreshes=True)


def _given(context: Context, app: Row, person: int, *, refreshes: bool) -> Reply:
    access, refresh = secrets.token_hex(32), secrets.token_hex(32)
    context.run(
        "INSERT INTO token (access, app, person, made, ends, refresh) VALUES (?, ?, ?, ?, ?, ?)",
        _hash(access), app["client_id"], person, context.moment, context.moment + LIFE,
        _hash(refresh) if refreshes else None,
    )  # fmt: skip
    document = {
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": LIFE,
        **({"refresh_token": refresh} if refreshes else {}),
        "created_at": int(context.moment),
    }
    return Reply(lost=True) if take(context.connection, "lost_token_replies") else answer(document)


def _info(context: Context, request: Request) -> Reply:
    token = find_token(context, request)
    if token is None:
        return _refused(401, "invalid_request", "The access token is invalid")
    left = int(token["ends"] - context.moment)
    return answer({"resource_owner_id": token["person"], "expires_in_seconds": left, "created_at": int(token["made"])})


def _revoke(context: Context, request: Request) -> Reply:
    given = _basic(request) | _fields(request)
    app = _app(context, given)
    if app is None:
        return _refused(403, "unauthorized_client", "You are not authorized to revoke this token")
    context.run(
        "UPDATE token SET revoked = 1 WHERE access = ? AND app = ?", _hash(given.get("token", "")), app["client_id"]
    )
    return answer({})


def _consent_page(context: Context, request: Request) -> Reply:
    app, wrong = _asking(context, request.query)
    if wrong:
        return Reply(status=400, body=wrong)
    ticket = secrets.token_urlsafe(24)
    context.run("INSERT INTO consent VALUES (?, ?)", _hash(ticket), context.moment + CONSENT_LIFE)
    person = context.one("SELECT name FROM person WHERE id = ?", app["person"]) if app else None
    kept = {name: request.query.get(name, "") for name in ("response_type", "client_id", "redirect_uri", "state")}
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in {**kept, "ticket": ticket}.items()
    )
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simulated Procore</title></head><body>'
        f"<h1>Grant access</h1><p>The app asks to act for {html.escape(person['name'] if person else '')}.</p>"
        f'<form method="post" action="/oauth/authorize">{fields}<button>Allow</button></form></body></html>'
    )
    return Reply(body=body, content_type="text/html; charset=utf-8", headers=_NO_SCRIPTS)


def _consent_given(context: Context, request: Request) -> Reply:
    given = request.form
    app, wrong = _asking(context, given)
    ticket = _hash(given.get("ticket", ""))
    if not context.run("DELETE FROM consent WHERE ticket = ? AND ends > ?", ticket, context.moment) or app is None:
        return Reply(status=403, body=wrong or "This form is not from the consent page, or too old.")
    code = authorize(context, app, given["redirect_uri"])
    if given["redirect_uri"] == OUT_OF_BAND:
        return Reply(body=code)
    query = urlencode({"code": code, **({"state": given["state"]} if given.get("state") else {})})
    return Reply(status=302, headers=(("Location", f"{given['redirect_uri']}?{query}"),))


def _asking(context: Context, given: Mapping[str, str]) -> tuple[Row | None, str]:
    app = context.one("SELECT * FROM app WHERE client_id = ? AND service = 0", given.get("client_id", ""))
    if app is None:
        return None, "Client authentication failed due to unknown client."
    if app["redirect_uri"] != given.get("redirect_uri", ""):
        return None, "The redirect uri included is not valid."
    if given.get("response_type") != "code":
        return None, "The authorization server does not support this response type."
    return app, ""


def _app(context: Context, given: dict[str, str]) -> Row | None:
    app = context.one("SELECT * FROM app WHERE client_id = ?", given.get("client_id", ""))
    if app is None or not hmac.compare_digest(app["client_secret"].encode(), given.get("client_secret", "").encode()):
        return None
    return app


def _basic(request: Request) -> dict[str, str]:
    """The app's name and secret, from clients of OAuth that send them as HTTP's own log-in."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        name, found, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": unquote(name), "client_secret": unquote(secret)} if scheme == "Basic" and found else {}


def _fields(request: Request) -> dict[str, str]:
    """The fields of a form in either encoding, or of the JSON object that some clients send instead."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
        parts = whole.get_payload()
        return dict(map(_part, parts)) if isinstance(parts, list) else {}
    if "json" not in kind:
        return request.form
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _part(part: Any) -> tuple[str, str]:
    name = part.get_param("name", header="Content-Disposition") or ""
    return str(name), bytes(part.get_payload(decode=True) or b"").decode(errors="replace")


def _bad_grant() -> Reply:
    told = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."
    return _refused(401, "invalid_grant", told)


def _refused(status: int, error: str, told: str) -> Reply:
    return answer({"error": error, "error_description": told}, status=status)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
