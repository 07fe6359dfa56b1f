"""JSON of the simulated Procore: exact numbers both ways, answers, and lists in pages of both generations."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from attrs import frozen

from erp_bridge_core.simulation import Reply, Request
from erp_bridge_procore.simulator.amounts import Number
from erp_bridge_procore.simulator.problems import Refusal

JSON: Final = "application/json; charset=utf-8"
#: v2: ten rows a page unless asked otherwise, never more than a hundred (facts 3.1, firm).
V2_USUAL: Final = 10
V2_MOST: Final = 100
V1_USUAL: Final = 100

Headers = tuple[tuple[str, str], ...]


@frozen
class Raw:
    """A document that is kept as its JSON text and goes out as it is."""

    text: str


@frozen
class Made:
    """An answer of 201: something was made."""

    document: Any


@frozen
class Gone:
    """An answer of 204: done, and nothing to say."""


def _as_it_is(row: Any) -> Any:
    return row


@frozen
class Listed:
    """A list that is answered in pages; `paged=False` for one that Procore answers whole.

    `enveloped`: a v1 list that stands in an envelope `data`, as every v2 list does. `usual`: rows of a page where none
    are asked for, unless it is what lists of its generation have. `show` makes a document of a row, where the rows are
    none themselves; only the page that was asked for is shown.
    """

    rows: Sequence[Any]
    show: Callable[[Any], Any] = _as_it_is
    paged: bool = True
    enveloped: bool = False
    usual: int | None = None


def encode(value: Any) -> str:
    """JSON text of a document; numbers of the books go out digit by digit."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(name)}:{encode(held)}" for name, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(encode, value)) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value)


def decode(body: bytes) -> dict[str, Any]:
    """The object that a client sent, numbers exact; raises Refusal (400) for anything else."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"The request body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Refusal(400, "The request body is not a JSON object")
    return found


def answer(document: Any, *, status: int = 200, headers: Headers = ()) -> Reply:
    """An answer that holds a document."""
    return Reply(status=status, body=encode(document), content_type=JSON, headers=headers)


def in_pages(request: Request, listed: Listed, *, most: int, shift: int = 0) -> Reply:
    """The page of a list that was asked for: v1 as a bare array with headers, v2 in `data`, at most a hundred rows.

    `most`: rows that a v1 page never exceeds. `shift`: rows by which everything behind the first page moved on, as
    when somebody removed or added rows between two requests.
    """
    if not listed.paged:
        return answer(_in_envelope(listed, list(map(listed.show, listed.rows))))
    second = request.path.startswith("/rest/v2.")
    usual, cap = (V2_USUAL, V2_MOST) if second else (min(V1_USUAL, most), most)
    size = min(_whole(request, "per_page", listed.usual or usual), cap)
    number = _whole(request, "page", 1)
    start = max(0, (number - 1) * size - (shift if number > 1 else 0))
    rows = list(map(listed.show, listed.rows[start : start + size]))
    if second:
        return answer({"data": rows})
    last = max(1, -(-len(listed.rows) // size))
    headers = (("Total", str(len(listed.rows))), ("Per-Page", str(size)), *_links(request, number, last, size))
    return answer(_in_envelope(listed, rows), headers=headers)


def _in_envelope(listed: Listed, rows: list[Any]) -> Any:
    return {"data": rows} if listed.enveloped else rows


def _links(request: Request, number: int, last: int, size: int) -> Headers:
    pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
    shown = {
        name: page
        for name, page in pages.items()
        if (name in {"next", "last"} and number < last)
        or (name == "first" and number > 1)
        or (name == "prev" and page > 1)
    }
    root = f"http://{request.headers.get('host', '')}{request.path}"
    links = [
        f'<{root}?{urlencode({**request.query, "page": page, "per_page": size})}>; rel="{name}"'
        for name, page in shown.items()
    ]
    return (("Link", ", ".join(links)),) if links else ()


def _whole(request: Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):  # noqa: PLR2004 - digits of a page
        raise Refusal(400, f"{name} is not a page number")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
