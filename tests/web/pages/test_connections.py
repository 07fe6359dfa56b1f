"""Connections on pages: the list, a new one with its faults, its settings, a check, and its end."""

import pytest
from web_site import MARKUP, PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import Configuration

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


def test_its_page_is_closed_to_who_is_no_administrator(abe: Browser) -> None:
    """Its settings and its end stay visible, with the reason; neither is there for him."""
    page = abe.get(BOOKS).text

    assert "has no certificate" in page
    assert 'aria-disabled="true" aria-describedby="why-settings"' in page
    assert 'disabled aria-describedby="why-remove"' in page
    assert 403 == abe.send(f"{BOOKS}/remove", {}, page=BOOKS).status_code
    assert 403 == abe.get(f"{BOOKS}/settings").status_code
    assert 403 == abe.send(f"{BOOKS}/settings", {"setting-note": "x"}, page=BOOKS).status_code


def test_the_erp_is_chosen_first(ada: Browser) -> None:
    """Then its settings are fields; an ERP that is not there is refused."""
    assert '<option value="memory">Books in memory</option>' in ada.get(NEW).text
    form = ada.get(f"{NEW}?erp=memory").text
    assert 'id="field-setting-note"' in form
    assert 422 == ada.get(f"{NEW}?erp=none").status_code
    assert 422 == ada.send(NEW, {"name": "more", "erp": "none"}).status_code


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"), ({"name": "No Name"}, "name"), ({"hosts": "https://x"}, "hosts"),
        ({"files_root": "here"}, "files_root"), ({"setting-note": "env:OTHERS"}, "setting-note"),
    ],
)  # fmt: skip
def test_a_connection_that_cant_be_is_refused(ada: Browser, given: dict[str, str], field: str) -> None:
    """Each fault beside its field, what was typed kept."""
    refused = ada.send(NEW, {"name": "more", "erp": "memory", "hosts": "", "setting-note": MARKUP, **given})

    assert 422 == refused.status_code
    assert f'id="error-{field}"' in refused.text
    assert MARKUP not in refused.text
    assert ("&lt;script&gt;" if "setting-note" not in given else "env:OTHERS") in refused.text


def test_a_connection_is_added_and_removed(ada: Browser) -> None:
    """It is led to its check; one that a project uses stays."""
    new = {"name": "more", "erp": "memory", "hosts": "books.test:8443\r\n", "setting-note": ""}
    added = ada.send(NEW, new)
    assert "/connections/more" == added.headers["location"]
    assert "books.test:8443" in ada.get("/connections/more").text
    taken = ada.send(NEW, new)
    assert 422 == taken.status_code
    assert "is taken" in taken.text

    assert 409 == ada.send(f"{BOOKS}/remove", {}, page=BOOKS).status_code
    assert 303 == ada.send("/connections/more/remove", {}, page="/connections/more").status_code
    assert 404 == ada.get("/connections/more").status_code


def revision_of(page: str) -> str:
    """The revision that a form of settings holds."""
    return page.split('name="revision" value="')[1].split('"', maxsplit=1)[0]


def test_settings_are_changed_and_what_is_not_shown_stays(ada: Browser, application: Application) -> None:
    """Only what differs is written; a name that no field shows is not read."""
    page = ada.get(f"{BOOKS}/settings").text
    form = {"setting-note": "new", "hosts": "a.test", "http.plain_http": "yes", "revision": revision_of(page)}
    changed = ada.send(f"{BOOKS}/settings", form)

    assert (303, BOOKS) == (changed.status_code, changed.headers["location"])
    config = Configuration.read(application.home).connection("books")
    assert ({"note": "new"}, ("a.test",), False) == (dict(config.settings), config.http.hosts, config.http.plain_http)
    assert 303 == ada.send(f"{BOOKS}/settings", form).status_code
    assert "Nothing differs" in ada.get(BOOKS).text


def test_settings_that_somebody_changed_meanwhile_are_told(ada: Browser) -> None:
    """Nothing is written; what is there now is told, what was typed kept, and sending it again does it."""
    page = ada.get(f"{BOOKS}/settings").text
    stale = {"setting-note": "mine", "revision": revision_of(page)}
    ada.send(f"{BOOKS}/settings", {"setting-note": "theirs", "revision": revision_of(page)})
    told = ada.send(f"{BOOKS}/settings", stale)

    assert 412 == told.status_code
    assert "is now: Note: theirs" in told.text
    assert 'value="mine"' in told.text
    assert 303 == ada.send(f"{BOOKS}/settings", {**stale, "revision": revision_of(told.text)}).status_code


def test_a_form_of_settings_with_a_fault_is_shown_again(ada: Browser, application: Application) -> None:
    """The fault stands beside its field, and nothing is written."""
    revision = revision_of(ada.get(f"{BOOKS}/settings").text)
    form = {"setting-note": "keyring:other/user", "hosts": MARKUP, "revision": revision}
    refused = ada.send(f"{BOOKS}/settings", form)

    assert 422 == refused.status_code
    assert 'id="error-setting-note"' in refused.text
    assert MARKUP not in refused.text
    assert {} == dict(Configuration.read(application.home).connection("books").settings)


@pytest.mark.rule("B7")
def test_the_words_of_a_site_stand_in_headings_and_sentences(ada: Browser, application: Application) -> None:
    """A sub job is called what people there call it; another connection's is not."""
    page = ada.get(f"{BOOKS}/settings").text
    form = {"words": "sub_job = building phase", "hosts": "books.test", "revision": revision_of(page)}
    refused = ada.send(f"{BOOKS}/settings", {**form, "words": "sub_jbo = phase"})
    assert (422, True) == (refused.status_code, "is none of the words" in refused.text)
    assert "sub_jbo = phase" in refused.text

    assert 303 == ada.send(f"{BOOKS}/settings", form).status_code
    assert {"sub_job": "building phase"} == dict(Configuration.read(application.home).connection("books").words)
    budget = ada.get(f"/projects/{PROJECT}/budget").text
    assert (True, False) == ("Building phase</th>" in budget, "Sub job</th>" in budget)
    assert "Building phase" not in ada.get("/plugins/memory").text


@pytest.mark.rule("P0", "P1")
def test_others_see_nothing_of_it(browser: Browser) -> None:
    """Another company's connection is not there; who may not look at items is told so, and adds none."""
    browser.sign_in("sue", company="second")
    assert "books" not in browser.get("/connections").text
    assert 404 == browser.get(BOOKS).status_code
    assert browser.get(f"{BOOKS}/settings").status_code in {403, 404}
    for act in ("check", "remove", "settings"):
        assert browser.send(f"{BOOKS}/{act}", {}, page="/").status_code in {403, 404}
    browser.send("/sign-out", {}, page="/")
    browser.sign_in("mia")
    assert 403 == browser.get("/connections").status_code
    assert 403 == browser.send(NEW, {"name": "mine", "erp": "memory"}, page="/").status_code
