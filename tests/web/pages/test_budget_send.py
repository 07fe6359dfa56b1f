"""Sending by a page: findings first, warnings ticked one by one, each refusal with what to do."""

from datetime import date
from decimal import Decimal

import pytest
from httpx import Response
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.people.actor import Actor

BUDGET = "/projects/24-001/budget"
SEND = f"{BUDGET}/send"
LONG = "A description of more characters than the ERP takes"


def states(application: Application) -> list[str]:
    """The states of all sends, the latest first."""
    history = application.reviews.history(application.companies.system("hoosier"), "24-001")
    return [item.state.value for item in history]


def latest(application: Application) -> int:
    """The number of the latest send."""
    return application.reviews.history(application.companies.system("hoosier"), "24-001")[0].id


def boxes(page: str) -> list[str]:
    """What the boxes of a page acknowledge."""
    return [part.partition('"')[0] for part in page.split('name="acknowledge" value="')[1:]]


def approve(application: Application, actor: Actor, *descriptions: str) -> None:
    """A budget change of one line for each of the descriptions, approved."""
    for place, text in enumerate(descriptions, 1):
        line = LineEntry(cost_code="01-100", category="L", description=text, amount=Decimal(place))
        application.changes.add(actor, "24-001", number=f"BC-{place}", day=date(2026, 3, 2), lines=[line])
        application.changes.set_status(actor, "24-001", f"BC-{place}", status="approved")


def send(browser: Browser, acknowledged: list[str], action: str = "resend") -> Response:
    """Tick boxes and press the button."""
    fields = {"csrf_token": browser.token(SEND), "action": action, "acknowledge": acknowledged}
    return browser.client.post(SEND, data=fields, follow_redirects=False)


@pytest.mark.rule("B4")
def test_a_budget_is_sent_again(open_mia: Browser, application: Application) -> None:
    """After a retrieve it is a Re-send; it waits then, and the page says so."""
    page = open_mia.get(SEND).text
    assert "<h2>Re-send to ERP</h2>" in page

    assert BUDGET == open_mia.send(SEND, {"action": "resend"}).headers["location"]
    assert ["ready", "retrieved"] == states(application)
    assert f"Item {latest(application)} waits for an approver" in open_mia.get(BUDGET).text


@pytest.mark.rule("B5")
def test_warnings_are_acknowledged_one_by_one(open_mia: Browser, application: Application, mia_herself: Actor) -> None:
    """A box for each; one that is left out sends nothing, and the ticks that were made stay."""
    approve(application, mia_herself, LONG, f"Another: {LONG}")
    found = boxes(open_mia.get(SEND).text)
    assert 2 == len([value for value in found if value.startswith("description-shortened:")])

    refused = send(open_mia, found[:-1])
    assert 422 == refused.status_code
    assert len(found) - 1 == refused.text.count(" checked>")
    assert ["retrieved"] == states(application)
    assert 422 == send(open_mia, ["*"]).status_code

    assert 303 == send(open_mia, found).status_code
    assert ["ready", "retrieved"] == states(application)


@pytest.mark.rule("B5")
def test_many_warnings_of_one_rule_have_one_box(
    open_mia: Browser, application: Application, mia_herself: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them stay in sight below it."""
    monkeypatch.setattr("erp_bridge_core.web.pages.budget_send.BOXES", 1)
    approve(application, mia_herself, LONG, f"Another: {LONG}")
    page = open_mia.get(SEND).text

    assert "description-shortened" in boxes(page)
    assert "All 2 warnings of description-shortened" in page
    assert 2 <= page.count("Acknowledge that it is sent as")
    assert 303 == send(open_mia, boxes(page)).status_code


@pytest.mark.rule("B5")
def test_errors_block_and_each_says_what_to_do(open_mia: Browser, application: Application, mia_herself: Actor) -> None:
    """The button stays, disabled, with the reason; sending all the same is refused."""
    line = LineEntry(cost_code="99-999", category="L", description=MARKUP, amount=Decimal(5))
    application.budgets.add_line(mia_herself, "24-001", line)
    page = open_mia.get(SEND).text

    assert "The books have no cost code 99-999." in page
    assert "disabled" in page.partition(">Re-send to ERP</button>")[0].rpartition("<button")[2]
    assert MARKUP not in page
    assert "erp-bridge budget" not in page
    refused = send(open_mia, boxes(page))
    assert 422 == refused.status_code
    assert "nothing was sent" in refused.text
    assert "found in what would be sent" in open_mia.get(BUDGET).text


@pytest.mark.rule("B4", "A6")
def test_what_was_meant_is_what_is_done(open_mia: Browser, application: Application) -> None:
    """A page that is stale, or pressed twice, sends nothing more and says what happened."""
    assert 409 == send(open_mia, [], action="send").status_code
    assert ["retrieved"] == states(application)
    token = open_mia.token(SEND)
    assert 303 == send(open_mia, []).status_code

    again = open_mia.send_bare(SEND, {"csrf_token": token, "action": "resend"})
    assert 409 == again.status_code
    assert f"Item {latest(application)} waits for the approver." in again.text
    assert ["ready", "retrieved"] == states(application)


@pytest.mark.rule("P2")
def test_who_may_not_send_sees_why(abe: Browser, application: Application) -> None:
    """The approver looks at the page; what he sends is refused."""
    page = abe.get(SEND).text

    assert "Sending needs admin on Budget" in page
    assert 403 == send(abe, []).status_code
    assert ["ready"] == states(application)


@pytest.mark.rule("B4")
def test_a_project_that_is_not_linked_says_so(browser: Browser) -> None:
    """The page opens, and names the page where it is linked."""
    browser.sign_in("ada")
    browser.send("/projects/new", {"number": "24-002", "name": "Dam", "currency": ""})
    page = browser.get("/projects/24-002/budget/send")

    assert 200 == page.status_code
    assert "The project is not linked to an ERP job. Link it on the page of the project." in page.text
