"""Accepting, taking back and rejecting on pages: what is told beside which field, kept, bound, and who came first."""

from typing import Any

import pytest
from controlled_clock import ControlledClock
from litestar.testing import TestClient
from memory_books import Entry
from web_items import CHANGE, accept, books, fill, form_of, hire, item, person, press, send_a_change
from web_site import MARKUP, PASSWORD, PROJECT, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import LineKey, Part
from erp_bridge_core.web.server import create_server

ACCEPT = "/items/1/accept"


@pytest.mark.rule("A3", "A4")
def test_the_erps_fields_are_asked_with_their_defaults(abe: Browser) -> None:
    """Each with its label, the default chosen; the confirmation that import closes is not ticked."""
    page = abe.get(ACCEPT).text
    typed = form_of(page, ACCEPT)

    assert ("", "2026-03-02", "1", "pending", "ERP Bridge") == tuple(typed[f"item-{number}"] for number in range(5))
    assert "Budget revision type" in page
    assert '<option value="scope_change">Scope Change</option>' in page
    assert "confirm_import_closes" in page
    assert "confirm_import_closes" not in typed
    assert "confirm_baseline" not in page


@pytest.mark.rule("A4")
def test_an_item_is_accepted_as_it_was_filled_in(abe: Browser, application: Application) -> None:
    """What was typed is what is bound; a field that the form does not have sets nothing."""
    sent = accept(abe, **{"item-0": "contingency", "description": "March", "state": "synced", "accept_hash": "x"})

    assert (303, "/items/1") == (sent.status_code, sent.headers["location"])
    accepted = item(application)
    assert (ItemState.ACCEPTED, "abe", "March") == (accepted.state, accepted.accepted_by, accepted.description)
    assert "contingency" == (accepted.field_values or {})["item"]["budget_revision_type"]
    assert "x" != accepted.accept_hash
    assert "Item 1 was accepted." in abe.get("/items/1").text


@pytest.mark.rule("A4")
def test_the_first_export_asks_to_confirm_that_import_closes(abe: Browser, application: Application) -> None:
    """Without the tick it is told beside it, and what was typed stays."""
    refused = fill(abe, ACCEPT, description="March <b>")

    assert 409 == refused.status_code
    assert 'id="error-confirm_import_closes"' in refused.text
    assert "March &lt;b&gt;" in refused.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("A3")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("item-1", "2026-02-30", "is not a date"), ("item-1", "tomorrow", "is not a date"),
        ("item-0", "made_up", "is none of the choices"), ("item-2", "x" * 201, "is longer than 200 characters"),
        ("item-2", "1\u202e2", "has control characters"), ("description", "y" * 201, "is longer than 200"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    abe: Browser, application: Application, name: str, value: str, said: str
) -> None:
    """Nothing is accepted, and the rest of the form stays."""
    refused = accept(abe, **{"item-4": "Somebody", name: value})

    assert 422 == refused.status_code
    beside = refused.text.partition(f'id="error-{name}">')[2].partition("</p>")[0]
    assert said in beside
    assert 'value="Somebody"' in refused.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("E5")
def test_a_job_that_holds_estimates_asks_to_confirm_its_figures(abe: Browser, application: Application) -> None:
    """The figures are told, then a tick is asked for, which was not offered before."""
    held = Entry(reference="ERP", key=LineKey("", "01-100", "L"), part=Part.ORIGINAL, amount=item(application).amount)
    books(application).jobs[PROJECT].posted.append(held)

    refused = accept(abe, description="On top")
    assert 409 == refused.status_code
    assert "already holds estimates: 1 keys, 1234567.80 USD" in refused.text
    again = {**form_of(refused.text, ACCEPT), "confirm_baseline": "yes"}
    assert ("yes", "On top") == (again["confirm_import_closes"], again["description"])
    assert 303 == abe.send_bare(ACCEPT, again).status_code
    assert ItemState.ACCEPTED == item(application).state


