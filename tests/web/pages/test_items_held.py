"""Pausing, continuing and cancelling an export on its page, and the same of the API."""

import pytest
from web_items import accept, person
from web_site import Browser

from erp_bridge_core.app import Application

PAGE = "/items/1/export"


@pytest.fixture
def left(abe: Browser, application: Application) -> Browser:
    """The approver's browser, whose export waits for a worker."""
    accept(abe)
    application.exports.start(person(application, "abe"), 1)
    return abe


@pytest.mark.rule("E3")
def test_an_export_is_paused_and_continued(left: Browser) -> None:
    """The page says why it is held, and how it goes on."""
    assert "Pause the export" in left.get(PAGE).text
    assert 303 == left.send("/items/1/pause", {"reason": "The <b>wrong</b> job"}, page=PAGE).status_code
    page = left.get(PAGE).text
    assert "Paused: The &lt;b&gt;wrong&lt;/b&gt; job" in page
    assert "Pause the export" not in page
    refused = left.send("/items/1/resume", {}, page=PAGE)
    assert (409, True) == (refused.status_code, "is paused" in refused.text)

    assert 303 == left.send("/items/1/continue", {}, page=PAGE).status_code
    assert "Paused:" not in left.get(PAGE).text
    assert 303 == left.send("/items/1/resume", {}, page=PAGE).status_code
    assert "<strong>complete</strong>" in left.get(PAGE).text


@pytest.mark.rule("E3")
def test_an_export_is_cancelled(left: Browser) -> None:
    """It ends as failed, and says how much of it is in the ERP."""
    assert 422 == left.send("/items/1/cancel", {"reason": ""}, page=PAGE).status_code
    assert 303 == left.send("/items/1/cancel", {"reason": "The wrong job"}, page=PAGE).status_code
    page = left.get(PAGE).text

    assert "<strong>failed</strong>" in page
    assert "It was cancelled (The wrong job); nothing arrived." in page
    assert "Cancel the export" not in page


def test_programs_hold_exports_too(left: Browser) -> None:
    """By the same rules."""
    headers = {"X-CSRF-Token": left.token(PAGE)}

    def post(act: str, **body: str) -> tuple[int, dict[str, object]]:
        answer = left.client.post(f"/api/v1{PAGE}/{act}", json=body or None, headers=headers)
        return answer.status_code, answer.json()

    status, paused = post("pause", reason="Wait")
    assert (200, "paused", "Wait") == (status, paused["held"], paused["held_reason"])
    status, continued = post("continue")
    assert (200, None) == (status, continued["held"])
    assert 409 == post("continue")[0]
    status, cancelled = post("cancel", reason="No more")
    assert (200, "failed", "cancelled") == (status, cancelled["state"], cancelled["held"])
