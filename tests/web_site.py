"""A site for the web's tests: two companies, their people with passwords, an item that waits, and a browser."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define
from controlled_clock import START, ControlledClock
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from memory_books import MemoryBooks, MemoryJob
from memory_erp import MemoryAdapter

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.contract import Category, CostCode, JobHeader, JobStatus
from erp_bridge_core.installation import create_home
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.registry import Registry
from erp_bridge_core.web.server import create_server, serve_installation

PASSWORD = "several quiet words"
PROJECT = "24-001"
#: What a careless page would run.
MARKUP = "<script>alert(1)</script>"
WEB = WebConfig(allowed_hosts=("testserver.local",))
_SERVERS: dict[WebConfig, Litestar] = {}
_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


@define
class Browser:
    """What a person's browser does: it keeps cookies, sends forms as pages hold them, and follows nothing by itself."""

    client: TestClient[Any]

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        return self.client.get(path, headers=_named(headers), follow_redirects=False)

    def token(self, path: str) -> str:
        """The token of the forms on a page."""
        found = _TOKEN.search(self.get(path).text)
        assert found, f"{path} holds no form"
        return found[1]

    def send(self, path: str, fields: dict[str, str], *, page: str | None = None, **headers: str) -> Response:
        """Fill in a form of a page (the one at `path` unless another is named) and send it."""
        return self.send_bare(path, {"csrf_token": self.token(page or path), **fields}, **headers)

    def send_bare(self, path: str, fields: dict[str, str], **headers: str) -> Response:
        """Send fields without opening a page first."""
        return self.client.post(path, data=fields, headers=_named(headers), follow_redirects=False)

    def sign_in(self, login: str, *, company: str = "hoosier", password: str = PASSWORD, then: str = "/") -> Response:
        """Sign in on the page."""
        return self.send("/sign-in", {"login": login, "password": password, "company": company, "next": then})

    def session(self) -> str | None:
        """The session's cookie, if there is one."""
        return self.client.cookies.get("erp-bridge-session") or None


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def registry_of(adapter: MemoryAdapter) -> Registry:
    """A registry with one adapter."""
    adapters: Any = {adapter.name: adapter}
    return Registry(adapters=adapters, broken={}, not_enabled={}, policies={})


def memory_books() -> MemoryAdapter:
    """An ERP in memory with the project's job."""
    header = JobHeader(company="BOOKS", job=PROJECT, name="Bridge", status=JobStatus.OPEN, live=False)
    codes = [CostCode(code="01-100", name="General")]
    job = MemoryJob(header=header, cost_codes=codes, categories=[Category(code="L", name="Labor", standard=True)])
    return MemoryAdapter(books=MemoryBooks(jobs={PROJECT: job}))


def open_site(home: Path, clock: ControlledClock) -> Application:
    """The installation in a home, its ERP in memory."""
    return Application.open(home, clock=clock, registry=registry_of(memory_books()))


def server_over(application: Application, *, web: WebConfig = WEB) -> Litestar:
    """A server over the site: one for each configuration, which serves one site after the other.

    Making one anew takes longer than most tests; whoever needs two that run at a time makes them.
    """
    server = _SERVERS.get(web)
    if server is None:
        server = _SERVERS[web] = create_server(application, web=web)
    else:
        serve_installation(server, application, web=web)
    return server


def make_home(home: Path) -> None:
    """Companies hoosier and second, administered by ada; mia sends, abe approves in hoosier, sue looks at second."""
    create_home(
        home, company_code="hoosier", company_name="Hoosier Builders", time_zone="America/Indiana/Indianapolis",
        currency="USD", admin_login="ada", admin_name="Ada Administrator", now=START,
    ).close()  # fmt: skip
    with open_site(home, ControlledClock()) as application:
        people, host = application.people, application.companies.system("hoosier")
        people.set_password(host, "ada", PASSWORD)
        _, ada = people.sign_in("ada", PASSWORD, "hoosier")
        application.companies.add(ada, "second", name="Second Ltd", time_zone="Europe/Berlin", currency="EUR")
        _hire(application, ada)
        _send_budget(application, ada)


def _hire(application: Application, ada: Actor) -> None:
    people = application.people
    for login, name in (("mia", f"Mia {MARKUP}"), ("abe", "Abe Approver")):
        people.add(ada, login, name)
        people.set_password(application.companies.system("hoosier"), login, PASSWORD)
    people.grant_membership(ada, "abe", integrations="standard")
    people.grant_privilege(ada, "abe")
    _, there = people.sign_in("ada", PASSWORD, "second")
    people.add(there, "sue", "Sue Second")
    people.set_password(application.companies.system("second"), "sue", PASSWORD)
    people.grant_membership(there, "sue", integrations="read-only")


def _send_budget(application: Application, ada: Actor) -> None:
    application.connections.add(ada, "books", erp="memory", settings={})
    application.projects.create(ada, PROJECT, name="Bridge & Creek")
    application.projects.link(ada, PROJECT, "books", job=PROJECT)
    application.projects.sync(ada, PROJECT)
    application.people.grant_project(ada, "mia", PROJECT, level="standard", may_send=True)
    _, mia = application.people.sign_in("mia", PASSWORD, "hoosier")
    line = LineEntry(cost_code="01-100", category="L", amount=Decimal("1234567.80"))
    application.budgets.add_line(mia, PROJECT, line)
    application.sending.send(mia, PROJECT)
