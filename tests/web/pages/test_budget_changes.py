"""Budget changes on pages: several lines, every fault beside its cell, and what may become of a change."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.change_views import ChangeView
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import item_lines

BUDGET = "/projects/24-001/budget"
CHANGES = f"{BUDGET}/changes"
NEW = f"{CHANGES}/new"
SHOW = f"{CHANGES}/show?change=BC-1"
EDIT = f"{CHANGES}/edit?change=BC-1"
HEAD = {"number": "BC-1", "date": "2026-03-02", "description": "Owner's change"}


def row(place: int, **given: str) -> dict[str, str]:
    """One row of the form, blank but for what is given."""
    names = ("sub_job", "cost_code", "category", "description", "quantity", "unit", "unit_cost", "amount")
    return {f"{name}_{place}": given.get(name, "") for name in names}


LINES = {
    **row(0, cost_code="01-100", category="L", amount="-5.00"),
    **row(1),
    **row(2, cost_code="02-200", category="L", amount="5.00"),
}


def changes(application: Application) -> dict[str, ChangeView]:
    """The project's changes by number."""
    found = application.changes.list(application.companies.system("hoosier"), "24-001")
    return {change.number: change for change in found}


def move(browser: Browser, status: str, change: str = "BC-1") -> int:
    """Press the button of a status."""
    page = f"{CHANGES}/show?change={change}"
    return browser.send(f"{CHANGES}/status?change={change}", {"status": status}, page=page).status_code


@pytest.fixture
def drafted(open_mia: Browser) -> Browser:
    """The manager's browser, after she has drafted BC-1, a transfer."""
    assert 303 == open_mia.send(NEW, {**HEAD, **LINES}).status_code
    return open_mia


@pytest.mark.rule("B2")
def test_a_change_is_drafted_with_several_lines(drafted: Browser, application: Application) -> None:
    """Blank rows count for nothing; it is shown with what may become of it."""
    made = changes(application)["BC-1"]
    page = drafted.get(SHOW).text

    assert [Decimal("-5.00"), Decimal("5.00")] == [line.amount for line in made.lines]
    assert "a transfer" in page
    assert "Owner&#39;s change" in page
    assert "BC-1</a>" in drafted.get(CHANGES).text


def test_the_form_grows_where_more_room_is_asked_for(open_mia: Browser, application: Application) -> None:
    """Without a script; what was typed stays, and nothing is drafted."""
    page = open_mia.send(NEW, {**HEAD, **LINES, "then": "more"})

    assert 200 == page.status_code
    assert 8 == page.text.count('name="cost_code_')
    assert 'value="02-200"' in page.text
    assert {} == changes(application)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"amount_2": "5.001"}, "error-amount_2"),
        ({"amount_2": ""}, "error-amount_2"),
        ({"cost_code_2": ""}, "error-cost_code_2"),
        ({"cost_code_2": "01-100"}, "error-cost_code_2"),
        ({"unit_2": "x" * 33}, "error-unit_2"),
        ({"number": " "}, "error-number"),
        ({"date": "2026-02-30"}, "error-date"),
        ({"description": "a\u202eb"}, "error-description"),
    ],
)
@pytest.mark.rule("B2")
def test_every_fault_stands_beside_its_cell(
    open_mia: Browser, application: Application, given: dict[str, str], fault: str
) -> None:
    """Even where a blank row stands before it; what was typed stays."""
    refused = open_mia.send(NEW, {**HEAD, **LINES, **given})

    assert 422 == refused.status_code
    assert f'id="{fault}"' in refused.text
    assert 'value="-5.00"' in refused.text
    assert {} == changes(application)


def test_a_change_without_lines_is_refused(open_mia: Browser, application: Application) -> None:
    """The reason stands above the form."""
    refused = open_mia.send(NEW, {**HEAD, **row(0)})

    assert 422 == refused.status_code
    assert "there is none" in refused.text
    assert {} == changes(application)


