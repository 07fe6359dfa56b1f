"""What tests of an item's pages share: forms as a browser sends them, more people, and an ERP that people load."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from attrs import define, evolve, field
from httpx import Response
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter, PostLines, memory_profile
from web_site import PASSWORD, PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.contract import (
    Attempt,
    CannotTell,
    Effect,
    Effects,
    Erp,
    ExportBatch,
    ExportReceipt,
    FieldValues,
    Found,
    HandOver,
    Observation,
    Offered,
    SafetyClass,
    Sighting,
    Waiting,
    hookimpl,
)
from erp_bridge_core.people.actor import Actor

CHANGE = "BC-1"
PAST_EVERY_HORIZON = 10_000.0


class _Forms(HTMLParser):
    """Collects what a browser would send of each form: its fields with their values, boxes only when ticked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._inside = False
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note forms and fields."""
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
            self._inside = True
        elif self._inside and tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self._put(given.get("name", ""), given.get("value", ""))
        elif self._inside and tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.found[-1][1]):
            self._put(self._select, given["value"])
        elif self._inside and tag == "textarea":
            self._textarea = given["name"]
            self._put(self._textarea, "")

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self._textarea:
            self.found[-1][1][self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or field."""
        if tag == "form":
            self._inside = False
        self._select = "" if tag == "select" else self._select
        self._textarea = "" if tag == "textarea" else self._textarea

    def _put(self, name: str, value: str) -> None:
        if name:
            self.found[-1][1][name] = value


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of the form on a page that is sent to `action`, as they are filled in there."""
    forms = _Forms()
    forms.feed(page)
    return next(fields for sent_to, fields in forms.found if sent_to == action)


def fill(browser: Browser, path: str, *, page: str = "", **typed: str) -> Response:
    """Open a page, fill in its form for `path` and send it."""
    return browser.send_bare(path, {**form_of(browser.get(page or path).text, path), **typed})


def press(browser: Browser, act: str, *, item: int = 1) -> Response:
    """Press one of the buttons of an item, shown or not: with its form's token, as a page from before would."""
    return browser.send(f"/items/{item}/{act}", {}, page="/items/1")


def accept(browser: Browser, **typed: str) -> Response:
    """Accept item 1 with the confirmation that import closes."""
    return fill(browser, "/items/1/accept", confirm_import_closes="yes", **typed)


def exported(browser: Browser) -> None:
    """Accept item 1 and export it."""
    assert 303 == accept(browser, then="export").status_code


def item(application: Application, number: int = 1) -> ItemView:
    """An item as it stands."""
    return application.reviews.item(person(application, "abe"), number)


def person(application: Application, login: str) -> Actor:
    """Somebody of the company, just signed in."""
    return application.people.sign_in(login, PASSWORD, "hoosier")[1]


def books(application: Application) -> MemoryBooks:
    """The ERP's books."""
    adapter: Any = application.registry.adapter("memory")
    held: MemoryBooks = adapter.books
    return held


def hire(application: Application, login: str, *, integrations: str, privilege: bool) -> None:
    """One more person who looks at ERP Integrations, or acts there."""
    people, ada = application.people, person(application, "ada")
    people.add(ada, login, f"{login.capitalize()} Another")
    people.set_password(application.companies.system("hoosier"), login, PASSWORD)
    people.grant_membership(ada, login, integrations=integrations)
    if privilege:
        people.grant_privilege(ada, login)


def send_a_change(application: Application, *, retrieve: bool = True) -> int:
    """Take item 1 back to the budget where it waits, and send again with one budget change; answers the new item."""
    mia = person(application, "mia")
    if retrieve:
        application.sending.retrieve(mia, PROJECT)
    lines = [LineEntry(cost_code="01-100", category="L", amount=Decimal("30.00"))]
    application.changes.add(mia, PROJECT, number=CHANGE, day=date(2026, 2, 1), description="More <b>", lines=lines)
    application.changes.set_status(mia, PROJECT, CHANGE, status="approved")
    return application.sending.send(mia, PROJECT).id


def let_time_pass(application: Application) -> None:
    """Let the ledger's clock be past every horizon."""
    worker = application.exports.worker
    worker.seconds = lambda connection: worker.store.seconds(connection) + PAST_EVERY_HORIZON


@define(kw_only=True)
class HandedLines:
    """Lines that a person loads: offered once, taken once; they can't be found while the desk is out of sight."""

    lines: PostLines
    desk: "Desk"

    def send(self, effect: Effect, attempt: Attempt) -> Offered:
        """Lay the file out."""
        attempt.check()
        return Offered(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Look where the file lies."""
        for effect in effects:
            if self.desk.unseen:
                yield CannotTell(why=self.desk.unseen)
            elif effect.reference in self.desk.taken:
                yield Found(reference=effect.reference)
            else:
                yield Waiting(reference=effect.reference)

    def hand_over(self, effect: Effect) -> HandOver:
        """The sheet of the file."""
        return HandOver(
            title="Estimates <i>file</i>", location="/share/out/EST1.txt", sha256=sha256(b"").hexdigest(),
            lines=len(list(effect.lines)), total="1,234,567.80",
            instructions=("Import it with the box Original ticked.",), taken=effect.reference in self.desk.taken,
            facts={"Batch": "EST1"},
        )  # fmt: skip

    def take(self, effect: Effect, attempt: Attempt) -> HandOver:
        """Move the file to the accountant, who loads it at once."""
        attempt.check()
        if effect.reference not in self.desk.taken:
            self.desk.taken.append(effect.reference)
            self.lines.send(effect, attempt)
        return self.hand_over(effect)


@define
class Desk:
    """What was taken there, and why nobody sees it, where nobody does."""

    taken: list[str] = field(factory=list)
    unseen: str = ""


@define(kw_only=True)
class HandingAdapter(MemoryAdapter):
    """The books, of an ERP into which people load files."""

    desk: Desk = field(factory=Desk)

    @hookimpl
    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        effects.plan("lines", lambda generation: self._plan(batch, effects))
        lines = PostLines(self.books, batch.job, batch)
        effects.run({"post_lines": HandedLines(lines=lines, desk=self.desk)})


@define(kw_only=True)
class BlindAdapter(MemoryAdapter):
    """The books, of an ERP of which no route tells a figure."""

    def _observations(self, job: MemoryJob, receipt: ExportReceipt) -> Iterator[Observation]:
        for key in receipt.keys:
            yield Observation(route="books", key=key, cannot_tell="mixed up with other jobs")


def make_blind(application: Application) -> None:
    """From now on no route of reading back tells a figure."""
    adapters: Any = application.registry.adapters
    adapters["memory"] = BlindAdapter(books=adapters["memory"].books)


def hand_over_files(application: Application) -> Desk:
    """From now on the ERP is one into which people load files."""
    adapters: Any = application.registry.adapters
    (operation,) = memory_profile().operations
    profile = memory_profile(operations=(evolve(operation, safety=SafetyClass.HUMAN),))
    adapters["memory"] = HandingAdapter(books=adapters["memory"].books, profile=profile)
    desk: Desk = adapters["memory"].desk
    return desk
