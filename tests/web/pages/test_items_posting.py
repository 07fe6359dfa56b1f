"""Posting, reading back and mismatches on pages: conditions with their state, keys before, sent and now, decisions."""

from decimal import Decimal

import pytest
from attrs import evolve
from httpx import Response
from memory_books import MemoryJob
from web_items import accept, books, exported, fill, form_of, hire, item, make_blind, press
from web_site import MARKUP, PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState

POSTING = "/items/1/posting"
DECIDE = "/items/1/accept-difference"


def job(application: Application) -> MemoryJob:
    """The ERP's job."""
    return books(application).jobs[PROJECT]


def post_wrongly(application: Application) -> None:
    """Somebody posts ten more than was sent."""
    waiting = job(application).unposted
    waiting[0] = evolve(waiting[0], amount=waiting[0].amount + Decimal(10))
    job(application).post()


def decide(browser: Browser, how: str, reason: str) -> Response:
    """Press one of the buttons beneath the reason."""
    return browser.send_bare(f"/items/1/{how}", {**form_of(browser.get(POSTING).text, DECIDE), "reason": reason})


@pytest.fixture
def mismatch(abe: Browser, application: Application) -> Browser:
    """The approver before an item that was posted with another amount."""
    exported(abe)
    post_wrongly(application)
    assert 303 == press(abe, "verify").status_code
    assert ItemState.MISMATCH == item(application).state
    return abe


@pytest.mark.rule("V1", "V2")
def test_conditions_are_shown_until_they_hold(abe: Browser, application: Application) -> None:
    """Before any look, while entries wait, and once they are posted."""
    assert "It was never read back." in abe.get(POSTING).text
    exported(abe)
    assert 303 == press(abe, "verify").status_code
    page = abe.get(POSTING).text
    assert "The ERP was read back." in page
    assert "<strong>unposted</strong>" in page
    assert "Post the entries in the ERP." in page
    assert 'data-title="Holds">not yet<' in page

    job(application).post()
    press(abe, "verify")
    page = abe.get(POSTING).text
    assert "<strong>synced</strong>" in page
    assert 'data-title="Holds">not yet<' not in page
    assert ItemState.SYNCED == item(application).state


@pytest.mark.rule("V2")
def test_a_mismatch_shows_before_sent_and_now(mismatch: Browser) -> None:
    """Per key, with what may be done about it; a reader's locale writes the figures."""
    page = mismatch.get(POSTING, Accept_Language="de-DE").text

    assert "posted with another amount" in page
    assert 'data-title="Original before" class="number">0,00<' in page
    assert 'data-title="Original sent" class="number">1.234.567,80<' in page
    assert 'data-title="Original now" class="number">1.234.577,80<' in page
    for button in ("It was corrected", "Adopt the ERP&#39;s figures", "Accept the difference"):
        assert f">{button}</button>" in page


@pytest.mark.rule("V5")
@pytest.mark.parametrize("how", ["adopt", "accept-difference"])
def test_a_mismatch_is_resolved_with_a_reason(mismatch: Browser, application: Application, how: str) -> None:
    """The reason stands in the item's history, as text."""
    assert 303 == decide(mismatch, how, f"Agreed {MARKUP}").status_code

    assert ItemState.SYNCED == item(application).state
    history = mismatch.get("/items/1/history").text
    assert "Agreed &lt;script&gt;" in history
    assert MARKUP not in history


@pytest.mark.rule("V5")
@pytest.mark.parametrize("how", ["adopt", "accept-difference", "corrected"])
def test_nothing_is_resolved_without_a_reason(mismatch: Browser, application: Application, how: str) -> None:
    """It is told beside the reason."""
    refused = decide(mismatch, how, " ")

    assert 422 == refused.status_code
    assert 'id="error-reason">Reason is missing.' in refused.text
    assert ItemState.MISMATCH == item(application).state


@pytest.mark.rule("V5")
def test_what_is_said_to_be_corrected_is_read_again(mismatch: Browser, application: Application) -> None:
    """Only what is read counts: wrong as before it stays a mismatch, and once it is right it is over."""
    decide(mismatch, "corrected", "I think so")
    assert ItemState.MISMATCH == item(application).state
    assert 'class="notice bad"' in mismatch.get(POSTING).text

    posted = job(application).posted
    posted[0] = evolve(posted[0], amount=posted[0].amount - Decimal(10))
    decide(mismatch, "corrected", "Now it is")
    assert ItemState.SYNCED == item(application).state


@pytest.mark.rule("A6", "V5")
def test_what_is_resolved_is_not_resolved_again(mismatch: Browser, application: Application) -> None:
    """A second person's page is from before: he is told, and what he typed is kept."""
    late = form_of(mismatch.get(POSTING).text, DECIDE)
    decide(mismatch, "adopt", "First")
    refused = mismatch.send_bare("/items/1/adopt", {**late, "reason": "Second, typed for long"})

    assert 409 == refused.status_code
    assert "there is no mismatch to resolve" in refused.text
    assert "Second, typed for long" in refused.text
    assert "abe adopted the ERP&#39;s figures" in refused.text
    assert ItemState.SYNCED == item(application).state


@pytest.mark.rule("V1", "V5")
def test_where_no_route_can_tell_a_person_declares_it_posted(abe: Browser, application: Application) -> None:
    """His word, with a reason, is what the condition then rests on."""
    exported(abe)
    make_blind(application)
    press(abe, "verify")
    page = abe.get(POSTING).text
    assert "Declare that it is posted" in page
    assert "Adopt the ERP" not in page

    assert 303 == fill(abe, DECIDE, page=POSTING, reason="Seen in the journal").status_code
    assert ItemState.SYNCED == item(application).state


def test_an_erp_that_can_not_be_read_back_is_told(abe: Browser, application: Application) -> None:
    """Nothing is concluded from it."""
    exported(abe)
    books(application).read_failed = f"Closed {MARKUP}"
    refused = press(abe, "verify")

    assert 502 == refused.status_code
    assert "Closed &lt;script&gt;" in refused.text
    assert MARKUP not in refused.text
    assert "It was never read back." in abe.get(POSTING).text


@pytest.mark.rule("P3")
def test_who_may_only_look_sees_the_buttons_and_why_not(mismatch: Browser, application: Application) -> None:
    """All pages are his to read; nothing on them is his to press."""
    hire(application, "val", integrations="read-only", privilege=False)
    mismatch.sign_in("val")
    page = mismatch.get(POSTING).text
    assert "To answer, export or settle budget items you need standard or more on ERP Integrations." in page
    assert " disabled>Accept the difference</button>" in page

    assert 403 == decide(mismatch, "adopt", "May I?").status_code
    assert ItemState.MISMATCH == item(application).state


def test_a_later_export_overtakes_an_item(abe: Browser) -> None:
    """An item that was never exported has nothing to read back: the refusal names the remedy."""
    accept(abe)
    refused = press(abe, "verify")

    assert 409 == refused.status_code
    assert "nothing of it was exported" in refused.text
