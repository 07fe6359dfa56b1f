"""Changing one's own password: it asks for a recent sign-in and ends every other session."""

import pytest
from controlled_clock import ControlledClock
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

    done = abe.send("/password", {"password": NEW, "again": NEW})

    assert (303, "/") == (done.status_code, done.headers["location"])
    assert abe.session() not in {None, before}
    assert 200 == abe.get("/").status_code
    assert 303 == other.get("/").status_code
    assert 403 == other.sign_in("abe", password=PASSWORD).status_code
    assert 303 == other.sign_in("abe", password=NEW).status_code


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        (NEW, "something else here", 'id="error-again">New password again is not the same'),
        ("qw-er", "qw-er", "too short or too long"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "is too easy to guess"),
        ("", "", 'id="error-password">New password is missing'),
    ],
)  # fmt: skip
def test_a_password_that_can_not_be_is_told_beside_its_field(
    abe: Browser, password: str, again: str, said: str
) -> None:
    """Nothing is changed, and no password is shown."""
    refused = abe.send("/password", {"password": password, "again": again})

    assert 422 == refused.status_code
    assert said in refused.text
    assert not password or password not in refused.text
    assert 303 == abe.sign_in("abe").status_code


def test_a_sign_in_that_is_not_recent_is_made_so(abe: Browser, clock: ControlledClock) -> None:
    """The page leads to the sign-in and back to where the person was."""
    clock.advance(minutes=16)
    refused = abe.send("/password", {"password": NEW, "again": NEW}, Referer="http://testserver.local/password")

    assert 403 == refused.status_code
    assert 'href="/sign-in?next=/password">Sign in again</a>' in refused.text
    abe.sign_in("abe", then="/password")
    assert 303 == abe.send("/password", {"password": NEW, "again": NEW}).status_code
