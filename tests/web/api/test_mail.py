"""Mail by the API: listed and shown as the services have it, put back, tried (M1-M5, X2)."""

import pytest
from api_program import Program
from sqlalchemy import update
from web_items import person
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import deliveries

pytestmark = pytest.mark.rule("X2")

PATH = "/api/v1/mail"


@pytest.fixture
def ada(browser: Browser, application: Application) -> Program:
    """The administrator's program; one mail, a summary, waits."""
    application.companies.set_policy(person(application, "ada"), daily_summary_hour=10)
    application.mail.make_summaries(application.companies.system("hoosier"))
    return Program.signed_in(browser, "ada")


def give_up(application: Application) -> None:
    """Let every mail be one that was given up."""
    with application.store.begin() as connection:
        connection.execute(update(deliveries).values(state="given_up", problem="nobody lives there"))


def test_mail_is_listed_and_shown(ada: Program, application: Application) -> None:
    """With the words that would go out, as the services have them; by state."""
    actor = person(application, "ada")
    (known,) = application.mail.list(actor)
    (listed,) = ada.browser.get(PATH).json()
    shown, words = ada.browser.get(f"{PATH}/{known.id}").json(), application.mail.show(actor, known.id)

    assert (known.id, "abe", "waiting", known.message_id) == (
        listed["id"], listed["login"], listed["state"], listed["message_id"],
    )  # fmt: skip
    assert (listed, words.subject, words.text) == (shown["delivery"], shown["subject"], shown["text"])
    assert [] == ada.browser.get(f"{PATH}?state=sent").json()
    assert 422 == ada.browser.get(f"{PATH}?state=lost").status_code


def test_what_was_given_up_is_put_back(ada: Program, application: Application) -> None:
    """All at once, or one; what waits is not put back, and there is no other."""
    (known,) = application.mail.list(person(application, "ada"))
    waits = ada.post(f"/mail/{known.id}/retry")
    assert (409, "not_possible_now") == (waits.status_code, waits.json()["error"])
    for path in ("/mail/retry", f"/mail/{known.id}/retry"):
        give_up(application)
        assert {"mail": [known.id]} == ada.post(path).json()
        assert "waiting" == ada.browser.get(PATH).json()[0]["state"]

    assert {"mail": []} == ada.post("/mail/retry").json()
    assert [404, 404] == [ada.post("/mail/99/retry").status_code, ada.browser.get(f"{PATH}/99").status_code]


def test_without_a_server_nothing_is_sent(ada: Program, application: Application) -> None:
    """The mail waits; a test says what to configure, and an address that is none is refused."""
    sent = ada.post("/mail/send")
    tried = ada.post("/mail/test", {"address": "someone@site.test"})
    for answer in (sent, tried):
        assert (422, "the configuration's") == (answer.status_code, answer.json()["whose"])
        assert "[mail]" in answer.json()["remedy"]
    assert 422 == ada.post("/mail/test", {"address": ""}).status_code
    assert ["waiting"] == [each.state for each in application.mail.list(person(application, "ada"))]


def test_mail_is_the_administrators(ada: Program) -> None:
    """Nobody else reads or puts back; another company's administrator sees none of it."""
    abe = Program.signed_in(ada.browser, "abe")
    assert [403, 403, 403] == [
        ada.browser.get(PATH).status_code, ada.browser.get(f"{PATH}/1").status_code,
        abe.post("/mail/retry").status_code,
    ]  # fmt: skip
    Program.signed_in(ada.browser, "ada", company="second")
    assert [] == ada.browser.get(PATH).json()
    assert 404 == ada.browser.get(f"{PATH}/1").status_code
