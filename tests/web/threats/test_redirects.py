"""Wherever a request says where to go next, it goes on within this site."""

from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import pytest
from full_site import FullSite
from httpx import Response
from web_site import PASSWORD

#: Addresses that some browser or some parser takes for another site's, or for code.
LURES: Final = (
    "https://evil.test", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test",
    "\t//evil.test", " //evil.test", "/\n/evil.test", "https:evil.test", "https:/evil.test", "HtTpS://evil.test/",
    "javascript:alert(1)",
    "data:text/html,x", "@evil.test", ".evil.test", ":80@evil.test", "/%5cevil.test", "/%2f/evil.test", "//[::1]/",
    "//[", "/items\r\nX-Split: 1", "/\u2215evil.test", "\uff0f\uff0fevil.test", "?x=//evil.test", "//evil.test/%2e%2e",
)  # fmt: skip


def leads(answer: Response) -> str:
    """What is wrong with where an answer leads, as browsers read it; blank where it stays here."""
    location = answer.headers.get("location", "/")
    read = location.strip(" ").replace("\t", "").replace("\n", "").replace("\r", "").replace("\\", "/")
    parts = urlsplit(urljoin("http://testserver.local/sign-in", read))
    is_here = parts.netloc == "testserver.local" and parts.scheme == "http"
    return "" if is_here and "x-split" not in answer.headers else location


@pytest.mark.parametrize("lure", LURES)
def test_a_sign_in_leads_to_a_page_of_ours(site: FullSite, lure: str) -> None:
    """By the address of the page, and by the form's hidden field."""
    browser = site.browser()
    shown = browser.client.get("/sign-in", params={"next": lure}, follow_redirects=False)

    assert f'name="next" value="{lure}"' not in shown.text or lure.startswith("/%")
    assert "" == leads(browser.sign_in("mia", then=lure))


@pytest.mark.parametrize("lure", [each for each in LURES if each.startswith("/")])
def test_a_page_that_asks_for_a_sign_in_or_another_company_leads_back_here(site: FullSite, lure: str) -> None:
    """A stranger's address, and a link that names a company, whatever the path looks like."""
    path = "/" + quote(lure[1:], safe="/?=")
    stranger = site.browser().get(path)
    assert "" == leads(stranger)
    ada = site.browser("ada")

    assert "" == leads(ada.get(f"{path}{'&' if '?' in path else '?'}company=second"))


@pytest.mark.parametrize("lure", [*LURES, "http://testserver.local.evil.test/items", "http://evil.test/items"])
def test_the_page_that_a_form_came_from_is_one_of_ours(site: FullSite, lure: str) -> None:
    """A form without a sign-in leads to the sign-in, and that to no other site's page."""
    browser = site.browser("mia", anew=True)
    token = browser.token("/password")
    site.server.cookies.delete("erp-bridge-session")
    sent = {"Referer": lure.encode("utf-8")}
    answer = site.server.post("/profile", data={"csrf_token": token}, headers=sent, follow_redirects=False)

    assert "" == leads(answer)
    assert "evil" not in answer.headers.get("location", "")


@pytest.mark.parametrize("number", ["%2F%2Fevil.test", "%5C%5Cevil.test", "..%2F..", "%0d%0aX-Split: 1", "https:"])
def test_what_an_address_names_does_not_lead_away(site: FullSite, number: str) -> None:
    """A page that leads on to another one keeps a strange name within its path."""
    answer = site.browser("ada").get(f"/projects/{number}")

    assert answer.status_code in {303, 404}
    assert "" == leads(answer)


def test_a_page_of_ours_is_led_to(site: FullSite) -> None:
    """The others are refused for what they are."""
    answer = site.browser().sign_in("mia", password=PASSWORD, then="/projects?page=2")

    assert "/projects?page=2" == answer.headers["location"]
