"""The page of a budget: lines by key with their sums, what may be done, and why something may not."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from web_items import person
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.mail.links import Links
from erp_bridge_core.people.actor import Actor

BUDGET = "/projects/24-001/budget"


@pytest.mark.rule("B3")
def test_a_budget_shows_each_key_with_its_sums(mia: Browser) -> None:
    """Original, approved changes, revised, exported and pending, per line and in total, as the reader writes money."""
    page = mia.get(BUDGET, Accept_Language="en-US").text

    assert 6 == page.count("$1,234,567.80")
    for shown in ("01-100", "Approved changes", "Pending", "Total of the budget", "locked", "<caption>"):
        assert shown in page
    assert "1.234.567,80" in mia.get(BUDGET, Accept_Language="de-DE").text


@pytest.mark.rule("B4")
def test_buttons_that_cant_be_used_stay_with_all_reasons(mia: Browser) -> None:
    """While an item waits, sending, unlocking and editing say why not and what to do; retrieving can be done."""
    page = mia.get(BUDGET).text

    for act, reason in (("send", "Item 1 waits for the approver."), ("add", "Retrieve it from the ERP first.")):
        assert f'aria-describedby="why-{act}"' in page
        assert reason in page
    assert "disabled" in page.partition(">Unlock<")[0].rpartition("<button")[2]
    assert "disabled" not in page.partition(">Retrieve from ERP<")[0].rpartition("<button")[2]
    assert "erp-bridge budget" not in page


@pytest.mark.rule("B6")
def test_what_waits_is_taken_back_once(mia: Browser) -> None:
    """The budget can be edited then; whoever presses a stale button is told what happened."""
    assert 303 == mia.send(f"{BUDGET}/retrieve", {}, page=BUDGET).status_code
    page = mia.get(BUDGET).text
    assert "Item 1 was retrieved" in page
    assert "open for editing" in page

    again = mia.send(f"{BUDGET}/retrieve", {}, page=BUDGET)
    assert 409 == again.status_code
    assert "There is nothing to retrieve" in again.text


@pytest.mark.rule("V1")
def test_a_budget_that_waits_is_not_unlocked(mia: Browser) -> None:
    """The service says why, and the page passes it on."""
    assert 409 == mia.send(f"{BUDGET}/unlock", {}, page=BUDGET).status_code


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"01-100", "02-200", "03-300"}),
        ("text=creek", {"02-200"}),
        ("text=03-", {"03-300"}),
        ("sub_job=A", {"03-300"}),
        ("sub_job=%28job%29", {"01-100", "02-200"}),
        ("text=%25", set()),
        ("text=none", set()),
        ("page=9", set()),
    ],
)
def test_lines_are_filtered_and_searched(
    open_mia: Browser, application: Application, mia_herself: Actor, query: str, found: set[str]
) -> None:
    """By sub job, and by a text in a code or a description."""
    application.budgets.sub_job(mia_herself, "24-001", "A", name="Phase A")
    for line in (
        LineEntry(cost_code="02-200", category="L", description="Creek bed", amount=Decimal(2)),
        LineEntry(cost_code="03-300", category="L", sub_job="A", amount=Decimal(3)),
    ):
        application.budgets.add_line(mia_herself, "24-001", line)
    page = open_mia.get(f"{BUDGET}?{query}").text

    assert found == {code for code in ("01-100", "02-200", "03-300") if f">{code}</th>" in page}
    assert ("All that match" in page) == (bool(found) and bool(query))


def test_a_long_budget_comes_in_pages(
    open_mia: Browser, application: Application, mia_herself: Actor, tmp_path: Path
) -> None:
    """A hundred lines a page unless more are wanted; the sums are those of all."""
    path = tmp_path / "long.csv"
    rows = "\n".join(f"{place:05d},L,1.00" for place in range(250))
    path.write_text(f"Cost Code,Category,Amount\n{rows}\n", encoding="utf-8")
    application.budgets.import_file(mia_herself, "24-001", path)
    first = open_mia.get(BUDGET, Accept_Language="en-US").text

    assert 100 == first.count("Edit</a>")
    assert "$1,234,817.80" in first
    assert 'rel="next"' in first
    assert 51 == open_mia.get(f"{BUDGET}?page=3").text.count("Edit</a>")
    assert 251 == open_mia.get(f"{BUDGET}?rows=500").text.count("Edit</a>")
    assert 100 == open_mia.get(f"{BUDGET}?rows=7").text.count("Edit</a>")


@pytest.mark.rule("B6")
def test_history_tells_what_became_of_each_send(open_mia: Browser) -> None:
    """Who sent it, and its end; with a link to the item for whoever may open it."""
    hers = open_mia.get(f"{BUDGET}/history").text
    open_mia.sign_in("abe")
    his = open_mia.get(f"{BUDGET}/history").text

    assert ("retrieved" in hers, 'href="/items/1"' in hers) == (True, False)
    assert ("retrieved" in his, 'href="/items/1"' in his) == (True, True)


@pytest.mark.rule("X5")
def test_things_to_know_stand_on_the_page(mia: Browser) -> None:
    """Made from the ERP's profile."""
    assert "Things to know about this ERP" in mia.get(BUDGET).text


