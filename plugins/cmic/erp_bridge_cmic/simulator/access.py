"""Who may call: Basic with `CLIENT||USER`, or a bearer token from a small identity provider of the simulator's own.

CMiC takes tokens of outside identity providers, whose claim `cmicuser` names its user; here the provider is part of the
server, its tokens are of the same shape, and a token that was never issued or has expired is refused with 401.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from erp_bridge_cmic.simulator.company import fact, keep
from erp_bridge_cmic.simulator.context import Context
from erp_bridge_cmic.simulator.wire import PLAIN, answer
from erp_bridge_core.simulation import Reply, Request

#: Where the identity provider gives tokens: a tenant's address, as such providers have it.
TOKEN_PATH: Final = "/tenant/oauth2/v2.0/token"  # noqa: S105 - an address
CREDENTIALS: Final = ("client_id", "user", "password", "oauth_client_id", "oauth_client_secret")


def make_credentials(context: Context) -> None:
    """Invent the credentials of the service account, once."""
    invented = {
        "client_id": f"CLIENT{secrets.randbelow(900) + 100}",
        "user": "ERPBRIDGE",
        "password": f"password-{secrets.token_urlsafe(18)}",
        "oauth_client_id": f"app-{secrets.token_hex(8)}",
        "oauth_client_secret": f"secret-{secrets.token_urlsafe(24)}",
        "token_key": secrets.token_hex(32),
    }
    for name, value in invented.items():
        if not fact(context.connection, name):
            keep(context.connection, name, value)


def give_token(context: Context, request: Request) -> Reply:
    """Answer a request for a token by client credentials."""
    given = request.form
    if given.get("grant_type") != "client_credentials":
        return _token_error(request, 400, "unsupported_grant_type")
    if not all(
        _same(given.get(name, ""), fact(context.connection, f"oauth_{name}")) for name in ("client_id", "client_secret")
    ):
        return _token_error(request, 401, "invalid_client")
    lasts = int(context.settings["token_seconds"])
    token = _sign(context, {"cmicuser": fact(context.connection, "user"), "exp": int(context.moment + lasts)})
    context.connection.execute("DELETE FROM token WHERE ends < ?", (context.moment,))
    context.connection.execute("INSERT INTO token (ticket, ends) VALUES (?, ?)", (_hash(token), context.moment + lasts))
    body = {"token_type": "Bearer", "expires_in": lasts, "access_token": token}
    return answer(request, body, kind=PLAIN)


def sign_in(context: Context, request: Request) -> str | None:
    """The user who calls; None for a log-in that is missing, wrong, expired or locked, which is told alike."""
    scheme, value = _authorization(request)
    allowed = context.settings["authentication"]
    if scheme == "Basic" and allowed != "oauth" and _is_user(context, value):
        return fact(context.connection, "user")
    if scheme == "Bearer" and allowed != "basic" and _is_token(context, value):
        return fact(context.connection, "user")
    return None


def counts_calls(context: Context, request: Request, user: str | None) -> bool:
    """Whether this call is to be counted: a wrong log-in, or a call by a token that lasts for so many."""
    scheme, _ = _authorization(request)
    most = int(context.settings["token_calls"])
    return (scheme == "Basic" and user is None) or (scheme == "Bearer" and most > 0)


def count_call(context: Context, request: Request) -> None:
    """Count a wrong log-in against the user, or a call against its token."""
    scheme, value = _authorization(request)
    if scheme == "Basic":
        keep(context.connection, "wrong_sign_ins", str(wrong_sign_ins(context) + 1))
    else:
        context.connection.execute("UPDATE token SET calls = calls + 1 WHERE ticket = ?", (_hash(value),))


def wrong_sign_ins(context: Context) -> int:
    """How many log-ins were wrong since the user was last unlocked."""
    return int(fact(context.connection, "wrong_sign_ins") or 0)


def expire_tokens(context: Context) -> int:
    """End every token; how many there were."""
    return context.connection.execute("DELETE FROM token").rowcount


def unlock(context: Context) -> None:
    """Unlock the user and forget wrong log-ins."""
    keep(context.connection, "wrong_sign_ins", "0")


def _authorization(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return scheme, value


def _is_user(context: Context, value: str) -> bool:
    most = int(context.settings["lock_after"])
    if most and wrong_sign_ins(context) >= most:
        return False
    try:
        given = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    held = {name: fact(context.connection, name) for name in ("client_id", "user", "password")}
    return _same(given, f"{held['client_id']}||{held['user']}:{held['password']}")


def _is_token(context: Context, value: str) -> bool:
    row = context.one("SELECT * FROM token WHERE ticket = ?", _hash(value))
    most = int(context.settings["token_calls"])
    return row is not None and row["ends"] > context.moment and not (most and row["calls"] >= most)


def _sign(context: Context, claims: dict[str, Any]) -> str:
    parts = [_packed({"alg": "HS256", "typ": "JWT"}), _packed({**claims, "jti": secrets.token_hex(16)})]
    key = bytes.fromhex(fact(context.connection, "token_key"))
    return ".".join([*parts, _web64(hmac.digest(key, ".".join(parts).encode(), "sha256"))])


def _packed(value: dict[str, Any]) -> str:
    return _web64(json.dumps(value, separators=(",", ":")).encode())


def _web64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _same(given: str, held: str) -> bool:
    return hmac.compare_digest(given.encode(), held.encode())


def _token_error(request: Request, status: int, error: str) -> Reply:
    return answer(request, {"error": error}, kind=PLAIN, status=status)