@pytest.mark.rule("B2")
def test_a_change_is_edited_as_a_draft(drafted: Browser, application: Application) -> None:
    """Its form holds its lines; those that are sent take their place."""
    page = drafted.get(EDIT).text
    assert 'value="-5.00"' in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    one = {**HEAD, **row(0, cost_code="03-300", category="L", amount="7.00"), "seen": seen}
    assert 303 == drafted.send(EDIT, one).status_code

    assert Decimal("7.00") == changes(application)["BC-1"].amount
    stale = drafted.send(EDIT, {**one, "amount_0": "8.00"})
    assert 409 == stale.status_code
    assert "Somebody changed this budget change" in stale.text
    assert 'value="8.00"' in stale.text
    approved = drafted.send(EDIT.replace("/edit", "/status"), {"status": "approved", "seen": seen}, page=SHOW)
    assert (412, "draft") == (approved.status_code, changes(application)["BC-1"].status)
    assert Decimal("7.00") == changes(application)["BC-1"].amount


@pytest.mark.rule("B2")
def test_a_change_is_submitted_approved_and_voided(drafted: Browser, application: Application) -> None:
    """What it is already can't be pressed, and says so; a void one stays void."""
    for status in ("under_review", "approved", "draft", "void"):
        assert 303 == move(drafted, status)
        assert status == changes(application)["BC-1"].status
    page = drafted.get(SHOW).text

    assert "is void, for good" in page
    assert 409 == move(drafted, "approved")
    assert 422 == move(drafted, "nonsense")
    assert 409 == drafted.send(EDIT, {**HEAD, **LINES, "seen": "x"}).status_code


@pytest.mark.rule("B2")
def test_an_exported_change_is_reversed_and_says_why_it_cant_be_edited(
    drafted: Browser, application: Application, mia_herself: Actor
) -> None:
    """It is immutable; another change undoes it, once."""
    reverse = f"{CHANGES}/reverse?change=BC-1"
    assert 409 == drafted.send(reverse, {"new_number": "BC-2"}, page=SHOW).status_code
    line = LineEntry(cost_code="01-100", category="L", amount=Decimal(7))
    application.changes.edit(mia_herself, "24-001", "BC-1", lines=[line])
    move(drafted, "approved")
    application.sending.send(mia_herself, "24-001", acknowledge=["*"])
    assert "is staged in an item" in drafted.get(SHOW).text
    with application.store.begin() as connection:
        latest = select(func.max(item_lines.c.item_id)).scalar_subquery()
        connection.execute(update(item_lines).where(item_lines.c.item_id == latest).values(state="arrived"))
    page = drafted.get(SHOW).text

    assert "was exported, and that is immutable" in page
    assert "Reverse it on the change&#39;s page." in page
    assert 'aria-describedby="why-edit"' in page
    assert 422 == drafted.send(reverse, {"new_number": "BC-1"}, page=SHOW).status_code
    assert 303 == drafted.send(reverse, {"new_number": "BC-2"}, page=SHOW).status_code
    assert "BC-1" == changes(application)["BC-2"].reverses
    assert "is reversed by BC-2 already" in drafted.get(SHOW).text


@pytest.mark.rule("P2")
def test_who_may_not_edit_changes_nothing(abe: Browser, application: Application) -> None:
    """He sees the list; what he sends is refused."""
    assert "To edit this budget you need" in abe.get(CHANGES).text
    assert 403 == abe.send(NEW, {**HEAD, **LINES}).status_code
    assert {} == changes(application)


@pytest.mark.rule("X3")
def test_no_text_of_a_change_is_markup(open_mia: Browser) -> None:
    """In the list, on its page and in its form."""
    odd = {**HEAD, "number": "<b>1", "description": MARKUP, **LINES, "description_0": MARKUP}
    led = open_mia.send(NEW, odd).headers["location"]

    for path in (led, CHANGES, led.replace("/show", "/edit")):
        page = open_mia.get(path)
        assert 200 == page.status_code
        assert MARKUP not in page.text
        assert "<b>1" not in page.text


def test_a_change_that_is_not_there_is_not_found(open_mia: Browser) -> None:
    """Neither shown nor edited nor moved."""
    for act in ("show", "edit"):
        assert 404 == open_mia.get(f"{CHANGES}/{act}?change=none").status_code
    sent = open_mia.send(f"{CHANGES}/status?change=none", {"status": "void"}, page=NEW)
    assert 404 == sent.status_code
