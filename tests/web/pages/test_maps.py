"""A connection's maps on pages: entries, exceptions with suggestions, and both ways of a file (B9)."""

import pytest
from httpx import Response
from web_items import person
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application

MAP = "/connections/books/map"
ENTRY = {"kind": "cost_code", "ours": "99-999", "theirs": MARKUP}


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


def bring(browser: Browser, content: str) -> Response:
    """Send the form with a file."""
    fields = {"csrf_token": browser.token(MAP)}
    files = {"file": ("../map.csv", content.encode(), "text/csv")}
    return browser.client.post(f"{MAP}/import", data=fields, files=files, follow_redirects=False)


@pytest.mark.rule("B9")
def test_an_entry_is_made_found_and_removed(ada: Browser) -> None:
    """What was typed is text, wherever it is shown."""
    assert "every code is passed through as it is" in ada.get(MAP).text
    assert 303 == ada.send(MAP, ENTRY).status_code
    assert "&lt;script&gt;" in ada.get(f"{MAP}?text=99-").text
    assert MARKUP not in ada.get(MAP).text
    assert "No entry matches." in ada.get(f"{MAP}?text=zz&page=x").text

    assert 303 == ada.send(f"{MAP}/remove", ENTRY, page=MAP).status_code
    assert 404 == ada.send(f"{MAP}/remove", ENTRY, page=MAP).status_code


@pytest.mark.rule("B9")
def test_what_is_not_mapped_is_shown_with_suggestions(ada: Browser) -> None:
    """One entry makes its kind strict; a suggestion is entered by pressing its button, never by itself."""
    ada.send(MAP, ENTRY)
    page = ada.get(MAP).text
    assert "Nothing of project 24-001 is sent until each is mapped" in page
    assert ">It is 01-100</button>" in page

    ada.send(MAP, {"kind": "cost_code", "ours": "01-100", "theirs": "01-100"})
    assert "Everything is mapped." in ada.get(f"{MAP}?project=24-001").text


@pytest.mark.parametrize(
    ("given", "field"), [({"kind": "odd"}, "kind"), ({"ours": ""}, "ours"), ({"theirs": "\x07"}, "theirs")]
)
def test_an_entry_that_cant_be_is_refused(ada: Browser, given: dict[str, str], field: str) -> None:
    """Beside its field, what was typed kept."""
    refused = ada.send(MAP, {**ENTRY, **given})

    assert 422 == refused.status_code
    assert f'id="error-{field}"' in refused.text
    assert MARKUP not in refused.text


@pytest.mark.rule("B9")
def test_a_file_is_entered_whole_or_not_at_all(ada: Browser, application: Application) -> None:
    """And what is written is what can be read."""
    good = "kind,ours,theirs\nunit,h,HR\nunit,d,DAY\n"
    assert 303 == bring(ada, good).status_code
    written = ada.get(f"{MAP}/csv")
    assert 'attachment; filename="map.csv"' == written.headers["content-disposition"]
    assert "kind,ours,theirs" == written.content.decode("utf-8-sig").splitlines()[0]

    for wrong in ("kind,ours\nunit,h\n", good + "odd,x,y\n"):
        refused = bring(ada, wrong)
        assert 422 == refused.status_code
        assert 'role="alert"' in refused.text
    assert 422 == ada.send(f"{MAP}/import", {}, page=MAP).status_code
    assert 2 == len(application.maps.list(person(application, "ada"), "books"))


@pytest.mark.rule("B9", "X3")
def test_what_was_written_can_be_entered_again(ada: Browser, application: Application) -> None:
    """A file from here, entered here, changes nothing: the apostrophe before what looks like a formula is no part."""
    codes = ("=1+1", "-5", "'=1", "+A", "@x", "%", "|", "'quoted'", "01-100", 'x, "y"')
    for code in codes:
        assert 303 == ada.send(MAP, {"kind": "unit", "ours": code, "theirs": code}).status_code, code
    written = ada.get(f"{MAP}/csv").text
    for code in codes:
        ada.send(f"{MAP}/remove", {"kind": "unit", "ours": code}, page=MAP)

    assert 303 == bring(ada, written).status_code
    assert sorted(codes) == sorted(each.ours for each in application.maps.list(person(application, "ada"), "books"))
    assert written == ada.get(f"{MAP}/csv").text


@pytest.mark.rule("P0", "P1")
def test_only_an_administrator_of_the_company_enters(abe: Browser) -> None:
    """Others see the buttons with the reason; another company's map is not there."""
    assert 'disabled aria-describedby="why-enter"' in abe.get(MAP).text
    for path in (MAP, f"{MAP}/remove"):
        assert 403 == abe.send(path, ENTRY, page=MAP).status_code
    assert 403 == bring(abe, "kind,ours,theirs\nunit,h,HR\n").status_code
    abe.send("/sign-out", {}, page="/")
    abe.sign_in("sue", company="second")
    for path in (MAP, f"{MAP}/csv"):
        assert 404 == abe.get(path).status_code
