"""The API's session: who asks."""

from httpx import Response
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application


def test_a_person_is_told_who_he_is(abe: Browser) -> None:
    """With the token that his page's script sends with writes."""
    told = abe.get("/api/v1/session").json()

    assert {
        "login": "abe", "name": "Abe Approver", "company": "hoosier", "signed_in_at": "2026-03-02T15:00:00Z",
        "one_time_password": False, "locale": None, "time_zone": None, "verbs": None, "csrf_token": abe.token("/"),
    } == told  # fmt: skip


def test_a_program_is_told_its_limits(browser: Browser, application: Application) -> None:
    """Its verbs; it needs no token of forms."""
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    token = application.people.create_token(abe, "t", companies=["hoosier"], verbs=["send", "read"])
    sent = {"Authorization": f"Bearer {token}", "ERP-Bridge-Company": "hoosier"}
    told = browser.get("/api/v1/session", **sent).json()

    assert (["read", "send"], None, None) == (told["verbs"], told["csrf_token"], told["signed_in_at"])


def sent(browser: Browser, locale: str | None, time_zone: str | None, **headers: str) -> Response:
    """What a change of one's formats is answered."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"locale": locale, "time_zone": time_zone}
    return browser.client.put("/api/v1/session/formats", json=body, headers=named)


def test_a_person_says_how_he_reads_values(abe: Browser) -> None:
    """Both are told from then on; null takes the browser's and the company's again."""
    token = abe.token("/")
    told = sent(abe, "fr_CA", "Europe/Paris", X_CSRF_Token=token).json()

    assert ("fr_CA", "Europe/Paris") == (told["locale"], told["time_zone"])
    assert told == abe.get("/api/v1/session").json()
    assert sent(abe, None, None, X_CSRF_Token=token).json()["locale"] is None


def test_what_is_no_locale_is_refused(abe: Browser) -> None:
    """Each fault names its own value."""
    told = sent(abe, "en-us", "Paris", X_CSRF_Token=abe.token("/"))

    assert (422, ["locale", "time_zone"]) == (told.status_code, [each["where"] for each in told.json()["faults"]])


def test_a_token_does_not_change_its_owners_formats(browser: Browser, application: Application) -> None:
    """They are the person's own business."""
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    token = application.people.create_token(abe, "t", companies=["hoosier"], verbs=["read", "edit"])

    told = sent(browser, "fr_CA", None, Authorization=f"Bearer {token}", ERP_Bridge_Company="hoosier")

    assert (403, "not_allowed") == (told.status_code, told.json()["error"])


def test_a_newcomer_is_told_to_choose_his_password(browser: Browser, application: Application) -> None:
    """Nothing else is answered before; a token of his is not affected."""
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    bearer = application.people.create_token(abe, "t", companies=["hoosier"], verbs=["read"])
    _, ada = application.people.sign_in("ada", PASSWORD, "hoosier")
    application.people.set_password(ada, "abe", "handed over in person")
    browser.sign_in("abe", password="handed over in person")

    told = browser.get("/api/v1/items")
    session = browser.get("/api/v1/session").json()
    by_token = browser.get("/api/v1/items", Authorization=f"Bearer {bearer}", ERP_Bridge_Company="hoosier")

    assert (403, "one_time_password", True) == (told.status_code, told.json()["error"], session["one_time_password"])
    assert "PUT people/LOGIN/password" in told.json()["remedy"]
    assert 200 == by_token.status_code
    body, headers = {"password": "words of his own choice"}, {"X-CSRF-Token": session["csrf_token"]}
    assert 403 == browser.client.put("/api/v1/people/mia/password", json=body, headers=headers).status_code
    assert 200 == browser.client.put("/api/v1/people/abe/password", json=body, headers=headers).status_code
    browser.sign_in("abe", password="words of his own choice")
    assert 200 == browser.get("/api/v1/items").status_code
