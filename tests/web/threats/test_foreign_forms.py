"""No other site acts for a person: every request that changes something is refused without a proof that it is ours."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from full_site import FullSite
from web_site import PASSWORD

#: Signing in by JSON, which no form of another site can send, needs no token of a form.
BY_JSON: Final = "POST /api/v1/session"
#: Budget sources call it, who have no session: nothing that they say is believed, and a sign-in counts for nothing.
BY_SOURCES: Final = "POST /receive/{name}"
#: Ways to send something from another site: headers, whether a good token goes along, and the body.
WAYS: Final[Mapping[str, tuple[dict[str, str], bool, dict[str, Any]]]] = {
    "no token": ({}, False, {"data": {"x": "1"}}),
    "JSON without a token": ({}, False, {"json": {}}),
    "text that is JSON": ({"Content-Type": "text/plain"}, False, {"content": '{"csrf_token": "x"}'}),
    "another origin": ({"Origin": "https://evil.test"}, True, {"data": {}}),
    "no origin that can be told": ({"Origin": "null"}, True, {"data": {}}),
    "another site by the browser's word": ({"Sec-Fetch-Site": "cross-site"}, True, {"json": {}}),
    "an empty token": ({"X-CSRF-Token": ""}, False, {"data": {"csrf_token": ""}}),
}
SIGN_IN: Final = {"login": "ada", "password": PASSWORD, "company": "hoosier"}


def writes(site: FullSite) -> list[str]:
    """Every method and path that changes something."""
    return [route for route in site.routes() if not route.startswith("GET ") and route != BY_SOURCES]


def accepted(site: FullSite, headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """The writes that did not refuse a request of that kind, by their answers."""
    wrong = []
    for route in writes(site):
        method = route.partition(" ")[0]
        if route == BY_JSON and "json" in body and "Origin" not in headers and "Sec-Fetch-Site" not in headers:
            continue
        answer = site.server.request(method, site.path(route), headers=headers, follow_redirects=False, **body)
        if answer.status_code != 403 or "foreign_form" not in answer.text:
            wrong.append(f"{route}: {answer.status_code}")
    return " | ".join(wrong)


@pytest.mark.parametrize("way", WAYS)
def test_what_does_not_come_from_our_pages_is_refused(site: FullSite, way: str) -> None:
    """Pages and API, whoever is signed in; nothing is done."""
    headers, is_good, body = WAYS[way]
    token = site.browser("ada").token("/password")
    before = site.acts()

    assert "" == accepted(site, {**headers, **({"X-CSRF-Token": token} if is_good else {})}, body)
    assert before == site.acts()


@pytest.mark.parametrize("whose", ["another session's", "another company's", "another person's", "a visit's"])
def test_a_token_is_good_for_one_session_in_one_company(site: FullSite, whose: str) -> None:
    """Every write refuses a token of the same person elsewhere, and of anybody else."""
    if whose == "another person's":
        token = site.browser("bob").token("/password")
    elif whose == "a visit's":
        token = site.browser().token("/sign-in")
    else:
        token = site.browser("ada", company="second" if "company" in whose else "hoosier", anew=True).token("/password")
    kept = site.cookies()
    site.browser("ada", anew=True)
    if whose == "another company's":  # the same session, which works in the first company now
        site.put_cookies({**kept, "erp-bridge-company": "hoosier"})
    before = site.acts()

    assert "" == accepted(site, {}, {"data": {"csrf_token": token}})
    assert before == site.acts()


def test_a_good_form_is_taken(site: FullSite) -> None:
    """The refusals above are for the token alone."""
    browser = site.browser("ada", anew=True)

    assert 303 == browser.send("/company", {"company": "hoosier"}).status_code
    assert 200 == site.server.post("/api/v1/session", json=SIGN_IN).status_code
