"""One sentence that outlives one redirect, and only for the session that it was made for."""

from typing import Any

import pytest
from litestar.testing import RequestFactory
from web_site import WEB

from erp_bridge_core.web.actors import Visit
from erp_bridge_core.web.flash import Flash, flash_cookie, read_flash
from erp_bridge_core.web.sessions import Cookies


def request_of(secret: str, notice: str | None = None) -> Any:
    """A request of a session, with the cookie that a redirect set."""
    headers = {} if notice is None else {"Cookie": f"erp-bridge-notice={notice}"}
    request = RequestFactory().get("/", headers=headers)
    request.app.state["cookies"] = Cookies(WEB)
    request.scope["auth"] = Visit(secret=secret)
    return request


def sealed(flash: Flash) -> str:
    """The cookie's value of a sentence for the session `mine`."""
    return str(flash_cookie(request_of("mine"), flash).value)


@pytest.mark.parametrize("flash", [Flash("Item 1 was accepted."), Flash("Nothing — „über“ <b>", good=False)])
def test_a_sentence_arrives_as_it_was(flash: Flash) -> None:
    """On the next page of the same session."""
    assert flash == read_flash(request_of("mine", sealed(flash)))


@pytest.mark.parametrize("notice", [None, "", ".", "a.b", "é.é", "x" * 5000])
def test_whatever_else_is_in_the_cookie_is_nothing(notice: str | None) -> None:
    """No page says what somebody planted."""
    assert read_flash(request_of("mine", notice)) is None


def test_a_sentence_of_another_session_is_nothing() -> None:
    """Nor one whose words were changed, nor one before any session."""
    good = sealed(Flash("Done."))

    assert read_flash(request_of("theirs", good)) is None
    assert read_flash(request_of("", good)) is None
    assert read_flash(request_of("mine", "A" + good)) is None


def test_a_long_sentence_is_cut() -> None:
    """A cookie has little room."""
    told = read_flash(request_of("mine", sealed(Flash("x" * 5000))))

    assert told is not None
    assert 600 == len(told.text)
