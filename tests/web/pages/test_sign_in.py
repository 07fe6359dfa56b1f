"""Signing in and out on pages: throttled, rotated, and never a way to somewhere else."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from controlled_clock import ControlledClock
from litestar.testing import TestClient
from web_site import PASSWORD, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.configuration.configuration import WebConfig
from erp_bridge_core.installation import create_home
from erp_bridge_core.web.pages import sign_in
from erp_bridge_core.web.server import create_server


def test_a_stranger_is_led_to_the_sign_in_and_back(browser: Browser) -> None:
    """A page asks for a sign-in, which leads to that page, its query with it."""
    asked = browser.get("/items?filter=ready")
    assert (303, "/sign-in?next=/items%3Ffilter%3Dready") == (asked.status_code, asked.headers["location"])

    done = browser.sign_in("abe", then="/items?filter=ready")

    assert (303, "/items?filter=ready") == (done.status_code, done.headers["location"])
    assert 200 == browser.get("/items?filter=ready").status_code


def test_an_unknown_page_is_told_to_nobody_who_is_not_signed_in(browser: Browser) -> None:
    """A stranger learns of no page, known or unknown; whoever is signed in is told that there is none."""
    assert 303 == browser.get("/no-such-page").status_code

    browser.sign_in("abe")

    assert 404 == browser.get("/no-such-page").status_code


@pytest.mark.parametrize(
    ("login", "password", "company"),
    [("abe", "wrong", "hoosier"), ("nobody", PASSWORD, "hoosier"), ("abe", PASSWORD, "second"), ("abe", PASSWORD, "x")],
)
def test_all_failures_are_told_alike(browser: Browser, login: str, password: str, company: str) -> None:
    """Whatever does not fit, the words are the same; what was typed stays, but never the password."""
    refused = browser.sign_in(login, password=password, company=company)

    assert 403 == refused.status_code
    assert "The sign-in failed: login, password and company don&#39;t fit together" in refused.text
    assert f'value="{login}"' in refused.text
    assert password not in refused.text
    assert browser.session() is None


@pytest.mark.parametrize("login", ["abe", "no-such-person"])
def test_a_login_is_throttled_and_told_until_when(browser: Browser, clock: ControlledClock, login: str) -> None:
    """After five failures the right password does not help either; who is nobody is told the same."""
    for _ in range(5):
        browser.sign_in(login, password="wrong words here")
    clock.advance(minutes=5)

    refused = browser.sign_in(login)

    assert (429, "600") == (refused.status_code, refused.headers["retry-after"])
    assert "Try again in 10 minutes, or ask an administrator" in refused.text


def test_a_throttled_login_is_let_in_again(browser: Browser, clock: ControlledClock) -> None:
    """After fifteen minutes, with the right password."""
    for _ in range(5):
        browser.sign_in("abe", password="wrong words here")
    clock.advance(minutes=15)

    assert 303 == browser.sign_in("abe").status_code


def test_only_so_many_passwords_are_looked_at_together(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes much memory, and strangers may ask for it: the next one waits, then is told to come again."""
    monkeypatch.setattr("erp_bridge_core.web.pages.sign_in._PATIENCE", 0.01)
    with ExitStack() as others:
        for _ in range(sign_in.AT_ONCE):
            others.enter_context(sign_in.one_of_few())
        refused = browser.sign_in("abe")
    assert (503, "5") == (refused.status_code, refused.headers["retry-after"])

    assert 303 == browser.sign_in("abe").status_code


def test_missing_fields_are_named_beside_them(browser: Browser) -> None:
    """Each field that is missing says so, tied to it for who hears the page."""
    refused = browser.send("/sign-in", {"login": " "})

    assert 422 == refused.status_code
    for name, label in (("company", "Company"), ("login", "Login"), ("password", "Password")):
        assert 'aria-invalid="true" aria-describedby="' in refused.text
        assert f'id="error-{name}">{label} is missing.' in refused.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test", "javascript:alert(1)", "evil",
        "/x\r\nSet-Cookie: a=b", "/\t/evil.test", "/%0d%0aSet-Cookie:a=b" + "x" * 600, "http:evil.test", "///evil.test",
        "/\u202eevil",
    ],
)  # fmt: skip
def test_a_sign_in_leads_to_pages_of_ours_alone(browser: Browser, wanted: str) -> None:
    """Another site, a script, or what would end a header leads to the home page."""
    done = browser.sign_in("abe", then=wanted)

    assert (303, "/") == (done.status_code, done.headers["location"])
    assert "a" not in browser.client.cookies


