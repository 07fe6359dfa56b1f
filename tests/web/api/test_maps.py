"""Maps by the API: entered all or none, listed as the services have them, and what a budget lacks (B9, X2)."""

import pytest
from api_program import Program
from web_items import person
from web_site import Browser

from erp_bridge_core.app import Application
from erp_bridge_core.connections.maps import MapEntry

pytestmark = pytest.mark.rule("B9", "X2")

PATH = "/api/v1/connections/books/map"
ENTRIES = [{"kind": "unit", "ours": "ea", "theirs": "EA"}, {"kind": "unit", "ours": "lf", "theirs": "LF"}]


@pytest.fixture
def ada(browser: Browser) -> Program:
    """The administrator's program."""
    return Program.signed_in(browser, "ada")


def put(ada: Program, entries: object) -> tuple[int, dict[str, object]]:
    """Enter entries: the status, and what was answered."""
    answer = ada.browser.client.put(PATH, json={"entries": entries}, headers={"X-CSRF-Token": ada.token})
    return answer.status_code, answer.json()


def test_what_was_entered_is_listed(ada: Program, application: Application) -> None:
    """The services have just that; another value for the same code takes its place."""
    assert (200, {"done": "Entries entered: 2."}) == put(ada, ENTRIES)
    assert 200 == put(ada, [{**ENTRIES[0], "theirs": "EACH"}])[0]
    wanted = [MapEntry(kind="unit", ours="ea", theirs="EACH"), MapEntry(kind="unit", ours="lf", theirs="LF")]

    assert wanted == list(application.maps.list(person(application, "ada"), "books"))
    listed = ada.browser.get(PATH).json()
    assert ([{**ENTRIES[0], "theirs": "EACH"}, ENTRIES[1]], 2) == (listed["items"], listed["total"])
    assert [] == ada.browser.get(f"{PATH}?kind=category").json()["items"]


def test_all_are_entered_or_none(ada: Program) -> None:
    """One that is wrong keeps out the others, and is named."""
    status, told = put(ada, [ENTRIES[0], {"kind": "colour", "ours": "red", "theirs": "R"}])

    assert (422, "bad_input") == (status, told["error"])
    assert "colour" in str(told["faults"])
    assert 0 == ada.browser.get(PATH).json()["total"]


def test_an_entry_is_taken_away_once(ada: Program) -> None:
    """Then there is none, as of a connection that is not there."""
    put(ada, ENTRIES)
    client, headers = ada.browser.client, {"X-CSRF-Token": ada.token}
    query = {"kind": "unit", "ours": "ea"}

    assert [204, 404] == [client.delete(PATH, params=query, headers=headers).status_code for _ in range(2)]
    assert ["lf"] == [each["ours"] for each in ada.browser.get(PATH).json()["items"]]
    assert 404 == ada.browser.get(PATH.replace("books", "none")).status_code


def test_what_is_not_mapped_is_told(ada: Program, application: Application) -> None:
    """A kind with entries is strict: what the budget uses besides is listed, as the services list it."""
    assert [] == ada.browser.get("/api/v1/projects/24-001/map-exceptions").json()
    put(ada, [{"kind": "category", "ours": "M", "theirs": "L"}])
    found = application.maps.exceptions(person(application, "ada"), "24-001")
    told = ada.browser.get("/api/v1/projects/24-001/map-exceptions").json()

    assert [("category", "L", 1)] == [(each["kind"], each["value"], each["lines"]) for each in told]
    assert [(each.kind, each.value, each.lines) for each in found] == [
        (each["kind"], each["value"], each["lines"]) for each in told
    ]
    assert 404 == ada.browser.get("/api/v1/projects/24-999/map-exceptions").status_code