@pytest.mark.rule("A6")
def test_the_second_approver_is_told_who_did_what_when(
    abe: Browser, application: Application, clock: ControlledClock
) -> None:
    """His page is from before: nothing is done, and the first one's act stands."""
    hire(application, "vic", integrations="standard", privilege=True)
    with TestClient(create_server(application, web=WEB)) as client:
        vic = Browser(client)
        vic.sign_in("vic")
        late = form_of(vic.get(ACCEPT).text, ACCEPT)
        assert 303 == accept(abe).status_code
        refused = vic.send_bare(ACCEPT, {**late, "confirm_import_closes": "yes"})

        assert 409 == refused.status_code
        assert "Item 1 is accepted by abe" in refused.text
        assert "Last: abe accepted it" in refused.text
        assert f'datetime="{clock.now().isoformat()}"' in refused.text
        assert 409 == fill(vic, "/items/1/reject", reason="Too late", revision=late["revision"]).status_code
    assert "abe" == item(application).accepted_by


@pytest.mark.rule("A6")
def test_what_was_taken_back_meanwhile_is_not_taken_back_again(abe: Browser, application: Application) -> None:
    """A page from before the taking back and accepting anew acts on nothing."""
    accept(abe)
    seen = form_of(abe.get("/items/1").text, "/items/1/take-back")
    assert 303 == abe.send_bare("/items/1/take-back", seen).status_code
    assert ItemState.READY == item(application).state
    accept(abe)

    refused = abe.send_bare("/items/1/take-back", seen)
    assert 409 == refused.status_code
    assert "abe accepted it" in refused.text
    assert ItemState.ACCEPTED == item(application).state


def test_a_sign_in_that_is_not_recent_is_renewed_on_the_form(
    abe: Browser, application: Application, clock: ControlledClock
) -> None:
    """Accepting asks for a sign-in of the last minutes: the form stays filled in, and takes the password."""
    clock.advance(minutes=16)
    before = abe.session()
    refused = accept(abe, description="Typed for long")
    assert 403 == refused.status_code
    assert "sign-in within the last 15 minutes" in refused.text
    typed = form_of(refused.text, ACCEPT)
    assert ("Typed for long", "") == (typed["description"], typed["password_again"])

    wrong = abe.send_bare(ACCEPT, {**typed, "password_again": "something else"})
    assert (403, before) == (wrong.status_code, abe.session())
    assert 'id="error-password_again">' in wrong.text
    assert "something else" not in wrong.text
    assert ItemState.READY == item(application).state

    assert 303 == abe.send_bare(ACCEPT, {**typed, "password_again": PASSWORD}).status_code
    accepted = item(application)
    assert (ItemState.ACCEPTED, "Typed for long") == (accepted.state, accepted.description)
    assert abe.session() not in {before, None}
    assert "Item 1 was accepted." in abe.get("/items/1").text


@pytest.mark.rule("A3")
def test_a_budget_change_has_its_own_values(abe: Browser, application: Application) -> None:
    """Blank is the item's value; what is typed for the change holds for it alone."""
    number = send_a_change(application)
    path = f"/items/{number}/accept"
    page = abe.get(path).text
    assert "More &lt;b&gt;" in page
    assert "as for the whole item" in page

    assert 303 == fill(abe, path, confirm_import_closes="yes", **{"change-0-0": "contingency"}).status_code
    values = item(application, number).field_values or {}
    assert {CHANGE: {"budget_revision_type": "contingency"}} == values["changes"]
    assert "2026-03-02" == values["item"]["revision_date"]


@pytest.mark.rule("A3")
def test_a_changes_wrong_value_stands_beside_it(abe: Browser, application: Application) -> None:
    """Among many changes, the one that is wrong is open."""
    path = f"/items/{send_a_change(application)}/accept"
    refused = fill(abe, path, confirm_import_closes="yes", **{"change-0-1": "soon"})

    assert 422 == refused.status_code
    assert "is not a date" in refused.text.partition('id="error-change-0-1">')[2].partition("</p>")[0]
    assert "<details open>" in refused.text


