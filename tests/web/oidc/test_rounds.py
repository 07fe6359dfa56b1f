"""A round to the provider and back: bound to the browser that began it, good once, for a while, and for one purpose."""

from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from controlled_clock import START
from oidc_doubles import ProviderDouble, Reply, RoundTrip, signed
from oidc_person import query_of
from web_site import MARKUP, PASSWORD, Browser

from erp_bridge_core.app import Application

NOW = int(START.timestamp())
COOKIE = "erp-bridge-round"


def linking(browser: Browser) -> dict[str, str]:
    """Begin to link whoever is signed in; answers what the provider is asked for."""
    page = browser.send("/profile/identities/link", {}, page="/profile").text
    return query_of(unescape(page.partition("0; url=")[2].partition('"')[0]))


def test_a_sign_in_begins_a_session_and_ends_the_one_before(round_trip: RoundTrip, application: Application) -> None:
    """The session is new, whatever the browser had; the one before is over."""
    browser = round_trip.browser
    browser.client.cookies.set("erp-bridge-session", "planted", domain="testserver.local")
    round_trip.go()
    first = browser.session()
    round_trip.go(auth_time=NOW)
    second = browser.session()

    assert 3 == len({"planted", first, second})
    browser.client.cookies.set("erp-bridge-session", str(first), domain="testserver.local")
    assert 303 == browser.get("/").status_code


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/x%0d%0aSet-Cookie:a=b" * 50],
)
def test_it_leads_to_pages_of_ours_alone(round_trip: RoundTrip, wanted: str) -> None:
    """Whatever else is wanted leads home."""
    assert "/" == round_trip.go(f"/sign-in/provider?{urlencode({'next': wanted})}").headers["location"]


@pytest.mark.parametrize("state", ["", "another", "é"])
def test_another_state_is_refused(round_trip: RoundTrip, state: str) -> None:
    """Nothing is asked of the provider then."""
    asked = round_trip.begin()

    refused = round_trip.back(asked, state=state)

    assert (403, True) == (refused.status_code, "was not begun in this browser" in refused.text)
    assert "/token" not in round_trip.double.asked


@pytest.mark.parametrize("cookie", ["", "x", "é", "A" * 5000, "gAAAAA"])
def test_a_cookie_that_is_not_ours_is_refused(round_trip: RoundTrip, cookie: str) -> None:
    """Made up, cut, or gone."""
    asked = round_trip.begin()
    round_trip.browser.client.cookies.clear()
    header = {"Cookie": f"{COOKIE}={cookie}".encode()}
    answer = f"/sign-in/provider/back?code=c&state={asked['state']}"

    refused = round_trip.browser.client.get(answer, headers=header, follow_redirects=False)

    assert (403, True) == (refused.status_code, "was not begun in this browser" in refused.text)


def test_who_takes_too_long_begins_again(round_trip: RoundTrip) -> None:
    """After ten minutes, whatever the browser kept."""
    asked = round_trip.begin()
    round_trip.clock.sleep(601)

    assert "took too long" in round_trip.back(asked).text


def test_an_answer_is_good_once_even_if_it_failed(round_trip: RoundTrip) -> None:
    """The cookie is taken away, and kept it helps nobody."""
    asked = round_trip.begin()
    cookie = round_trip.browser.client.cookies[COOKIE]
    round_trip.double.gives("x")
    assert 403 == round_trip.back(asked).status_code
    assert COOKIE not in round_trip.browser.client.cookies
    round_trip.browser.client.cookies.set(COOKIE, cookie, domain="testserver.local")
    round_trip.double.gives(signed(round_trip.claims(asked)))

    assert "it is good once" in round_trip.back(asked).text


def test_it_shows_what_only_this_installation_knows(round_trip: RoundTrip) -> None:
    """The code goes with the verifier of this round, the exact address, and the client's secret in its header."""
    round_trip.go()
    ((form, authorization),) = round_trip.double.sent

    assert {
        "grant_type=authorization_code", "code=c0de",
        "redirect_uri=http%3A%2F%2Ftestserver.local%2Fsign-in%2Fprovider%2Fback",
    } <= set(form.split("&"))  # fmt: skip
    assert "code_verifier=" in form
    assert "secret" not in form
    assert authorization.startswith("Basic ")


def test_a_provider_may_want_the_secret_in_the_form(round_trip: RoundTrip) -> None:
    """Where it says so."""
    round_trip.double.discovery(token_endpoint_auth_methods_supported=["client_secret_post"])
    round_trip.go()
    ((form, authorization),) = round_trip.double.sent

    assert ("client_secret=what+only" in form, "") == (True, authorization)


