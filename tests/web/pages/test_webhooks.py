"""Webhooks on pages: added with a secret that is shown once, renewed, removed; what they were told, told again."""

import re

import pytest
from sqlalchemy import text
from web_items import person
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application

URL = "https://programs.example.com/told"
NEW = {"url": URL, "description": f"Ledger {MARKUP}"}


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of other hosts are not asked for here."""
    monkeypatch.setattr("erp_bridge_core.webhooks.service.url_faults", lambda url, **_: [])


def secret(page: str) -> str:
    """The secret on a page."""
    found = re.search(r'<pre tabindex="0" aria-label="The secret">(.+)</pre>', page)
    assert found
    return found[1]


@pytest.mark.rule("X2")
@pytest.mark.usefixtures("allowed")
def test_a_webhook_is_added_renewed_and_removed(ada: Browser) -> None:
    """Its secret is shown this once, and another after it was renewed; nothing that was typed is markup."""
    first = secret(ada.send("/webhooks", NEW).text)
    page = ada.get("/webhooks").text
    assert URL in page
    assert MARKUP not in page
    assert first not in page

    assert first != secret(ada.send("/webhooks/1/renew-secret", {}, page="/webhooks").text)
    assert 303 == ada.send("/webhooks/1/remove", {}, page="/webhooks").status_code
    assert "No program is told anything." in ada.get("/webhooks").text
    assert 404 == ada.send("/webhooks/1/remove", {}, page="/webhooks").status_code


def test_a_bad_address_is_told_beside_its_field(ada: Browser) -> None:
    """What was typed stays."""
    refused = ada.send("/webhooks", {"url": "http://inside.example.com", "description": "Ledger"})

    assert 422 == refused.status_code
    assert 'id="error-url"' in refused.text
    assert 'value="Ledger"' in refused.text
    assert 422 == ada.send("/webhooks", {"url": ""}).status_code


@pytest.mark.rule("X2")
@pytest.mark.usefixtures("allowed")
def test_what_was_given_up_is_told_again(ada: Browser, application: Application) -> None:
    """One, or all; by state; what waits is not put back."""
    ada.send("/webhooks", NEW)
    application.reviews.reject(person(application, "abe"), 1, reason="Too high", revision=None)
    with application.store.begin() as connection:
        connection.execute(text(f"UPDATE webhook_deliveries SET state = 'given_up', problem = '{MARKUP}'"))
    page = ada.get("/webhooks/deliveries?in_state=given_up").text
    assert "ready to rejected" in page
    assert MARKUP not in page
    assert "There is no such delivery." in ada.get("/webhooks/deliveries?in_state=sent").text
    assert 422 == ada.get("/webhooks/deliveries?in_state=odd").status_code

    retry = "/webhooks/deliveries/1/retry"
    assert 303 == ada.send(retry, {}, page="/webhooks").status_code
    assert 409 == ada.send(retry, {}, page="/webhooks").status_code
    assert 303 == ada.send("/webhooks/deliveries/retry", {}, page="/webhooks").status_code
    assert "Nothing was given up." in ada.get("/webhooks/deliveries").text


@pytest.mark.rule("P0", "P1")
@pytest.mark.usefixtures("allowed")
def test_they_are_administrators_business_and_their_companys(ada: Browser) -> None:
    """Nobody else sees them, nor the administrator in another company."""
    ada.send("/webhooks", NEW)
    ada.send("/company", {"company": "second"})
    assert URL not in ada.get("/webhooks").text
    assert 404 == ada.send("/webhooks/1/remove", {}, page="/webhooks").status_code
    ada.sign_in("abe")
    assert (403, 403) == (ada.get("/webhooks").status_code, ada.get("/webhooks/deliveries").status_code)
