"""Signing in through a real OpenID provider, Canaille, which runs beside the test."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from controlled_clock import ControlledClock
from form_reading import FormReader
from oidc_person import PersonThere, query_of
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.people.actor import Actor


@pytest.fixture(autouse=True)
def clock() -> ControlledClock:
    """The provider's clock is the real one, so ours stands there, too."""
    return ControlledClock(moment=datetime.now(UTC))


@pytest.fixture
def browser(configure, provider_url: str) -> Browser:
    """A browser of a stranger, before a server that knows the provider."""
    found: Browser = configure(provider_url)
    return found


@pytest.fixture
def ada(application: Application) -> Actor:
    """The administrator, just signed in by password."""
    return application.people.sign_in("ada", PASSWORD, "hoosier")[1]


def go(browser: Browser, path: str = "/sign-in/provider") -> str:
    """Begin a sign-in and answer the provider's address."""
    gone = browser.get(path)
    assert 303 == gone.status_code, gone.text
    return gone.headers["location"]


def hidden_on(browser: Browser, path: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return next(form.hidden for form in FormReader(browser.get(path).text).forms if form.action == path)


def link_in(page: str, label: str) -> str:
    """Where a button of a page leads."""
    found = re.search(rf'href="([^"]+)">{label}<', page)
    assert found, page
    return unescape(found[1])


def test_a_person_signs_in(
    browser: Browser, there: PersonThere, application: Application, ada: Actor, provider_url: str
) -> None:
    """From the button to the page that he wanted, in a session of its own; the password is the provider's alone."""
    application.people.identities.link(ada, "abe", issuer=provider_url, subject="abe")
    asked = browser.get("/items?filter=ready").headers["location"]

    back = there.go(go(browser, link_in(browser.get(asked).text, "Sign in with Builders ID")), "abe")
    done = browser.get(back)

    assert (303, "/items?filter=ready") == (done.status_code, done.headers["location"])
    assert 200 == browser.get("/items?filter=ready").status_code
    assert "Abe Approver" in browser.get("/").text
    assert any("password" in page for page in there.pages)


def test_the_request_is_bound_to_this_browser_and_round(browser: Browser, provider_url: str) -> None:
    """Code flow with PKCE, state and nonce, each new; the cookie tells nothing of them."""
    first, second = query_of(go(browser)), query_of(go(browser))

    assert {
        "client_id": "erp-bridge", "response_type": "code", "scope": "openid", "code_challenge_method": "S256",
        "redirect_uri": "http://testserver.local/sign-in/provider/back",
    } == {name: first[name] for name in first if name not in {"state", "nonce", "code_challenge"}}  # fmt: skip
    assert all(first[name] != second[name] and len(first[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    cookie = browser.client.cookies["erp-bridge-round"]
    assert not any(second[name] in cookie for name in ("state", "nonce"))


def test_an_unknown_identity_is_told_whom_to_ask(browser: Browser, there: PersonThere, provider_url: str) -> None:
    """Issuer and subject stand there to be handed over; a person of that login and mail address is not taken."""
    shown = browser.get(there.go(go(browser), "mia"))

    assert 403 == shown.status_code
    assert "Hand an administrator what stands below" in shown.text
    assert f"<dd>{provider_url}</dd>" in shown.text
    assert "<dd>mia</dd>" in shown.text
    assert browser.session() is None


def test_what_came_back_is_good_once(
    browser: Browser, there: PersonThere, application: Application, ada: Actor, provider_url: str
) -> None:
    """The same address, with the same cookie, is refused; so is another browser without it."""
    application.people.identities.link(ada, "abe", issuer=provider_url, subject="abe")
    back = there.go(go(browser), "abe")
    cookie = browser.client.cookies["erp-bridge-round"]
    assert 303 == browser.get(back).status_code
    browser.client.cookies.clear()

    assert "was not begun in this browser" in browser.get(back).text
    browser.client.cookies.set("erp-bridge-round", cookie, domain="testserver.local")
    replayed = browser.get(back)
    assert (403, True) == (replayed.status_code, "it is good once" in replayed.text)
    assert browser.session() is None


def test_a_refusal_there_is_told(browser: Browser, there: PersonThere) -> None:
    """Who does not consent comes back with the provider's reason, and to the sign-in page."""
    told = browser.get(there.go(go(browser, "/sign-in/provider?next=/items"), "eve", answer="deny"))

    assert 403 == told.status_code
    assert "refused the sign-in (access_denied" in told.text
    assert 'href="/sign-in?next=/items"' in told.text


def test_a_person_links_and_unlinks_himself(browser: Browser, there: PersonThere, application: Application) -> None:
    """From his profile, signed in by password; from then on the provider signs him in, and no more once unlinked."""
    browser.sign_in("mia")
    page = browser.send("/profile/identities/link", {}, page="/profile")
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', page.text)
    assert found
    assert {"prompt": "login", "max_age": "600"}.items() <= query_of(unescape(found[1])).items()
    linked = browser.get(there.go(unescape(found[1]), "mia"))
    assert (303, "/profile") == (linked.status_code, linked.headers["location"])
    assert "You are linked" in browser.get("/profile").text

    browser.client.cookies.clear()
    assert 303 == browser.get(there.go(go(browser), "mia")).status_code
    assert "Linking oneself asks for a sign-in by password" in browser.get("/profile").text
    held = application.people.identities.of(application.companies.system("hoosier"), "mia")
    identity = {"issuer": held[0].issuer, "subject": held[0].subject}
    assert 303 == browser.send("/profile/identities/unlink", identity, page="/profile").status_code
    assert 303 == browser.get("/profile").status_code  # that session is over
    assert "Nobody here is linked" in browser.get(there.go(go(browser), "mia")).text


def test_a_sign_in_is_confirmed_and_what_was_typed_is_kept(
    *,
    browser: Browser,
    there: PersonThere,
    application: Application,
    ada: Actor,
    provider_url: str,
    clock: ControlledClock,
) -> None:
    """Accepting asks for a recent sign-in: shown anew at the provider, the form stands there as it was."""
    application.people.identities.link(ada, "abe", issuer=provider_url, subject="abe")
    now = clock.now()
    clock.moment = now - timedelta(minutes=20)
    browser.sign_in("abe")
    clock.moment = now
    form = {"revision": "1", "description": "typed before", "confirm_import_closes": "yes"}
    refused = browser.send_bare("/items/1/accept", {**hidden_on(browser, "/items/1/accept"), **form})
    assert 403 == refused.status_code
    page = browser.get(link_in(refused.text, "Sign in again")).text

    done = browser.get(there.go(go(browser, link_in(page, "Sign in with Builders ID")), "abe"))

    kept = browser.get(done.headers["location"]).text
    assert "typed before" in kept
    assert 303 == browser.send("/items/1/accept", form).status_code


def test_a_provider_that_remembers_gives_no_recent_sign_in(
    *,
    browser: Browser,
    there: PersonThere,
    application: Application,
    ada: Actor,
    provider_url: str,
    clock: ControlledClock,
) -> None:
    """Who signed in there a while ago comes in without a password, but what asks for a recent sign-in waits."""
    application.people.identities.link(ada, "ada", issuer=provider_url, subject="abe")
    there.go(go(browser), "abe")
    seen = len(there.pages)
    back = there.go(go(browser), "abe")
    assert not any("password" in page for page in there.pages[seen:])
    done = browser.get(back)
    assert 303 == done.status_code, done.text
    clock.advance(minutes=16)

    refused = browser.send("/people/mia/deactivate", {}, page="/people/mia/settings")

    assert (403, True) == (refused.status_code, "a sign-in within the last 15 minutes" in refused.text)
