"""Whatever is sent: too large, too deep, no text, no number, not of the kind that it says: refused, never a defect."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from api_samples import Operation, operations
from full_site import FullSite, full_site
from web_site import PASSWORD

from erp_bridge_core.web.security import LARGEST_BODY, MOST_PARTS

LARGE: Final = 10**30
JSON: Final = "application/json"
#: Bodies that are none, with what they say that they are.
BODIES: Final = {
    "no text": (JSON, b"\xff\xfe\x00"), "deep": (JSON, b"[" * 100_000), "a number": (JSON, b"1e999999999"),
    "nothing": (JSON, b""), "null": (JSON, b"null"), "half a letter": (JSON, b'"\\ud800"'),
    "another alphabet": (f"{JSON}; charset=utf-16", '{"a": 1}'.encode("utf-16")),
    "parts without an end": ("multipart/form-data", b"--x\r\n"),
    "parts without a name": ("multipart/form-data; boundary=x", b"--x\r\n\r\na\r\n--x--\r\n"),
    "parts cut short": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a'),
    "a form of no text": ("text/plain", b"\xff\x00=%ff%"),
    "a form of odd signs": ("application/x-www-form-urlencoded", b"%=%&%00=%ff&a=%c0%ae&=&&;"),
    "no kind": ("", b"a=1"),
}  # fmt: skip
#: What no field takes for a good value, or takes for text.
ODD: Final = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\U000e0001",
    "x" * 100_000,
    "9" * 400,
    "-0",
    "NaN",
    "1e400",
    "\r\n",
    "\u202e",
)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullSite]:
    """A site of this module's own: what is sent here may be done."""
    with full_site(tmp_path_factory.mktemp("odd")) as made:
        yield made


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_none_is_refused(site: FullSite, body: str) -> None:
    """By every operation and page that changes something; nothing is done."""
    kind, content = BODIES[body]
    headers = {"X-CSRF-Token": site.browser("bob").token("/password"), "Content-Type": kind}
    wrong = []
    for route in site.routes():
        before = site.acts()
        if not re.match(r"(POST|PUT|PATCH) ", route) or re.search(NO_BODY, route):
            continue
        method = route.partition(" ")[0]
        status = site.server.request(
            method, site.path(route), content=content, headers=headers, follow_redirects=False
        ).status_code
        if not 300 <= status < 500 or before != site.acts():
            wrong.append(f"{route}: {status}")

    assert "" == " | ".join(wrong)


#: Forms that end the sign-in, or somebody's.
ENDS: Final = r"sign-out|sessions|password|deactivate|remove"
#: What is done without any body, or with an empty one.
NO_BODY: Final = (
    r"sign-out|/(send|resume|poll|check|sync|retry|summaries|run|retrieve|unlock|verif\w*|start|take|take-back|export"
    r"|thaw|formats|end-all|reactivate|deactivate|renew-secret|remove|policy|accept|import-from-erp)(/\w+)?$"
    r"|/people/\{login\}(/password|/membership|/projects/\{number\}|/privileges)?$"
)


def odd_bodies(operation: Operation) -> Iterator[dict[str, Any]]:
    """The good body, one field of it odd."""
    for name in operation.body:
        for value in (*ODD, LARGE, 1.5, None, [[]], {"a": {}}):
            yield {**operation.body, name: value}


def test_an_odd_value_is_refused_or_taken_for_text(own_site: FullSite) -> None:
    """Every field of every request of the API."""
    wrong = []
    for operation in operations(own_site):
        if not operation.body or operation.kind != JSON or operation.name in {"sign_in", "sign_out"}:
            continue
        headers = {"X-CSRF-Token": own_site.browser("bob").token("/password"), "Content-Type": JSON}
        for body in odd_bodies(operation):
            content = json.dumps(body).encode()
            answer = own_site.server.request(
                operation.method, own_site.path(operation.path), content=content, headers=headers
            )
            if answer.status_code >= 500:
                wrong.append(f"{operation.label}: {str(body)[:200]}")

    assert "" == "\n".join(wrong)


