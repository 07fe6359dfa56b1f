"""One sentence that outlives one redirect: what was just done, in a short-lived cookie that is signed."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final

from attrs import frozen
from litestar.datastructures import Cookie

from erp_bridge_core.web.actors import WebRequest, cookies_of

SECONDS: Final = 60
#: Longer ones are cut: a cookie has little room.
_LONGEST: Final = 600


@frozen
class Flash:
    """A sentence for the next page, about something that was done (`good`) or not."""

    text: str
    good: bool = True


def flash_cookie(request: WebRequest, flash: Flash, *, secret: str = "") -> Cookie:
    """The cookie that carries a sentence to the next page; `secret` is that of a session which has just begun."""
    body = _encode(json.dumps([flash.text[:_LONGEST], flash.good]).encode())
    return cookies_of(request).make("notice", f"{body}.{_seal(secret or request.auth.secret, body)}", seconds=SECONDS)


def read_flash(request: WebRequest) -> Flash | None:
    """The sentence that was left for this page; None where there is none, or it is not ours."""
    body, _, seal = request.cookies.get(cookies_of(request).name("notice"), "").partition(".")
    secret = request.auth.secret
    if not body or not secret or not hmac.compare_digest(seal.encode(), _seal(secret, body).encode()):
        return None
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(body.encode() + b"=="))
    except (ValueError, binascii.Error):
        return None
    text, good = found
    return Flash(str(text), bool(good))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _seal(secret: str, body: str) -> str:
    return hmac.new(secret.encode(), f"notice:{body}".encode(), hashlib.sha256).hexdigest()