@pytest.mark.rule("B5")
def test_what_the_erp_would_refuse_now_is_told_on_the_form(abe: Browser, application: Application) -> None:
    """Checked anew at accept: a code that is gone since."""
    books(application).jobs[PROJECT].cost_codes.clear()
    refused = accept(abe)

    assert 422 == refused.status_code
    assert "The books have no cost code 01-100." in refused.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("A5")
def test_an_item_is_rejected_with_a_reason_and_remarks(abe: Browser, application: Application) -> None:
    """The lines that were chosen get a box each; history keeps the reason, as text."""
    page = abe.get("/items/1/reject?line=1&line=99&line=x")
    assert "Remark on line 1" in page.text
    assert "line 99" not in page.text

    path = "/items/1/reject"
    sent = fill(abe, path, page=f"{path}?line=1", reason=f"Not yet {MARKUP}", **{"remark-1": "Whose quote?"})
    assert (303, "/items/1/history") == (sent.status_code, sent.headers["location"])
    assert ItemState.REJECTED == item(application).state
    history = abe.get("/items/1/history").text
    assert MARKUP not in history
    assert "Not yet &lt;script&gt;" in history
    assert "Whose quote?" in abe.get("/items/1/lines").text


@pytest.mark.rule("A5")
def test_a_reject_tells_who_built_the_budget(abe: Browser, application: Application) -> None:
    """Mia brought its first line and is its creator; Ada, who made the project for her, has nothing to mend."""
    fill(abe, "/items/1/reject", reason="Not yet.")

    told = [(each.kind, each.login) for each in application.mail.list(person(application, "ada"))]
    assert [("reject", "mia")] == told


@pytest.mark.rule("A5")
def test_a_reject_without_a_reason_keeps_its_remarks(abe: Browser, application: Application) -> None:
    """The reason is missing; the remark was not typed in vain."""
    refused = fill(abe, "/items/1/reject", page="/items/1/reject?line=1", reason=" ", **{"remark-1": "Whose quote?"})

    assert 422 == refused.status_code
    assert 'id="error-reason">Reason is missing.' in refused.text
    assert ">Whose quote?</textarea>" in refused.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("A5", "X3")
def test_a_reason_that_holds_control_characters_is_refused(abe: Browser, application: Application) -> None:
    """It would be mailed, and printed on terminals."""
    refused = fill(abe, "/items/1/reject", reason="red \x1b[31m")

    assert 422 == refused.status_code
    assert "U+001B" in refused.text
    assert ItemState.READY == item(application).state


@pytest.mark.rule("P4")
def test_who_sent_it_sees_why_he_can_not_accept_it(server: TestClient[Any], application: Application) -> None:
    """The button is there, disabled, with the reason and what to do; pressing it all the same is refused."""
    people, ada = application.people, person(application, "ada")
    people.grant_membership(ada, "mia", integrations="standard")
    people.grant_privilege(ada, "mia")
    mia = Browser(server)
    mia.sign_in("mia")
    page = mia.get(ACCEPT).text

    assert "You sent this item. Somebody else approves it." in page
    assert "<button disabled>Accept</button>" in page
    assert 403 == mia.send_bare(ACCEPT, {**form_of(page, ACCEPT), "confirm_import_closes": "yes"}).status_code
    assert ItemState.READY == item(application).state


def test_an_act_that_is_not_possible_now_stays_with_its_reason(abe: Browser) -> None:
    """Not hidden: disabled, with the state that bars it and the one that would not."""
    page = abe.get("/items/1").text

    assert "Item 1 is ready to export. This is possible while it is failed to export." in page
    assert 'disabled aria-describedby="why-retry"' in page
    for act, status in (("start", 409), ("take-back", 409), ("resume", 404), ("retry", 404), ("verify", 409)):
        refused = press(abe, act)
        assert status == refused.status_code
        assert 'role="alert"' in refused.text
        assert "What can be done" in refused.text
