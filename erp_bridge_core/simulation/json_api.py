"""A JSON service of a simulated ERP: routes, a bearer token, refusals in words of the ERP's own, lists in pages."""

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from attrs import frozen

from erp_bridge_core.simulation.server import Reply, Request

JSON: Final = "application/json"
#: Called with the request and the parts of its path by name; answers a document, or raises `Refusal`.
Handler = Callable[..., Any]


class Refusal(Exception):
    """The service refuses: the HTTP status, the ERP's code for it, and its words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        """Keep the three apart; text is the words."""
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words


def error_document(refusal: Refusal) -> Any:
    """The usual shape of an error: `{"error": {"code": ..., "message": ...}}`."""
    return {"error": {"code": refusal.code, "message": refusal.words}}


def json_reply(document: Any, *, status: int = 200) -> Reply:
    """A reply that holds a document."""
    return Reply(status=status, body=json.dumps(document, ensure_ascii=False), content_type=JSON)


def json_body(request: Request) -> dict[str, Any]:
    """The object that a client sent; raises `Refusal` (400) for anything else."""
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise Refusal(400, "BAD_JSON", f"The body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise Refusal(400, "BAD_JSON", "The body is no JSON object.")
    return found


def page_of(rows: Sequence[Any], request: Request, *, size: int, most: int | None = None) -> dict[str, Any]:
    """The page of a list that `?page=` asks for, with `total`, the rows of all pages.

    `most`: the page is cut to so many rows without a word, as a server with a cap does; the total stays what it is.
    """
    number = request.query.get("page", "1")
    if not (number.isascii() and number.isdigit() and int(number)):
        raise Refusal(400, "BAD_PAGE", f"{number!r} is no page: pages count from 1.")
    start = (int(number) - 1) * size
    shown = list(rows[start : start + size])[:most]
    return {"rows": shown, "page": int(number), "pages": max(1, -(-len(rows) // size)), "total": len(rows)}


@frozen(kw_only=True)
class JsonApi:
    """Answers requests by `routes`, such as `"GET /jobs/{job}/entries"`, to whoever has the token.

    `token` tells the bearer token that is valid now; blank lets nobody in. `shape` gives an error the ERP's own form.
    """

    routes: Mapping[str, Handler]
    token: Callable[[], str]
    shape: Callable[[Refusal], Any] = error_document

    def answer(self, request: Request) -> Reply | None:
        """The answer; None for an address that is none of the routes'. Who asks is looked at before what is asked."""
        for route, handler in self.routes.items():
            method, _, template = route.partition(" ")
            parts = _parts(template, request.path) if method == request.method else None
            if parts is not None:
                return self._answer(request, handler, parts)
        return None

    def _answer(self, request: Request, handler: Handler, parts: Mapping[str, str]) -> Reply:
        try:
            self._let_in(request)
            return json_reply(handler(request, **parts))
        except Refusal as refusal:
            return json_reply(self.shape(refusal), status=refusal.status)

    def _let_in(self, request: Request) -> None:
        token = self.token()
        given = request.headers.get("authorization", "")
        if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise Refusal(401, "UNAUTHORIZED", "The token is missing or not valid.")


def _parts(template: str, path: str) -> dict[str, str] | None:
    """The named parts of a path that fits a template, decoded; None when it doesn't."""
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    found = {}
    for name, part in zip(wanted, given, strict=True):
        if name.startswith("{"):
            found[name.strip("{}")] = unquote(part)
        elif name != part:
            return None
    return found
