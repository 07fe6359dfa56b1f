"""The list of items: searched, sorted, several answered together; one item's pages, whoever looks at them."""

import re
from typing import Any

import pytest
from httpx import Response
from web_items import CHANGE, books, exported, hire, item, person, press, send_a_change
from web_site import MARKUP, PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState

PAGES = ["", "/lines", "/accept", "/reject", "/export", "/posting", "/history"]
ACTS = ["accept", "take-back", "reject", "start", "resume", "retry", "take", "verify", "adopt", "accept-difference",
        "corrected", "settle/none"]  # fmt: skip


def several(browser: Browser, act: str, *items: object) -> Response:
    """Choose items on the list and press a button there."""
    fields: dict[str, Any] = {"csrf_token": browser.token("/items"), "item": [str(each) for each in items]}
    return browser.send_bare(f"/items/{act}", fields)


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


@pytest.mark.rule("A1")
@pytest.mark.parametrize(
    ("search", "rows"), [("bridge", 1), ("CREEK mia", 1), ("24-001", 1), ("ready", 1), ("tunnel", 0), ("bridge zz", 0)]
)
def test_the_list_is_searched(abe: Browser, search: str, rows: int) -> None:
    """By project, job, sender and state, every word somewhere; what was typed stays in its box."""
    page = abe.get(f"/items?search={search}").text

    assert rows == page.count('scope="row"')
    assert f'value="{search}"' in page


@pytest.mark.rule("X3")
def test_a_search_is_no_markup(abe: Browser) -> None:
    """Nor is it in the links of the page, which keep it."""
    page = abe.get("/items?search=%3Cscript%3Ealert(1)%3C/script%3E%22%26sort=x").text

    assert MARKUP not in page
    assert "Nothing is here." in page


@pytest.mark.rule("A1")
@pytest.mark.parametrize("sort", ["waits", "-waits", "item", "project", "job", "state", "-amount", "lines", "sender"])
def test_the_list_is_sorted(abe: Browser, application: Application, sort: str) -> None:
    """By each column, one way and the other; the column says so. An order that is none is not found."""
    send_a_change(application)
    page = abe.get(f"/items?sort={sort}").text

    assert 1 == page.count("aria-sort=")
    assert ('aria-sort="descending"' in page) == sort.startswith("-")
    assert 404 == abe.get("/items?sort=nonsense").status_code


@pytest.mark.rule("A4")
def test_accepting_several_never_passes_a_confirmation(abe: Browser, application: Application) -> None:
    """An item whose import would close is told, one that is not there too, and none of them is accepted."""
    answer = several(abe, "accept", 1, 99)

    assert "This is the first export of project 24-001: import from the ERP closes for good" in answer.text
    assert "confirm_import_closes" in answer.text
    assert "No item 99." in answer.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("A4")
def test_several_are_accepted_with_the_defaults(abe: Browser, application: Application) -> None:
    """A later send of a project asks for no confirmation."""
    second = after_the_first_export(abe, application)
    answer = several(abe, "accept", second)

    assert f"Item {second} was accepted." in answer.text
    assert ItemState.ACCEPTED == item(application, second).state


def after_the_first_export(browser: Browser, application: Application) -> int:
    """Export item 1 until it is synced, and send a change; answers the new item."""
    exported(browser)
    books(application).jobs[PROJECT].post()
    press(browser, "verify")
    return send_a_change(application, retrieve=False)


@pytest.mark.parametrize("chosen", [[], ["x"], list(range(1, 202))])
def test_nothing_is_done_without_a_choice_nor_with_too_many(abe: Browser, chosen: list[object]) -> None:
    """It is told what to do."""
    refused = several(abe, "accept", *chosen)

    assert 422 == refused.status_code
    assert "Choose between 1 and 200 items of the list." in refused.text


@pytest.mark.rule("P3")
def test_who_may_only_look_is_told_why_not(browser: Browser, application: Application) -> None:
    """On the list and on each of the item's pages; whatever he sends is refused, and nothing changes."""
    hire(application, "val", integrations="read-only", privilege=False)
    browser.sign_in("val")
    for page in PAGES:
        assert 200 == browser.get(f"/items/1{page}").status_code
    page = browser.get("/items").text
    assert "<button disabled>Accept the chosen</button>" in page
    assert "the privilege to push budgets to accounting" in page

    assert "needs the privilege" in several(browser, "accept", 1).text
    assert {403} <= {press(browser, act).status_code for act in ("start", "take-back")}
    assert ItemState.READY == item(application).state


