"""Slate's books: one JSON file, written whole after each act, and what people do to them."""

import hmac
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import frozen
from filelock import FileLock

from erp_bridge_core.contract import JobSetup, LineKey
from erp_bridge_core.contract.errors import NotFound

Row = dict[str, Any]
USER: Final = "bridge"
PASSWORD: Final = "slate-and-chalk-4471"
HOOK_SECRET: Final = "between-slate-and-us-8812"
SIGNATURE: Final = "x-slate-signature"
KEY: Final = ("sub_job", "cost_code", "category")


@frozen
class Books:
    """The books below a home folder, for any number of threads and processes."""

    home: Path

    def create(self) -> None:
        """Make them, or leave them as they are."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            empty = {"serial": 0, "tokens": [], "app": True, "projects": {}, "requests": [], "hook": {}, "armed": [],
                     "lasts": []}  # fmt: skip
            self._file.write_text(json.dumps(empty), encoding="utf-8")

    @contextmanager
    def reading(self) -> Iterator[Row]:
        """The books as they are."""
        yield json.loads(self._file.read_text(encoding="utf-8"))

    @contextmanager
    def writing(self) -> Iterator[Row]:
        """The books, kept when the block ends, and left alone when it raises."""
        with FileLock(self.home / "books.lock"):
            data = json.loads(self._file.read_text(encoding="utf-8"))
            yield data
            aside = self._file.with_suffix(".new")
            aside.write_text(json.dumps(data), encoding="utf-8")
            aside.replace(self._file)

    @property
    def _file(self) -> Path:
        return self.home / "slate.json"


def serial(data: Row, letter: str) -> str:
    """An id that nothing else has."""
    data["serial"] += 1
    return f"{letter}{data['serial']}"


def project_of(data: Row, job: str) -> Row:
    """A project by the job it was set up with."""
    project: Row = data["projects"][job]
    return project


def by_id(data: Row, project: str) -> Row:
    """A project by its own id; raises NotFound."""
    for each in data["projects"].values():
        if each["id"] == project:
            found: Row = each
            return found
    raise NotFound(f"There is no project {project}.")


def request_of(data: Row, request: str) -> Row:
    """A request by its id; raises NotFound."""
    for each in data["requests"]:
        if each["id"] == request:
            found: Row = each
            return found
    raise NotFound(f"There is no request {request}.")


def add_project(data: Row, setup: JobSetup) -> None:
    """A project for a job, its budget empty."""
    if setup.job not in data["projects"]:
        data["projects"][setup.job] = {
            "id": serial(data, "P"), "number": setup.job, "name": setup.name, "job": setup.job, "linked": True,
            "locked": False, "revision": 0, "lines": [], "changes": [], "transactions": [],
            "sub_jobs": [{"code": code, "name": name} for code, name in setup.sub_jobs],
        }  # fmt: skip


def set_line(data: Row, job: str, key: LineKey, amount: Decimal) -> None:
    """Enter a line, or edit it."""
    project = project_of(data, job)
    project["revision"] += 1
    for line in project["lines"]:
        if tuple(line[name] for name in KEY) == (key.sub_job, key.cost_code, key.category):
            line["amount"] = f"{amount:f}"
            return
    project["lines"].append({"id": serial(data, "L"), **_key(key), "amount": f"{amount:f}"})


def add_change(data: Row, job: str, number: str, lines: Mapping[LineKey, Decimal], *, status: str = "approved") -> None:
    """A change in some state."""
    project = project_of(data, job)
    project["revision"] += 1
    rows = [{"id": serial(data, "A"), **_key(key), "amount": f"{amount:f}"} for key, amount in lines.items()]
    project["changes"].append({"id": serial(data, "C"), "number": number, "status": status, "lines": rows})


def _key(key: LineKey) -> Row:
    return {"sub_job": key.sub_job, "cost_code": key.cost_code, "category": key.category}


def send(data: Row, job: str) -> str:
    """Ask for the export of whatever was not marked yet."""
    project = project_of(data, job)
    for part, change, line in _moves(project):
        known = [each for each in project["transactions"] if (each["line"], each["change"]) == (line["id"], change)]
        left = Decimal(line["amount"]) - sum((Decimal(each["amount"]) for each in known if each["marks"]), Decimal(0))
        waiting = [each for each in known if not each["marks"]]
        if waiting:
            waiting[0]["amount"] = f"{left:f}"
        elif left:
            project["transactions"].append({
                "id": serial(data, "T"), "line": line["id"], "change": change, "part": part, "amount": f"{left:f}",
                "marks": 0, "reference": "", **{name: line[name] for name in KEY},
            })  # fmt: skip
    ids = [each["id"] for each in project["transactions"] if not each["marks"]]
    exported = any(each["marks"] for each in project["transactions"])
    data["requests"].append({
        "id": serial(data, "R"), "job": job, "kind": "update" if exported else "create", "status": "sent", "open": True,
        "messages": [], "number": 0, "transactions": ids,
    })  # fmt: skip
    return str(data["requests"][-1]["id"])


def _moves(project: Row) -> Iterator[tuple[str, str, Row]]:
    for line in project["lines"]:
        yield "original", "", line
    for change in project["changes"]:
        if change["status"] == "approved":
            yield from (("change", change["id"], line) for line in change["lines"])


def event(data: Row, request: Row, *, by: str) -> Row:
    """What the receiver is told of a request."""
    project = project_of(data, request["job"])
    return {"id": serial(data, "E"), "about": "request", "request": request["id"], "project": project["id"], "by": by}


def deliver(hook: Mapping[str, str], events: list[Row], *, secret: str = "") -> None:
    """Tell the receiver, where there is one."""
    for each in events if hook else ():
        body = json.dumps(each).encode()
        signature = hmac.digest((secret or hook["secret"]).encode(), body, "sha256").hex()
        address = urlsplit(hook["url"])
        connection = http.client.HTTPConnection(address.netloc, timeout=5)
        connection.request("POST", address.path, body, {SIGNATURE: signature, "Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()
