"""The service that a client talks to: the company, a job and its lists, and entries that are taken once."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from sqlite3 import Connection, IntegrityError, InterfaceError, ProgrammingError, Row
from typing import Any, Final

from attrs import frozen
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.simulation import (
    Handler,
    JsonApi,
    Refusal,
    Reply,
    Request,
    StaleReads,
    json_body,
    page_of,
    to_text,
    to_units,
)

from erp_bridge_acme.simulator.books import (
    CENTS,
    COMPANY,
    FIGURES,
    PARTS,
    SWITCHES,
    books_of,
    enter,
    held_job,
)

PAGE_SIZE: Final = 2_000
MOST_LINES: Final = 100
_AMOUNTS: Final = ("amount", "original", "changes", "unposted_original", "unposted_changes")
_TOLD: Final = ("line", "sub_job", "cost_code", "category", "description", "unit")
_MASTERS: Final = {
    "sub_jobs": "SELECT code, name FROM sub_job WHERE job = ? ORDER BY code",
    "cost_codes": "SELECT sub_job, code, name FROM cost_code WHERE job = ? ORDER BY sub_job, code",
    "categories": "SELECT code, name, kind FROM category WHERE ? <> '' ORDER BY code",
}


@frozen
class Service:
    """Answers requests of one simulated company."""

    home: Path

    def answer(self, request: Request) -> Reply | None:
        """The service's answer; None for an address that is not its own."""
        routes: Mapping[str, Handler] = {
            "GET /company": self.company,
            "GET /jobs/{job}": self.job,
            "GET /jobs/{job}/figures": self.figures,
            "GET /jobs/{job}/revisions": self.revisions,
            "GET /jobs/{job}/entries": self.entries,
            "POST /jobs/{job}/entries": self.take_entry,
        }
        return JsonApi(routes=routes, token=self.token).answer(request)

    def token(self) -> str:
        """The token that lets a client in."""
        with books_of(self.home).reading() as connection:
            return str(connection.execute("SELECT token FROM token").fetchone()["token"])

    # -- reading ------------------------------------------------------------------------------------------------------

    def company(self, _: Request) -> Any:
        """Which company the token lets into."""
        return {"company": COMPANY}

    def job(self, _: Request, job: str) -> Any:
        """A job with its masters."""
        with StaleReads(books_of(self.home)).reading() as connection:
            found = _job(connection, job)
            masters = {name: list(map(dict, connection.execute(query, (job,)))) for name, query in _MASTERS.items()}
        return {"company": COMPANY, "live": False, "name": found["name"], "status": found["status"], **masters}

    def figures(self, request: Request, job: str) -> Any:
        """The figures of every key, posted and not."""
        return self._page(request, job, FIGURES, _told)

    def revisions(self, request: Request, job: str) -> Any:
        """Every entry of a revision that came through the service."""
        query = "SELECT * FROM entry WHERE job = ? AND revision IS NOT NULL AND reference IS NOT NULL ORDER BY entry"
        return self._page(request, job, query, _revision)

    def entries(self, request: Request, job: str) -> Any:
        """The entries under `?reference=`, with the lines that were taken and those that were refused."""
        query = "SELECT * FROM entry WHERE job = ? AND reference = ?"
        return self._page(request, job, query, _entry, request.query.get("reference", ""))

    def _page(self, request: Request, job: str, query: str, tell: Handler, *more: str) -> Any:
        with StaleReads(books_of(self.home)).reading() as connection:
            _job(connection, job)
            rows = [tell(row, connection) for row in connection.execute(query, (job, *more)).fetchall()]
        with books_of(self.home).reading() as connection:
            hidden, capped = SWITCHES.on(connection, "hidden"), SWITCHES.on(connection, "capped")
        page = page_of(rows, request, size=PAGE_SIZE, most=1 if capped else None)
        if hidden and page["page"] == page["pages"]:
            # Rows that the user has no right to see are not told, but counted: so that a client can tell.
            page["rows"] = page["rows"][:-1]
        return page

    # -- writing ------------------------------------------------------------------------------------------------------

    def take_entry(self, request: Request, job: str) -> Any:
        """Take an entry under a reference that was never used before; lines that can't be are refused in words."""
        given = json_body(request)
        with books_of(self.home).writing() as connection:
            fault = SWITCHES.take(connection, "write")
        if fault == "fails_with_200":
            return {"error": {"code": "BUSY", "message": "The books are busy; nothing was done."}}
        with books_of(self.home).writing() as connection:
            _check(connection, job, given)
            try:
                lines = list(_lines(connection, job, given["lines"], only_first=fault == "applies_some"))
                entry = _keep(connection, job, given, lines)
            except (KeyError, TypeError, ValueError, IntegrityError, InterfaceError, ProgrammingError) as error:
                raise Refusal(400, "BAD_ENTRY", f"The entry is not right: {error!r}") from error
        taken = [line["line"] for line in lines if not line["refused"]]
        refused = [{"line": line["line"], "words": line["refused"]} for line in lines if line["refused"]]
        if fault == "omits_rows":
            taken, refused = taken[:1], []
        return {"entry": entry, "taken": taken, "refused": refused}


