"""Connections on pages: the list, a new one with its faults, a check with each thing looked at, and its end."""

import pytest
from web_site import MARKUP, Browser

BOOKS = "/connections/books"
NEW = "/connections/new"


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in; she may look at items."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


def test_connections_are_listed_with_their_last_check(abe: Browser) -> None:
    """Never looked at first; then what was seen, in its own table."""
    listed = abe.get("/connections").text
    assert 'href="/connections/books">books</a>' in listed
    assert 'data-title="Last check">never<' in listed

    checked = abe.send(f"{BOOKS}/check", {}, page=BOOKS)
    assert 200 == checked.status_code
    assert "What the check looked at" in checked.text
    assert 'data-title="Last check">works, ' in abe.get("/connections").text


def test_its_page_says_where_settings_are_changed(abe: Browser) -> None:
    """On the host alone; who is no administrator is told why he can't remove it."""
    page = abe.get(BOOKS).text

    assert "erp-bridge connection set books NAME=TEXT" in page
    assert "has no certificate" in page
    assert 'disabled aria-describedby="why-remove"' in page
    assert 403 == abe.send(f"{BOOKS}/remove", {}, page=BOOKS).status_code


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"), ({"erp": "none"}, "erp"), ({"settings": "user"}, "settings"),
        ({"settings": "no_such_setting = 1"}, "settings"),
    ],
)  # fmt: skip
def test_a_connection_that_cant_be_is_refused(ada: Browser, given: dict[str, str], field: str) -> None:
    """Each fault beside its field, what was typed kept."""
    refused = ada.send(NEW, {"name": "more", "erp": "memory", "hosts": MARKUP, "settings": "", **given})

    assert 422 == refused.status_code
    assert f'id="error-{field}"' in refused.text
    assert "&lt;script&gt;" in refused.text
    assert MARKUP not in refused.text


def test_a_connection_is_added_and_removed(ada: Browser) -> None:
    """It is led to its check; one that a project uses stays."""
    added = ada.send(NEW, {"name": "more", "erp": "memory", "hosts": "books.test:8443\r\n", "settings": ""})
    assert "/connections/more" == added.headers["location"]
    assert "books.test:8443" in ada.get("/connections/more").text
    taken = ada.send(NEW, {"name": "more", "erp": "memory", "settings": ""})
    assert 422 == taken.status_code
    assert "is taken" in taken.text

    assert 409 == ada.send(f"{BOOKS}/remove", {}, page=BOOKS).status_code
    assert 303 == ada.send("/connections/more/remove", {}, page="/connections/more").status_code
    assert 404 == ada.get("/connections/more").status_code


@pytest.mark.rule("P0", "P1")
def test_others_see_nothing_of_it(browser: Browser) -> None:
    """Another company's connection is not there; who may not look at items is told so, and adds none."""
    browser.sign_in("sue", company="second")
    assert "books" not in browser.get("/connections").text
    assert 404 == browser.get(BOOKS).status_code
    for act in ("check", "remove"):
        assert browser.send(f"{BOOKS}/{act}", {}, page="/").status_code in {403, 404}
    browser.send("/sign-out", {}, page="/")
    browser.sign_in("mia")
    assert 403 == browser.get("/connections").status_code
    assert 403 == browser.send(NEW, {"name": "mine", "erp": "memory"}, page="/").status_code
