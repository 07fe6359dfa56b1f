"""Identities on pages and in the API; passwords for administrators alone; an installation without a provider."""

import sys
from typing import Any

import pytest
from oidc_doubles import ProviderDouble, RoundTrip
from web_site import MARKUP, PASSWORD, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import BadSettings
from erp_bridge_core.web.server import create_server

PERSON = "/people/abe/settings"
IDENTITIES = "/people/abe/identities"


def test_an_administrator_links_and_unlinks(round_trip: RoundTrip, application: Application) -> None:
    """On the person's page, with the configured issuer filled in; what was linked signs in, and then no more."""
    browser, issuer = round_trip.browser, round_trip.double.url
    browser.sign_in("ada")
    page = browser.get(PERSON).text
    assert f'value="{issuer}"' in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    form = {"issuer": issuer, "subject": "second-there", "seen": seen}

    assert 303 == browser.send(IDENTITIES, form, page=PERSON).status_code
    refused = browser.send(IDENTITIES, form, page=PERSON)
    assert (422, True) == (refused.status_code, 'id="error-subject"' in refused.text)
    assert 'value="second-there"' in refused.text
    gone = {"issuer": issuer, "subject": "abe-there"}
    assert 303 == browser.send(f"{IDENTITIES}/unlink", gone, page=PERSON).status_code
    assert 404 == browser.send(f"{IDENTITIES}/unlink", gone, page=PERSON).status_code

    browser.client.cookies.clear()
    assert 403 == round_trip.go(sub="abe-there").status_code
    assert 303 == round_trip.go(sub="second-there").status_code


def test_what_a_provider_calls_somebody_is_data(round_trip: RoundTrip, application: Application) -> None:
    """Markup in a subject is text on every page."""
    host = application.companies.system("hoosier")
    application.people.identities.link(host, "ada", issuer=round_trip.double.url, subject=MARKUP)
    unknown = round_trip.go(sub=f"{MARKUP}2").text
    round_trip.browser.sign_in("ada")

    for page in (unknown, round_trip.browser.get("/profile").text, round_trip.browser.get("/people/ada/settings").text):
        assert MARKUP not in page
        assert "&lt;script&gt;" in page


@pytest.mark.rule("X2", "P0", "P1")
def test_the_api_links_and_unlinks(abe: Browser, application: Application) -> None:
    """For administrators; another company's person does not exist there."""
    identity = {"issuer": "https://id.test", "subject": "there"}

    def ask(method: str, path: str, **sent: Any) -> Any:
        token = abe.get("/api/v1/session").json()["csrf_token"]
        return abe.client.request(method, f"/api/v1{path}", headers={"X-CSRF-Token": token}, **sent)

    assert 403 == ask("POST", IDENTITIES, json=identity).status_code
    assert [] == ask("GET", IDENTITIES).json()
    abe.sign_in("ada")
    made = ask("POST", IDENTITIES, json=identity)
    assert (201, "ada", "there") == (made.status_code, made.json()["linked_by"], made.json()["subject"])
    assert [made.json()] == ask("GET", IDENTITIES).json()
    assert 422 == ask("POST", IDENTITIES, json=identity).status_code
    assert 404 == ask("POST", "/people/sue/identities", json=identity).status_code
    assert 404 == ask("GET", "/people/sue/identities").status_code
    assert 204 == ask("DELETE", IDENTITIES, params=identity).status_code
    assert 404 == ask("DELETE", IDENTITIES, params=identity).status_code


def test_passwords_may_be_for_administrators_alone(configure: Any, double: ProviderDouble) -> None:
    """Pages and API refuse everybody else in the words of a wrong password; the page says how he gets in."""
    browser: Browser = configure(double.url, "only = true")
    page = browser.get("/sign-in").text
    assert "Sign in with Builders ID" in page
    assert "<summary>Administrators sign in by password</summary>" in page

    refused = browser.sign_in("abe")
    assert (403, True) == (refused.status_code, "The sign-in failed" in refused.text)
    assert "<details open>" in refused.text
    body = {"login": "abe", "password": PASSWORD, "company": "hoosier"}
    assert 403 == browser.client.post("/api/v1/session", json=body).status_code
    assert 200 == browser.client.post("/api/v1/session", json={**body, "login": "ada"}).status_code
    browser.client.cookies.clear()
    assert 303 == browser.sign_in("ada").status_code


def test_without_a_provider_nothing_is_there(browser: Browser) -> None:
    """No button, no pages; the password is the only way."""
    assert "/sign-in/provider" not in browser.get("/sign-in").text
    assert 404 == browser.get("/sign-in/provider").status_code
    assert 404 == browser.get("/sign-in/provider/back?code=c&state=s").status_code
    browser.sign_in("abe")
    assert "Signing in through a provider" not in browser.get("/profile").text
    assert 404 == browser.send("/profile/identities/link", {}, page="/profile").status_code


def test_linking_asks_for_a_form_of_ours(round_trip: RoundTrip) -> None:
    """Another site can't have a person linked with somebody else's account there."""
    round_trip.browser.sign_in("mia")

    for path in ("/profile/identities/link", "/profile/identities/unlink"):
        assert 403 == round_trip.browser.send_bare(path, {}).status_code
    assert 405 == round_trip.browser.get("/profile/identities/link").status_code


def test_an_old_sign_in_links_nothing(round_trip: RoundTrip) -> None:
    """The button says why; sent nevertheless, it is refused, before and after the way to the provider."""
    browser = round_trip.browser
    browser.sign_in("mia")
    round_trip.clock.sleep(16 * 60)

    page = browser.get("/profile").text
    assert '<button disabled aria-describedby="why-link">Link Builders ID</button>' in page
    assert 403 == browser.send("/profile/identities/link", {}, page="/profile").status_code


def test_the_extra_is_asked_for(
    application: Application, double: ProviderDouble, configure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `[oidc]` is configured without it, the server does not start, and says what to install."""
    configure(double.url)
    monkeypatch.setitem(sys.modules, "erp_bridge_core.web.oidc.provider", None)

    with pytest.raises(BadSettings, match="needs the extra oidc"):
        create_server(application, web=WEB)


def test_a_secret_that_is_not_there_is_told_at_the_start(
    application: Application, double: ProviderDouble, configure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to the first person who wants to sign in."""
    configure(double.url)
    monkeypatch.delenv("OIDC_SECRET")

    with pytest.raises(BadSettings, match="OIDC_SECRET is not set"):
        create_server(application, web=WEB)
