"""A site with one of everything that an address can name, in the company hoosier; `second` shall learn of none of it.

Item 1 (project 24-001) was rejected and is exported as item 2, which waits for its posting; item 3 was refused by the
ERP; item 4 waits for an answer; of 24-003 nothing was sent. There is mail, given up, and there are webhooks with
deliveries, maps, a token, a budget change and a sub job.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import field, frozen
from controlled_clock import ControlledClock
from databases import storable
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter, memory_profile
from sqlalchemy import text
from web_site import PASSWORD, PROJECT, WEB, Browser, make_home, registry_of

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.connections.maps import MapEntry
from erp_bridge_core.contract import Category, CostCode, JobHeader, JobStatus, LineKey, SubJob
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.web.server import create_server

#: What a careless page would take for markup, a spreadsheet for a formula, and a template for an expression.
HOSTILE = "=1+1<xss onx=1>'\" onx=1 {{40503*86413}} &lt;"
#: What only an ERP can put in its words besides: what terminals obey, headers and logs are split by, and readers miss.
OF_AN_ERP = storable("\x1b[2J\r\nX-Split: 1\r\n\u202e\x00")
#: Other projects of the company: one whose item waits, one of which nothing was sent, one that the ERP refused.
OTHER, UNSENT, REFUSED = "24-002", "24-003", "24-004"
REJECTED, EXPORTED, FAILED, READY = 1, 2, 3, 4
#: The ERP refuses what is about this code.
BAD_CODE = "01-300"
CHANGE, SUB_JOB, TOKEN = "BC-1", "E1", "nightly"


@frozen(kw_only=True)
class FullSite:
    """The site, a server over it, and what the parts of its addresses are."""

    application: Application = field(repr=False)
    server: TestClient[Any] = field(repr=False)
    reference: str
    _cookies: dict[tuple[str, str], dict[str, str]] = field(factory=dict, init=False, repr=False)
    _people: dict[tuple[str, str], Actor] = field(factory=dict, init=False, repr=False)

    def browser(self, login: str = "", *, company: str = "hoosier", anew: bool = False) -> Browser:
        """A browser without cookies, or of somebody who signed in just now; `anew` begins another session."""
        self.server.cookies.clear()
        browser = Browser(self.server)
        if login and (anew or (login, company) not in self._cookies):
            assert 303 == browser.sign_in(login, company=company).status_code
            self._cookies[login, company] = self.cookies()
        self.put_cookies(self._cookies.get((login, company), {}))
        return browser

    def cookies(self) -> dict[str, str]:
        """What the server's client keeps now."""
        return dict(self.server.cookies)

    def put_cookies(self, cookies: Mapping[str, str]) -> None:
        """Let the client keep these, and no others."""
        self.server.cookies.clear()
        for name, value in cookies.items():
            self.server.cookies.set(name, value, domain="testserver.local")

    def person(self, login: str, company: str = "hoosier") -> Actor:
        """Somebody as services know him, signed in just now."""
        if (login, company) not in self._people:
            self._people[login, company] = self.application.people.sign_in(login, PASSWORD, company)[1]
        return self._people[login, company]

    def routes(self) -> list[str]:
        """Every method and path that the server answers."""
        return sorted(
            f"{method} {route.path_format}"
            for route in self.server.app.routes
            if isinstance(route, HTTPRoute)
            for method in route.methods - {"OPTIONS", "HEAD"}
        )

    def acts(self) -> int:
        """How many acts are on record."""
        with self.application.store.read() as connection:
            return int(connection.execute(text("SELECT COUNT(*) FROM audit_entries")).scalar_one())

    def counts(self, path: str) -> bool:
        """Whether the number in a route's path is one that the site counts, as of mail."""
        every = (each for each in self.server.app.routes if isinstance(each, HTTPRoute))
        return any(each.path_format == path and "{number:int}" in each.path for each in every)

    def path(self, route: str, **named: str) -> str:
        """A route's path, with names of what is there, or others that are given, in the place of its parts."""
        path = route.split(" ", 1)[-1]
        known = {
            "item_id": str(EXPORTED), "number": "1" if self.counts(path) else PROJECT, "login": "mia",
            "name": _name_in(path), "change": CHANGE, "reference": self.reference, "code": SUB_JOB, "key": "0" * 32,
            "path": "x", "file_path": "erp-bridge.css",
        }  # fmt: skip
        return path.format_map(defaultdict(lambda: "x", {**known, **named}))


def _name_in(path: str) -> str:
    return {"tokens": TOKEN, "plugins": "memory"}.get(path.partition("/{name}")[0].rpartition("/")[2], "books")


