"""What every answer carries, which hosts are answered, and what templates may hold."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.web.security import LARGEST_BODY, is_known
from erp_bridge_core.web.server import create_server

ROOM = Path(str(files("erp_bridge_core.web")))
TEMPLATES = sorted((ROOM / "templates").rglob("*.html"))
STATIC = sorted((ROOM / "static").iterdir())

#: Pages, redirects, refusals, files, documents: (method, path, status).
ANSWERS = [
    ("GET", "/", 200), ("GET", "/items", 200), ("GET", "/no-such-page", 404), ("GET", "/items?filter=x", 404),
    ("GET", "/items?page=x", 422), ("PUT", "/items", 405), ("POST", "/no-such-page", 405), ("POST", "/sign-out", 403),
    ("GET", "/static/erp-bridge.css", 200), ("GET", "/static/none.css", 404), ("GET", "/static/../server.py", 404),
    ("GET", "/static/%2e%2e/server.py", 404), ("GET", "/healthz", 200),
    ("GET", "/readyz", 200), ("GET", "/metrics", 404), ("GET", "/schema/openapi.json", 200),
    ("GET", "/items/1", 200), ("GET", "/items/99", 404), ("GET", "/items/1/lines", 200),
    ("GET", "/items/1/accept", 200), ("GET", "/items/1/reject", 200), ("GET", "/items/1/export", 200),
    ("GET", "/items/1/posting", 200), ("GET", "/items/1/history", 200), ("GET", "/items/1/settle/x", 404),
    ("POST", "/items/accept", 403),
    ("POST", "/items/1/start", 403), ("GET", "/problems", 200),
    ("GET", "/api/v1/items", 200), ("GET", "/api/v1/items/99", 404), ("GET", "/api/v1/none", 404),
    ("GET", "/projects", 200), ("GET", "/projects/24-001/budget", 200), ("GET", "/projects/none/budget", 404),
    ("GET", "/projects/24-001/budget/send", 200), ("POST", "/projects/24-001/budget/retrieve", 403),
    ("GET", "/reports/job-costs", 200), ("GET", "/reports/job-costs/csv", 200),
    ("GET", "/projects/24-001/job-costs", 200),
    ("GET", "/audit", 200), ("GET", "/audit/csv", 200), ("GET", "/audit/check", 200), ("GET", "/audit?since=x", 422),
    ("GET", "/connections", 200), ("GET", "/connections/books", 200), ("GET", "/connections/none", 404),
    ("GET", "/connections/new?erp=memory", 200), ("GET", "/connections/books/settings", 403),
    ("GET", "/plugins", 200), ("GET", "/plugins/memory", 200), ("GET", "/plugins/none", 404),
    ("GET", "/companies/new", 200), ("GET", "/webhooks", 403), ("GET", "/problems/thaw", 200),
    ("GET", "/requests/1/settle/x", 404),
    ("GET", "/sign-in/provider", 404), ("GET", "/sign-in/provider/back", 404),
    ("POST", "/profile/identities/link", 403), ("POST", "/profile/identities/unlink", 403),
    ("GET", "/mail", 403), ("GET", "/connections/books/map", 200), ("GET", "/connections/books/map/csv", 200),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_same_strict_headers(abe: Browser, method: str, path: str, status: int) -> None:
    """Nothing inline, nothing framed, nothing sniffed, nothing cached but files, whatever the answer is."""
    answer = abe.client.request(method, path, follow_redirects=False)

    assert status == answer.status_code
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert ("nosniff", "DENY") == (answer.headers["x-content-type-options"], answer.headers["x-frame-options"])
    assert "same-origin" == answer.headers["referrer-policy"]
    is_file = path == "/static/erp-bridge.css"
    assert ("max-age=31536000, public, immutable" if is_file else "no-store") == answer.headers["cache-control"]
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/items/1", "/items/99", "/items?page=x", "/static/erp-bridge.css", "/api/v1/items/1", "/audit/csv"]
)
def test_head_answers_as_get_does_without_a_body(abe: Browser, path: str) -> None:
    """Programs that watch a server, and proxies, ask so: the same status and headers, and nothing else."""
    got, asked = abe.get(path), abe.client.head(path, follow_redirects=False)

    assert got.status_code == asked.status_code
    assert got.headers["content-type"] == asked.headers["content-type"]
    assert b"" == asked.content


def test_head_of_a_write_is_refused(abe: Browser) -> None:
    """It does nothing, where there is nothing to read."""
    assert 405 == abe.client.head("/sign-out", follow_redirects=False).status_code


def test_a_strangers_answers_carry_them_too(browser: Browser) -> None:
    """Redirects to the sign-in and refusals of the API are no exception."""
    for path in ("/", "/sign-in", "/api/v1/items"):
        assert "content-security-policy" in browser.get(path).headers


def test_browsers_are_told_to_stay_with_tls(application: Application) -> None:
    """With https the header says so for a year."""
    with TestClient(create_server(application, web=WebConfig(base_url="https://b.test")), "https://b.test") as client:
        answer = client.get("/healthz")

    assert "max-age=31536000; includeSubDomains" == answer.headers["strict-transport-security"]


@pytest.mark.parametrize("host", ["evil.test", "testserver.local.evil.test", "", "testserver.local@evil.test", "*"])
def test_a_foreign_host_is_refused(browser: Browser, host: str) -> None:
    """A name that is not ours is not answered, and stands in no answer."""
    refused = browser.get("/sign-in", Host=host)

    assert 400 == refused.status_code
    assert "content-security-policy" in refused.headers
    assert "evil" not in refused.text + str(refused.headers)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True), ("localhost:8000", True), ("LOCALHOST:8000", True), ("[::1]:8000", True), ("[::1]", True),
        ("budgets.test", False), ("budgets.test:8443", True), ("budgets.test:1", False), ("localhost:80:80", False),
        ("localhost:x", False), ("localhost:", False), ("", False),
    ],
)  # fmt: skip
def test_hosts_are_known_with_their_port_or_with_any(host: str, known: bool) -> None:  # noqa: FBT001 -- what is held
    """A name without a port is known with every port, one with a port with that alone."""
    assert known is is_known(host, {"localhost", "[::1]", "budgets.test:8443"})


def test_a_body_that_is_too_large_is_refused(abe: Browser) -> None:
    """Nothing above the bound is read into memory."""
    fields = {"csrf_token": abe.token("/"), "rest": "x" * LARGEST_BODY}

    answer = abe.send_bare("/company", fields)

    assert 413 == answer.status_code
    assert "25 MiB" in answer.text
    assert "erp-bridge budget import" in answer.text


@pytest.mark.sqlite
def test_health_tells_strangers_nothing_else(browser: Browser, application: Application) -> None:
    """It says whether the database answers, and the like, a word each, and not a word more."""
    well = {"database": "ok", "disk": "ok", "worker": "none", "writing": "ok"}
    assert (200, {"status": "ready", **well}) == told(browser)

    application.store.close()
    application.opened.paths.database.rename(application.home / "away.db")
    (application.home / "erp-bridge.db").mkdir()

    assert (503, {"status": "failing", **well, "database": "failing"}) == told(browser)
    assert (200, {"status": "ok"}) == told(browser, "/healthz"), "nobody restarts it for its database's sake"


def told(browser: Browser, path: str = "/readyz") -> tuple[int, Any]:
    """What it answers there."""
    answer = browser.get(path)
    return answer.status_code, answer.json()


def faults(text: str) -> Iterator[str]:
    """What a template or a file must not hold: code or style inline, or anything from elsewhere."""
    for what, pattern in {
        "a script of its own": r"<script(?![^>]*\ssrc=)",
        "a style of its own": r"<style|\sstyle\s*=",
        "a handler inline": r"\son[a-z]+\s*=\s*[\"']",
        "an address elsewhere": r"(https?:)?//[a-z0-9-]+\.[a-z]|javascript:|data:",
        "unescaped output": r"\|\s*safe\b|autoescape\s+false|innerHTML|document\.write|\beval\(",
    }.items():
        if re.search(pattern, text, re.IGNORECASE):
            yield what


@pytest.mark.parametrize("path", [*TEMPLATES, *STATIC], ids=lambda path: path.name)
def test_no_template_holds_code_or_anything_from_elsewhere(path: Path) -> None:
    """The policy would block it; here it is found before a person does."""
    # An SVG file names its namespace, which nobody fetches.
    assert [] == list(faults(path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")))


@pytest.mark.parametrize(
    "text",
    [
        "<script>x()</script>", '<p style="a">', "<style>", '<a onclick="x">', '<img src="https://cdn.test/x.png">',
        '<script src="//cdn.test/x.js">', "{{ name | safe }}", '<a href="javascript:x">', "p.innerHTML = x",
    ],
)  # fmt: skip
def test_what_must_not_be_there_would_be_found(text: str) -> None:
    """Each kind is caught by the check."""
    assert [] != list(faults(text))


def test_the_check_reads_templates() -> None:
    """There is something to check."""
    assert len(TEMPLATES) > 5
    assert {".css", ".js", ".svg"} == {path.suffix for path in STATIC}