@pytest.mark.rule("P1")
def test_who_may_only_look_is_told_what_he_needs(abe: Browser) -> None:
    """The approver sees the budget; nothing on it can be changed by him."""
    page = abe.get(BUDGET).text

    assert "01-100" in page
    assert "To edit this budget you need standard or more on Budget." in page
    assert "Edit</a>" not in page
    assert 403 == abe.send(f"{BUDGET}/retrieve", {}, page=BUDGET).status_code


@pytest.mark.rule("P0")
@pytest.mark.parametrize("rest", ["", "/history", "/lines/new", "/sub-jobs", "/changes", "/import", "/send"])
def test_another_companys_budget_is_not_there(browser: Browser, rest: str) -> None:
    """Its number answers as if there were none, as a project that never was."""
    browser.sign_in("sue", company="second")

    assert 404 == browser.get(f"{BUDGET}{rest}").status_code
    assert 404 == browser.get(f"/projects/none/budget{rest}").status_code


@pytest.mark.rule("X3")
def test_no_text_of_a_budget_is_markup(open_mia: Browser, application: Application, mia_herself: Actor) -> None:
    """Descriptions and names of sub jobs are shown as they are, everywhere."""
    application.budgets.sub_job(mia_herself, "24-001", "A", name=MARKUP)
    line = LineEntry(cost_code="02<b>", category="L", sub_job="A", description=MARKUP, amount=Decimal(2))
    application.budgets.add_line(mia_herself, "24-001", line)

    for rest in ("", f"?text={MARKUP}", "/sub-jobs", "/lines/new", "/lines/edit?sub_job=A&cost_code=02<b>&category=L"):
        page = open_mia.get(f"{BUDGET}{rest}")
        assert 200 == page.status_code
        assert MARKUP not in page.text
        assert "02<b>" not in page.text


def test_a_link_of_mail_opens_the_budget(mia: Browser) -> None:
    """Its query is no matter."""
    assert 200 == mia.get(f"{BUDGET}?mode=edit&company=hoosier").status_code
    assert BUDGET == mia.get("/projects/24-001").headers["location"]


@pytest.mark.rule("P1")
def test_an_item_is_a_link_for_whoever_may_open_it(mia: Browser) -> None:
    """The manager reads its number; the approver is led to it, and from it to the job costs and back."""
    for page in ("/projects/24-001/budget", "/projects/24-001/budget/history"):
        shown = mia.get(page).text
        assert 'href="/items/1"' not in shown
        assert 'href="/projects/24-001/job-costs"' not in shown
    mia.send("/sign-out", {}, page="/")
    mia.sign_in("abe")

    for page in ("/projects/24-001/budget", "/projects/24-001/budget/history"):
        shown = mia.get(page).text
        assert 'href="/items/1"' in shown
        assert 'href="/projects/24-001/job-costs"' in shown
    for page in ("/items/1", "/items/1/posting"):
        assert 'href="/projects/24-001/job-costs"' in mia.get(page).text
        assert 'href="/projects/24-001/budget"' in mia.get(page).text
    assert 'href="/projects/24-001/budget"' in mia.get("/projects/24-001/job-costs").text


@pytest.mark.rule("M3")
def test_a_mails_link_opens_the_budget_to_edit_and_does_nothing_else(
    server: TestClient[Any], application: Application
) -> None:
    """Whoever follows it signs in first and finds the lines open; nothing was done by it, however often."""
    application.reviews.reject(person(application, "abe"), 1, reason="Too high.")
    link = Links(base_url="https://budgets.test", company="hoosier").budget("24-001").url
    path = link.removeprefix("https://budgets.test")
    mia, ada = Browser(server), person(application, "ada")
    stopped = mia.get(path)
    assert 303 == stopped.status_code
    assert stopped.headers["location"].startswith("/sign-in?next=")
    assert path == mia.sign_in("mia", then=path).headers["location"]
    before = application.audit.show(ada)
    pages = [mia.get(path) for _ in range(2)]

    assert [200, 200] == [page.status_code for page in pages]
    assert all('aria-label="Edit 01-100 / L"' in page.text for page in pages)
    assert before == application.audit.show(ada)
