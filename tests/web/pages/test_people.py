"""The pages of people: found, added, granted rights, given passwords, deactivated; by administrators alone."""

import re

import pytest
from controlled_clock import ControlledClock
from httpx import Response
from web_site import MARKUP, PASSWORD, Browser

from erp_bridge_core.app import Application

MIA = "/people/mia/settings"


@pytest.fixture
def ada(browser: Browser) -> Browser:
    """The administrator's browser, just signed in."""
    assert 303 == browser.sign_in("ada").status_code
    return browser


def act(browser: Browser, login: str, name: str, fields: dict[str, str], *, seen: str | None = None) -> Response:
    """Send a form of a person's page, as the page holds it."""
    page = f"/people/{login}/settings"
    found = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get(page).text)
    known = seen if seen is not None else (found[1] if found else "")
    return browser.send(f"/people/{login}/{name}", {"seen": known, **fields}, page="/password")


@pytest.mark.parametrize(("text", "rows"), [("", 3), ("abe", 1), ("APPROVER", 1), ("sue", 0), ("<script>", 1)])
def test_people_are_searched(ada: Browser, text: str, rows: int) -> None:
    """By login, name and address; those of another company are not there, and names are text."""
    page = ada.client.get("/people", params={"text": text}).text

    assert rows == page.count('scope="row"')
    assert MARKUP not in page


def test_a_person_is_added_and_signs_in_with_the_password_that_is_shown_once(ada: Browser) -> None:
    """The password stands on one page, kept by no browser; then the person chooses his own, and has no rights."""
    made = ada.send("/people/new", {"login": "Nia", "name": MARKUP, "email": "nia@builders.test"})
    assert "/people/nia/settings" == made.headers["location"]
    shown = act(ada, "nia", "password", {})
    found = re.search(r"<pre[^>]*>([^<]+)</pre>", shown.text)
    assert found
    assert "no-store" == shown.headers["cache-control"]
    assert MARKUP not in shown.text + ada.get("/people/nia/settings").text

    assert 303 == ada.sign_in("nia", password=found[1]).status_code
    assert "/password" == ada.get("/profile").headers["location"]
    own = {"password": PASSWORD, "password_repeated": PASSWORD}
    assert 303 == ada.send("/password", own).status_code
    assert 200 == ada.get("/profile").status_code
    assert 403 == ada.get("/items").status_code


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"login": "mia"}, "error-login"), ({"login": "\u0430da"}, "error-login"), ({"name": " "}, "error-name"),
        ({"email": "nobody"}, "error-email"), ({"name": "x" * 201}, "error-name"),
    ],
)  # fmt: skip
def test_a_person_who_cant_be_is_refused_beside_the_field(ada: Browser, given: dict[str, str], fault: str) -> None:
    """What was typed stays."""
    form = {"login": "nia", "name": "Nia", "email": "nia@builders.test", **given}
    refused = ada.send("/people/new", form)

    assert 422 == refused.status_code
    assert f'id="{fault}"' in refused.text
    assert f'value="{form["login"]}"' in refused.text


@pytest.mark.rule("P1", "P3", "P4")
def test_rights_are_granted_and_told_with_who_granted_them(ada: Browser, application: Application) -> None:
    """Level, budget and privilege; the page warns where one person has both ends in his hands."""
    assert 303 == act(ada, "mia", "membership", {"integrations": "standard", "administrator": "no"}).status_code
    grant = {"project": "24-001", "level": "admin", "may_send": "yes"}
    assert 303 == act(ada, "mia", "project", grant).status_code
    assert 303 == act(ada, "mia", "privilege", {"where": "project:24-001"}).status_code

    page = ada.get(MIA).text
    assert '<td data-title="Granted by">ada</td>' in page
    assert "Separation of duties is on" in page
    held = application.people.show(application.companies.system("hoosier"), "mia")
    assert ("standard", "admin", "24-001") == (held.integrations, held.projects[0].level, held.privileges[0].project)

    assert 303 == act(ada, "mia", "privilege/revoke", {"project": "24-001"}).status_code
    assert 404 == act(ada, "mia", "privilege/revoke", {"project": "24-001"}).status_code
    assert "No privilege to push to accounting." in ada.get(MIA).text


