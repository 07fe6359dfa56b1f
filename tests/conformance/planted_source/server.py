"""The HTTP face of Slate: a token first, then lists in pages with their totals, and the writes."""

import json
import secrets
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.simulation import Reply, Request
from planted_source.books import PASSWORD, USER, Books, Row, by_id, deliver, event, request_of

PAGE: Final = 5
#: A word that nobody knows.
ODD: Final = "kalsomined"


class Refused(Exception):
    """Slate refuses, in its own shape."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@frozen
class Server:
    """Answers requests out of the books; keeps nothing itself."""

    books: Books

    def answer(self, request: Request) -> Reply:
        """Answer one request."""
        try:
            return self._route(request)
        except Refused as refused:
            return _reply({"refused": str(refused)}, refused.status)
        except NotFound as error:
            return _reply({"refused": error.message}, 404)

    def _route(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")
        if parts == ["token"]:
            return self._token(json.loads(request.body))
        events: list[Row] = []
        with self.books.writing() as data:
            if not data["app"]:
                raise Refused(401, "The app was removed by an administrator.")
            if request.headers.get("authorization", "").removeprefix("Bearer ") not in data["tokens"]:
                raise Refused(401, "The token has ended.")
            if "lacks_rights" in data["lasts"]:
                raise Refused(403, "The user may not do this.")
            if request.method == "GET":
                answer = _read(data, parts, int(request.query.get("offset", "0")))
            else:
                answer = _write(data, parts, json.loads(request.body), events)
            hook = {} if "loses_hints" in data["lasts"] else data["hook"]
        deliver(hook, events)
        return _reply(answer)

    def _token(self, body: Row) -> Reply:
        with self.books.writing() as data:
            if not data["app"]:
                raise Refused(401, "The app was removed by an administrator.")
            if (body.get("user"), body.get("password")) != (USER, PASSWORD):
                raise Refused(401, "User or password is wrong.")
            token = secrets.token_hex(16)
            data["tokens"].append(token)
            lost = "loses_sign_in_reply" in data["armed"]
            data["armed"] = [each for each in data["armed"] if each != "loses_sign_in_reply"]
        return Reply(lost=True) if lost else _reply({"token": token})


def _reply(body: Any, status: int = 200) -> Reply:
    return Reply(status=status, body=json.dumps(body), content_type="application/json")


# -- reading ----------------------------------------------------------------------------------------------------------


def _read(data: Row, parts: list[str], offset: int) -> Row:  # noqa: PLR0911 - one address, one answer
    match parts:
        case ["projects"]:
            return _page([_header(each) for each in data["projects"].values()], offset)
        case ["projects", number]:
            return _header(by_id(data, number))
        case ["projects", number, "lines"]:
            return _lines(data, by_id(data, number), offset)
        case ["projects", number, "changes"]:
            rows = by_id(data, number)["changes"]
            return _page([{**row, "status": _word(data, row["status"])} for row in rows], offset)
        case ["projects", number, "sub-jobs"]:
            return _page(by_id(data, number)["sub_jobs"], offset)
        case ["projects", number, "transactions"]:
            return _page(by_id(data, number)["transactions"], offset)
        case ["requests"]:
            return _page([_request(data, each) for each in data["requests"]], offset)
        case ["requests", number]:
            return _request(data, request_of(data, number))
    raise Refused(404, "There is no such address.")


def _header(project: Row) -> Row:
    job = project["job"] if project["linked"] else ""
    return {**{name: project[name] for name in ("id", "number", "name", "locked", "revision")}, "job": job}


def _lines(data: Row, project: Row, offset: int) -> Row:
    rows = project["lines"]
    if "hides_columns" in data["lasts"]:
        rows = [{name: value for name, value in row.items() if name != "amount"} for row in rows]
    page = _page([dict(row) for row in rows], offset)
    if "changes_while_read" in data["armed"] and project["lines"]:
        data["armed"].remove("changes_while_read")
        project["lines"][-1]["amount"] = "77.77"
        project["revision"] += 1
    return page


def _request(data: Row, request: Row) -> Row:
    project = data["projects"][request["job"]]
    return {
        **request, "status": _word(data, request["status"]), "project": project["id"],
        "job": project["job"] if project["linked"] else "",
    }  # fmt: skip


def _word(data: Row, word: str) -> str:
    return ODD if "unknown_word" in data["lasts"] else word


def _page(rows: list[Row], offset: int) -> Row:
    return {"rows": rows[offset : offset + PAGE], "total": len(rows)}


# -- writing ----------------------------------------------------------------------------------------------------------


def _write(data: Row, parts: list[str], body: Row, events: list[Row]) -> Row:
    match parts:
        case ["projects", number, "lock"]:
            project = by_id(data, number)
            project["locked"] = body["locked"]
            if body.get("wipe"):
                project["changes"] = []
            return {"locked": project["locked"]}
        case ["projects", number, "marks"]:
            return _mark(data, by_id(data, number), body["references"])
        case ["requests", number, "answer"]:
            return _answer(data, request_of(data, number), body, events)
        case ["requests", number, "notes"]:
            request = request_of(data, number)
            request["messages"].append(body["note"])
            return {}
    raise Refused(404, "There is no such write.")


def _mark(data: Row, project: Row, references: dict[str, str]) -> Row:
    known = {each["id"]: each for each in project["transactions"]}
    refused = []
    for name, reference in references.items():
        if "refuses_some" in data["armed"]:
            data["armed"].remove("refuses_some")
            refused.append({"id": name, "words": f"Transaction {name} is being looked at by somebody."})
        elif known[name]["reference"] != reference:
            known[name]["reference"] = reference
            known[name]["marks"] += 1
    return {"refused": refused}


def _answer(data: Row, request: Row, body: Row, events: list[Row]) -> Row:
    if request["status"] == "closed" and not body.get("force"):
        raise Refused(409, "The request was closed.")
    if "refuses_some" in data["armed"]:
        data["armed"].remove("refuses_some")
        return {"refused": [{"id": request["id"], "words": "The request is being looked at by somebody."}]}
    request |= {
        "status": body["stage"], "messages": body["messages"], "number": body["number"], "open": not body["ends"],
    }  # fmt: skip
    events.append(event(data, request, by="bridge"))
    return {}
