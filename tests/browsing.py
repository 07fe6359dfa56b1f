"""A person's browser that notes every complaint, and every page that links lead him to."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field
from playwright.sync_api import BrowserContext, Page

WIDE, PHONE = 1280, 400
#: Where a browser may be; tools/install-browser.sh installs the second.
PLACES = (os.environ.get("ERP_BRIDGE_BROWSER", ""), "/usr/bin/chromium", "/usr/bin/google-chrome")
CHROMIUM = next((place for place in PLACES if place and Path(place).exists()), "")
#: Parts of an address that say which thing is shown, not which kind of page it is.
_NAMED = re.compile(r"/(projects|people|connections|maps|plugins|tokens|companies)/(?!new\b)[^/?]+")
_COUNTED = re.compile(r"/\d[\d-]*(?=/|$)")
#: An item looks another way in each of its states.
_SHOWN_BY_STATE = re.compile(r"/items/\d+(/export|/posting)?$")


@define(kw_only=True)
class Watched:
    """A person's browser and what it complained of: errors of the console, other hosts, and failures of the server."""

    context: BrowserContext
    page: Page
    base: str
    password: str
    complaints: list[str] = field(factory=list)

    def watch(self) -> None:
        """Begin to listen."""
        self.page.on("console", lambda said: self._note(said.type in {"error", "warning"}, said.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda asked: self._note(not asked.url.startswith(self.base), f"asks {asked.url}"))
        self.page.on("response", lambda answer: self._note(answer.status >= 500, f"{answer.status} {answer.url}"))

    def sign_in(self, login: str, *, then: str = "/") -> Page:
        """Sign in on the page as a person does, and go on to a page."""
        self.page.goto("/sign-in")
        self.fill_in_sign_in(login)
        if then != "/":
            self.page.goto(then)
        return self.page

    def fill_in_sign_in(self, login: str) -> None:
        """Sign in on the page that asks for it, which then goes on to where the person wanted to be."""
        self.page.get_by_label("Login").fill(login)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()

    def _note(self, is_complaint: bool, text: str) -> None:  # noqa: FBT001 - a fact that was looked at
        # A form that is sent back with its errors, or a page that is not there, is the server's answer, no defect.
        expected = "the server responded with a status of 4" in text
        if is_complaint and not expected:
            self.complaints.append(f"{self.page.url}: {text}")


def kind_of(path: str) -> str:
    """What pages that differ in their content alone have in common."""
    bare = re.sub(r"[?#].*", "", path)
    return bare if _SHOWN_BY_STATE.search(bare) else _COUNTED.sub("/*", _NAMED.sub(r"/\1/*", bare))


def pages_of(page: Page, *, seen: set[str]) -> Iterator[int]:
    """The pages that links lead to from the home page, by their status; each is open meanwhile. No downloads."""
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        if not _is_page(page, path):
            continue
        answer = page.goto(path)
        assert answer is not None
        links = page.locator("a[href^='/']").evaluate_all("all => all.map(each => each.getAttribute('href'))")
        yield answer.status
        waiting += [link for link in links if not link.startswith("/static/")]


def _is_page(page: Page, path: str) -> bool:
    answer = page.request.get(path)
    return answer.headers.get("content-type", "").startswith("text/html")
