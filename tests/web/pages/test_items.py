"""The page of ERP Integrations: filters with their counts, and rows as their reader writes numbers."""

import pytest
from web_site import MARKUP, Browser


@pytest.mark.rule("A1")
def test_items_are_listed_with_all_that_an_approver_wants_to_know(abe: Browser) -> None:
    """Item, project, job, state, amount, who sent it, when, how long it waits."""
    page = abe.get("/items", Accept_Language="en-US").text

    for shown in ("24-001 Bridge &amp; Creek", "ready to export", "$1,234,567.80", "Mar 2, 2026, 10:00\u202fAM EST"):
        assert shown in page
    assert "<caption>" in page


@pytest.mark.rule("X3")
def test_a_name_is_no_markup(abe: Browser) -> None:
    """Who sent it has a name that a careless page would run."""
    page = abe.get("/items").text

    assert MARKUP not in page
    assert "Mia &lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.rule("A1")
@pytest.mark.parametrize(("state", "rows"), [("ready", 1), ("accepted", 0), ("synced", 0)])
def test_a_filter_shows_its_items_alone(abe: Browser, state: str, rows: int) -> None:
    """Each filter says how many it shows, zero included, and which one is chosen."""
    page = abe.get(f"/items?filter={state}").text

    assert rows == page.count('scope="row"')
    assert 'ready to export <span class="count">1</span>' in page
    assert 'synced <span class="count">0</span>' in page
    assert 1 == page.count('aria-current="true"')
    assert (rows == 0) == ("Nothing is here." in page)


def test_a_filter_that_is_none_is_not_found(abe: Browser) -> None:
    """A made-up filter, a state of history, another company's or no project: not found."""
    for query in ("filter=nonsense", "filter=rejected", "project=none", "project=%3Cb%3E"):
        answer = abe.get(f"/items?{query}")
        assert 404 == answer.status_code
        assert "<b>" not in answer.text


@pytest.mark.rule("P0")
def test_another_companys_items_are_not_there(browser: Browser) -> None:
    """Who looks from the second company sees nothing of the first."""
    browser.sign_in("sue", company="second")
    page = browser.get("/items").text

    assert "Nothing waits." in page
    assert "24-001" not in page
    assert 404 == browser.get("/items?project=24-001").status_code


@pytest.mark.rule("P1")
def test_who_may_not_look_is_told_what_he_needs(browser: Browser) -> None:
    """The page is refused with the reason and the remedy, and is not in his navigation."""
    browser.sign_in("mia")
    refused = browser.get("/items")

    assert 403 == refused.status_code
    assert "read-only or more on ERP Integrations" in refused.text
    assert 'href="/items"' not in browser.get("/").text


def test_past_the_last_page_there_is_nothing(abe: Browser) -> None:
    """An old link to a page that is gone is no error."""
    assert 200 == abe.get("/items?page=99").status_code
    assert 200 == abe.get("/items?page=-1").status_code
