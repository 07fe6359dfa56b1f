"""Choosing the company: by its page, and by links that name one."""

import pytest
from web_site import Browser


def company_of(browser: Browser) -> str:
    """The company that the browser works in, as the API tells it."""
    return str(browser.get("/api/v1/session").json()["company"])


@pytest.mark.rule("P0")
def test_who_belongs_to_several_companies_chooses_one(browser: Browser) -> None:
    """His companies are offered, the one he works in chosen; another one is entered by a form."""
    browser.sign_in("ada")
    page = browser.get("/company").text
    assert '<option value="hoosier" selected>Hoosier Builders</option>' in page
    assert "Second Ltd" in page

    assert 303 == browser.send("/company", {"company": "second"}).status_code
    assert "second" == company_of(browser)


@pytest.mark.rule("P0")
def test_nobody_enters_a_company_that_is_not_his(abe: Browser) -> None:
    """Neither by form nor by a cookie of his own making."""
    assert 422 == abe.send("/company", {"company": "second"}).status_code
    assert "hoosier" == company_of(abe)

    abe.client.cookies.set("erp-bridge-company", "second", domain="testserver.local", path="/")
    assert 401 == abe.get("/api/v1/session").status_code


def test_a_link_leads_into_the_company_that_it_names(browser: Browser) -> None:
    """As links in mail do; the rest of the address stays."""
    browser.sign_in("ada", company="second")
    led = browser.get("/items?filter=ready&company=hoosier")

    assert (303, "/items?filter=ready") == (led.status_code, led.headers["location"])
    assert "hoosier" == company_of(browser)
    assert 200 == browser.get("/items?filter=ready&company=hoosier").status_code


def test_a_link_into_a_foreign_company_stays_where_one_is(abe: Browser) -> None:
    """Nothing tells whether there is such a company."""
    for code in ("second", "none", "%0d%0a"):
        assert 200 == abe.get(f"/items?company={code}").status_code
    assert "hoosier" == company_of(abe)


def test_a_stranger_who_follows_a_link_signs_in_to_its_company(browser: Browser) -> None:
    """The sign-in page has the company of the link, and leads on."""
    asked = browser.get("/items?company=second")
    assert 'value="second"' in browser.get(asked.headers["location"]).text


NEW = {"code": "third", "name": "Third & Sons", "time_zone": "Europe/Berlin", "currency": "EUR", "administrator": "abe"}


@pytest.mark.rule("P0", "X2")
def test_an_administrator_adds_a_company(browser: Browser) -> None:
    """Administered by whom he names; he stays in the one that he is in."""
    browser.sign_in("ada")
    assert 'value="America/Indiana/Indianapolis"' in browser.get("/companies/new").text
    assert 303 == browser.send("/companies/new", NEW).status_code
    assert "hoosier" == company_of(browser)
    assert "Third &amp; Sons" in browser.get("/company").text

    browser.sign_in("abe", company="third")
    assert "third" == company_of(browser)


def test_what_is_wrong_with_a_new_company_is_told_beside_its_field(browser: Browser) -> None:
    """All of it at once, what was typed kept."""
    browser.sign_in("ada")
    refused = browser.send("/companies/new", {**NEW, "code": "second", "time_zone": "Nowhere", "currency": "XXXX"})

    assert 422 == refused.status_code
    assert 'value="Third &amp; Sons"' in refused.text
    unknown = browser.send("/companies/new", {**NEW, "administrator": "nobody"})
    assert (404, True) == (unknown.status_code, 'value="Third &amp; Sons"' in unknown.text)
    refused = browser.send("/companies/new", {**NEW, "code": "second", "time_zone": "Nowhere"})
    assert (422, True, True) == (
        refused.status_code, 'id="error-code"' in refused.text, 'id="error-time_zone"' in refused.text
    )  # fmt: skip


@pytest.mark.rule("P1")
def test_nobody_else_adds_a_company(abe: Browser) -> None:
    """He sees why not; sending the form all the same does nothing."""
    assert "This needs an administrator of the company." in abe.get("/companies/new").text
    assert 403 == abe.send("/companies/new", NEW, page="/companies/new").status_code