@pytest.mark.parametrize("other", [{"iss": "https://evil.test"}, {"code": ""}, {"code": "x" * 5000}])
def test_an_answer_of_another_kind_is_refused(round_trip: RoundTrip, other: dict[str, str]) -> None:
    """Another provider's name, no code, or one without end."""
    asked = round_trip.begin()

    assert 403 == round_trip.back(asked, **other).status_code
    assert "/token" not in round_trip.double.asked


def test_a_provider_that_names_itself_must(round_trip: RoundTrip) -> None:
    """An answer without its name may be another's; with it, it is taken."""
    round_trip.double.discovery(authorization_response_iss_parameter_supported=True)
    assert "another provider answered" in round_trip.back(round_trip.begin()).text

    asked = round_trip.begin()
    round_trip.double.gives(signed(round_trip.claims(asked)))
    assert 303 == round_trip.back(asked, iss=round_trip.double.url).status_code


def test_its_words_are_data(round_trip: RoundTrip) -> None:
    """Markup of an error is shown as text, in the address and from the token's endpoint."""
    shown = round_trip.back(round_trip.begin(), error="access_denied", error_description=MARKUP).text
    round_trip.double.says("/token", {"error": MARKUP, "error_description": MARKUP}, status=400)
    other = round_trip.back(round_trip.begin()).text

    for page in (shown, other):
        assert MARKUP not in page
        assert "&lt;script&gt;" in page


#: What is wrong with what a path answers.
HOSTILE: dict[str, Reply] = {
    "an error": Reply(status=500, said={}),
    "not there": Reply(status=404, said={}),
    "a redirect": Reply(status=302, said={}, headers={"Location": "http://127.0.0.1/x"}),
    "a page": Reply(body=b"<!doctype html><p>Sign in</p>", headers={"Content-Type": "text/html"}),
    "no JSON": Reply(body=b"{"),
    "a list": Reply(said=[]),
    "deep": Reply(body=b"[" * 100_000),
    "long": Reply(body=b'{"issuer": "' + b"x" * 300_000 + b'"}'),
    "a long number": Reply(body=b'{"a": ' + b"9" * 10_000 + b"}"),
    "throttled": Reply(status=429, said={}, headers={"Retry-After": "9999"}),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_answers_nonsense_is_told(round_trip: RoundTrip, path: str, kind: str) -> None:
    """Nobody is signed in; the page says whom to tell, and nothing of addresses."""
    if path.startswith("/."):
        round_trip.double.replies[path] = HOSTILE[kind]
        told = round_trip.browser.get("/sign-in/provider")
    else:
        asked = round_trip.begin()
        round_trip.double.gives(signed(round_trip.claims(asked)))
        round_trip.double.replies[path] = HOSTILE[kind]
        told = round_trip.back(asked)

    assert (502, True) == (told.status_code, "The sign-in did not work" in told.text)
    assert "an administrator looks at [oidc]" in told.text
    assert round_trip.double.url not in told.text
    assert round_trip.browser.session() is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"issuer": "https://evil.test"}, "names itself otherwise"), ({"issuer": None}, "names itself otherwise"),
        ({"token_endpoint": "https://evil.test/token"}, "token_endpoint leads to a host"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "jwks_uri leads to a host"),
        ({"authorization_endpoint": "https://evil.test"}, "authorization_endpoint leads to a host"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint leads to a host"),
        ({"token_endpoint": "http://user:word@127.0.0.1/token"}, "token_endpoint leads to a host"),
        ({"jwks_uri": None}, "gives no jwks_uri"), ({"jwks_uri": 5}, "gives no jwks_uri"),
    ],
)  # fmt: skip
def test_a_provider_that_leads_elsewhere_is_not_followed(
    round_trip: RoundTrip, said: dict[str, Any], words: str
) -> None:
    """Another issuer, a host that is not listed, or no address at all."""
    round_trip.double.discovery(**said)

    told = round_trip.browser.get("/sign-in/provider")

    assert (502, True) == (told.status_code, words in told.text)


def test_a_provider_that_is_down_is_spared(round_trip: RoundTrip) -> None:
    """It is asked again only after some seconds, however many people wait; then it is there again."""
    good = dict(round_trip.double.replies)
    round_trip.double.replies.clear()
    for _ in range(3):
        assert 502 == round_trip.browser.get("/sign-in/provider").status_code
    assert 1 == len(round_trip.double.asked)

    round_trip.double.replies.update(good)
    round_trip.clock.sleep(5)
    assert 303 == round_trip.go().status_code


def test_a_provider_that_is_not_there_is_told(configure: Any) -> None:
    """Nothing listens: the page says so, and the password is still a way in."""
    browser: Browser = configure("http://127.0.0.1:9")

    assert 502 == browser.get("/sign-in/provider").status_code
    assert 303 == browser.sign_in("abe").status_code


