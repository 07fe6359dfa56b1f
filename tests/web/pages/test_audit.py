"""The audit trail on pages: found by who, what, when and on what; as a file; and whether it is whole (X1)."""

import pytest
from sqlalchemy import text
from web_items import person
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application

ROW = 'data-title="Act"'


@pytest.mark.rule("X1")
def test_acts_are_shown_newest_first(abe: Browser) -> None:
    """Who, by which way in, what, on what."""
    page = abe.get("/audit").text

    assert page.index('data-title="Act">sign-in') < page.index('data-title="Act">project.create')
    assert MARKUP not in page
    assert "No act matches." in abe.get("/audit?verb=none").text


@pytest.mark.parametrize(
    ("query", "some"),
    [
        ("person=ada", True), ("person=nobody", False), ("subject=project", True),
        ("subject=project&person=sue", False),
        ("subject=item&subject_id=1", True), ("subject=item&subject_id=2", False), ("until=2000-01-01", False),
        ("since=2000-01-01", True), ("since=9999-01-01", False), ("until=9999-12-31", True),
    ],
)  # fmt: skip
def test_acts_are_filtered(abe: Browser, query: str, some: bool) -> None:  # noqa: FBT001 -- what is held
    """By whoever acted, by what was done to what, by days of the company's."""
    assert some is (ROW in abe.get(f"/audit?{query}").text)


def test_a_filter_that_cant_be_is_told_beside_its_field(abe: Browser) -> None:
    """What was typed is kept, and is no markup."""
    for path in ("/audit", "/audit/csv"):
        refused = abe.get(f"{path}?since={MARKUP}")
        assert 422 == refused.status_code
        assert 'id="error-since"' in refused.text
        assert MARKUP not in refused.text


def test_older_acts_are_on_further_pages(abe: Browser, application: Application) -> None:
    """Each page goes on where the last one ended, with the same filter."""
    ada = person(application, "ada")
    for number in range(60):
        application.maps.set(ada, "books", kind="unit", ours=str(number), theirs="x")
    first = abe.get("/audit?verb=map.set").text
    assert 50 == first.count(ROW)
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    second = abe.get(link).text
    assert 10 == second.count(ROW)
    assert 'rel="next"' not in second
    assert ">Newest</a>" in second


def test_what_matches_is_downloaded(abe: Browser) -> None:
    """As CSV that no spreadsheet takes for a formula."""
    answer = abe.get("/audit/csv?verb=project.create")

    assert 'attachment; filename="audit.csv"' == answer.headers["content-disposition"]
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("No.,When,Who,As whom")
    assert 2 == len(lines)


@pytest.mark.rule("X1")
def test_the_check_tells_whether_it_is_whole(abe: Browser, application: Application) -> None:
    """An entry that somebody changed is found."""
    assert "The audit trail is whole." in abe.get("/audit/check").text
    with application.store.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET person = 'abe' WHERE sequence = 3"))

    page = abe.get("/audit/check").text
    assert "The audit trail is not whole." in page
    assert "Stop exporting" in page


@pytest.mark.rule("P0", "P1")
def test_others_see_nothing_of_it(browser: Browser) -> None:
    """Each company sees its own acts; who may not look at items is told so."""
    browser.sign_in("sue", company="second")
    assert "24-001" not in browser.get("/audit").text
    browser.send("/sign-out", {}, page="/")
    browser.sign_in("mia")
    for path in ("/audit", "/audit/csv", "/audit/check", "/audit?since=x"):
        assert 403 == browser.get(path).status_code
