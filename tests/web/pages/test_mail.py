"""Mail on pages: its states and words, its HTML where it can do nothing, and what was given up sent again."""

import pytest
from sqlalchemy import text
from web_site import MARKUP, Browser

from erp_bridge_core.app import Application


@pytest.fixture
def ada(browser: Browser, application: Application) -> Browser:
    """The administrator's browser, after a reject has made mail for the project manager, and one was given up."""
    actor = application.people.sign_in("abe", "several quiet words", "hoosier")[1]
    application.reviews.reject(actor, 1, reason=f"Too high {MARKUP}", revision=None)
    with application.store.begin() as connection:
        connection.execute(text("UPDATE people SET email = login || '@site.test'"))
        connection.execute(text("UPDATE deliveries SET state = 'given_up', problem = 'no <b>such</b> box'"))
    assert 303 == browser.sign_in("ada").status_code
    return browser


def test_mail_is_listed_by_state(ada: Browser) -> None:
    """With why it was not sent; nothing that people wrote is markup."""
    page = ada.get("/mail").text
    assert 1 == page.count('data-title="Kind"')
    assert "no &lt;b&gt;such&lt;/b&gt; box" in page
    assert MARKUP not in page

    assert "There is no such mail." in ada.get("/mail?in_state=sent").text
    assert 1 == ada.get("/mail?in_state=given_up").text.count('data-title="Kind"')
    assert 422 == ada.get("/mail?in_state=odd").status_code


def test_a_mail_is_shown_in_words(ada: Browser) -> None:
    """As text on the page, escaped."""
    page = ada.get("/mail/1").text

    assert "Too high &lt;script&gt;" in page
    assert MARKUP not in page
    assert 404 == ada.get("/mail/99").status_code
    assert 404 == ada.get("/mail/99/html").status_code


def test_its_html_may_do_nothing(ada: Browser) -> None:
    """An answer of its own with a policy beside ours that allows nothing at all, and no page of ours in it."""
    answer = ada.get("/mail/1/html")

    own, ours = answer.headers.get_list("content-security-policy")
    assert "default-src 'none'; form-action 'none'; sandbox" == own
    assert "frame-ancestors 'none'" in ours
    assert answer.headers["content-type"].startswith("text/html")
    assert "csrf_token" not in answer.text
    assert MARKUP not in answer.text


def test_what_was_given_up_is_sent_again(ada: Browser, application: Application) -> None:
    """One, or all; what waits already is told why it can't be."""
    assert 303 == ada.send("/mail/1/retry", {}, page="/mail/1").status_code
    page = ada.get("/mail/1").text
    assert "Mail 1 is due again." in page
    assert 'disabled aria-describedby="why-retry"' in page
    assert 409 == ada.send("/mail/1/retry", {}, page="/mail/1").status_code

    ada.send("/mail/retry", {}, page="/mail")
    assert "Nothing was given up." in ada.get("/mail").text
    with application.store.begin() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'given_up'"))
    ada.send("/mail/retry", {}, page="/mail")
    assert "Due again: 1." in ada.get("/mail").text


@pytest.mark.rule("P0", "P1")
def test_mail_is_for_the_companys_administrators(ada: Browser) -> None:
    """Approvers and another company see nothing of it."""
    ada.send("/sign-out", {}, page="/")
    ada.sign_in("abe")
    for path in ("/mail", "/mail/1", "/mail/1/html"):
        assert 403 == ada.get(path).status_code
    assert 403 == ada.send("/mail/1/retry", {}, page="/").status_code
    ada.send("/sign-out", {}, page="/")
    ada.sign_in("ada", company="second")
    assert 404 == ada.get("/mail/1").status_code


@pytest.mark.rule("X2")
def test_a_test_is_sent(ada: Browser, application: Application) -> None:
    """At once; an address that is none, and a server that is not named, are told on the form."""
    refused = ada.send("/mail/test", {"address": "nobody"}, page="/mail")
    assert (422, True) == (refused.status_code, 'value="nobody"' in refused.text)
    assert "No way for mail is configured" in ada.send("/mail/test", {"address": "a@b.test"}, page="/mail").text

    with (application.home / "erp-bridge.toml").open("a") as file:
        file.write('\n[mail]\ntransport = "files"\n')
    assert 303 == ada.send("/mail/test", {"address": "a@b.test"}, page="/mail").status_code
    assert "Sent to a@b.test." in ada.get("/mail").text
    assert 1 == len(list((application.home / "mail").glob("*.eml")))
