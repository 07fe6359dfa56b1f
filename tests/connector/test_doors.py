"""Requests by page, command and API: what is in the way of each, and the ways out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from desk import CODES, COMPANY, OTHER_JOB, Desk, key
from litestar.testing import TestClient
from web_site import PASSWORD, Browser, server_over

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.connector.values import RequestState


@pytest.fixture
def browser(desk: Desk) -> Iterator[Browser]:
    """The browser of the approver, who may look at all of ERP Integrations, and send budgets too."""
    people, ada = desk.application.people, desk.person("administrator")
    people.set_password(desk.system, "approver", PASSWORD)
    for job in (OTHER_JOB, "24-001"):
        people.grant_project(ada, "approver", job, level="standard", may_send=True)
    with TestClient(server_over(desk.application), base_url="http://testserver.local") as client:
        browser = Browser(client)
        browser.sign_in("approver", company=COMPANY)
        yield browser


def asked(browser: Browser, path: str) -> Any:
    """What the API answers."""
    return browser.get(f"/api/v1{path}").json()


def test_what_waits_is_on_its_page_and_among_the_problems(desk: Desk, browser: Browser) -> None:
    """With the reason and the way out; the item's page tells of the request that it was made of."""
    desk.office.set_line(OTHER_JOB, key(CODES[0]), "7.00")
    desk.office.send(OTHER_JOB, asked_by="Paula Planner", cost_class="Direct")
    desk.ask()

    told = browser.send("/requests/poll", {}, page="/requests")

    assert 303 == told.status_code
    listed = browser.get("/requests").text
    assert "linked with no project here" in listed
    assert "linked with no project here" in browser.get("/problems").text
    assert f'href="/projects/{OTHER_JOB}/budget/pull">Link {OTHER_JOB}' in browser.get("/requests/1").text
    assert "request 2" in browser.get("/items/1").text
    desk.application.pulling.link(desk.person("administrator"), OTHER_JOB, "office", source_project=OTHER_JOB)
    desk.poll()
    item = browser.get("/items/2").text
    assert "by Paula Planner" in item
    assert "<dt>Cost class</dt><dd>Direct</dd>" in item
    assert "linked with no project here" not in browser.get("/problems").text


def test_a_person_takes_one_in_on_its_page(desk: Desk, browser: Browser) -> None:
    """In his own name; what still stands in its way is told on the same page."""
    desk.set("connector.act_as", "")
    desk.ask()
    desk.poll()
    desk.plugin.changing = True

    refused = browser.send("/requests/1/take", {"acknowledge": "all"}, page="/requests/1")
    desk.plugin.changing = False
    taken = browser.send("/requests/1/take", {}, page="/requests/1")

    assert "edited while it was read" in refused.text
    assert (303, "/items/1") == (taken.status_code, taken.headers["location"])
    assert "approver" == desk.application.reviews.item(desk.person("approver"), 1).sent_by


def test_the_api_tells_the_same(desk: Desk, browser: Browser) -> None:
    """A page of requests with their sources, one of them, and what it asks for."""
    desk.ask(amount="12.00")
    desk.poll()

    page, one = asked(browser, "/requests?state=item"), asked(browser, "/requests/1")

    assert (1, {"received": 0, "item": 1, "closed": 0, "answered": 0}) == (page["total"], page["counts"])
    assert ["office"] == [each["connection"] for each in page["sources"]]
    assert page["items"] == [one]
    assert ("item", 1, "ready", 1) == (one["state"], one["item"], one["item_state"], one["transactions"])
    (transaction,) = asked(browser, "/requests/1/transactions")
    assert ("12.00", 1, None) == (transaction["amount"], transaction["item"], transaction["arrived"])
    assert [] == asked(browser, "/problems")["requests"]


def test_commands_tell_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed, shown, looked for; a source that can't be read leaves with 3."""
    desk.ask()
    monkeypatch.setattr(Application, "open", lambda *_, **__: desk.application)
    monkeypatch.setattr(Application, "close", lambda _: None)

    def run(*arguments: str) -> tuple[int, Any]:
        shared = ["--home", str(desk.application.home), "--as", "approver", "request"]
        ran = CliRunner().invoke(root, [*shared, *arguments, "--json"])
        return ran.exit_code, json.loads(ran.stdout)

    left, polled = run("poll")
    assert (0, [1]) == (left, polled["sources"][0]["items"])
    assert [RequestState.ITEM] == [each["state"] for each in run("list")[1]["requests"]]
    assert 1 == len(run("show", "1")[1]["transactions"])
    desk.plugin.read_failed = "The office is closed."
    assert 3 == run("poll")[0]


def test_what_the_source_is_told_is_shown_and_told_by_hand(desk: Desk, browser: Browser) -> None:
    """Without a worker it waits; a person lets it be told, and reads what was said."""
    asked_for = desk.ask()
    desk.poll()
    desk.application.outcomes.make(1)
    assert "Tell it now" in browser.get("/requests/1").text

    told = browser.send("/requests/1/tell", {}, page="/requests/1")

    assert 303 == told.status_code
    assert ["waiting"] == desk.office.told(asked_for)
    (outcome,) = asked(browser, "/requests/1/outcomes")
    assert ("waiting", "told", None) == (outcome["stage"], outcome["state"], outcome["problem"])
    assert "Tell it now" not in browser.get("/requests/1").text
