"""The books of a small budget source in memory: projects, budgets, changes, requests, and what people do there.

All state is one object. Where a file is named it lies there, so that a process that is killed loses nothing of it.
"""

import fcntl
import hmac
import json
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import Factory, define, evolve, field

from erp_bridge_core.contract import (
    Delivery,
    LineKey,
    Part,
    RequestKind,
    RequestState,
    SourceBooks,
    SourceChange,
    SourceLine,
    SourceProject,
)
from erp_bridge_core.contract.errors import ErpRefused, NotFound, NotPossibleNow

US = "bridge"
FIRST_ASKED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOOK_SECRET = "between us"
SIGNATURE = "x-office-signature"

Moves = dict[LineKey, Decimal]


@define(kw_only=True)
class OfficeTransaction:
    """A move of one key that was asked to be exported once; `reference` is ours, as soon as it is marked."""

    id: str
    key: LineKey
    part: Part
    amount: Decimal
    change: str = ""
    reference: str = ""
    marks: int = 0


@define(kw_only=True)
class OfficeProject:
    """A project with its budget. Tests may change it freely to play an administrator."""

    facts: SourceProject
    lines: dict[LineKey, SourceLine] = Factory(dict)
    changes: dict[str, SourceChange] = Factory(dict)
    sub_jobs: dict[str, str] = Factory(dict)
    transactions: dict[str, OfficeTransaction] = Factory(dict)
    locked: bool = False
    reference: str = ""
    revision: int = 0


@define(kw_only=True)
class OfficeRequest:
    """A request, and what it was answered: `number` is that of the last outcome told."""

    id: str
    kind: RequestKind
    job: str
    transactions: list[str]
    asked_at: datetime
    asked_by: str
    custom_fields: Mapping[str, str]
    status: str = "sent"
    open: bool = True
    number: int = 0
    messages: tuple[str, ...] = ()
    told: list[str] = Factory(list)


@define(kw_only=True)
class OfficeState:
    """All that the office knows."""

    projects: dict[str, OfficeProject] = Factory(dict)
    requests: dict[str, OfficeRequest] = Factory(dict)
    deliveries: list[Delivery] = Factory(list)
    writes: int = 0
    numbers: int = 0

    def next(self, letter: str) -> str:
        """An id that nothing else has."""
        self.numbers += 1
        return f"{letter}{self.numbers}"

    def project(self, job: str) -> OfficeProject:
        """The project that was set up for a job."""
        return self.projects[job]

    def by_id(self, project: str) -> OfficeProject:
        """A project by the source's own id, or NotFound as a source raises it."""
        for each in self.projects.values():
            if each.facts.id == project:
                return each
        raise NotFound(f"The office has no project {project}.", remedy="Check which project is linked.")


