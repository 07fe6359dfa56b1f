"""A site whose project is linked with an office that asks for exports, all of whose state lies in files."""

import os
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from pathlib import Path
from threading import Event
from time import monotonic

from attrs import frozen
from controlled_clock import ControlledClock
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter
from memory_office import HOOK_SECRET, MemoryOffice
from memory_source import MemorySource, with_source
from web_site import registry_of

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.document import rewrite
from erp_bridge_core.connector.values import Polled, RequestView
from erp_bridge_core.contract import Category, CostCode, JobHeader, JobStatus, LineKey
from erp_bridge_core.demo.people import hire
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor

JOB = "24-001"
OTHER_JOB = "24-002"
OFFICE = "office"
COMPANY = "hoosier"
CODES = ("01-100", "01-200", "01-300")


def key(code: str) -> LineKey:
    """The budget code of labor of a cost code."""
    return LineKey("", code, "L")


def books() -> MemoryAdapter:
    """An ERP in memory with both jobs."""
    jobs = {}
    for code in (JOB, OTHER_JOB):
        header = JobHeader(company="BOOKS", job=code, name=f"Bridge {code}", status=JobStatus.OPEN, live=False)
        jobs[code] = MemoryJob(
            header=header,
            cost_codes=[CostCode(code=each, name="General") for each in CODES],
            categories=[Category(code="L", name="Labor", standard=True)],
        )
    return MemoryAdapter(books=MemoryBooks(jobs=jobs))


def plugin_of(home: Path) -> MemorySource:
    """The office's plugin, over the file beside a home."""
    return MemorySource(office=MemoryOffice(kept_in=home.parent / "office"))


@frozen(kw_only=True)
class Desk:
    """The site with its people and the office; acts of either are methods."""

    application: Application
    plugin: MemorySource
    adapter: MemoryAdapter
    clock: ControlledClock

    @property
    def office(self) -> MemoryOffice:
        """Where budgets are made."""
        return self.plugin.office

    def person(self, login: str) -> Actor:
        """Somebody, signed in."""
        return self.application.people.actor_as(login, COMPANY, "tester")

    @property
    def system(self) -> Actor:
        """The installation itself."""
        return self.application.companies.system(COMPANY)

    def enter(self, code: str = CODES[0], amount: str = "100.00", job: str = JOB) -> None:
        """A person at the office enters a line, or edits it."""
        self.office.set_line(job, key(code), Decimal(amount))

    def ask(self, code: str = CODES[0], amount: str = "100.00", job: str = JOB) -> str:
        """A person at the office enters a line and asks for the export of what is new."""
        self.enter(code, amount, job)
        return self.office.send(job)

    def poll(self) -> Polled:
        """Look at the office."""
        (done,) = self.application.requests.poll(self.system)
        return done

    def requests(self) -> Sequence[RequestView]:
        """The requests, the oldest first."""
        return self.application.requests.list(self.person("approver")).rows[::-1]

    def request(self) -> RequestView:
        """The only request."""
        (found,) = self.requests()
        return found

    def set(self, setting: str, value: object) -> None:
        """An administrator changes a setting of the connection to the office."""
        self.application.connections.set(self.person("administrator"), OFFICE, setting, value)

    def sync(self, item: int) -> None:
        """The approver accepts an item and exports it, the accountant posts it, and it is read back."""
        approver = self.person("approver")
        found = self.application.reviews.item(approver, item)
        self.application.reviews.accept(approver, item, confirm_import_closes=found.first_export)
        self.export(item)

    def export(self, item: int) -> None:
        """An accepted item goes into the books, is posted there and read back."""
        approver = self.person("approver")
        self.application.exports.start(approver, item)
        self.application.exports.run(approver, item)
        for job in self.adapter.books.jobs.values():
            job.post()
        self.application.verification.verify(approver, item)

    def reasons(self) -> Collection[str]:
        """What stands in the way of the only request, by where."""
        return [each.where for each in self.request().reasons]


def until(met: Callable[[], object], *, seconds: float = 60.0) -> None:
    """Wait until something is so; fails when it never is."""
    ends, pause = monotonic() + seconds, Event()
    while not met():
        assert monotonic() < ends, "it never came to that"
        pause.wait(0.02)


def open_application(home: Path, plugin: MemorySource, adapter: MemoryAdapter, **options: object) -> Application:
    """The installation in a home, with books and office."""
    os.environ["OFFICE_HOOK"] = HOOK_SECRET
    registry = with_source(registry_of(adapter), plugin)
    return Application.open(home, registry=registry, **options)  # type: ignore[arg-type] # a clock, or none


def make_site(home: Path) -> None:
    """A demo's home where both projects are linked with the books, the first one with the office too."""
    create_home(
        home, company_code=COMPANY, company_name="Hoosier Builders", time_zone="UTC", currency="USD",
        admin_login="administrator", admin_name="Ada Administrator", demo=True,
    ).close()  # fmt: skip
    with rewrite(home) as document:
        document["schedule"] = {"poll_seconds": 0.2}
    plugin, adapter = plugin_of(home), books()
    for job in (JOB, OTHER_JOB):
        plugin.office.add_project(job)
    with open_application(home, plugin, adapter) as application:
        cast = hire(application, COMPANY, "tester")
        ada = cast.administrator
        application.companies.set_policy(ada, approve_by_token=True)
        application.connections.add(ada, "books", erp="memory", settings={})
        application.connections.add(ada, OFFICE, source="office", settings={"hook_secret": "env:OFFICE_HOOK"})
        application.connections.set(ada, OFFICE, "connector.act_as", "manager")
        for job in (JOB, OTHER_JOB):
            application.projects.create(ada, job, name="Bridge")
            application.projects.link(ada, job, "books", job=job)
            application.projects.sync(ada, job)
            application.people.grant_project(ada, "manager", job, level="standard", may_send=True)
        application.pulling.link(ada, JOB, OFFICE, source_project=JOB)
