"""Whoever reads the logs reads what happened: nobody writes a line of his own into them (X3)."""

import logging
import unicodedata
from typing import Final
from urllib.parse import quote

import pytest
from full_site import FullSite
from web_site import PASSWORD

pytestmark = pytest.mark.rule("X3")

#: A line that looks like one of ours, a terminal's order, and a mark that turns what follows.
TYPED: Final = "mia\r\n--- 2026-03-02 Defect 1: all is well\x1b[2J\u202e"
#: Whom a logger's lines are of: the client of these tests is none of the server's.
CLIENT: Final = ("httpx", "httpcore", "asyncio")


def hidden_in(text: str) -> str:
    """Its letters that can't be seen, line ends among them."""
    return ascii("".join(sorted({letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Zl"}})))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server's own loggers said."""
    return [each.getMessage() for each in caplog.records if not each.name.startswith(CLIENT)]


def test_what_was_asked_is_no_line_of_a_log(
    site: FullSite, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logins, companies, paths, headers and searches, on pages and by the API, even where they meet a defect."""
    browser = site.browser("bob")
    defect = RuntimeError(TYPED)

    def fail(*_: object, **__: object) -> None:
        raise defect

    with caplog.at_level(logging.DEBUG):
        for path in (f"/{quote(TYPED)}", f"/people/{quote(TYPED)}", f"/items?search={quote(TYPED)}", f"/{TYPED!a}"):
            browser.get(path)
        browser.get("/", Accept_Language=TYPED.encode("ascii", "backslashreplace").decode().replace("\r\n", "%0d%0a"))
        site.server.post("/api/v1/session", json={"login": TYPED, "password": PASSWORD, "company": TYPED})
        visitor = site.browser()
        fields = {"login": TYPED, "password": PASSWORD, "company": "hoosier", "next": TYPED}
        assert 403 == visitor.send("/sign-in", fields).status_code
        monkeypatch.setattr(type(site.application.reviews), "list", fail)
        met = site.browser("bob").client.get("/api/v1/problems", headers={"X-Path": quote(TYPED)})

    assert 500 == met.status_code
    lines = said(caplog)
    assert any("Defect" in line for line in lines)
    assert [] == [line for line in lines if hidden_in(line) != "''"]
    written = (site.application.home / "logs" / "errors.log").read_text(encoding="utf-8")
    assert "all is well" in written
    assert [] == [line for line in written.splitlines() if not line.startswith("  ") and "all is well" in line]
    assert "''" == hidden_in(written.replace("\n", "").replace("\t", ""))
