"""Slate as the product's demo, the command line and the conformance suite know a source's simulator."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from erp_bridge_core.contract import (
    DeskCommand,
    JobSetup,
    LineKey,
    RequestState,
    Served,
    SourceBooks,
    SourceMischief,
)
from erp_bridge_core.simulation import serve
from planted_source.books import (
    HOOK_SECRET,
    KEY,
    PASSWORD,
    USER,
    Books,
    Row,
    add_change,
    add_project,
    deliver,
    event,
    project_of,
    send,
    set_line,
)
from planted_source.server import Server

_ARMED: Final = (
    SourceMischief.REFUSES_SOME,
    SourceMischief.LOSES_SIGN_IN_REPLY,
    SourceMischief.CHANGES_WHILE_READ,
)
_LASTS: Final = (
    SourceMischief.LACKS_RIGHTS,
    SourceMischief.HIDES_COLUMNS,
    SourceMischief.UNKNOWN_WORD,
    SourceMischief.LOSES_HINTS,
    SourceMischief.DOUBLES_HINTS,
)


class SlateSimulator:
    """A simulated Slate."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """A project for each job."""
        books = Books(home)
        books.create()
        with books.writing() as data:
            for job in jobs:
                add_project(data, job)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve on loopback until the context ends."""
        with serve(Server(Books(home)).answer, port=port) as address:
            yield Served(
                settings={
                    "url": address.url, "user": USER, "password": "file:password", "hook_secret": "file:receiver",
                },
                secrets={"password": PASSWORD, "receiver": HOOK_SECRET},
                hosts=(str(address),),
            )  # fmt: skip

    def desk(self) -> Mapping[str, DeskCommand]:
        """Nothing: people here act by the methods below."""
        return {}

    def restart(self, home: Path) -> None:
        """Nothing is lost."""

    def project_id(self, home: Path, job: str) -> str:
        """The id of a project."""
        with Books(home).reading() as data:
            return str(project_of(data, job)["id"])

    def set_line(self, home: Path, job: str, key: LineKey, amount: Decimal) -> None:
        """Enter a line, or edit it."""
        with Books(home).writing() as data:
            set_line(data, job, key, amount)

    def approve_change(self, home: Path, job: str, number: str, lines: Mapping[LineKey, Decimal]) -> None:
        """Make a change and approve it."""
        with Books(home).writing() as data:
            add_change(data, job, number, lines)

    def send(self, home: Path, job: str) -> str:
        """Ask for an export, and tell the receiver."""
        with Books(home).writing() as data:
            number = send(data, job)
            events = [event(data, data["requests"][-1], by="somebody")]
            hook = {} if "loses_hints" in data["lasts"] else data["hook"]
            again = "doubles_hints" in data["lasts"]
        deliver(hook, events * (1 + again))
        return number

    def books(self, home: Path, job: str) -> SourceBooks:
        """What Slate believes."""
        with Books(home).reading() as data:
            project = project_of(data, job)
            requests = [each for each in data["requests"] if each["job"] == job]
        approved = [line for each in project["changes"] if each["status"] == "approved" for line in each["lines"]]
        marked = [each for each in project["transactions"] if each["marks"]]
        return SourceBooks(
            locked=project["locked"],
            original=_summed(project["lines"]),
            changes=_summed(approved),
            synced_original=_summed(each for each in marked if each["part"] == "original"),
            synced_changes=_summed(each for each in marked if each["part"] == "change"),
            requests=tuple(
                RequestState(
                    id=each["id"], status=each["status"], open=each["open"], messages=tuple(each["messages"])
                )
                for each in requests
            ),
            marks={each["id"]: each["marks"] for each in project["transactions"]},
        )  # fmt: skip

    def tell(self, home: Path, url: str, secret: str) -> None:
        """Tell a receiver from now on."""
        with Books(home).writing() as data:
            data["hook"] = {"url": url, "secret": secret}

    def mischief(self) -> Mapping[SourceMischief, Callable[[Path, str], None]]:
        """What may happen."""
        return {
            **{kind: partial(_note, "armed", kind.value) for kind in _ARMED},
            **{kind: partial(_note, "lasts", kind.value) for kind in _LASTS},
            SourceMischief.UNLINKS_PROJECT: _unlink,
            SourceMischief.DRAFTS_CHANGE: _draft,
            SourceMischief.VOIDS_CHANGE: _void,
            SourceMischief.EXPIRES_TOKENS: _expire,
            SourceMischief.REVOKES_APP: _revoke,
            SourceMischief.CLOSES_REQUEST: _close,
            SourceMischief.FORGES_HINT: _forge,
        }

    def calm(self, home: Path) -> None:
        """All is as usual."""
        with Books(home).writing() as data:
            data["armed"], data["lasts"], data["app"] = [], [], True
            for project in data["projects"].values():
                project["linked"] = True


def _summed(rows: "Iterator[Row] | list[Row]") -> dict[LineKey, Decimal]:
    found: dict[LineKey, Decimal] = {}
    for row in rows:
        key = LineKey(*(row[name] for name in KEY))
        found[key] = found.get(key, Decimal(0)) + Decimal(row["amount"])
    return {key: amount for key, amount in found.items() if amount}


def _note(place: str, kind: str, home: Path, job: str) -> None:
    with Books(home).writing() as data:
        data[place].append(kind)


def _unlink(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        project_of(data, job)["linked"] = False


def _draft(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        line = project_of(data, job)["lines"][0]
        add_change(data, job, "DRAFT-1", {LineKey(*(line[name] for name in KEY)): Decimal("5.00")}, status="draft")


def _void(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        project = project_of(data, job)
        project["changes"][-1]["status"] = "void"
        project["revision"] += 1


def _expire(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        data["tokens"] = []


def _revoke(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        data["app"], data["tokens"] = False, []


def _close(home: Path, job: str) -> None:
    with Books(home).writing() as data:
        for each in data["requests"]:
            if each["job"] == job and each["open"]:
                each |= {"open": False, "status": "closed", "messages": ["Closed by hand."]}


def _forge(home: Path, job: str) -> None:
    with Books(home).reading() as data:
        request = {"id": "R0", "job": job}
        deliver(data["hook"], [event(data, request, by="nobody")], secret="guessed")