@define
class MemoryOffice:
    """The office and its people. A project is named by the job that it was set up with."""

    kept_in: Path | None = None
    _state: OfficeState = field(factory=OfficeState)

    @contextmanager
    def whole(self) -> Iterator[OfficeState]:
        """The state, for one act: all of it happens or nothing, and acts of other processes come before or after."""
        if self.kept_in is None:
            yield self._state
            return
        with self.kept_in.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.kept_in.exists():
                self._state = pickle.loads(self.kept_in.read_bytes())
            yield self._state
            aside = self.kept_in.with_suffix(".new")
            aside.write_bytes(pickle.dumps(self._state))
            aside.replace(self.kept_in)

    # -- what people do -----------------------------------------------------------------------------------------------

    def add_project(self, job: str, *, name: str = "", currency: str = "USD", sub_jobs: Sequence[str] = ()) -> str:
        """Set up a project that is linked with the ERP's job of that code; its id."""
        with self.whole() as state:
            facts = SourceProject(
                id=state.next("P"), number=job, name=name or f"Project {job}", currency=currency, job=job
            )
            named = {code: f"Sub job {code}" for code in sub_jobs}
            state.projects[job] = OfficeProject(facts=facts, sub_jobs=named)
            return facts.id

    def change_project(self, job: str, **facts: Any) -> None:
        """Change facts of a project: `job=""` unlinks it, `active=False` ends it."""
        with self.whole() as state:
            project = state.project(job)
            project.facts = evolve(project.facts, **facts)
            project.revision += 1

    def set_line(self, job: str, key: LineKey, amount: Decimal | str, **values: Any) -> None:
        """Enter a line of the budget, or edit it; `values` are others of a `SourceLine`."""
        with self.whole() as state:
            project = state.project(job)
            line = project.lines.get(key) or _line(state.next("L"), key)
            project.lines[key] = evolve(line, amount=Decimal(amount), **values)
            project.revision += 1

    def remove_line(self, job: str, key: LineKey) -> None:
        """Take a line out of the budget."""
        with self.whole() as state:
            project = state.project(job)
            del project.lines[key]
            project.revision += 1

    def approve_change(
        self, job: str, number: str, lines: Mapping[LineKey, Decimal | str], *, on: date = date(2026, 3, 2)
    ) -> None:
        """Make a budget change and approve it; one of that number that is there is altered."""
        with self.whole() as state:
            project = state.project(job)
            project.revision += 1
            before = project.changes.get(number)
            project.changes[number] = SourceChange(
                id=before.id if before else state.next("C"),
                number=number,
                date=on,
                description=f"Change {number}",
                lines=tuple(_line(f"{number}-{at}", key, amount) for at, (key, amount) in enumerate(lines.items(), 1)),
                revision=str(project.revision),
            )

    def void_change(self, job: str, number: str) -> None:
        """Void an approved change: the office tells it no more."""
        with self.whole() as state:
            project = state.project(job)
            del project.changes[number]
            project.revision += 1

    def send(self, job: str, *, asked_by: str = "Paula Planner", **custom_fields: str) -> str:
        """Ask for the export of what is new; the id of the request. Raises `NotPossibleNow` as the office would."""
        with self.whole() as state:
            project = state.project(job)
            if any(request.open for request in state.requests.values() if request.job == job):
                raise NotPossibleNow("A request of this project is open.", remedy="Wait until it is answered.")
            _note_moves(state, project)
            waiting = [each.id for each in project.transactions.values() if not each.reference]
            if not waiting:
                raise NotPossibleNow("Nothing is new.", remedy="Edit the budget first.")
            synced = len(waiting) < len(project.transactions)
            request = OfficeRequest(
                id=state.next("R"),
                kind=RequestKind.UPDATE if synced else RequestKind.CREATE,
                job=job,
                transactions=waiting,
                asked_at=FIRST_ASKED + timedelta(minutes=len(state.requests)),
                asked_by=asked_by,
                custom_fields=custom_fields,
            )
            state.requests[request.id] = request
            _tell(state, project, request.id, by="person")
            return request.id

    def close_request(self, request: str) -> None:
        """Close a request at the source, without an answer of ours."""
        with self.whole() as state:
            found = state.requests[request]
            found.open, found.status = False, "closed"
            _tell(state, state.project(found.job), request, by="person")

    def unlock(self, job: str) -> None:
        """Unlock the budget at the source."""
        with self.whole() as state:
            state.project(job).locked = False

    # -- what is seen -------------------------------------------------------------------------------------------------

    def books(self, job: str) -> SourceBooks:
        """What the office believes of a project now."""
        with self.whole() as state:
            project = state.project(job)
            entries = list(project.transactions.values())
            synced = [each for each in entries if each.reference]
            lines = [line for change in project.changes.values() for line in change.lines]
            return SourceBooks(
                locked=project.locked,
                original=_sums((line.key, line.amount) for line in project.lines.values()),
                changes=_sums((line.key, line.amount) for line in lines),
                synced_original=_sums((each.key, each.amount) for each in synced if each.part is Part.ORIGINAL),
                synced_changes=_sums((each.key, each.amount) for each in synced if each.part is Part.CHANGE),
                requests=tuple(
                    RequestState(id=each.id, status=each.status, open=each.open, messages=each.messages)
                    for each in state.requests.values()
                    if each.job == job
                ),
                marks={each.id: each.marks for each in entries if each.marks},
            )

    def told(self, request: str) -> list[str]:
        """The stages that a request was told, in order."""
        with self.whole() as state:
            return list(state.requests[request].told)

    def take_deliveries(self) -> list[Delivery]:
        """What would have been delivered to our receiver since this was last asked, our own echoes among it."""
        with self.whole() as state:
            taken, state.deliveries = state.deliveries, []
            return taken

    # -- what our user does -------------------------------------------------------------------------------------------

    def mark(self, project: str, transactions: Sequence[str], reference: Callable[[str], str]) -> None:
        """Mark transactions as arrived, all or none."""
        with self.whole() as state:
            found = state.by_id(project)
            missing = [each for each in transactions if each not in found.transactions]
            if missing:
                raise ErpRefused(f"No such transaction: {', '.join(missing)}.")
            for each in transactions:
                found.transactions[each].reference = reference(each)
                found.transactions[each].marks += 1
            state.writes += 1
            _tell(state, found, "", by=US)

    def answer(
        self, request: str, stage: str, number: int, *, messages: Sequence[str], reference: str, ends: bool
    ) -> None:
        """Tell a request how it stands; one that is closed is refused."""
        with self.whole() as state:
            found = state.requests[request]
            if not found.open or number < found.number:
                raise ErpRefused(f"The request {request} is closed, or was told something newer.")
            found.status, found.number, found.messages, found.open = stage, number, tuple(messages), not ends
            found.told.append(stage)
            state.project(found.job).reference = reference
            state.writes += 1
            _tell(state, state.project(found.job), request, by=US)

    def set_locked(self, project: str, *, locked: bool) -> None:
        """Lock a budget, or unlock it."""
        with self.whole() as state:
            state.by_id(project).locked = locked
            state.writes += 1


