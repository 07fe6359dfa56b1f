"""Every page is for everybody: axe finds nothing, and it fits, in light on a large screen and in dark on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import PHONE, WIDE, Watched, kind_of, pages_of
from playwright.sync_api import Page

PEOPLE = ("approver", "manager", "administrator")
AXE = Axe()
#: Bytes of a page with its sheet and its script, before anything is compressed.
FIRST_PAINT = 150 * 1024


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page that is open: axe's findings, and whether it is wider than the screen."""
    found: dict[str, Any] = AXE.run(page).response
    faults = [
        f"{page.url}: {each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"][:3]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*faults, *([f"{page.url}: is {wider} px wider than the screen"] if wider > 0 else [])]


@pytest.mark.parametrize(("scheme", "width"), [("light", WIDE), ("dark", PHONE)])
def test_no_page_keeps_anybody_out(opened: Callable[..., Watched], scheme: str, width: int) -> None:
    """Every page that links lead to, for each of three people."""
    seen: set[str] = set()
    faults: list[str] = []
    for login in PEOPLE:
        page = opened(width, color_scheme=scheme).sign_in(login)
        for status in pages_of(page, seen=seen):
            faults += faults_of(page) if status == 200 else [f"{page.url} is linked and answers {status}"]

    assert [] == faults
    assert {"/", "/items", "/problems", "/projects", "/projects/*/budget"} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_nor_does_a_page_that_tells_of_an_error(opened: Callable[..., Watched], scheme: str, width: int) -> None:
    """The sign-in with a wrong password, and an address that nothing has."""
    watched = opened(width, color_scheme=scheme)
    page = watched.page
    page.goto("/sign-in")
    faults = faults_of(page)
    page.get_by_label("Login").fill("nobody")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    faults += faults_of(page)
    watched.sign_in("viewer", then="/no-such-page")

    assert [] == [*faults, *faults_of(page)]


def test_what_is_wrong_would_be_found(opened: Callable[..., Watched]) -> None:
    """A picture without words, faint text, and a box that is too wide are each told."""
    page = opened().page
    page.goto("/sign-in")
    page.evaluate(
        "document.querySelector('main').innerHTML ="
        " '<img src=/static/icon.svg><p id=faint>Faint words</p><div id=wide>y</div>';"
        "document.getElementById('faint').style.color = '#ddd'; document.getElementById('wide').style.width = '3000px';"
    )

    found = " ".join(faults_of(page))

    assert [] == [each for each in ("image-alt", "color-contrast", "wider than the screen") if each not in found], found


def test_kinds_of_pages_are_told_apart() -> None:
    """Numbers and names are content; an item is looked at in every state."""
    assert "/projects/*/budget/changes" == kind_of("/projects/B%20-1/budget/changes?page=2")
    assert ("/items/4", "/items/*/history") == (kind_of("/items/4"), kind_of("/items/4/history"))


def test_the_first_paint_of_every_page_is_small(opened: Callable[..., Watched]) -> None:
    """What a page needs before it is seen, itself, its sheet and its script, is less than 150 KB."""
    seen: set[str] = set()
    large: list[str] = []
    for login in PEOPLE:
        page = opened().sign_in(login)
        for _ in pages_of(page, seen=seen):
            own = len(page.request.get(page.url).body()) + sum(
                len(page.request.get(each).body())
                for each in page.locator("link[rel=stylesheet], script[src]").evaluate_all(
                    "all => all.map(each => each.href || each.src)"
                )
            )
            large += [f"{page.url}: {own:,} bytes"] if own >= FIRST_PAINT else []

    assert [] == large
