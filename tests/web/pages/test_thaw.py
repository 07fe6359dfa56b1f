"""The page on which writing is let go on after a restore."""

import pytest
from sqlalchemy import update
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import installation

PATH = "/problems/thaw"


@pytest.fixture
def frozen(application: Application) -> Application:
    """A database that is behind its mark."""
    with application.store.begin() as connection:
        connection.execute(update(installation).values(frozen_because=f"it is an older copy {MARKUP}."))
    return application


@pytest.mark.rule("L16", "X2")
@pytest.mark.usefixtures("frozen")
def test_an_administrator_lets_writing_go_on(browser: Browser) -> None:
    """With a reason, which is asked for; the page of problems leads here."""
    browser.sign_in("ada")
    assert f'href="{PATH}"' in browser.get("/problems").text
    assert MARKUP not in browser.get(PATH).text
    refused = browser.send(PATH, {"reason": " "})
    assert (422, True) == (refused.status_code, 'id="error-reason"' in refused.text)

    assert 303 == browser.send(PATH, {"reason": "Looked in the ERP: nothing is missing."}).status_code
    page = browser.get("/problems").text
    assert "Writing goes on." in page
    assert "older copy" not in page


@pytest.mark.rule("L16")
@pytest.mark.usefixtures("frozen")
def test_nobody_else_does(abe: Browser) -> None:
    """He sees why not; sending the form all the same does nothing."""
    page = abe.get(PATH).text
    assert "This needs an administrator of the company." in page
    assert "disabled" in page
    assert 403 == abe.send(PATH, {"reason": "I say so"}).status_code
    assert "older copy" in abe.get("/problems").text


def test_what_is_not_frozen_is_not_thawed(browser: Browser) -> None:
    """The page says so, and so does a form from before."""
    browser.sign_in("ada")
    assert "Writing is not frozen." in browser.get(PATH).text
    sent = browser.send(PATH, {"reason": "again"}, page="/company")

    assert (409, True) == (sent.status_code, "Writing is not frozen." in sent.text)
