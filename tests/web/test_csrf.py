"""No other site acts for a person: forms are bound to session and company, and come from our own origin."""

import pytest
from litestar.testing import TestClient
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.web.server import create_server

OWN = "http://testserver.local"
_REFUSED = (403, "foreign_form")


def told(browser: Browser, fields: dict[str, str], **headers: str) -> tuple[int, str]:
    """The status of a sign-out, and the code on the page that refuses it."""
    answer = browser.send_bare("/sign-out", fields, **headers)
    return answer.status_code, "foreign_form" if "foreign_form" in answer.text else ""


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_without_its_token_is_refused(abe: Browser, token: str | None) -> None:
    """No token, a blank or a wrong one: nothing is done."""
    fields = {} if token is None else {"csrf_token": token}

    assert _REFUSED == told(abe, fields)
    assert 200 == abe.get("/").status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"}, {"Origin": "null"}, {"Origin": "http://testserver.local.evil.test"},
        {"Origin": "https://testserver.local"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
    ],
)  # fmt: skip
def test_a_form_from_elsewhere_is_refused_with_its_token_too(abe: Browser, headers: dict[str, str]) -> None:
    """Another origin, an unnamed one, another scheme, a neighbour: nothing is done."""
    assert _REFUSED == told(abe, {"csrf_token": abe.token("/")}, **headers)
    assert 200 == abe.get("/").status_code


@pytest.mark.parametrize("headers", [{"Origin": OWN}, {"Sec_Fetch_Site": "same-origin"}, {}])
def test_a_form_of_ours_is_taken(abe: Browser, headers: dict[str, str]) -> None:
    """With its token, and an origin that is ours where one is named."""
    assert (303, "") == told(abe, {"csrf_token": abe.token("/")}, **headers)


def test_the_origin_behind_tls_is_that_of_the_base_url(application: Application) -> None:
    """A proxy speaks plainly to us; the browser names what the person typed."""
    web = WebConfig(base_url="https://budgets.test", allowed_hosts=("testserver.local",))
    with TestClient(create_server(application, web=web), base_url="https://budgets.test") as client:
        browser = Browser(client)
        browser.sign_in("abe")
        assert _REFUSED == told(browser, {"csrf_token": browser.token("/")}, Origin="https://evil.test")
        assert (303, "") == told(browser, {"csrf_token": browser.token("/")}, Origin="https://budgets.test")


def test_a_token_of_another_session_is_refused(abe: Browser) -> None:
    """A token that was seen before the last sign-in is good for nothing."""
    before = abe.token("/")
    abe.sign_in("abe")

    assert _REFUSED == told(abe, {"csrf_token": before})


def test_a_form_does_not_act_in_a_company_that_was_chosen_meanwhile(browser: Browser) -> None:
    """A form of one company is refused once another tab works in another one."""
    browser.sign_in("ada")
    before = browser.token("/")
    browser.send("/company", {"company": "second"})

    assert _REFUSED == told(browser, {"csrf_token": before})


def test_the_sign_in_itself_is_a_form_of_ours(browser: Browser) -> None:
    """Nobody is signed in by another site, as somebody else, without noticing."""
    fields = {"login": "abe", "password": "several quiet words", "company": "hoosier"}

    assert 403 == browser.send_bare("/sign-in", fields).status_code
    assert 403 == browser.send("/sign-in", fields, Origin="https://evil.test").status_code
    assert browser.session() is None


def test_a_page_takes_no_bearer_token(browser: Browser, application: Application) -> None:
    """API tokens open the API alone."""
    _, abe = application.people.sign_in("abe", "several quiet words", "hoosier")
    token = application.people.create_token(abe, "t", companies=["hoosier"], verbs=["read"])

    assert 303 == browser.get("/items", Authorization=f"Bearer {token}").status_code
