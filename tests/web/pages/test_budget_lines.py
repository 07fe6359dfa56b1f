"""Lines and sub jobs on pages of their own: every fault beside its field, what was typed kept, nothing overwritten."""

from decimal import Decimal

import pytest
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.people.actor import Actor

BUDGET = "/projects/24-001/budget"
NEW = f"{BUDGET}/lines/new"
EDIT = f"{BUDGET}/lines/edit?sub_job=&cost_code=01-100&category=L"
LINE = {"cost_code": "02-200", "category": "L", "description": "Creek bed", "amount": "12.50"}


def lines(application: Application) -> dict[str, Decimal]:
    """What the budget holds: key and original."""
    actor = application.companies.system("hoosier")
    return {str(line.key): line.original for line in application.budgets.show(actor, "24-001").lines}


def seen(browser: Browser) -> str:
    """What the form of the line remembers of it."""
    return browser.get(EDIT).text.partition('name="seen" value="')[2].partition('"')[0]


@pytest.mark.rule("B1")
def test_a_line_is_added(open_mia: Browser, application: Application) -> None:
    """With its amount, or with quantity and unit cost; then the next one may follow at once."""
    assert BUDGET == open_mia.send(NEW, LINE).headers["location"]
    more = {**LINE, "cost_code": "03-300", "amount": "", "quantity": "3", "unit": "CY", "unit_cost": "1.25"}
    assert NEW == open_mia.send(NEW, {**more, "then": "another"}).headers["location"]

    assert {"02-200 / L": Decimal("12.50"), "03-300 / L": Decimal("3.75")}.items() <= lines(application).items()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"amount": "12.345"}, "error-amount"),
        ({"amount": "1O"}, "error-amount"),
        ({"amount": ""}, "error-amount"),
        ({"quantity": "1.23456"}, "error-quantity"),
        ({"cost_code": ""}, "error-cost_code"),
        ({"cost_code": "01-100"}, "error-cost_code"),
        ({"cost_code": "\u0430-100"}, "error-cost_code"),
        ({"unit": "x" * 33}, "error-unit"),
        ({"sub_job": "none"}, "error-sub_job"),
    ],
)
@pytest.mark.rule("B1")
def test_every_fault_stands_beside_its_field(
    open_mia: Browser, application: Application, given: dict[str, str], fault: str
) -> None:
    """Nothing is changed, and what was typed is still there."""
    before = lines(application)
    refused = open_mia.send(NEW, {**LINE, **given})

    assert 422 == refused.status_code
    assert f'id="{fault}"' in refused.text
    assert 'value="Creek bed"' in refused.text
    assert before == lines(application)


def test_numbers_are_typed_as_they_are_shown(open_mia: Browser, application: Application) -> None:
    """A reader of German types a comma, and sees one."""
    german = {"Accept_Language": "de-DE"}
    assert 303 == open_mia.send(NEW, {**LINE, "amount": "1.234,50"}, **german).status_code

    assert Decimal("1234.50") == lines(application)["02-200 / L"]
    page = open_mia.get(f"{BUDGET}/lines/edit?cost_code=02-200&category=L", **german).text
    assert 'value="1234,50"' in page
    assert 422 == open_mia.send(NEW, {**LINE, "cost_code": "04", "amount": "12.5"}, **german).status_code


def test_a_line_is_edited(open_mia: Browser, application: Application) -> None:
    """Its key too, as long as it was not exported; only the form's fields count."""
    given = {**LINE, "removed": "1", "company_id": "2", "seen": seen(open_mia)}
    assert 303 == open_mia.send(EDIT, given).status_code

    assert {"02-200 / L": Decimal("12.50")} == lines(application)


