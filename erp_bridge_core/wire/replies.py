"""Reading a reply within bounds, and what it is worth."""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import requests

from erp_bridge_core.wire.exchange import Exchange

_CHUNK: Final = 64 * 1024
_BODILESS: Final = frozenset({204, 304})
_HTML: Final = ("text/html", "application/xhtml+xml")
_FIRST_HTML: Final = (b"<!doctype html", b"<html")


class BadReply(Exception):
    """A reply came, but not one that can be used: too large, cut short, or not what was asked for."""


def read_reply(response: requests.Response, exchange: Exchange, *, most_bytes: int) -> None:
    """Read the whole reply into the response, its size bounded on the wire and after decompression."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    received = _received(response, exchange, most_bytes)
    pieces = []
    size = 0
    for piece in _decoded(received, encoding, most_bytes):
        size += len(piece)
        if size > most_bytes:
            raise BadReply(f"The reply is larger than {most_bytes} bytes.")
        pieces.append(piece)
    exchange.check_time()  # a shut socket can look like the end of a reply
    if not size and not _says_where_it_ends(response):
        # The library takes the end of a connection for the end of the headers: what is left of a reply that was cut
        # among them looks like one without a body.
        raise BadReply("The reply ended before it said how long it is.")
    response._content = b"".join(pieces)  # noqa: SLF001 - the library has no public way to hand in a body
    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001


def _says_where_it_ends(response: requests.Response) -> bool:
    bodiless = response.status_code in _BODILESS or response.request.method == "HEAD"
    return bodiless or "Content-Length" in response.headers or "Transfer-Encoding" in response.headers


def _received(response: requests.Response, exchange: Exchange, most_bytes: int) -> Iterator[bytes]:
    size = 0
    for piece in response.raw.stream(_CHUNK, decode_content=False):
        exchange.check_time()
        size += len(piece)
        if size > most_bytes:
            raise BadReply(f"The reply is larger than {most_bytes} bytes.")
        yield piece


def _decoded(received: Iterator[bytes], encoding: str, most_bytes: int) -> Iterator[bytes]:
    if encoding in {"", "identity"}:
        return received
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _inflated(received, most_bytes)
    raise BadReply(f"The reply is compressed in a way that was not asked for: {encoding[:40]!r}.")


def _inflated(received: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    """Decompress piece by piece: a small reply that grows without end never lies in memory."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    empty = True
    for piece in received:
        empty = empty and not piece
        rest = piece
        while rest and not inflater.eof:
            yield inflater.decompress(rest, min(_CHUNK, most_bytes + 1))
            rest = inflater.unconsumed_tail
    while not inflater.eof and (more := inflater.decompress(b"", _CHUNK)):
        yield more
    if not inflater.eof and not empty:
        raise BadReply("The compressed reply was cut short.")


def is_unasked_page(response: requests.Response) -> bool:
    """Whether it is an HTML page where the request asked for data: a proxy, a log-in page, a web server's own error."""
    asked = response.request.headers.get("Accept", "").lower()
    if not response.content or any(kind in asked for kind in _HTML):
        return False
    kind = response.headers.get("Content-Type", "").lower()
    return kind.startswith(_HTML) or response.content[:200].lstrip().lower().startswith(_FIRST_HTML)


def retry_after(response: requests.Response, now: datetime) -> float | None:
    """The seconds that a reply asks us to wait, from either form of `Retry-After`; None if it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
