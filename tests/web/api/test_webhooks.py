"""Webhooks by the API: added with a secret once, told, put back, removed (X2)."""

import pytest
from api_program import Program
from sqlalchemy import update
from web_items import accept, person
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import webhook_deliveries

pytestmark = pytest.mark.rule("X2")

PATH = "/api/v1/webhooks"
URL = "https://hooks.example.com/told"


@pytest.fixture
def ada(browser: Browser) -> Program:
    """The administrator's program."""
    return Program.signed_in(browser, "ada")


def test_a_webhook_is_added_and_its_secret_told_once(ada: Program, application: Application) -> None:
    """The list has all but the secret; one that leads inside, or is no https, is none."""
    made = ada.post("/webhooks", {"url": URL, "description": "to the archive"})
    assert (201, "whsec_") == (made.status_code, made.json()["secret"][:6])
    listed = ada.browser.get(PATH)

    assert [made.json()["webhook"]] == listed.json()
    assert made.json()["secret"] not in listed.text
    (known,) = application.webhooks.list(person(application, "ada"))
    assert (known.id, URL, "to the archive") == tuple(listed.json()[0][name] for name in ("id", "url", "description"))
    for url in ("http://hooks.example.com/", "https://127.0.0.1/", "https://hooks.example.com/\r\nX-Split: 1", "x"):
        refused = ada.post("/webhooks", {"url": url})
        assert (422, "bad_input") == (refused.status_code, refused.json()["error"]), url


def test_a_secret_is_renewed_and_a_webhook_removed(ada: Program) -> None:
    """Another secret each time; what was removed is there no more."""
    made = ada.post("/webhooks", {"url": URL}).json()
    number = made["webhook"]["id"]
    renewed = ada.post(f"/webhooks/{number}/renew-secret")
    assert (200, made["webhook"]) == (renewed.status_code, renewed.json()["webhook"])
    assert made["secret"] != renewed.json()["secret"]
    client, headers = ada.browser.client, {"X-CSRF-Token": ada.token}

    assert [204, 404] == [client.delete(f"{PATH}/{number}", headers=headers).status_code for _ in range(2)]
    assert 404 == ada.post(f"/webhooks/{number}/renew-secret").status_code
    assert [] == ada.browser.get(PATH).json()


def test_deliveries_are_listed_and_put_back(ada: Program, application: Application) -> None:
    """As the services have them; what waits is not put back, what was given up is, once or all."""
    ada.post("/webhooks", {"url": URL})
    ada.browser.sign_in("abe")
    assert 303 == accept(ada.browser).status_code
    ada = Program.signed_in(ada.browser, "ada")
    known = application.webhooks.deliveries(person(application, "ada"))
    listed = ada.browser.get(f"{PATH}/deliveries").json()

    assert known
    assert [(each.id, each.event, each.to_state) for each in known] == [
        (each["id"], each["event"], each["to_state"]) for each in listed
    ]
    number = listed[0]["id"]
    waits = ada.post(f"/webhooks/deliveries/{number}/retry")
    assert (409, "not_possible_now") == (waits.status_code, waits.json()["error"])
    for path in ("/webhooks/deliveries/retry", f"/webhooks/deliveries/{number}/retry"):
        with application.store.begin() as connection:
            connection.execute(update(webhook_deliveries).values(state="given_up", problem="gone"))
        assert len(known) == len(ada.browser.get(f"{PATH}/deliveries?state=given_up").json())
        assert number in ada.post(path).json()["deliveries"]
    assert 404 == ada.post("/webhooks/deliveries/99/retry").status_code
    assert 422 == ada.browser.get(f"{PATH}/deliveries?state=lost").status_code


def test_webhooks_are_the_administrators(ada: Program) -> None:
    """Nobody else reads or adds; another company's are not there."""
    number = ada.post("/webhooks", {"url": URL}).json()["webhook"]["id"]
    abe = Program.signed_in(ada.browser, "abe")
    assert [403, 403] == [ada.browser.get(PATH).status_code, abe.post("/webhooks", {"url": URL}).status_code]
    there = Program.signed_in(ada.browser, "ada", company="second")
    assert [] == ada.browser.get(PATH).json()
    assert 404 == there.post(f"/webhooks/{number}/renew-secret").status_code