@pytest.mark.rule("A6")
def test_who_saw_another_line_is_told_what_it_is_now(
    open_mia: Browser, application: Application, mia_herself: Actor
) -> None:
    """Nothing is overwritten unseen: what was typed is kept, and saved when it is sent again."""
    old = seen(open_mia)
    application.budgets.edit_line(mia_herself, "24-001", LineKey("", "01-100", "L"), changes={"amount": Decimal(77)})

    stale = open_mia.send(EDIT, {**LINE, "seen": old}, Accept_Language="en-US")
    assert 409 == stale.status_code
    assert "$77.00" in stale.text
    assert 'value="Creek bed"' in stale.text
    assert {"01-100 / L": Decimal(77)} == lines(application)

    remove = EDIT.replace("/edit", "/remove")
    assert 412 == open_mia.send(remove, {"seen": old}, page=EDIT).status_code
    assert {"01-100 / L": Decimal(77)} == lines(application)

    fresh = stale.text.partition('name="seen" value="')[2].partition('"')[0]
    assert 303 == open_mia.send(EDIT, {**LINE, "seen": fresh}).status_code


def test_a_line_that_is_not_there_is_not_found(open_mia: Browser) -> None:
    """Neither shown nor edited nor removed."""
    gone = "cost_code=99&category=L"
    assert 404 == open_mia.get(f"{BUDGET}/lines/edit?{gone}").status_code
    assert 404 == open_mia.send(f"{BUDGET}/lines/edit?{gone}", LINE, page=NEW).status_code
    assert 404 == open_mia.send(f"{BUDGET}/lines/remove?{gone}", {}, page=NEW).status_code


@pytest.mark.rule("B10")
def test_a_line_is_removed(open_mia: Browser, application: Application) -> None:
    """By its button, which is a form of its own."""
    assert 303 == open_mia.send(EDIT.replace("/edit", "/remove"), {}, page=EDIT).status_code

    assert {} == lines(application)
    assert "Line 01-100 / L was removed." in open_mia.get(BUDGET).text


@pytest.mark.rule("B4")
def test_a_locked_budget_says_why_it_cant_be_edited(mia: Browser, application: Application) -> None:
    """On the form before anything is typed, and when it is sent all the same."""
    before = lines(application)
    page = mia.get(EDIT).text

    assert "Item 1 waits for the approver." in page
    assert "disabled" in page.partition(">Save it<")[0].rpartition("<button")[2]
    assert 409 == mia.send(NEW, LINE).status_code
    assert 409 == mia.send(EDIT, {**LINE, "seen": seen(mia)}).status_code
    assert 409 == mia.send(EDIT.replace("/edit", "/remove"), {}, page=EDIT).status_code
    assert before == lines(application)


@pytest.mark.rule("P2")
def test_who_may_not_edit_changes_nothing(abe: Browser, application: Application) -> None:
    """The approver looks at the forms; what he sends is refused."""
    before = lines(application)

    assert 200 == abe.get(NEW).status_code
    assert 403 == abe.send(NEW, LINE).status_code
    assert 403 == abe.send(f"{BUDGET}/sub-jobs", {"code": "A", "name": "Phase A"}).status_code
    assert before == lines(application)


@pytest.mark.rule("B7")
def test_a_sub_job_is_added_and_renamed(open_mia: Browser) -> None:
    """Under its code, and then the lines' form offers it."""
    path = f"{BUDGET}/sub-jobs"
    for name in ("Phase A", "Phase One"):
        assert 303 == open_mia.send(path, {"code": "A", "name": name}).status_code
    page = open_mia.get(f"{path}?code=A").text

    assert 'value="Phase One"' in page
    assert "Phase A<" not in page
    assert '<option value="A">A Phase One</option>' in open_mia.get(NEW).text


@pytest.mark.parametrize(
    ("given", "fault"),
    [({"code": "\u0410"}, "error-code"), ({"name": "a\u202eb"}, "error-name"), ({"name": ""}, "error-name")],
)
def test_a_bad_sub_job_is_refused(open_mia: Browser, given: dict[str, str], fault: str) -> None:
    """Each fault beside its field."""
    refused = open_mia.send(f"{BUDGET}/sub-jobs", {"code": "A", "name": "Phase A", **given})

    assert 422 == refused.status_code
    assert f'id="{fault}"' in refused.text


def test_a_form_without_its_token_adds_nothing(open_mia: Browser, application: Application) -> None:
    """No other site adds lines."""
    before = lines(application)

    assert 403 == open_mia.send_bare(NEW, LINE).status_code
    assert before == lines(application)
