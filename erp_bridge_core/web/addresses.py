"""Addresses of pages: made of parts that may hold anything, read again, and led to only where they are our own.

A part of a path, a project's number say, may hold slashes, marks of a query and letters of any script: `path_to` writes
it so that it stays one part, and `routed` and `read_part` let a handler be given just what it was.
"""

from typing import Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from litestar.types import Scope

HOME: Final = "/"
#: Where whoever has to choose his own password first of all is led.
FIRST_OF_ALL: Final = "/password"
_LONGEST: Final = 500
#: Stands for a slash within a part while a path is routed; no text holds it, since it is no character.
_WITHIN: Final = "\ufdd0"


def path_to(*parts: str, **query: str) -> str:
    """The address of a page, each part of it whatever it holds."""
    path = "".join(f"/{quote(part, safe='')}" for part in parts)
    return f"{path}?{urlencode(query)}" if query else path


def asked_path(scope: Scope) -> str:
    """The path of a request as it was asked for, in ASCII: what leads to the same page again."""
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw.decode("latin-1").partition("?")[0]


def routed(scope: Scope) -> str:
    """The path by which a handler is found: a slash within a part divides nothing."""
    return "/".join(unquote(part).replace("/", _WITHIN) for part in asked_path(scope).split("/"))


def read_part(value: Any) -> Any:
    """A part of a path as it was before it was routed."""
    return value.replace(_WITHIN, "/") if isinstance(value, str) else value


def own_path(wanted: str) -> str:
    """The wanted path where it is one of ours; the home page for whatever leads elsewhere, or might be read so."""
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    if not plain or not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc else wanted


def sign_in_path(then: str) -> str:
    """The sign-in page, which leads to `then` afterwards."""
    return f"/sign-in?next={quote(own_path(then), safe='/')}"
