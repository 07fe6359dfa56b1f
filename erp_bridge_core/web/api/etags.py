"""ETags: what a value's revision is called on the wire; who has it already; whose write is out of date."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from litestar import Response

from erp_bridge_core.contract.errors import AlreadyAnswered, Changed
from erp_bridge_core.web.actors import WebRequest, application_of


def tagged(request: WebRequest, value: Any, revision: object = None, *, status: int = 200) -> Response[Any]:
    """The value with its ETag: its revision or, where it has none, a digest of what it holds.

    Nothing but the tag for whoever reads and has this one (`If-None-Match`).
    """
    tag = f'"{revision}"' if revision is not None else content_tag(value)
    if request.method == "GET" and tag in _tags(request, "if-none-match"):
        return Response(None, status_code=304, headers={"ETag": tag})
    return Response(value, status_code=status, headers={"ETag": tag})


def content_tag(value: Any) -> str:
    """The tag of a value that keeps no revision."""
    return f'"{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:32]}"'


@contextmanager
def unchanged(request: WebRequest, current: Callable[[], Any]) -> Iterator[None]:
    """Write in the block, unless the request names another tag (`If-Match`) than that of what is there now.

    It is looked at in the transaction that writes, so that nobody comes in between, in whatever process. Raises
    `Changed`. A request without the header is done in any case.
    """
    wanted = _tags(request, "if-match")
    if not wanted or wanted == {"*"}:
        yield
        return

    def look() -> None:
        if content_tag(current()) not in wanted:
            raise _changed()

    with application_of(request).store.if_still(look):
        yield


@contextmanager
def of_revision(request: WebRequest) -> Iterator[int | None]:
    """The item's revision that the request names (`If-Match`), for the service to compare in its own transaction.

    Raises `Changed` instead of the service's `AlreadyAnswered` where it is the revision that differs.
    """
    wanted = _tags(request, "if-match") - {"*"}
    if not wanted:
        yield None
        return
    (tag, *others) = wanted
    number = tag.strip('"')
    if others or not (number.isascii() and number.isdigit() and len(number) < len("999999999999")):
        raise _changed()
    try:
        yield int(number)
    except AlreadyAnswered as error:
        if error.details.get("revision") == int(number):
            raise
        raise _changed(error) from error


def named_tag(request: WebRequest) -> str:
    """The tag that a write names (`If-Match`), for the service to compare; blank for none. Raises `Changed`."""
    wanted = _tags(request, "if-match") - {"*"}
    if len(wanted) > 1:
        raise _changed()
    return "".join(wanted).strip('"')


def _tags(request: WebRequest, header: str) -> set[str]:
    return {each.strip().removeprefix("W/") for each in request.headers.get(header, "").split(",") if each.strip()}


def _changed(error: AlreadyAnswered | None = None) -> Changed:
    message = error.message if error else "It was changed since you looked at it."
    details = error.details if error else {}
    return Changed(f"{message} Nothing was done.", remedy="Read it again, then decide anew.", details=details)