@pytest.mark.rule("P4")
def test_nobody_grants_the_privilege_to_himself(ada: Browser) -> None:
    """The button stays, disabled, with the reason; the service refuses it, too."""
    page = ada.get("/people/ada/settings").text
    assert 'disabled aria-describedby="why-privilege"' in page
    assert "Nobody grants a privilege to himself. Another administrator must grant it." in page

    assert 403 == act(ada, "ada", "privilege", {"where": "company"}).status_code


def test_a_company_keeps_an_administrator(ada: Browser) -> None:
    """The only one can't be removed, deactivated or lowered; the buttons say so, and the acts are refused."""
    page = ada.get("/people/ada/settings").text
    assert 2 <= page.count("only administrator. Make somebody else")

    lowered = act(ada, "ada", "membership", {"integrations": "none", "administrator": "no"})
    assert 409 == lowered.status_code
    assert "only administrator" in lowered.text
    assert 409 == act(ada, "ada", "remove", {}).status_code
    assert 403 == act(ada, "ada", "deactivate", {}).status_code


def test_a_stale_page_is_told_what_happened(ada: Browser) -> None:
    """What another administrator changed meanwhile is not overwritten; what was chosen is kept."""
    found = re.search(r'name="seen" value="([0-9a-f]+)"', ada.get(MIA).text)
    assert found
    act(ada, "mia", "membership", {"integrations": "admin", "administrator": "no"})

    late = act(ada, "mia", "membership", {"integrations": "read_only", "administrator": "no"}, seen=found[1])

    assert 412 == late.status_code
    assert "was changed since you opened this page. Nothing was done." in late.text
    assert '<option value="read_only" selected>' in late.text
    assert "<dt>ERP Integrations</dt><dd>admin</dd>" in ada.get(MIA).text


def test_who_is_deactivated_signs_in_no_more_until_he_is_reactivated(ada: Browser, application: Application) -> None:
    """His session ends at once."""
    token, _ = application.people.sign_in("abe", PASSWORD, "hoosier")
    assert 303 == act(ada, "abe", "deactivate", {}).status_code
    assert "no: deactivated" in ada.get("/people").text
    assert 403 == ada.sign_in("abe").status_code

    ada.sign_in("ada")
    assert 303 == act(ada, "abe", "reactivate", {}).status_code
    assert 303 == ada.sign_in("abe").status_code
    ada.client.cookies.set("erp-bridge-session", token, domain="testserver.local")
    assert 303 == ada.get("/").status_code


def test_a_person_is_taken_out_of_the_company(ada: Browser) -> None:
    """His page is gone."""
    assert "/people" == act(ada, "abe", "remove", {}).headers["location"]
    assert 404 == ada.get("/people/abe/settings").status_code


@pytest.mark.rule("P1")
@pytest.mark.parametrize("login", ["mia", "abe"])
def test_only_administrators_look_after_people(browser: Browser, login: str) -> None:
    """Everybody else is refused every page and act, and sees no entry; his own page of rights is the profile."""
    browser.sign_in(login)

    assert 'href="/people"' not in browser.get("/").text
    for page in ("/people", "/people/new", MIA, "/people/ada/settings", "/company/tokens"):
        assert 403 == browser.get(page).status_code, page
    for name in ("membership", "project", "privilege", "privilege/revoke", "deactivate", "reactivate", "remove"):
        fields = {"integrations": "admin", "administrator": "yes", "project": "24-001", "level": "admin"}
        sent = browser.send(
            f"/people/{login}/{name}", {**fields, "may_send": "yes", "where": "company"}, page="/password"
        )
        assert sent.status_code in {403, 412, 422}, name
        assert 403 == browser.send(f"/people/ada/{name}", fields, page="/password").status_code, name
    assert "<dt>Administers the company</dt><dd>no</dd>" in browser.get("/profile").text


@pytest.mark.rule("P0")
def test_another_companys_people_are_not_there(ada: Browser) -> None:
    """Neither by page nor by act."""
    assert 404 == ada.get("/people/sue/settings").status_code
    for name in ("account", "membership", "project", "privilege", "password", "deactivate", "reactivate", "remove"):
        assert 404 == ada.send(f"/people/sue/{name}", {}, page="/password").status_code, name