@pytest.mark.rule("P1")
def test_who_has_no_right_sees_no_page(browser: Browser) -> None:
    """A manager without permission on ERP Integrations."""
    browser.sign_in("mia")
    for page in PAGES:
        assert 403 == browser.get(f"/items/1{page}").status_code
    assert 403 == browser.get("/problems").status_code
    token = browser.token("/password")
    for act in ACTS:
        fields = {"csrf_token": token, "revision": "1", "reason": "x", "how": "arrived"}
        assert 403 == browser.send_bare(f"/items/1/{act}", fields).status_code, act


@pytest.mark.rule("P0")
def test_another_companys_item_is_not_there(browser: Browser) -> None:
    """To look at, or to act on: told like one that does not exist."""
    browser.sign_in("sue", company="second")
    token = browser.token("/items")
    for number in (1, 99):
        for page in PAGES:
            assert 404 == browser.get(f"/items/{number}{page}").status_code
        for act in ACTS:
            fields = {"csrf_token": token, "revision": "1", "reason": "x", "how": "arrived"}
            refused = browser.send_bare(f"/items/{number}/{act}", fields)
            assert (404, f"No item {number}." in refused.text) == (refused.status_code, True), act


def test_every_act_needs_a_form_of_ours(abe: Browser, application: Application) -> None:
    """Without its token nothing is done; a link never acts."""
    for act in ACTS:
        assert 403 == abe.send_bare(f"/items/1/{act}", {"reason": "x"}).status_code
    for act in ("start", "take-back", "resume", "retry", "take", "verify", "adopt"):
        assert 405 == abe.get(f"/items/1/{act}").status_code
    assert ItemState.READY == item(application).state


@pytest.mark.rule("A2")
def test_an_item_is_shown_in_full(abe: Browser, application: Application) -> None:
    """The columns per key and in total, each change with its lines, the ERP's job, the things to know."""
    number = send_a_change(application)
    page = abe.get(f"/items/{number}").text

    for shown in ("1,234,567.80", "30.00", "1,234,597.80", "Revised estimate", "24-001 Bridge, open, of BOOKS (test)",
                  "Things to know about this ERP", f'href="/items/{number}/lines?change={CHANGE}"', "More &lt;b&gt;",
                  "This is the first export of the project"):  # fmt: skip
        assert shown in page
    assert MARKUP not in page
    lines = abe.get(f"/items/{number}/lines?change={CHANGE}").text
    assert 1 == lines.count('name="line"')
    assert 2 == abe.get(f"/items/{number}/lines").text.count('name="line"')
    assert 404 == abe.get(f"/items/{number}/lines?change=none").status_code


@pytest.mark.rule("A2")
def test_an_item_shows_what_differs_from_the_last_export(abe: Browser, application: Application) -> None:
    """After the first export a change alone is new: beside it stands what is in the ERP already."""
    exported(abe)
    books(application).jobs[PROJECT].post()
    application.verification.verify(person(application, "abe"), 1)
    number = send_a_change(application, retrieve=False)

    row = abe.get(f"/items/{number}").text.partition("<tbody>")[2].partition("</tr>")[0]
    cells = dict(re.findall(r'data-title="([^"]+)" class="number">([^<]*)<', row))
    assert {"New original": "0.00", "New changes": "30.00", "Revised estimate": "1,234,597.80"}.items() <= cells.items()


def test_past_the_last_page_of_keys_there_is_nothing(abe: Browser) -> None:
    """An old link is no error."""
    for page in ("99", "-1", "0"):
        assert 200 == abe.get(f"/items/1?page={page}").status_code
        assert 200 == abe.get(f"/items/1/lines?page={page}").status_code
    assert 422 == abe.get("/items/1?page=x").status_code


@pytest.mark.rule("B6")
def test_an_items_history_tells_every_send(abe: Browser, application: Application) -> None:
    """What was done with it, and that the send before was retrieved."""
    number = send_a_change(application)
    page = abe.get(f"/items/{number}/history").text

    assert "sent it" in page
    assert "retrieved" in page
    assert 'href="/items/1"' in page
