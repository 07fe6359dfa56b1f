"""What another company has is told just as what nobody has, wherever an address or a form can name it (P0)."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from api_samples import Operation, ask, operations
from full_site import CHANGE, EXPORTED, READY, SUB_JOB, FullSite
from httpx import Response
from web_site import PROJECT, Browser

pytestmark = pytest.mark.rule("P0")

#: What nobody has, by the names of the parts of a path.
NOWHERE: Final[Mapping[str, str]] = {
    "item_id": "987", "number": "98-765", "login": "noone", "name": "nothing", "change": "BC-98", "reference": "9-8-7",
    "code": "E98", "key": "f" * 32,
}  # fmt: skip
#: What a form is sealed with; a page's own path is part of one.
#: Seals of forms, and the id of the request that a page of an error shows.
SEAL: Final = re.compile(r"\b([0-9a-f]{64}|[0-9a-f]{32})\b")
#: Parts that name something of the installation, or nothing of anybody: plugins, pages, files, one's own tokens.
SHARED: Final = r"/plugins/|/tokens/|\{path\}|\{file_path\}"
#: A form that every page's form can read something of.
FORM: Final[Mapping[str, str]] = {
    "name": "Nia", "email": "", "integrations": "admin", "administrator": "yes", "level": "admin", "project": PROJECT,
    "may_send": "yes", "where": "company", "number": "BC-9", "reason": "no", "revision": "1", "job": PROJECT,
    "connection": "books", "cost_code": "01-100", "category": "L", "amount": "5", "status": "approved", "text": "x",
    "explanation": "x", "how": "arrived", "new_number": "BC-9", "change": CHANGE, "kind": "unit", "ours": "ea",
    "theirs": "EA",
}  # fmt: skip
#: What a page can't be asked without.
QUERIES: Final = dict.fromkeys(("changes/edit", "changes/show", "changes/reverse", "changes/status"), "?change=BC-1")
#: Whatever is named leads on to a page of its own.
LEADS_ON: Final = {"GET /projects/{number}": 303}


@pytest.fixture(scope="module")
def olga(site: FullSite) -> Browser:
    """The browser of somebody who administers the other company, where a project of the same name is hers."""
    there = site.person("olga", "second")
    site.application.projects.create(there, "S-1", name="Second's own")
    return site.browser("olga", company="second")


def told(answer: Response) -> tuple[int, str, str, str]:
    """What an answer tells, the same word in the place of each id, and of each seal."""
    ids = {*OURS.values(), *NOBODYS.values(), str(EXPORTED), "1", "2-1-1", CHANGE, SUB_JOB, "0" * 32}
    named = re.compile("|".join(rf"(?<![\w-]){re.escape(each)}(?![\w-])" for each in ids))
    leads = named.sub("ID", answer.headers.get("location", ""))
    text = SEAL.sub("SEAL", answer.text)
    return answer.status_code, answer.headers.get("content-type", ""), leads, named.sub("ID", text)


def pages(site: FullSite) -> list[str]:
    """Every method and path of a page that names something."""
    return [route for route in site.routes() if "{" in route and "/api/" not in route and not re.search(SHARED, route)]


def test_pages_are_told_as_none(site: FullSite, olga: Browser) -> None:
    """Reading and writing: 404, and the words are those for what does not exist."""
    sent, wrong = {**FORM, "csrf_token": olga.token("/password")}, []
    for route in pages(site):
        query = QUERIES.get(route.partition("budget/")[2], "")
        here, nowhere = (
            told(olga.get(path + query) if route.startswith("GET") else olga.send_bare(path + query, sent))
            for path in (site.path(route), site.path(route, **nobodys(site, route)))
        )
        if here != nowhere or here[0] != LEADS_ON.get(route, 404):
            wrong.append(f"{route}: {here} {nowhere}")

    assert "" == "\n".join(wrong)


def test_operations_are_told_as_none(site: FullSite, olga: Browser) -> None:
    """As on pages; a good request, so that nothing but the id can be what is wrong."""
    headers, wrong = {"X-CSRF-Token": olga.token("/password")}, []
    for operation in operations_with_ids(site):
        answers = (ask(site, operation, headers), ask(site, operation, headers, **nobodys(site, operation.path)))
        here, nowhere = (told(answer) for answer in answers)
        if here != nowhere or here[0] != 404:
            wrong.append(f"{operation.label}: {here} {nowhere}")

    assert "" == "\n".join(wrong)


def operations_with_ids(site: FullSite) -> list[Operation]:
    """The operations whose path names something of a company."""
    kept = site.cookies()
    found = [each for each in operations(site) if "{" in each.path and not re.search(SHARED, each.path)]
    site.put_cookies(kept)
    return found


def nobodys(site: FullSite, route: str) -> dict[str, str]:
    """What nobody has: where the site counts, a number."""
    return {**NOWHERE, "number": "987"} if site.counts(route.rpartition(" ")[2]) else dict(NOWHERE)


#: Requests of an administrator of the other company that name something of ours in their body or query, and the same
#: of what nobody has: method, path, what is sent.
NAMED: Final[tuple[tuple[str, str, Any], ...]] = (
    ("PUT", "/api/v1/projects/S-1/link", lambda of: {"connection": of["name"], "job": PROJECT}),
    ("POST", "/api/v1/items/accept", lambda of: {"items": [int(of["item_id"])]}),
    ("GET", "/api/v1/items?project={number}", None),
    ("GET", "/api/v1/reports/job-costs?project={number}", None),
    ("GET", "/api/v1/reports/job-costs/csv?project={number}", None),
    ("PATCH", "/api/v1/people/olga/projects/{number}", lambda _: {"level": "admin"}),
    ("PATCH", "/api/v1/people/{login}/projects/S-1", lambda _: {"level": "admin"}),
    ("POST", "/api/v1/people/olga/privileges", lambda of: {"project": of["number"]}),
    (
        "POST", "/api/v1/tokens",
        lambda of: {"name": "t", "verbs": ["read"], "projects": [of["number"]], "companies": ["second"]},
    ),
    ("POST", "/api/v1/tokens", lambda of: {"name": "t", "verbs": ["read"], "companies": [of["company"]]}),
    ("POST", "/company", lambda of: {"company": of["company"]}),
    ("POST", "/projects/S-1/link", lambda of: {"connection": of["name"], "job": PROJECT}),
    ("POST", "/projects/S-1/grants", lambda of: {"login": of["login"], "level": "admin", "may_send": "yes"}),
    ("POST", "/people/olga/project", lambda of: {"project": of["number"], "level": "admin", "may_send": "yes"}),
    ("POST", "/people/olga/privilege", lambda of: {"where": "project:" + of["number"]}),
    ("POST", "/company/tokens/withdraw", lambda of: {"login": of["login"], "name": of["token"]}),
    ("POST", "/items/accept", lambda of: {"item": of["item_id"]}),
    ("POST", "/items/retry", lambda of: {"item": of["item_id"]}),
    ("POST", "/profile/sessions/end", lambda of: {"number": of["session"]}),
    ("GET", "/items?project={number}", None),
    ("GET", "/?company={company}", None),
)  # fmt: skip
OURS: Final = {
    "name": "books", "number": PROJECT, "login": "mia", "item_id": str(READY), "company": "hoosier", "token": "nightly",
    "session": "1",
}  # fmt: skip
NOBODYS: Final = {**NOWHERE, "company": "nowhere", "token": "nothing", "session": "98765"}


@pytest.mark.parametrize(("method", "path", "body"), NAMED, ids=[f"{method} {path}" for method, path, _ in NAMED])
def test_what_a_request_names_is_told_as_none(site: FullSite, olga: Browser, method: str, path: str, body: Any) -> None:
    """In a body, a query or a choice: as what nobody has, and it is not done."""
    token, answers = olga.token("/password"), []
    kind = "json" if path.startswith("/api") else "data"
    for of in (OURS, NOBODYS):
        parts: dict[str, Any] = {kind: body(of)} if body else {}
        headers = {"X-CSRF-Token": token}
        sent = site.server.request(method, path.format(**of), headers=headers, follow_redirects=False, **parts)
        answers.append(told(sent))

    assert answers[1] == answers[0]
    assert answers[0][0] in {200, 303, 403, 404, 422}