def test_an_odd_field_of_a_form_is_refused_or_taken_for_text(own_site: FullSite) -> None:
    """Every page that takes a form, all of its fields odd in one way."""
    names = (
        "name", "login", "number", "revision", "item", "amount", "quantity", "unit_cost", "cost_code", "category",
        "day", "reason", "change", "status", "date", "verb_read", "days", "project", "projects", "code", "kind",
        "ours", "theirs", "company", "email", "next", "then", "job", "connection", "explanation", "how", "mode", "text",
        "locale", "time_zone", "recent_minutes", "daily_summary_hour", "url", "address", "description", "level",
    )  # fmt: skip
    wrong = []
    for route in own_site.routes():
        if not route.startswith("POST /") or "/api/" in route or re.search(ENDS, route):
            continue
        browser = own_site.browser("bob")
        token = browser.token("/password")
        for value in ("\x00", "\u202e\r\n", "x" * 100_000, str(LARGE)):
            fields = {**dict.fromkeys(names, value), "csrf_token": token}
            if browser.send_bare(own_site.path(route), fields).status_code >= 500:
                wrong.append(f"{route}: {value[:20]!r}")

    assert "" == "\n".join(wrong)


@pytest.mark.parametrize("number", [str(LARGE), str(2**63), "-1", "0", "1e5", "x"])
def test_a_number_that_nothing_has_is_not_there(site: FullSite, number: str) -> None:
    """In every address, however large it is."""
    browser, wrong = site.browser("bob"), []
    token = browser.token("/password")
    for route in site.routes():
        if not re.search(r"\{(item_id|number)\}", route):
            continue
        method, path = route.partition(" ")[0], site.path(route, item_id=number, number=number)
        body: dict[str, Any] = {} if method == "GET" else {"json": {}}
        if "/api/" not in path and method != "GET":
            body = {"data": {"csrf_token": token}}
        answer = site.server.request(method, path, headers={"X-CSRF-Token": token}, follow_redirects=False, **body)
        if not 300 <= answer.status_code < 500:
            wrong.append(f"{route}: {answer.status_code}")

    assert "" == " | ".join(wrong)


@pytest.mark.parametrize("value", [str(LARGE), "x%00"])
def test_a_list_is_not_asked_for_more_than_there_is(site: FullSite, value: str) -> None:
    """By every page and operation that answers a list, by whatever lists are asked by."""
    browser, wrong = site.browser("bob"), []
    names = ("page", "offset", "limit", "before", "line", "since", "until", "item", "search", "project")
    query = "&".join(f"{name}={value}" for name in names)
    for route in site.routes():
        if route.startswith("GET ") and "static" not in route:
            wrong += [
                route
                for asked in (query, f"page={value}")
                if browser.get(f"{site.path(route)}?{asked}").status_code >= 500
            ]

    assert [] == wrong


def test_what_is_too_large_is_refused(site: FullSite) -> None:
    """A body beyond the bound, and a form of too many parts."""
    browser = site.browser("bob")
    headers = {"X-CSRF-Token": browser.token("/password")}
    large = b'{"number": "' + b"x" * LARGEST_BODY + b'"}'
    many = {f"part{number}": (None, "x") for number in range(MOST_PARTS + 1)}

    assert (
        413
        == site.server.post("/api/v1/projects", content=large, headers={**headers, "Content-Type": JSON}).status_code
    )
    assert site.server.post("/people/new", files=many, headers=headers).status_code in {400, 413}


def test_a_guessed_token_is_told_as_any_other(site: FullSite) -> None:
    """However many are tried, of whatever form: 401, and the same words."""
    site.browser()
    guesses = ["", "x", "erpb_" + "a" * 43, "erpb_" + "x" * 10_000, "\x7f", "a b", "../../etc", "' OR 1=1 --"]
    answers = [
        site.server.get("/api/v1/items", headers={"Authorization": f"Bearer {guess}", "ERP-Bridge-Company": "hoosier"})
        for guess in guesses * 3
    ]

    assert {401} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})


@pytest.mark.parametrize("door", ["page", "API"])
def test_guessing_a_password_is_soon_refused(own_site: FullSite, door: str) -> None:
    """Whether there is such a person or not; then the right one does not help, either."""
    for login in ("sue", "nobody-here"):
        statuses = [sign_in(own_site, door, login, f"guess number {number}") for number in range(7)]
        assert statuses[-1] in {403, 429}
        assert [429 if door == "API" else statuses[-1]] == statuses[-1:]
    assert sign_in(own_site, door, "sue", PASSWORD) in {403, 429}


def sign_in(site: FullSite, door: str, login: str, password: str) -> int:
    """The status of a sign-in into the second company."""
    browser = site.browser()
    if door == "page":
        return browser.sign_in(login, password=password, company="second").status_code
    sent = {"login": login, "password": password, "company": "second"}
    return int(browser.client.post("/api/v1/session", json=sent).status_code)