@contextmanager
def full_site(folder: Path, *, word: str = "plain") -> Iterator[FullSite]:
    """Make the site in an empty folder; `word` stands in every text that people or the ERP can choose."""
    make_home(folder / "home")
    books = _books(word)
    with Application.open(folder / "home", clock=ControlledClock(), registry=registry_of(books)) as application:
        actors = {login: application.people.sign_in(login, PASSWORD, "hoosier")[1] for login in ("ada", "mia", "abe")}
        _hire(application, actors["ada"], word)
        reference = _fill(application, **actors, word=word)
        with TestClient(create_server(application, web=WEB)) as client:
            client.app.state["background"].patience = 60.0
            yield FullSite(application=application, server=client, reference=reference)
    shutil.rmtree(folder / "home")


def _books(word: str) -> MemoryAdapter:
    """An ERP whose every name and refusal holds the word."""
    ending = OF_AN_ERP if word == HOSTILE else ""
    jobs = {
        number: MemoryJob(
            header=JobHeader(company="BOOKS", job=number, name=f"{word} {ending}", status=JobStatus.OPEN, live=False),
            cost_codes=[CostCode(code=code, name=f"{word} {ending}") for code in ("01-100", BAD_CODE)],
            categories=[Category(code="L", name=f"{word} {ending}", standard=True)],
            sub_jobs=[SubJob(code=SUB_JOB, name=f"{word} {ending}")],
        )
        for number in (PROJECT, OTHER, UNSENT, REFUSED)
    }  # fmt: skip
    profile = memory_profile(limits=(), map_kinds=("unit", "category", "cost_code", "sub_job"))
    refused = {LineKey("", BAD_CODE, "L"): f"{word} {ending}"}
    return MemoryAdapter(books=MemoryBooks(jobs=jobs, refused=refused), profile=profile)


def _hire(application: Application, ada: Actor, word: str) -> None:
    """Olga administers the second company alone; bob may do everything that a person of hoosier may."""
    people, here = application.people, application.companies.system("hoosier")
    _, there = people.sign_in("ada", PASSWORD, "second")
    people.add(there, "olga", word)
    people.set_password(application.companies.system("second"), "olga", PASSWORD)
    people.grant_membership(there, "olga", administrator=True)
    people.add(ada, "bob", word, email="bob@site.test")
    people.set_password(here, "bob", PASSWORD)
    people.grant_membership(ada, "bob", administrator=True)
    people.grant_privilege(ada, "bob")
    people.change(ada, "mia", name=word, email="mia@site.test")
    people.change(ada, "abe", name=word, email="abe@site.test")


def _fill(application: Application, *, ada: Actor, mia: Actor, abe: Actor, word: str) -> str:
    people, projects = application.people, application.projects
    application.webhooks.add(ada, "https://hooks.example.com/told", description=word)
    people.create_token(mia, TOKEN, companies=["hoosier"], verbs=["read"])
    for number, code in ((OTHER, "01-100"), (UNSENT, "01-100"), (REFUSED, BAD_CODE)):
        projects.create(ada, number, name=word)
        projects.link(ada, number, "books", job=number)
        projects.sync(ada, number)
        people.grant_project(ada, "mia", number, level="standard", may_send=True)
        application.budgets.sub_job(mia, number, SUB_JOB, name=word)
        line = LineEntry(cost_code=code, category="L", amount=Decimal(100), description=word)
        application.budgets.add_line(mia, number, line)
    _answer(application, ada=ada, mia=mia, abe=abe, word=word)
    application.maps.load(ada, "books", rows=[MapEntry(kind="unit", ours=word, theirs=word)])
    application.mail.make_summaries(application.companies.system("hoosier"))
    with application.store.begin() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'given_up', problem = :words"), {"words": word})
        found = connection.execute(text("SELECT reference FROM effects ORDER BY id")).scalars()
        return str(next(iter(found)))


def _answer(application: Application, *, ada: Actor, mia: Actor, abe: Actor, word: str) -> None:
    """Reject item 1 and export it anew as item 2; item 3 is refused by the ERP, item 4 waits."""
    application.reviews.reject(abe, 1, reason=word, remarks={1: word})
    lines = [LineEntry(cost_code="01-100", category="L", amount=Decimal(30))]
    day = application.companies.clock_of(mia.company_id).today()
    application.changes.add(mia, PROJECT, number=CHANGE, day=day, description=word, lines=lines)
    application.changes.set_status(mia, PROJECT, CHANGE, status="approved")
    for sender, number, item in ((ada, PROJECT, EXPORTED), (mia, REFUSED, FAILED)):
        assert item == application.sending.send(sender, number, acknowledge=["*"]).id
        application.reviews.accept(abe, item, confirm_import_closes=True)
        application.exports.start(abe, item)
        application.exports.run(abe, item)
    application.verification.verify(abe, EXPORTED)
    application.sending.send(mia, OTHER, acknowledge=["*"])
