"""Books in a folder that several processes write to: what tests of workers export to, hold in the middle, and count."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from attrs import define, field, frozen
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter, memory_profile
from web_site import registry_of

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.contract import (
    Absent,
    Accepted,
    Attempt,
    Category,
    CostCode,
    Effect,
    Effects,
    Erp,
    ExportBatch,
    ExportReceipt,
    FieldValues,
    Found,
    JobHeader,
    JobStatus,
    OperationProfile,
    PlannedEffect,
    SafetyClass,
    Seen,
    Sighting,
    hookimpl,
)
from erp_bridge_core.contract.errors import AlreadyThere, ReadFailed
from erp_bridge_core.demo.people import hire
from erp_bridge_core.installation import create_home

JOB = "24-001"
CODES = 6
PATIENCE = 60.0


@frozen
class SharedBooks:
    """The folder: each posting is a line of a file, and files of other names are switches."""

    folder: Path

    @property
    def postings(self) -> list[str]:
        """The references that arrived, in their order."""
        file = self.folder / "postings"
        return file.read_text().split() if file.exists() else []

    @property
    def readings(self) -> list[str]:
        """What reading back did: `begin` and `end`, each by a process."""
        file = self.folder / "readings"
        return file.read_text().splitlines() if file.exists() else []

    def note(self, name: str, text: str) -> None:
        """Write one line, whole, whoever else writes."""
        with (self.folder / name).open("ab", buffering=0) as file:
            file.write(f"{text}\n".encode())

    def switch(self, name: str, *, on: bool) -> None:
        """Turn a switch: `hold` holds each write from the third on, `down` refuses to be read, `slow` reads slowly."""
        (self.folder / name).touch() if on else (self.folder / name).unlink(missing_ok=True)

    def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        return (self.folder / name).exists()

    def wait_while(self, name: str) -> None:
        """Until a switch is off."""
        pause = Event()
        for _ in range(int(PATIENCE / 0.02)):
            if not self.is_on(name):
                return
            pause.wait(0.02)


@frozen
class PostOne:
    """Posts one line; the books refuse a reference that they hold."""

    books: SharedBooks

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        attempt.check()
        if effect.reference in self.books.postings:
            raise AlreadyThere(f"Reference {effect.reference} was used before.")
        self.books.note("postings", effect.reference)
        if len(self.books.postings) >= 3:
            self.books.note("held", str(os.getpid()))
            self.books.wait_while("hold")
        return Accepted(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        held = Counter(self.books.postings)
        for effect in effects:
            found = effect.reference in held
            yield Found(reference=effect.reference) if found else Absent(proof={"references": len(held)})


@define
class SharedAdapter(MemoryAdapter):
    """An ERP whose books lie in a folder: one write a line, doubts settled within seconds."""

    shared: SharedBooks = field(kw_only=True)

    @hookimpl
    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        effects.plan("lines", lambda generation: self._one_by_one(batch, effects))
        effects.run({"post_lines": PostOne(self.shared)})

    def _one_by_one(self, batch: ExportBatch, effects: Effects) -> Iterator[PlannedEffect]:
        for number in effects.lines_to_send():
            payload_hash = sha256(str(number).encode()).hexdigest()
            yield PlannedEffect(operation="post_lines", lines=[number], payload_hash=payload_hash)

    @hookimpl
    def verify_posted(self, receipt: ExportReceipt, erp: Erp[Any]) -> Iterable[Seen]:
        self.shared.note("readings", f"begin {os.getpid()}")
        self.shared.wait_while("slow")
        if self.shared.is_on("defect"):
            raise LookupError("a defect of the adapter")
        if self.shared.is_on("down"):
            raise ReadFailed("The books are closed for the night.", remedy="Wait.")
        yield from super().verify_posted(receipt, erp)
        self.shared.note("readings", f"end {os.getpid()}")


def shared_adapter(folder: Path) -> SharedAdapter:
    """The adapter over a folder."""
    header = JobHeader(company="BOOKS", job=JOB, name="Bridge", status=JobStatus.OPEN, live=False)
    codes = [CostCode(code=f"01-{number}00", name="General") for number in range(1, CODES + 1)]
    job = MemoryJob(header=header, cost_codes=codes, categories=[Category(code="L", name="Labor", standard=True)])
    post = OperationProfile(
        name="post_lines", title="Enter lines", safety=SafetyClass.KEYED, deadline=3.0, execution_bound=0.0,
        because="the books refuse a second entry under one reference, for ever",
    )  # fmt: skip
    books = MemoryBooks(jobs={JOB: job})
    return SharedAdapter(books=books, profile=memory_profile(operations=(post,)), shared=SharedBooks(folder))


def open_site(home: Path) -> Application:
    """The installation in a home, its books in a folder beside it."""
    return Application.open(home, registry=registry_of(shared_adapter(home / "books")))


def make_site(home: Path, *, database: DatabaseConfig | None = None, **schedule: object) -> SharedBooks:
    """A demo's home where item 1 of six lines waits for the approver; its workers look often."""
    create_home(
        home, company_code="hoosier", company_name="Hoosier Builders", time_zone="UTC", currency="USD",
        admin_login="administrator", admin_name="Ada Administrator", demo=True,
        database=database,
    ).close()  # fmt: skip
    (home / "books").mkdir()
    with rewrite(home) as document:
        document["schedule"] = {"poll_seconds": 0.2, **schedule}
    with open_site(home) as application:
        cast = hire(application, "hoosier", "tester")
        application.companies.set_policy(cast.administrator, daily_summary_hour=0)
        application.connections.add(cast.administrator, "books", erp="memory", settings={})
        application.projects.create(cast.administrator, JOB, name="Bridge")
        application.projects.link(cast.administrator, JOB, "books", job=JOB)
        application.projects.sync(cast.administrator, JOB)
        application.people.grant_project(cast.administrator, "manager", JOB, level="standard", may_send=True)
        manager = application.people.actor_as("manager", "hoosier", "tester")
        for number in range(1, CODES + 1):
            line = LineEntry(cost_code=f"01-{number}00", category="L", amount=Decimal(100 * number))
            application.budgets.add_line(manager, JOB, line)
        application.sending.send(manager, JOB)
    return SharedBooks(home / "books")


def another_host(home: Path, beside: Path) -> Path:
    """The home on another host of the same installation: its own files, the same PostgreSQL database and books."""
    shutil.copytree(home, beside, ignore=shutil.ignore_patterns("books", "locks", "throttle"))
    (beside / "books").symlink_to(home / "books")
    return beside


def accept(application: Application) -> None:
    """The approver accepts item 1."""
    approver = application.people.actor_as("approver", "hoosier", "tester")
    application.reviews.accept(approver, 1, confirm_import_closes=True)


def start(application: Application) -> None:
    """The approver starts the export of item 1, and leaves it to a worker."""
    accept(application)
    application.exports.start(application.people.actor_as("approver", "hoosier", "tester"), 1)


def until(met: Callable[[], object], *, seconds: float = PATIENCE) -> None:
    """Wait until something is so; fails when it never is."""
    ends, pause = monotonic() + seconds, Event()
    while not met():
        assert monotonic() < ends, "it never came to that"
        pause.wait(0.02)
