"""The cookies of a sign-in: the session's token, the company that is looked at, and a visit before any sign-in."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.web.security import is_https

#: Longer values are nobody's of ours, and are not looked up.
_LONGEST: Final = 200


@frozen
class Cookies:
    """Names and flags of our cookies: never for scripts, never sent along from another site but by a link.

    Behind TLS their names bind them to this host alone, so that no neighbour domain can plant one.
    """

    web: WebConfig

    def read(self, connection: ASGIConnection[Any, Any, Any, Any], kind: str) -> str:
        """The value of one of our cookies; blank where there is none that could be ours."""
        value = connection.cookies.get(self.name(kind), "")
        return value if len(value) <= _LONGEST and value.isascii() and value.isprintable() else ""

    def name(self, kind: str) -> str:
        """The name of a cookie: `session`, `company`, `visit` or `notice`."""
        return f"{'__Host-' if is_https(self.web) else ''}erp-bridge-{kind}"

    def make(self, kind: str, value: str, *, seconds: int | None = None) -> Cookie:
        """A cookie that ends with the browser, or after some seconds."""
        return Cookie(
            key=self.name(kind),
            value=value,
            path="/",
            httponly=True,
            secure=is_https(self.web),
            samesite="lax",
            max_age=seconds,
        )

    def remove(self, kind: str) -> Cookie:
        """The cookie that takes one away."""
        return self.make(kind, "", seconds=0)

    def visit(self) -> Cookie:
        """A new visit: what forms are bound to before anybody is signed in."""
        return self.make("visit", secrets.token_urlsafe(32))


def is_over(web: WebConfig, began_at: datetime | None, now: datetime) -> bool:
    """Whether a sign-in on a page is older than `[web] session_minutes` lets it be."""
    return began_at is None or now - began_at > timedelta(minutes=web.session_minutes)
