"""One's own page: name and address, sign-ins, tokens; and what a company's administrators see of tokens."""

import re
from typing import Any

import pytest
from controlled_clock import ControlledClock
from litestar.testing import TestClient
from web_site import MARKUP, PASSWORD, WEB, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.web.server import create_server

TOKEN = {"name": "nightly", "verb_read": "yes", "projects": "24-001\n", "days": "30"}


def test_a_person_changes_his_name(abe: Browser) -> None:
    """It is shown at the top of every page, as text."""
    assert 303 == abe.send("/profile", {"name": MARKUP, "email": "abe@builders.test"}).status_code

    page = abe.get("/profile").text
    assert MARKUP not in page
    assert "&lt;script&gt;" in page
    assert "abe@builders.test" in page


def test_what_is_wrong_stands_beside_its_field(abe: Browser) -> None:
    """What was typed is kept."""
    refused = abe.send("/profile", {"name": "Abe", "email": "not an address"})

    assert (422, True) == (refused.status_code, 'id="error-email"' in refused.text)
    assert 'value="not an address"' in refused.text


def test_a_person_says_how_he_reads_values(abe: Browser) -> None:
    """Whatever his browser asks for; back to that, and to the company's zone, by a blank."""
    chosen = {"locale": "de_AT", "time_zone": "Asia/Tokyo"}
    assert 303 == abe.send("/profile/formats", chosen, page="/profile").status_code

    page = abe.get("/items/1", Accept_Language="fr").text
    assert "$ 1.234.567,80" in page.replace("\xa0", " ")
    assert " JST</time>" in page
    assert '<option value="de_AT" selected>German (Austria)</option>' in abe.get("/profile").text
    abe.send("/profile/formats", {"locale": "", "time_zone": ""}, page="/profile")
    assert "$1,234,567.80" in abe.get("/items/1").text
    assert " EST</time>" in abe.get("/items/1").text


@pytest.mark.parametrize(
    ("name", "value"), [("locale", "xx_YY"), ("locale", "../etc"), ("time_zone", "Nowhere/City"), ("time_zone", MARKUP)]
)
def test_what_is_no_locale_or_zone_is_refused_beside_its_field(abe: Browser, name: str, value: str) -> None:
    """Nothing is set."""
    refused = abe.send("/profile/formats", {"locale": "fr_CA", "time_zone": "", name: value}, page="/profile")

    assert (422, True) == (refused.status_code, f'id="error-{name}"' in refused.text)
    assert MARKUP not in refused.text
    assert '<option value="" selected>' in abe.get("/profile").text


def test_another_sign_in_is_ended(abe: Browser, application: Application) -> None:
    """By its number; another person's is not found, nor nonsense."""
    other = Browser(TestClient(create_server(application, web=WEB)))
    other.sign_in("abe")
    ada = Browser(TestClient(create_server(application, web=WEB)))
    ada.sign_in("ada")
    (number,) = re.findall(r'name="number" value="(\d+)"', abe.get("/profile").text)

    for wrong in ("x", "", "-1", "9" * 40, str(int(number) + 1000)):
        assert 404 == abe.send("/profile/sessions/end", {"number": wrong}, page="/profile").status_code
    assert 404 == ada.send("/profile/sessions/end", {"number": number}, page="/profile").status_code
    assert 200 == other.get("/").status_code
    assert 303 == abe.send("/profile/sessions/end", {"number": number}, page="/profile").status_code
    assert 303 == other.get("/").status_code
    assert 200 == abe.get("/").status_code


def test_a_person_signs_out_everywhere(abe: Browser, application: Application) -> None:
    """Here too."""
    other = Browser(TestClient(create_server(application, web=WEB)))
    other.sign_in("abe")

    done = abe.send("/profile/sessions/end-all", {}, page="/profile")

    assert "/sign-in" == done.headers["location"]
    assert abe.session() is None
    assert 303 == other.get("/").status_code


def test_a_token_is_shown_once_and_works(abe: Browser, server: TestClient[Any]) -> None:
    """Made by a form, shown on that answer alone, ended by its button."""
    made = abe.send("/tokens", TOKEN)
    found = re.search(r"erpb_[\w-]+", made.text)
    assert found
    assert "no-store" == made.headers["cache-control"]
    assert found[0] not in abe.get("/tokens").text

    bearer = {"Authorization": f"Bearer {found[0]}", "ERP-Bridge-Company": "hoosier"}
    assert ["read"] == server.get("/api/v1/session", headers=bearer).json()["verbs"]
    assert 303 == abe.send("/tokens/revoke", {"name": "nightly"}, page="/tokens").status_code
    assert 401 == server.get("/api/v1/session", headers=bearer).status_code
    assert 404 == abe.send("/tokens/revoke", {"name": "nightly"}, page="/tokens").status_code


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, 'id="error-name"'), ({"days": "0"}, 'id="error-days"'), ({"days": "x"}, 'id="error-days"'),
        ({"projects": "none"}, 'id="error-projects"'), ({"verb_read": ""}, "Choose at least one thing"),
    ],
)  # fmt: skip
def test_a_token_that_cant_be_is_refused(abe: Browser, given: dict[str, str], said: str) -> None:
    """Each fault in its place, and what was typed kept."""
    refused = abe.send("/tokens", {**TOKEN, **given})

    assert (422, True) == (refused.status_code, said in refused.text)
    assert "erpb_" not in refused.text


def test_a_token_asks_for_a_recent_sign_in(abe: Browser, clock: ControlledClock) -> None:
    """An old one leads to the sign-in page."""
    clock.advance(minutes=16)

    assert 403 == abe.send("/tokens", TOKEN).status_code


@pytest.mark.rule("P0", "P5")
def test_an_administrator_withdraws_a_companys_token(abe: Browser) -> None:
    """He sees whose it is and what it may, never itself; another company's is not there."""
    abe.send("/tokens", {**TOKEN, "name": MARKUP})
    abe.sign_in("sue", company="second")
    assert 403 == abe.get("/company/tokens").status_code
    abe.sign_in("ada", company="second")
    assert "Nobody has a token" in abe.get("/company/tokens").text
    form = {"login": "abe", "name": MARKUP}
    assert 404 == abe.send("/company/tokens/withdraw", form, page="/profile").status_code

    abe.sign_in("ada")
    page = abe.get("/company/tokens").text
    assert '<td data-title="Owner">abe</td>' in page
    assert MARKUP not in page
    assert "erpb_" not in page
    assert 303 == abe.send("/company/tokens/withdraw", form, page="/company/tokens").status_code
    assert "Nobody has a token" in abe.get("/company/tokens").text


def test_passwords_stay_out_of_the_profile(abe: Browser) -> None:
    """Nothing of how he signs in is on the page."""
    assert PASSWORD not in abe.get("/profile").text
    assert str(abe.session()) not in abe.get("/profile").text
