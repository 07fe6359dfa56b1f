"""What is in doubt of what a source was told, by page, command and API: shown with its evidence, settled, told on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
from click.testing import CliRunner
from desk import COMPANY, Desk
from litestar.testing import TestClient
from memory_source import office_profile
from web_site import PASSWORD, Browser, server_over

from erp_bridge_core.app import Application
from erp_bridge_core.cli.root import root
from erp_bridge_core.connector.outcomes_told import ToldState
from erp_bridge_core.contract import SafetyClass
from erp_bridge_core.contract.errors import NotSent


@pytest.fixture
def asked_for(desk: Desk) -> str:
    """A request of which the source, where nothing can be looked for, may have been told or not."""
    profile = office_profile()
    appended = tuple(evolve(each, safety=SafetyClass.APPEND) for each in profile.operations)
    registry, office = desk.application.registry, desk.application.registry.sources["office"]
    registry.sources["office"] = evolve(office, profile=evolve(profile, operations=appended))  # type: ignore[index] # a dict
    request = desk.ask()
    desk.poll()
    desk.application.outcomes.make(1)
    (told,) = desk.application.requests.tell(desk.person("approver"), 1)
    assert ToldState.UNKNOWN is told.state
    return request


@pytest.fixture
def browser(desk: Desk) -> Iterator[Browser]:
    """The approver's."""
    desk.application.people.set_password(desk.system, "approver", PASSWORD)
    with TestClient(server_over(desk.application), base_url="http://testserver.local") as client:
        browser = Browser(client)
        browser.sign_in("approver", company=COMPANY)
        yield browser


@pytest.mark.rule("E6", "L15")
def test_it_is_settled_on_a_page(desk: Desk, browser: Browser, asked_for: str) -> None:
    """From the problems to the request, from there to the write with its evidence; then it is told no more."""
    (doubt,) = desk.application.requests.doubts(desk.person("approver"), 1)
    page = f"/requests/1/settle/{doubt.reference}"

    assert f'href="{page}">Settle {doubt.reference}' in browser.get("/requests/1").text
    assert "Answer" in browser.get(page).text
    assert 422 == browser.send(page, {"how": "arrived", "reason": ""}, page=page).status_code
    settled = browser.send(page, {"how": "arrived", "reason": "The office shows it."}, page=page)
    assert (303, "/requests/1") == (settled.status_code, settled.headers["location"])
    (told,) = desk.application.requests.told(desk.person("approver"), 1)
    assert ToldState.TOLD is told.state
    assert ["waiting"] == desk.office.told(asked_for)
    assert 404 == browser.get(page).status_code


@pytest.mark.rule("M1")
def test_it_is_among_the_problems_and_in_the_summary(desk: Desk, browser: Browser, asked_for: str) -> None:
    """With what is wrong and the way out; whoever may answer for its project is told once a day."""
    (problem,) = browser.get("/api/v1/problems").json()["requests"]
    assert (1, "unknown") == (problem["request"]["number"], problem["outcome"]["state"])
    assert "Nobody can tell whether its source was told how it stands (waiting)." == problem["what"]
    page = browser.get("/problems").text
    assert problem["what"] in page
    assert "settle it on the request&#39;s page" in page

    desk.clock.advance(days=1)
    summaries = {each.login: each for each in desk.application.mail.make_summaries(desk.system)}
    assert ((1,), (1,)) == (summaries["approver"].waiting, summaries["approver"].requests)
    letter = desk.application.mail.show(desk.person("administrator"), 1)
    assert "1 request of a source that somebody looks at" in letter.text
    assert problem["what"] in letter.text.replace("\n", " ")


def test_what_fails_to_be_told_is_among_the_problems(desk: Desk) -> None:
    """In the error's words, and no longer once a later outcome was told."""
    desk.ask()
    desk.poll()
    desk.application.outcomes.make(1)
    approver = desk.person("approver")
    desk.plugin.before_write = _away
    desk.application.requests.tell(approver, 1)
    (found,) = desk.application.requests.waiting(approver)
    assert "The office is closed." in found.what
    desk.plugin.before_write = lambda _: None
    desk.application.requests.tell(approver, 1)

    assert () == desk.application.requests.waiting(approver)


def _away(_: object) -> None:
    raise NotSent("The office is closed.")


def test_it_is_settled_by_the_api(desk: Desk, browser: Browser, asked_for: str) -> None:
    """Not arrived: just that is told again, and is in doubt again."""
    token = desk.application.people.create_token(
        desk.person("approver"), "program", companies=[COMPANY], verbs=("read", "answer")
    )
    headers, path = {"Authorization": f"Bearer {token}"}, "/api/v1/requests/1"
    (doubt,) = browser.client.get(f"{path}/doubts", headers=headers).json()
    order = {"how": "not_arrived", "reason": "It is not there."}
    told = browser.client.post(f"{path}/effects/{doubt['reference']}/settle", headers=headers, json=order).json()
    assert [("waiting", "unknown")] == [(each["stage"], each["state"]) for each in told]
    assert ["waiting", "waiting"] == desk.office.told(asked_for)


def test_it_is_settled_by_a_command(desk: Desk, asked_for: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown as a doubt of an export is; whoever may not answer items is refused."""
    monkeypatch.setattr(Application, "open", lambda *_, **__: desk.application)
    monkeypatch.setattr(Application, "close", lambda _: None)

    def run(login: str, *arguments: str) -> tuple[int, Any]:
        shared = ["--home", str(desk.application.home), "--as", login]
        ran = CliRunner().invoke(root, [*shared, *arguments, "--json"])
        return ran.exit_code, json.loads(ran.stdout)

    assert 5 == run("approver", "problems")[0]
    _, shown = run("approver", "request", "doubts", "1")
    settle = ("request", "settle", "1", shown["doubts"][0]["reference"], "arrived", "--reason", "Seen.")
    assert 1 == run("manager", *settle)[0]
    left, told = run("approver", *settle)

    assert (0, ["told"]) == (left, [each["state"] for each in told["told"]])
    assert 0 == run("approver", "problems")[0]
