"""The whole permission matrix: every route of pages and API, for everybody who could ask (P0-P3).

`ROWS` says whom each route is open to; a route without a row fails. What is closed to somebody answers 403, or 404
where it names what is not his; a write that he tries leaves no trace in the audit trail.
"""

import re
from typing import Any, Final

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlalchemy import func, select
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import audit_entries

#: Everybody who signs in to hoosier, by login; `olga` administers the other company alone.
ROLES: Final = ("nobody", "viewer", "manager", "mia", "amy", "abe", "ada", "olga")
EVERYBODY: Final = frozenset(ROLES)
BUDGET: Final = frozenset({"viewer", "manager", "mia", "ada"})
EDIT: Final = frozenset({"manager", "mia", "ada"})
SEND: Final = frozenset({"mia", "ada"})
ITEMS: Final = frozenset({"viewer", "amy", "abe", "ada"})
TEND: Final = frozenset({"amy", "abe", "ada"})
ANSWER: Final = frozenset({"abe"})
EITHER: Final = BUDGET | ITEMS
ADMIN: Final = frozenset({"ada"})
STRANGERS: Final = frozenset({"a stranger"}) | EVERYBODY

#: Whom a route is open to; methods and paths as patterns, the first that matches counts. `olga` is asked as `ada` is
#: where a path names nothing, and is told of nothing where it does. Figures are for whoever shows a token of their own.
ROWS: Final = (
    (STRANGERS, r"GET /(healthz|readyz|metrics)|POST /receive/\{name\}"),
    (STRANGERS, r"GET /(sign-in(/provider.*)?|schema.*|static/.*)|POST (/sign-in|/api/v1/session)"),
    (EVERYBODY, r"GET /|\w+ /(company|password|profile.*|tokens.*|sign-out)|GET /company/policy|GET /\{path\}"),
    (EVERYBODY, r"\w+ /api/v1/(session.*|sign-ins.*|tokens.*)|GET /api/v1/(companies|company|company/policy)"),
    (EVERYBODY, r"GET /(api/v1/)?projects|GET /(companies/new|projects/(new|\{number\}))"),
    # People, policies, connections and the like.
    (ADMIN, r"\w+ /(api/v1/)?(people.*|companies(/new)?|company/.*)|POST /(api/v1|problems)/thaw"),
    (ADMIN, r"GET /(api/v1/)?connections/\{name\}/(settings|authorize/back|source-projects)"),
    (ITEMS, r"GET /(api/v1/)?(connections|plugins).*"),
    (ITEMS, r"GET /(api/v1/)?requests.*"),
    (TEND, r"POST /(api/v1/)?requests/(poll|\{number\}/tell)"),
    (SEND, r"POST /(api/v1/)?requests/\{number\}/take"),
    (ANSWER, r"POST /(api/v1/)?requests/\{number\}/(settle/.*|effects/.*/settle)"),
    (TEND, r"POST /(api/v1/)?(connections/\{name\}/check|(webhooks|mail)/send|mail/summaries)"),
    (EITHER, r"POST /(api/v1/)?projects/\{number\}/sync"),
    (ADMIN, r"\w+ /(api/v1/)?(connections.*|plugins.*|webhooks.*|maps.*)"),
    (ADMIN, r"\w+ /(api/v1/)?mail.*"),
    (ADMIN, r"(POST|GET) /projects/new|POST /api/v1/projects"),
    (ADMIN, r"(POST|PUT|DELETE) /(api/v1/)?projects/\{number\}/(link|unlink|grants|source|budget/pull/(un)?link)"),
    # Items.
    (ITEMS, r"GET /(api/v1/)?(items.*|worker|problems(/thaw)?|audit.*|reports/.*)|POST /items/\{item_id\}/verify"),
    (ITEMS, r"POST /api/v1/(items/\{item_id\}/verification|verifications)"),
    # Acts on many items tell of each by itself why not.
    (EVERYBODY, r"POST /items/(accept|retry)"),
    (ANSWER, r"POST /api/v1/exports/resume"),
    (ANSWER, r"POST /(api/v1/)?(items.*)"),
    # Budgets.
    (EITHER, r"GET /(api/v1/)?projects/\{number\}/(budget/)?history|GET /api/v1/projects/\{number\}(/budget)?"),
    (ITEMS, r"GET /(api/v1/)?projects/\{number\}/job-costs.*"),
    (EDIT, r"GET /(api/v1/projects/\{number\}/pull|projects/\{number\}/budget/pull/look)"),
    (EITHER, r"GET /(api/v1/)?projects/\{number\}.*"),
    (SEND, r"POST /(api/v1/)?projects/\{number\}(/budget)?/(send|retrieve)"),
    (EDIT, r"(POST|PUT|PATCH|DELETE) /(api/v1/)?projects/\{number\}.*"),
)  # fmt: skip

#: What concerns every company is done by administrators of the first one alone.
OF_ALL_COMPANIES: Final = r"POST /(api/v1/|problems/)?(companies|companies/new|thaw|plugins.*)"