def _job(connection: Connection, job: str) -> Row:
    try:
        return held_job(connection, job)
    except NotFound as error:
        raise Refusal(404, "JOB_UNKNOWN", error.message) from error


def _told(row: Row, _: Connection) -> dict[str, Any]:
    """A row as it is told: numbers are text with all their decimals."""
    names = row.keys()
    quantity = None if row["quantity"] is None else to_text(row["quantity"], PARTS)
    amounts: dict[str, Any] = {name: to_text(row[name], CENTS) for name in _AMOUNTS if name in names}
    return {**{name: row[name] for name in _TOLD if name in names}, **amounts, "quantity": quantity}


def _revision(row: Row, _: Connection) -> dict[str, Any]:
    return {**json.loads(row["revision"]), "reference": row["reference"], "status": row["status"]}


def _entry(row: Row, connection: Connection) -> dict[str, Any]:
    lines = connection.execute("SELECT * FROM line WHERE entry = ? ORDER BY line", (row["entry"],)).fetchall()
    return {
        "entry": row["entry"],
        "status": row["status"],
        "revision": None if row["revision"] is None else json.loads(row["revision"]),
        "lines": [_told(line, connection) for line in lines if not line["refused"]],
        "refused": [{"line": line["line"], "words": line["refused"]} for line in lines if line["refused"]],
    }


def _check(connection: Connection, job: str, given: dict[str, Any]) -> None:
    """Refuse an entry that can't be taken at all."""
    status, reference, lines = _job(connection, job)["status"], given.get("reference"), given.get("lines")
    if not isinstance(reference, str) or not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise Refusal(400, "BAD_ENTRY", f"An entry has a reference, and 1 to {MOST_LINES} lines.")
    if connection.execute("SELECT 1 FROM entry WHERE reference = ?", (reference,)).fetchone():
        raise Refusal(409, "DUPLICATE_REFERENCE", f"The reference {reference} was used before.")
    if status != "open":
        raise Refusal(422, "JOB_CLOSED", f"Job {job} is {status}.")


def _lines(connection: Connection, job: str, given: list[Any], *, only_first: bool) -> Iterator[dict[str, Any]]:
    """The lines with whole units, and words of refusal where one can't be taken."""
    cost_codes = set(map(tuple, connection.execute("SELECT sub_job, code FROM cost_code WHERE job = ?", (job,))))
    categories = set(map(tuple, connection.execute("SELECT code FROM category")))
    for place, line in enumerate(given):
        reasons = {
            "The cost code is not on the job.": (line["sub_job"], line["cost_code"]) not in cost_codes,
            "The category is not known.": (line["category"],) not in categories,
            "It was not carried out.": only_first and place > 0,
        }
        refused = next((words for words, holds in reasons.items() if holds), "")
        quantity = None if line["quantity"] is None else to_units(line["quantity"], PARTS)
        yield {**line, "amount": to_units(line["amount"], CENTS), "quantity": quantity, "refused": refused}


def _keep(connection: Connection, job: str, given: dict[str, Any], lines: list[dict[str, Any]]) -> int:
    revision = given.get("revision")
    status = "recorded" if revision and revision["status"] != "approved" else "unposted"
    kept = json.dumps(revision) if revision else None
    return enter(connection, lines, job=job, reference=given["reference"], revision=kept, status=status)
