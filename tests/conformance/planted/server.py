"""The HTTP face of Tin Books: a token first, then lists in pages with their totals, and the writes."""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from attrs import frozen

from erp_bridge_core.simulation import Reply, Request
from planted import writes
from planted.books import COMPANY, PASSWORD, USER, Books, Row, figures
from planted.checks import Refused

#: A page holds at most so many rows, a capped answer so many in all, and so many of the last ones may be hidden.
PAGE: Final = 10
CAP: Final = 5
HIDDEN: Final = 2
TOKENS: Final = 50

_LISTS: Final[Mapping[str, Callable[[Row], list[Row]]]] = {
    "sub-jobs": lambda job: [{"code": code, "name": name} for code, name in sorted(job["sub_jobs"].items())],
    "cost-codes": lambda job: job["cost_codes"],
    "categories": lambda job: [
        {"code": code, "name": name, "kind": kind} for code, (name, kind) in sorted(job["categories"].items())
    ],
    "entries": lambda job: job["entries"],
    "figures": lambda job: list(figures(job)),
    "containers": lambda job: [job["containers"][number] for number in sorted(job["containers"])],
}


@frozen
class Server:
    """Answers requests out of the books; keeps nothing itself."""

    books: Books

    def answer(self, request: Request) -> Reply:
        """Answer one request; what is refused is told in the books' own error shape."""
        try:
            return _reply(200, self._route(request))
        except Refused as refused:
            return _reply(refused.status, refused.body())
        except (KeyError, ValueError, TypeError) as error:
            return _reply(400, Refused("BAD_REQUEST", f"The request can't be understood: {error}.").body())

    def _route(self, request: Request) -> Row:
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        if (request.method, parts) == ("POST", ["token"]):
            return self._token(json.loads(request.body))
        if request.method == "GET":
            with self.books.reading() as data:
                _check_token(data, request)
                return _read(data, parts, request.query)
        with self.books.writing() as data:
            _check_token(data, request)
            return _write(data, request.method, parts, json.loads(request.body))

    def _token(self, body: Row) -> Row:
        if (body.get("user"), body.get("password")) != (USER, PASSWORD):
            raise Refused("LOG_IN", "User or password is wrong.", status=401)
        token = secrets.token_hex(16)
        with self.books.writing() as data:
            data["tokens"] = [*data["tokens"][1 - TOKENS :], token]
        return {"token": token}


def _reply(status: int, body: Row) -> Reply:
    return Reply(status=status, body=json.dumps(body), content_type="application/json")


def _check_token(data: Row, request: Request) -> None:
    if request.headers.get("authorization", "").removeprefix("Bearer ") not in data["tokens"]:
        raise Refused("TOKEN", "The token is not valid, or not any more.", status=401)


# -- reading ----------------------------------------------------------------------------------------------------------


def _read(data: Row, parts: list[str], query: Mapping[str, str]) -> Row:
    match parts:
        case ["companies", company] if company in data["companies"]:
            return {"company": company, "name": f"{company.title()} Books", "live": False}
        case ["companies", company, "jobs", name, *rest] if company in data["companies"] and len(rest) <= 1:
            job = _seen_job(data, company, name)
            return _list(job, name, rest[0], query, data["lasts"]) if rest else _header(job, company, name)
    raise Refused("NOT_FOUND", "There is no such address.", status=404)


def _seen_job(data: Row, company: str, name: str) -> Row:
    """The job as it may be read now: from before, while reads are stale."""
    stale: Row = data["lasts"].get("stale_reads", {})
    jobs: Row = data["companies"][company]["jobs"]
    if name not in jobs:
        raise Refused("NO_JOB", f"There is no job {name}.", status=404)
    job: Row = stale[name] if company == COMPANY and name in stale else jobs[name]
    return job


def _list(job: Row, name: str, wanted: str, query: Mapping[str, str], lasts: Row) -> Row:
    """A page of a list, with how many rows it has in all."""
    if wanted not in _LISTS:
        raise Refused("NOT_FOUND", "There is no such list.", status=404)
    rows = _LISTS[wanted](job)
    if wanted in {"entries", "figures"} and name in lasts.get("hidden_rows", ()):
        rows = rows[:-HIDDEN]
    offset = int(query.get("offset", "0"))
    shown = rows[:CAP] if name in lasts.get("capped_reads", ()) else rows
    return {"rows": shown[offset : offset + PAGE], "offset": offset, "total": len(rows)}


def _header(job: Row, company: str, name: str) -> Row:
    """The header counts the rows of each list as they are, whatever the caller may see of them."""
    numbers = [int(number) for number in job["containers"] if number.isdigit()]
    revisions = [row["revision"]["number"] for row in job["entries"] if row["revision"]]
    return {
        "company": company, "job": name, "name": job["name"], "status": job["status"], "units": job["units"],
        "counts": {each: len(rows(job)) for each, rows in _LISTS.items()},
        "next_container": str(max(numbers, default=0) + 1),
        "next_revision": str(max((int(number) for number in revisions if number.isdigit()), default=0) + 1),
    }  # fmt: skip


# -- writing ----------------------------------------------------------------------------------------------------------

_WRITES: Final[Mapping[tuple[str, str], Callable[..., Row]]] = {
    ("POST", "entries"): writes.enter,
    ("PUT", "figures"): writes.replace,
    ("POST", "containers"): writes.open_container,
    ("POST", "notes"): writes.note,
}
_CONTAINER_WRITES: Final[Mapping[tuple[str, str], Callable[..., Row]]] = {
    ("POST", "rows"): writes.fill,
    ("PUT", "seal"): writes.seal,
}


def _write(data: Row, method: str, parts: list[str], body: Any) -> Row:
    match parts:
        case ["companies", company, "jobs", name, *rest] if name in data["companies"][company]["jobs"]:
            place = (data, company, name)
        case _:
            raise Refused("NO_JOB", "There is no such job.", status=404)
    if data["armed"].pop("fails", ""):
        return Refused("NOT_TODAY", "The books are being balanced; nothing was entered.").body()
    match rest:
        case [what] if (method, what) in _WRITES:
            return _WRITES[method, what](*place, body)
        case ["containers", number, what] if (method, what) in _CONTAINER_WRITES:
            return _CONTAINER_WRITES[method, what](*place, number, body)
    raise Refused("NOT_FOUND", "There is no such write.", status=404)