def test_granting_asks_for_a_recent_sign_in(ada: Browser, clock: ControlledClock) -> None:
    """An old one leads to the sign-in page."""
    clock.advance(minutes=16)
    refused = act(ada, "mia", "privilege", {"where": "company"})

    assert 403 == refused.status_code
    assert "Sign in again</a>" in refused.text


@pytest.fixture
def many(ada: Browser, application: Application) -> list[str]:
    """The numbers of sixty more projects, on each of which mia has a permission and holds the privilege."""
    host = application.companies.system("hoosier")
    ada_herself = application.people.actor_from_session(ada.session() or "", "hoosier")
    numbers = [f"99-{place:03d}" for place in range(60)]
    for number in numbers:
        application.projects.create(ada_herself, number, name="One of many")
        application.people.grant_project(host, "mia", number, level="standard")
        application.people.grant_privilege(host, "mia", project=number)
    return numbers


def test_many_grants_stand_in_pages(ada: Browser, many: list[str]) -> None:
    """Fifty a page, permissions and privileges each for themselves; a sentence names a few projects only."""
    first, second = ada.get(MIA).text, ada.get(f"{MIA}?page=2").text

    assert 50 == first.count('<td data-title="Level">')
    assert 50 == first.count('<td data-title="What">')
    assert many[-1] not in first
    assert many[-1] in second
    assert many[-1] in ada.get(f"{MIA}?privileges=2").text
    assert f'href="{MIA}?page=2"' in first
    assert "more projects" in first
    ada.sign_in("mia")
    assert many[-1] not in ada.get("/profile").text
    assert many[-1] in ada.get("/profile?page=2").text


@pytest.mark.rule("P1", "P3")
def test_of_many_projects_one_is_typed(ada: Browser, application: Application, many: list[str]) -> None:
    """Its number is no choice of a long list; what is no project is told beside the field, and what was typed stays."""
    page = ada.get("/people/abe/settings").text
    assert '<input id="field-project" name="project" type="text"' in page
    assert f">{many[0]}</option>" not in page

    assert 303 == act(ada, "abe", "project", {"project": many[0], "level": "admin", "may_send": "no"}).status_code
    refused = act(ada, "abe", "project", {"project": "no-such", "level": "admin", "may_send": "no"})
    assert 422 == refused.status_code
    assert 'id="error-project"' in refused.text
    assert 'value="no-such"' in refused.text
    held = application.people.show(application.companies.system("hoosier"), "abe")
    assert many[0] in {grant.project for grant in held.projects}


@pytest.mark.rule("P3")
@pytest.mark.parametrize(
    ("where", "number"), [("project:", ""), ("project:", "no-such"), ("company", "99-001"), ("elsewhere", "99-001")]
)
@pytest.mark.usefixtures("many")
def test_no_wider_privilege_is_granted_than_was_meant(
    ada: Browser, application: Application, where: str, number: str
) -> None:
    """Neither the whole company where a number is missing, nor one project where the company is chosen."""
    host = application.companies.system("hoosier")
    before = application.people.show(host, "mia").privileges
    refused = act(ada, "mia", "privilege", {"where": where, "number": number})

    assert 422 == refused.status_code
    assert before == application.people.show(host, "mia").privileges


@pytest.mark.rule("P3")
def test_the_privilege_is_granted_for_a_typed_project(ada: Browser, application: Application, many: list[str]) -> None:
    """And for that project alone."""
    host = application.companies.system("hoosier")
    application.people.revoke_privilege(host, "mia", project=many[7])
    assert 303 == act(ada, "mia", "privilege", {"where": "project:", "number": many[7]}).status_code

    assert many[7] == application.people.show(host, "mia").privileges[-1].project


def test_no_form_sets_what_it_does_not_offer(ada: Browser, application: Application) -> None:
    """Fields of other forms, or of none, are not read."""
    fields = {"name": "Mia", "email": "", "administrator": "yes", "login": "root", "active": "no", "id": "1"}
    assert 303 == act(ada, "mia", "account", fields).status_code

    mia = application.people.show(application.companies.system("hoosier"), "mia")
    assert ("mia", "Mia", True, False) == (mia.login, mia.name, mia.active, mia.administrator)
