"""The page of problems: each is there with its way out, and what is none is not."""

import pytest
from sqlalchemy import update
from web_items import accept, books, exported, person, press
from web_site import PROJECT, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract import LineKey
from erp_bridge_core.engine.living import Sign
from erp_bridge_core.store.tables import installation


def test_nothing_is_unresolved(abe: Browser) -> None:
    """An item that waits for an answer is no problem."""
    assert "Nothing is unresolved." in abe.get("/problems").text


@pytest.mark.rule("E3")
def test_problems_lead_to_their_way_out(abe: Browser, application: Application) -> None:
    """A failed export, with how much was refused, and where to retry it."""
    books(application).refused[LineKey("", "01-100", "L")] = "No"
    exported(abe)
    page = abe.get("/problems").text

    assert "The ERP refused 1 of 1 lines." in page
    assert 'href="/items/1/export"' in page
    assert "Retry what has not arrived, or reject it." in page


@pytest.mark.rule("V5")
def test_a_mismatch_is_a_problem(abe: Browser, application: Application) -> None:
    """With its outcome, and the page where it is decided."""
    exported(abe)
    job = books(application).jobs[PROJECT]
    job.unposted *= 2
    job.post()
    press(abe, "verify")
    page = abe.get("/problems").text

    assert "Posted twice: 1 key is not as sent." in page
    assert 'href="/items/1/posting"' in page


@pytest.mark.rule("E1")
def test_an_export_that_nobody_is_at_is_a_problem(abe: Browser, application: Application) -> None:
    """A crash left it: where no worker runs somebody resumes it, else it waits for the worker's turn."""
    accept(abe)
    application.exports.start(person(application, "abe"), 1)

    assert "nobody is at it, and no worker runs." in abe.get("/problems").text
    sign = Sign(application.store, kind="worker")
    sign.begin(application.clock.now())
    assert "waits for a worker&#39;s turn." in abe.get("/problems").text
    sign.end(application.clock.now())
    assert "no worker runs." in abe.get("/problems").text


@pytest.mark.rule("E1")
def test_a_paused_export_is_a_problem(abe: Browser, application: Application) -> None:
    """Nobody goes on with it until somebody says so."""
    accept(abe)
    approver = person(application, "abe")
    application.exports.start(approver, 1)
    application.holding.pause(approver, 1, reason="The job is being changed.")

    assert "Its export is paused." in abe.get("/problems").text


@pytest.mark.rule("L16")
def test_frozen_writing_is_the_first_problem(abe: Browser, application: Application) -> None:
    """As after a restore: why, and how it ends."""
    with application.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because="it is an older copy."))
    page = abe.get("/problems").text

    assert "Writing is frozen: it is an older copy." in page
    assert "Look in each ERP" in page
