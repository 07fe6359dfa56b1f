"""The API's session: who asks."""

from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application


def test_a_person_is_told_who_he_is(abe: Browser) -> None:
    """With the token that his page's script sends with writes."""
    told = abe.get("/api/v1/session").json()

    assert {
        "login": "abe", "name": "Abe Approver", "company": "hoosier", "signed_in_at": "2026-03-02T15:00:00Z",
        "verbs": None, "csrf_token": abe.token("/"),
    } == told  # fmt: skip


def test_a_program_is_told_its_limits(browser: Browser, application: Application) -> None:
    """Its verbs; it needs no token of forms."""
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    token = application.people.create_token(abe, "t", companies=["hoosier"], verbs=["send", "read"])
    sent = {"Authorization": f"Bearer {token}", "ERP-Bridge-Company": "hoosier"}
    told = browser.get("/api/v1/session", **sent).json()

    assert (["read", "send"], None, None) == (told["verbs"], told["csrf_token"], told["signed_in_at"])
