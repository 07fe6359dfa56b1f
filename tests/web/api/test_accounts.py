"""The API's people as accounts, one's own sign-ins, and the company's tokens (X2)."""

import pytest
from api_program import Program
from httpx import Response
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import NotAllowed


@pytest.fixture
def ada(browser: Browser) -> Program:
    """The administrator's program, just signed in."""
    return Program.signed_in(browser, "ada")


def write(program: Program, method: str, path: str, body: object = None, **headers: str) -> Response:
    """Send a write of any kind."""
    sent = {"X-CSRF-Token": program.token, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return program.browser.client.request(method, f"/api/v1{path}", json=body, headers=sent)


@pytest.mark.rule("X2")
def test_an_account_is_changed_in_part(ada: Program) -> None:
    """What is not named stays; a stale tag does nothing, a fault is told with its place."""
    tag = ada.browser.get("/api/v1/people/abe").headers["etag"]
    changed = write(ada, "PATCH", "/people/abe", {"email": "abe@builders.test"}, If_Match=tag)

    assert ("Abe Approver", "abe@builders.test") == (changed.json()["name"], changed.json()["email"])
    assert 412 == write(ada, "PATCH", "/people/abe", {"name": "Abe"}, If_Match=tag).status_code
    refused = write(ada, "PATCH", "/people/abe", {"email": "none"})
    assert (422, ["email"]) == (refused.status_code, [each["where"] for each in refused.json()["faults"]])
    assert 404 == write(ada, "PATCH", "/people/sue", {"name": "Sue"}).status_code
    assert 422 == write(ada, "PATCH", "/people/abe", {"administrator": True}).status_code


@pytest.mark.rule("P1", "X2")
def test_a_person_is_deactivated_and_let_in_again(ada: Program, application: Application) -> None:
    """His sessions end at once; nobody shuts himself out; others may do neither."""
    session, _ = application.people.sign_in("abe", PASSWORD, "hoosier")

    assert not ada.post("/people/abe/deactivate").json()["active"]
    with pytest.raises(NotAllowed):
        application.people.actor_from_session(session, "hoosier")
    assert ada.post("/people/abe/reactivate").json()["active"]
    assert 403 == ada.post("/people/ada/deactivate").status_code
    mia = Program.signed_in(ada.browser, "mia")
    assert 403 == mia.post("/people/abe/deactivate").status_code


@pytest.mark.rule("X2")
def test_sign_ins_are_listed_and_ended(ada: Program, application: Application) -> None:
    """One's own alone: by number, or all; the asking one is marked."""
    application.people.sign_in("ada", PASSWORD, "hoosier")
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    (foreign,) = application.people.accounts.sessions(abe)
    found = ada.browser.get("/api/v1/sign-ins").json()
    asking = [each["number"] for each in found if each["is_asking"]]
    other = next(each["number"] for each in found if not each["is_asking"])

    assert 1 == len(asking)
    assert 204 == write(ada, "DELETE", f"/sign-ins/{other}").status_code
    assert 404 == write(ada, "DELETE", f"/sign-ins/{other}").status_code
    assert 404 == write(ada, "DELETE", f"/sign-ins/{foreign.number}").status_code
    assert 204 == write(ada, "DELETE", "/sign-ins").status_code
    assert 401 == ada.browser.get("/api/v1/sign-ins").status_code
    assert 1 == len(application.people.accounts.sessions(abe))


@pytest.mark.rule("P5", "X2")
def test_the_companys_tokens_are_withdrawn(ada: Program, application: Application) -> None:
    """An administrator sees whose they are; a token sees neither those nor sign-ins."""
    _, abe = application.people.sign_in("abe", PASSWORD, "hoosier")
    token = application.people.create_token(abe, "nightly run", companies=["hoosier"], verbs=["read"])

    (held,) = ada.browser.get("/api/v1/company/tokens").json()
    assert ("abe", "nightly run", ["read"]) == (held["login"], held["name"], held["verbs"])
    assert "token" not in held
    sent = {"Authorization": f"Bearer {token}", "ERP-Bridge-Company": "hoosier"}
    for closed in ("/api/v1/company/tokens", "/api/v1/sign-ins"):
        assert 403 == ada.browser.get(closed, **sent).status_code
    assert 204 == write(ada, "DELETE", "/company/tokens/abe/nightly%20run").status_code
    assert 404 == write(ada, "DELETE", "/company/tokens/abe/nightly%20run").status_code
    assert 401 == ada.browser.get("/api/v1/session", **sent).status_code
