"""Writes to what has a revision: who names another than is there does nothing; the review as one program does it."""

from typing import Any

import pytest
from api_program import Program
from web_site import Browser

LINE = "/api/v1/projects/24-001/budget/line?cost_code=01-100&category=L"


@pytest.fixture
def program(browser: Browser) -> Any:
    """Sign a program in as somebody."""
    return lambda login: Program.signed_in(browser, login)


@pytest.mark.rule("A4", "A6", "E1")
def test_an_item_is_accepted_as_it_was_seen_then_exported(program: Any) -> None:
    """Another revision is refused with 412, an answered item with 409; the export goes on after its answer."""
    abe = program("abe")
    tag = abe.browser.get("/api/v1/items/1").headers["etag"]
    body = {"confirm_import_closes": True}

    stale = abe.post("/items/1/accept", body, **{"If-Match": '"7"'})
    assert (412, "changed") == (stale.status_code, stale.json()["error"])
    accepted = abe.post("/items/1/accept", body, **{"If-Match": tag})
    assert (200, "accepted") == (accepted.status_code, accepted.json()["state"])
    answered = abe.post("/items/1/accept", body)
    assert (409, "already_answered") == (answered.status_code, answered.json()["error"])

    started = abe.post("/items/1/export", key="once")
    assert (202, "/api/v1/items/1/export") == (started.status_code, started.headers["location"])
    again = abe.post("/items/1/export", key="once")
    assert (202, "true") == (again.status_code, again.headers["idempotency-replayed"])
    shown = abe.browser.get("/api/v1/items/1/export").json()
    assert ("complete", 1, 1) == (shown["state"], shown["lines"]["total"], shown["lines"]["arrived"])


@pytest.mark.rule("B1", "B6")
def test_a_line_is_changed_as_it_was_seen(program: Any) -> None:
    """After a retrieve; null takes a number away, and what is not named stays."""
    ada = program("ada")
    assert "retrieved" == ada.post("/projects/24-001/retrieve").json()["state"]
    tag = ada.browser.get(LINE).headers["etag"]
    client, token = ada.browser.client, {"X-CSRF-Token": ada.token}

    changed = client.patch(LINE, json={"amount": "10.50"}, headers={**token, "If-Match": tag})
    stale = client.patch(LINE, json={"amount": "11"}, headers={**token, "If-Match": tag})

    assert (200, "10.50") == (changed.status_code, changed.json()["original"])
    assert (412, "changed") == (stale.status_code, stale.json()["error"])
    assert "10.50" == ada.browser.get(LINE).json()["original"]
    refused = client.patch(LINE, json={"amount": "10.505"}, headers=token)
    assert (422, "bad_input") == (refused.status_code, refused.json()["error"])


@pytest.mark.rule("B8")
def test_a_file_is_tried_then_imported(program: Any) -> None:
    """All or nothing; a trial changes nothing, whatever the file is called."""
    ada = program("ada")
    ada.post("/projects/24-001/retrieve")
    client, token = ada.browser.client, {"X-CSRF-Token": ada.token}
    file = {"file": ("../../etc/budget.csv", b"Cost code,Category,Amount\n01-100,L,5.00\n", "text/csv")}
    path = "/api/v1/projects/24-001/budget/import"

    tried = client.post(path, files=file, data={"mode": "override", "trial": "true"}, headers=token)
    assert (200, "5.00") == (tried.status_code, tried.json()["amount"])
    assert "1234567.80" == ada.browser.get(LINE).json()["original"]
    done = client.post(path, files=file, data={"mode": "override"}, headers=token)
    assert 200 == done.status_code
    assert "5.00" == ada.browser.get(LINE).json()["original"]


@pytest.mark.rule("P2", "P3")
def test_who_may_not_is_told_why(program: Any) -> None:
    """As on the page: the same services ask the same rules."""
    mia = program("mia")

    for path, body in (("/items/1/accept", {}), ("/items/1/export", None), ("/projects", {"number": "x", "name": "x"})):
        refused = mia.post(path, body)
        assert (403, "not_allowed") == (refused.status_code, refused.json()["error"]), path
        assert refused.json()["faults"], path
