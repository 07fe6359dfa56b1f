"""Addresses: whatever a project's number holds, its pages and resources are found, and nothing else is."""

import re
from html import unescape

import pytest
from web_site import Browser

from erp_bridge_core.web.addresses import path_to

ODD = (
    "A/B", "A//B", "/A", "A/", "a/../b", "../x", "Q?1=2", "#7", "50%", "%2F", "%252F", "~2F", "a b", "a+b",
    "x&y=1;z", 'say "so"', "<b>", "new",
)  # fmt: skip
PAGES = ("settings", "budget", "budget/changes", "budget/changes/new", "budget/sub-jobs", "budget/history", "job-costs")


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


def test_a_number_may_hold_anything(ada: Browser) -> None:
    """Each is led to its own pages, found from the list, read by the API, and found again after a sign-in."""
    for number in ODD:
        made = ada.send("/projects/new", {"number": number, "name": "Odd", "currency": "USD"})
        assert path_to("projects", number, "settings") == made.headers["location"]
    links = {unescape(link) for link in re.findall(r'href="(/projects/[^"]+/budget)"', ada.get("/projects").text)}
    assert {path_to("projects", number, "budget") for number in ODD} <= links

    for number in ODD:
        path = path_to("projects", number)
        answers = {page: ada.get(f"{path}/{page}").status_code for page in PAGES}
        assert dict.fromkeys(PAGES, 200) == answers, number
        assert number == ada.get(f"/api/v1{path}").json()["number"]
        assert [] == ada.get(f"/api/v1{path}/changes").json()
        page = ada.send(f"{path}/budget/sub-jobs", {"code": "S", "name": "Sub"})
        assert f"{path}/budget/sub-jobs" == page.headers["location"]


def test_a_sign_in_leads_to_the_page_of_an_odd_number(ada: Browser) -> None:
    """Its address is kept as it was asked for."""
    ada.send("/projects/new", {"number": "A/B?", "name": "Odd", "currency": "USD"})
    path = path_to("projects", "A/B?", "budget")
    ada.send("/sign-out", {}, page="/")

    asked = ada.get(path).headers["location"]
    assert path_to("sign-in", next=path).replace("%2F", "/") == asked
    assert path == ada.sign_in("ada", then=path).headers["location"]


def test_a_slash_within_a_part_opens_nothing_else(ada: Browser) -> None:
    """What is no project is not found, and files stay where they are."""
    for path in (
        "/projects/24-001%2Fbudget/settings",
        "/projects%2F24-001/budget",
        "/static/..%2Fserver.py",
        "/items%2F1",
    ):
        assert 404 == ada.get(path).status_code, path
    for number in (".", ".."):
        refused = ada.send("/projects/new", {"number": number, "name": "Odd", "currency": "USD"})
        assert 422 == refused.status_code
        assert 'id="error-number"' in refused.text