@pytest.mark.parametrize("listed", [None, "x", [{}] * 101, [5, {"kty": "RSA"}, {"kty": "oct", "k": "AA"}]])
def test_keys_that_are_none_are_no_keys(round_trip: RoundTrip, listed: Any) -> None:
    """Nothing of them is believed, and nothing breaks."""
    asked = round_trip.begin()
    round_trip.double.gives(signed(round_trip.claims(asked)))
    round_trip.double.says("/keys", {"keys": listed})

    assert round_trip.back(asked).status_code in {403, 502}


@pytest.mark.parametrize(
    ("setting", "claims", "status"),
    [
        ('acr = ["strong", "stronger"]', {"acr": "strong"}, 303), ('acr = ["strong"]', {"acr": "weak"}, 403),
        ('acr = ["strong"]', {}, 403), ('acr = ["strong"]', {"acr": ["strong"]}, 403),
        ("max_age_minutes = 60", {"auth_time": NOW - 3600}, 303),
        ("max_age_minutes = 60", {"auth_time": NOW - 3700}, 403),
        ("max_age_minutes = 60", {}, 403),
    ],
)  # fmt: skip
def test_a_stronger_or_younger_sign_in_may_be_asked_for(
    *,
    configure: Any,
    double: ProviderDouble,
    application: Application,
    setting: str,
    claims: dict[str, Any],
    status: int,
) -> None:
    """`acr` and `max_age_minutes` are asked for, and what comes back is held to them."""
    application.people.identities.link(
        application.companies.system("hoosier"), "abe", issuer=double.url, subject="abe-there"
    )
    trip = RoundTrip(browser=configure(double.url, setting), double=double, clock=application.clock)

    asked = trip.begin()
    trip.double.gives(signed(trip.claims(asked, **claims)))

    assert {"acr_values", "max_age"} & asked.keys()
    assert status == trip.back(asked).status_code


@pytest.mark.parametrize(("auth_time", "status"), [(None, 403), (NOW - 61, 403), (NOW - 59, 303), (NOW, 303)])
def test_signing_in_again_asks_for_it_anew(round_trip: RoundTrip, auth_time: int | None, status: int) -> None:
    """A provider that answers from memory, or does not say when, confirms nothing."""
    round_trip.go()
    asked = round_trip.begin("/sign-in/provider?next=/items")
    assert {"prompt": "login", "max_age": "600"}.items() <= asked.items()
    round_trip.double.gives(signed(round_trip.claims(asked, auth_time=auth_time)))

    assert status == round_trip.back(asked).status_code


def test_a_link_is_for_the_session_that_asked_for_it(round_trip: RoundTrip, application: Application) -> None:
    """Who signed in as somebody else meanwhile links nothing; nor does a link that somebody else has begun."""
    browser = round_trip.browser
    browser.sign_in("mia")
    asked = linking(browser)
    round_trip.double.gives(signed(round_trip.claims(asked, sub="someone", auth_time=NOW)))
    browser.sign_in("ada")

    assert "nothing was linked" in round_trip.back(asked).text
    host = application.companies.system("hoosier")
    assert [(), ()] == [application.people.identities.of(host, login) for login in ("mia", "ada")]


def test_an_identity_of_somebody_is_not_linked_again(round_trip: RoundTrip, application: Application) -> None:
    """Abe's is abe's."""
    browser = round_trip.browser
    browser.sign_in("mia")
    asked = linking(browser)
    round_trip.double.gives(signed(round_trip.claims(asked, auth_time=NOW)))

    refused = round_trip.back(asked)

    assert (422, True) == (refused.status_code, "is linked already" in refused.text)
    assert () == application.people.identities.of(application.companies.system("hoosier"), "mia")


def test_a_closed_account_stays_closed(round_trip: RoundTrip, application: Application) -> None:
    """Whatever the provider says."""
    application.people.accounts.deactivate(application.companies.system("hoosier"), "abe")

    assert "is closed" in round_trip.go().text
    assert round_trip.browser.session() is None


def test_a_link_of_a_company_is_followed_there(round_trip: RoundTrip, application: Application) -> None:
    """Who belongs to several companies comes in where the link leads, else where he was last."""
    host = application.companies.system("second")
    application.people.identities.link(host, "ada", issuer=round_trip.double.url, subject="ada-there")
    browser = round_trip.browser

    round_trip.go("/sign-in/provider?next=/items%3Fcompany%3Dsecond", sub="ada-there")

    assert "second" == browser.client.cookies["erp-bridge-company"]
    round_trip.go("/sign-in/provider", sub="ada-there", auth_time=NOW)
    assert "second" == browser.client.cookies["erp-bridge-company"]
    assert PASSWORD not in browser.get("/").text
