"""No other site acts for a person: every form is bound to session and company, and comes from our own origin."""

import hashlib
import hmac
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.web.actors import Visit, WebRequest, cookies_of, nobody
from erp_bridge_core.web.errors import ForeignForm
from erp_bridge_core.web.kept import remember

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
#: Marks a handler that anybody may call with JSON, which no form of another site can send: signing in.
BY_JSON: Final = {"by_json": True}
#: Marks a handler that trusts nothing but a signature over the body, which no form can make.
BY_SIGNATURE: Final = {"by_signature": True}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def form_token(visit: Visit) -> str:
    """The token of a visit's forms. It names the company, so that a form can't act in one chosen in another tab."""
    return hmac.new(visit.secret.encode(), f"form:{visit.company}".encode(), hashlib.sha256).hexdigest()


async def require_own_form(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard of every handler that changes something; raises `ForeignForm`, or `NotSignedIn` for a page's form.

    A bearer token is proof by itself.
    """
    request: WebRequest = connection  # type: ignore[assignment] # guards of HTTP routes are given the request
    if request.method in _SAFE or handler.opt.get("by_signature") or request.auth.bearer:
        return
    is_for_strangers = bool(handler.opt.get("public"))
    if not _is_own(request, cookies_of(request).web):
        if request.auth.actor is None and not is_for_strangers:
            raise nobody()
        raise ForeignForm("This came from another site; nothing was done.", remedy="Open the page here and try again.")
    if handler.opt.get("by_json") and request.content_type[0] == "application/json":
        return
    if given := request.headers.get(HEADER):
        _require_token(request, given)
        return
    typed = await request.form()
    remember(request, typed)
    try:
        if request.auth.actor is None and not is_for_strangers:
            raise nobody()
        _require_token(request, typed.get(FIELD))
    except NotAllowed:
        await typed.close()  # the files that came with it
        raise


def _require_token(request: WebRequest, given: object) -> None:
    good = isinstance(given, str) and hmac.compare_digest(given.encode(), form_token(request.auth).encode())
    if not good or not request.auth.secret:
        raise ForeignForm(
            "The form is no longer valid; nothing was done.",
            remedy="Go back, load the page anew and send it again: you signed in or changed the company meanwhile.",
        )


def _is_own(request: WebRequest, web: WebConfig) -> bool:
    """Whether the browser names our own origin; one that names none is judged by the form's token alone."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    own = {_origin(web.base_url)} if web.base_url else set()
    # Its host was let in by name already; the scheme is the one that this process speaks.
    own.add(f"{request.scope['scheme']}://{request.headers.get('host', '')}".lower())
    return origin.lower() in own


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
