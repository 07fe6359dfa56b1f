"""Projects: found, created, linked, synced, and who may do what with their budgets."""

from urllib.parse import urlencode

import pytest
from controlled_clock import ControlledClock
from web_site import MARKUP, Browser

SETTINGS = "/projects/24-001/settings"


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


@pytest.mark.parametrize(
    ("text", "rows"), [("", 1), ("24-", 1), ("bridge &", 1), ("BRIDGE", 1), ("creek bed", 0), ("<b>", 0)]
)
def test_projects_are_searched(mia: Browser, text: str, rows: int) -> None:
    """By number, name and job, whatever their case."""
    page = mia.get("/projects?" + urlencode({"text": text})).text

    assert rows == page.count('scope="row"')
    assert "<b>" not in page


@pytest.mark.rule("P0")
def test_another_companys_projects_are_not_there(browser: Browser) -> None:
    """Neither in the list nor by their numbers."""
    browser.sign_in("sue", company="second")

    assert "24-001" not in browser.get("/projects").text
    assert 404 == browser.get(SETTINGS).status_code
    for act in ("link", "unlink", "sync", "grants"):
        assert 404 == browser.send(f"/projects/24-001/{act}", {"login": "x"}, page="/projects").status_code


def test_an_administrator_creates_a_project_and_links_it(ada: Browser) -> None:
    """It is led to its link next; a job that another project has is refused beside the form."""
    made = ada.send("/projects/new", {"number": "24-002", "name": MARKUP, "currency": "eur"})
    assert "/projects/24-002/settings" == made.headers["location"]
    assert MARKUP not in ada.get("/projects/24-002/settings").text

    form = {"connection": "books", "job": "24-001"}
    taken = ada.send("/projects/24-002/link", form, page="/projects/24-002/settings")
    assert 422 == taken.status_code
    assert "is linked to project 24-001" in taken.text
    unknown = ada.send("/projects/24-002/link", {**form, "job": "none"}, page="/projects/24-002/settings")
    assert 422 == unknown.status_code
    assert 'value="none"' in unknown.text


@pytest.mark.parametrize(
    ("given", "fault"),
    [({"number": ""}, "error-number"), ({"number": "\u0664"}, "error-number"), ({"name": " "}, "error-name")],
)
def test_a_project_that_cant_be_is_refused(ada: Browser, given: dict[str, str], fault: str) -> None:
    """Each fault beside its field, what was typed kept."""
    refused = ada.send("/projects/new", {"number": "24-003", "name": "Dam", "currency": "", **given})

    assert 422 == refused.status_code
    assert f'id="{fault}"' in refused.text


def test_a_link_is_taken_away_and_given_again(ada: Browser) -> None:
    """Not while an item is on its way; sync says what was read."""
    assert 409 == ada.send("/projects/24-001/unlink", {}, page=SETTINGS).status_code
    ada.send("/projects/24-001/budget/retrieve", {}, page="/projects/24-001/budget")
    assert 303 == ada.send("/projects/24-001/unlink", {}, page=SETTINGS).status_code
    page = ada.get(SETTINGS).text
    assert "The project is not linked to an ERP job." in page

    form = {"connection": "books", "job": "24-001"}
    assert 303 == ada.send("/projects/24-001/link", form, page=SETTINGS).status_code
    assert 303 == ada.send("/projects/24-001/sync", {}, page=SETTINGS).status_code
    assert "The ERP was read: 1 cost codes" in ada.get(SETTINGS).text


@pytest.mark.rule("P1")
def test_an_administrator_grants_a_permission(ada: Browser) -> None:
    """It is in force at once, and shown."""
    grant = {"login": "abe", "level": "read_only", "may_send": "yes"}
    assert 303 == ada.send("/projects/24-001/grants", grant, page=SETTINGS).status_code

    assert "Abe Approver (abe)</th>" in ada.get(SETTINGS).text


@pytest.mark.rule("P1")
def test_who_is_no_administrator_is_told_so(mia: Browser) -> None:
    """The buttons stay, disabled, with the reason; whatever is sent is refused, whoever it names."""
    page = mia.get(SETTINGS).text
    assert 3 == page.count("This needs an administrator of the company.")
    assert "Abe Approver" not in page

    assert 403 == mia.send("/projects/24-001/unlink", {}, page=SETTINGS).status_code
    assert 403 == mia.send("/projects/new", {"number": "9", "name": "Mine"}, page="/projects").status_code
    forms = {
        "link": {"connection": "books", "job": "24-001"},
        "grants": {"login": "mia", "level": "admin", "may_send": "yes"},
    }
    for act, form in forms.items():
        assert 403 == mia.send(f"/projects/24-001/{act}", form, page=SETTINGS).status_code
    assert 303 == mia.send("/projects/24-001/sync", {}, page=SETTINGS).status_code


def test_granting_asks_for_a_recent_sign_in(ada: Browser, clock: ControlledClock) -> None:
    """A page that was left open grants nothing; it leads to the sign-in."""
    clock.advance(minutes=16)
    grant = {"login": "abe", "level": "admin", "may_send": "no"}
    refused = ada.send("/projects/24-001/grants", grant, page=SETTINGS)

    assert 403 == refused.status_code
    assert "Sign in again" in refused.text