def signed(body: bytes, secret: str = HOOK_SECRET) -> Delivery:
    """A delivery as the office makes it; another secret makes a forged one."""
    return Delivery(headers={SIGNATURE: hmac.digest(secret.encode(), body, "sha256").hex()}, body=body)


def _tell(state: OfficeState, project: OfficeProject, request: str, *, by: str) -> None:
    event = {"id": state.next("E"), "about": "request", "request": request, "project": project.facts.id, "by": by}
    state.deliveries.append(signed(json.dumps(event).encode()))


def _note_moves(state: OfficeState, project: OfficeProject) -> None:
    """A transaction for each key that moved since it was last asked to be exported."""
    wanted: dict[tuple[LineKey, Part, str], Decimal] = {}
    for line in project.lines.values():
        wanted[line.key, Part.ORIGINAL, ""] = line.amount
    for change in project.changes.values():
        for line in change.lines:
            wanted[line.key, Part.CHANGE, change.id] = line.amount
    for each in project.transactions.values():
        where = each.key, each.part, each.change
        wanted[where] = wanted.get(where, Decimal(0)) - each.amount
    for (key, part, change_id), amount in wanted.items():
        if amount:
            made = OfficeTransaction(id=state.next("T"), key=key, part=part, amount=amount, change=change_id)
            project.transactions[made.id] = made


def _line(line_id: str, key: LineKey, amount: Decimal | str = "0") -> SourceLine:
    return SourceLine(id=line_id, key=key, amount=Decimal(amount), place=f"budget line {key}")


def _sums(moves: Iterator[tuple[LineKey, Decimal]]) -> Moves:
    sums: Moves = {}
    for key, amount in moves:
        sums[key] = sums.get(key, Decimal(0)) + amount
    return {key: amount for key, amount in sums.items() if amount}
