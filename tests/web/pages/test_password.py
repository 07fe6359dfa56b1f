"""Changing one's own password: it asks for a recent sign-in and ends every other session."""

import re
from urllib.parse import unquote

import pytest
from controlled_clock import ControlledClock
from form_reading import FormReader
from litestar.testing import TestClient
from web_site import PASSWORD, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.web.server import create_server

NEW = "other words, all quiet"


def test_a_new_password_ends_every_other_session(abe: Browser, application: Application) -> None:
    """Here a new session begins; elsewhere the person signs in anew, with the new password."""
    other = Browser(TestClient(create_server(application, web=WEB)))
    other.sign_in("abe")
    before = abe.session()

    done = abe.send("/password", {"password": NEW, "password_repeated": NEW})

    assert (303, "/") == (done.status_code, done.headers["location"])
    assert abe.session() not in {None, before}
    assert 200 == abe.get("/").status_code
    assert 303 == other.get("/").status_code
    assert 403 == other.sign_in("abe", password=PASSWORD).status_code
    assert 303 == other.sign_in("abe", password=NEW).status_code


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        (NEW, "something else here", 'id="error-password_repeated">New password again is not the same'),
        ("qw-er", "qw-er", "too short or too long"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "is too easy to guess"),
        ("", "", 'id="error-password">New password is missing'),
    ],
)  # fmt: skip
def test_a_password_that_can_not_be_is_told_beside_its_field(
    abe: Browser, password: str, again: str, said: str
) -> None:
    """Nothing is changed, and no password is shown."""
    refused = abe.send("/password", {"password": password, "password_repeated": again})

    assert 422 == refused.status_code
    assert said in refused.text
    assert not password or password not in refused.text
    assert 303 == abe.sign_in("abe").status_code


@pytest.fixture
def newcomer(abe: Browser, application: Application) -> Browser:
    """The approver's browser, signed in with a password that the administrator has just set."""
    _, ada = application.people.sign_in("ada", PASSWORD, "hoosier")
    application.people.set_password(ada, "abe", NEW)
    assert 303 == abe.sign_in("abe", password=NEW).status_code
    return abe


@pytest.mark.parametrize("path", ["/", "/items", "/profile", "/no-such-page"])
def test_every_page_leads_to_the_choice_of_a_password(newcomer: Browser, path: str) -> None:
    """Nothing else is open to whoever signed in with a password that somebody else knows."""
    led = newcomer.get(path)

    assert (303, "/password") == (led.status_code, led.headers["location"])
    page = newcomer.get("/password").text
    assert "was set by somebody else" in page
    assert 'aria-label="Main">' in page
    assert 'href="/items"' not in page


def test_a_form_of_a_newcomer_does_nothing(newcomer: Browser) -> None:
    """It leads there, too; signing out is possible."""
    token = newcomer.token("/password")
    sent = newcomer.send_bare("/profile", {"csrf_token": token, "name": "Other", "email": ""})

    assert (303, "/password") == (sent.status_code, sent.headers["location"])
    assert "Other" not in newcomer.get("/password").text
    assert 303 == newcomer.send("/sign-out", {}, page="/password").status_code


def test_ones_own_password_opens_everything(newcomer: Browser) -> None:
    """It is another one than the one that was handed over."""
    refused = newcomer.send("/password", {"password": NEW, "password_repeated": NEW})
    assert (422, True) == (refused.status_code, "is the one that was handed to you" in refused.text)

    own = "words that nobody else knows"
    assert 303 == newcomer.send("/password", {"password": own, "password_repeated": own}).status_code
    assert 200 == newcomer.get("/items").status_code


def test_a_sign_in_that_is_not_recent_is_made_so(abe: Browser, clock: ControlledClock) -> None:
    """The page leads to the sign-in and back to where the person was; no password is kept on the way."""
    form = next(each for each in FormReader(abe.get("/password").text).forms if each.action == "/password")
    clock.advance(minutes=16)
    refused = abe.send_bare("/password", {**form.hidden, "password": NEW, "password_repeated": NEW})

    assert 403 == refused.status_code
    (back,) = re.findall(r'href="/sign-in\?next=(/password[^"]*)">Sign in again</a>', refused.text)
    abe.sign_in("abe", then=unquote(back))
    assert NEW not in abe.get(unquote(back)).text
    assert 303 == abe.send("/password", {"password": NEW, "password_repeated": NEW}).status_code