#: What the parts of a path are in the site.
NAMED: Final = {
    "item_id": "1", "number": "24-001", "login": "pat", "name": "books", "reference": "x", "change": "1", "key": "x",
    "sha256": "0", "erp_connection": "books",
    "code": "A", "path": "none", "file_path": "erp-bridge.css",
}  # fmt: skip
#: What a page can't be asked without.
QUERIES: Final = {
    "GET /api/v1/projects/24-001/budget/line": "?cost_code=01-100&category=L",
    "GET /projects/24-001/budget/changes/edit": "?change=1",
    "GET /projects/24-001/budget/changes/show": "?change=1",
}
#: A form that every page's form can read something of.
FORM: Final = {
    "login": "nia", "name": "Nia", "email": "", "integrations": "admin", "administrator": "yes", "level": "admin",
    "project": "24-001", "may_send": "yes", "where": "company", "number": "9", "reason": "no", "revision": "1",
    "job": "24-001", "connection": "books", "cost_code": "01-100", "category": "L", "amount": "5", "erp": "memory",
    "status": "approved", "text": "x", "explanation": "x", "item": "1", "items": "1", "currency": "USD", "code": "A",
    "seen": "x",
}  # fmt: skip


def routes(server: TestClient[Any]) -> list[str]:
    """Every method and path that the server answers."""
    return sorted(
        f"{method} {route.path_format}"
        for route in server.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS", "HEAD"}
    )


def open_to(route: str) -> frozenset[str] | None:
    """Whom a route is open to; None without a row."""
    found = next((who for who, pattern in ROWS if re.fullmatch(pattern, route)), None)
    if found in {None, STRANGERS, EVERYBODY}:
        return found
    is_hers = "ada" in found and "{" not in route and not re.fullmatch(OF_ALL_COMPANIES, route)
    return found | {"olga"} if is_hers else found


def path_of(route: str) -> tuple[str, str]:
    """The method, and the path with names of the site in it."""
    method, path = route.split(" ", 1)
    is_number = re.search(r"/(mail|webhooks|deliveries|sign-ins|requests)/\{number\}", path)
    return method, re.sub(r"\{(\w+)\}", lambda part: "1" if is_number else NAMED[part[1]], path)


@pytest.fixture
def peopled(application: Application) -> Application:
    """The site with somebody in every role."""
    people, here = application.people, application.companies.system("hoosier")
    _, ada = people.sign_in("ada", PASSWORD, "hoosier")
    for login in ("nobody", "viewer", "manager", "amy", "pat"):
        people.add(ada, login, login.title())
        people.set_password(here, login, PASSWORD)
    people.grant_membership(ada, "viewer", integrations="read-only")
    people.grant_membership(ada, "amy", integrations="standard")
    people.grant_project(ada, "viewer", "24-001", level="read-only")
    people.grant_project(ada, "manager", "24-001", level="standard")
    _, there = people.sign_in("ada", PASSWORD, "second")
    people.add(there, "olga", "Olga")
    people.set_password(application.companies.system("second"), "olga", PASSWORD)
    people.grant_membership(there, "olga", administrator=True)
    return application


def trail(application: Application) -> int:
    """How many acts are on record."""
    with application.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_entries)).scalar_one())


def test_every_route_has_a_row(server: TestClient[Any]) -> None:
    """Whoever adds a route says here whom it is open to."""
    assert [] == [route for route in routes(server) if open_to(route) is None]


def test_a_stranger_reaches_what_is_public_alone(server: TestClient[Any]) -> None:
    """Pages lead him to the sign-in, the API tells him so; a form without a sign-in does nothing."""
    wrong = []
    for route in routes(server):
        method, path = path_of(route)
        status = server.request(method, path, follow_redirects=False).status_code
        closed = {401} if path.startswith("/api/") else {303}
        if open_to(route) != STRANGERS and status not in closed:
            wrong.append(f"{route}: {status}")

    assert "" == " | ".join(wrong)


@pytest.mark.rule("P0", "P1", "P2", "P3")
@pytest.mark.parametrize("login", ROLES)
def test_everybody_reaches_just_what_is_open_to_him(peopled: Application, browser: Browser, login: str) -> None:
    """Reads answer or are refused; writes that are not his are refused and leave no trace."""
    browser.sign_in(login, company="second" if login == "olga" else "hoosier")
    token = browser.token("/password")
    before, wrong = trail(peopled), []
    for route in routes(browser.client):
        method, path = path_of(route)
        is_open = login in (open_to(route) or ())
        if method != "GET" and is_open:
            continue  # what he may do is held by the tests of each page and resource
        status = answer_of(browser, method, path, token)
        good = status not in {401, 403} and status < 500 if is_open else is_refused(method, path, status)
        if not good:
            wrong.append(f"{route} is {'open' if is_open else 'closed'} to {login}: {int(status)}")

    assert "" == " | ".join(wrong)
    assert before == trail(peopled)


def answer_of(browser: Browser, method: str, path: str, token: str) -> int:
    """The status that a request of the person gets, with a form or body as good as can be for all."""
    if method == "GET":
        return browser.get(path + QUERIES.get(f"{method} {path}", "")).status_code
    if path.startswith("/api/"):
        sent = browser.client.request(method, path, json={}, headers={"X-CSRF-Token": token}, follow_redirects=False)
        return sent.status_code
    return browser.send_bare(path, {**FORM, "csrf_token": token}).status_code


def is_refused(method: str, path: str, status: int) -> bool:
    """Whether it was refused for want of a right; a write may also be refused since its body is not right."""
    return status in {403, 404} or (method != "GET" and status in {400, 409, 412, 422})