def test_a_session_is_never_the_browsers_choice(browser: Browser, application: Application) -> None:
    """A planted session is not taken up; each sign-in makes a new one and ends the one before."""
    browser.client.cookies.set("erp-bridge-session", "planted", domain="testserver.local")
    browser.client.cookies.set("erp-bridge-company", "hoosier", domain="testserver.local")
    browser.sign_in("abe")
    first = browser.session()
    browser.sign_in("abe")
    second = browser.session()

    assert 3 == len({"planted", first, second})
    old = Browser(TestClient(create_server(application, web=WEB)))
    old.client.cookies.update({"erp-bridge-session": str(first), "erp-bridge-company": "hoosier"})
    assert 303 == old.get("/").status_code


def test_a_sign_out_ends_the_session(abe: Browser) -> None:
    """Its cookie is taken away, and is good for nothing where it was kept."""
    kept = abe.session()
    done = abe.send("/sign-out", {}, page="/")

    assert (303, "/sign-in") == (done.status_code, done.headers["location"])
    assert abe.session() is None
    abe.client.cookies.set("erp-bridge-session", str(kept), domain="testserver.local")
    assert 303 == abe.get("/").status_code


def test_a_sign_in_ends_by_itself(abe: Browser, clock: ControlledClock) -> None:
    """After the minutes of the configuration the person signs in again."""
    clock.advance(minutes=WEB.session_minutes)
    assert 200 == abe.get("/").status_code

    clock.advance(minutes=1)
    assert 303 == abe.get("/").status_code


def test_cookies_are_not_for_scripts_and_not_for_other_sites(browser: Browser) -> None:
    """Each is HttpOnly and SameSite, for all of our paths."""
    set_cookies = browser.sign_in("abe").headers.get_list("set-cookie")

    assert 3 == len(set_cookies)
    for each in set_cookies:
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(each.split("; ")[1:])


@pytest.fixture
def by_tls(application: Application) -> Iterator[Browser]:
    """A browser before a server that a proxy serves by TLS."""
    web = WebConfig(base_url="https://budgets.test")
    with TestClient(create_server(application, web=web), base_url="https://budgets.test") as client:
        yield Browser(client)


def test_cookies_are_bound_to_the_host_behind_tls(by_tls: Browser) -> None:
    """With https they are Secure and carry the prefix that no neighbour domain can plant."""
    set_cookies = by_tls.sign_in("abe").headers.get_list("set-cookie")

    assert 3 == len(set_cookies)
    for each in set_cookies:
        assert each.startswith("__Host-erp-bridge-")
        assert "Secure" in each.split("; ")
    assert 200 == by_tls.get("/").status_code


def test_one_company_is_not_asked_for(tmp_path: Path) -> None:
    """An installation with one company signs in without naming it."""
    create_home(
        tmp_path / "one", company_code="only", company_name="Only", time_zone="UTC", currency="USD", admin_login="ada",
        admin_name="Ada",
    ).close()  # fmt: skip
    with Application.open(tmp_path / "one") as application, TestClient(create_server(application, web=WEB)) as client:
        application.people.set_password(application.companies.system("only"), "ada", PASSWORD)
        browser = Browser(client)
        assert 'name="company"' not in browser.get("/sign-in").text

        done = browser.send("/sign-in", {"login": "ada", "password": PASSWORD})

    assert (303, "/") == (done.status_code, done.headers["location"])


def test_names_of_companies_are_not_told_to_strangers(browser: Browser) -> None:
    """Who is not signed in reads no company's name."""
    shown: Any = browser.get("/sign-in").text

    assert 'name="company"' in shown
    assert [] == [each for each in ("Hoosier", "hoosier", "Second Ltd", "second") if each in shown]
