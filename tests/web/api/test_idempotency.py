"""Writes with a key: done once, answered as before; refused, under way, never ended, another's."""

from datetime import timedelta
from typing import Any

import pytest
from api_program import Program
from controlled_clock import ControlledClock
from sqlalchemy import update
from web_site import PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.store.tables import idempotency_keys
from erp_bridge_core.web import idempotency


@pytest.fixture
def ada(browser: Browser) -> Program:
    """The administrator's program, signed in by the API."""
    return Program.signed_in(browser, "ada")


def project(number: str) -> dict[str, str]:
    """A project to create."""
    return {"number": number, "name": "Tower"}


def numbers(application: Application) -> list[str]:
    """The projects that are there."""
    actor = application.people.sign_in("ada", PASSWORD, "hoosier")[1]
    return [each.number for each in application.projects.list(actor)]


def test_a_write_with_a_key_is_done_once(ada: Program, application: Application) -> None:
    """The second time it is answered as the first, and says so; without a key it is done again, and refused."""
    first = ada.post("/projects", project("N-1"), "k")
    again = ada.post("/projects", project("N-1"), "k")

    assert (201, 201, first.content) == (first.status_code, again.status_code, again.content)
    assert (None, "true") == tuple(each.headers.get("idempotency-replayed") for each in (first, again))
    assert 422 == ada.post("/projects", project("N-1")).status_code
    assert ["24-001", "N-1"] == numbers(application)


def test_a_key_is_for_one_request(ada: Program, application: Application) -> None:
    """Another body or path under it is refused, and nothing done."""
    ada.post("/projects", project("N-1"), "k")

    for path, body in (("/projects", project("N-2")), ("/projects/N-1/retrieve", project("N-1"))):
        refused = ada.post(path, body, "k")
        assert (422, "key_reused") == (refused.status_code, refused.json()["error"])
    assert ["24-001", "N-1"] == numbers(application)


def test_a_refusal_leaves_the_key_free(ada: Program) -> None:
    """Nothing was changed, so the corrected request may bear the same key."""
    assert 422 == ada.post("/projects", {"number": "N-1"}, "k").status_code
    assert 201 == ada.post("/projects", project("N-1"), "k").status_code


def test_a_key_is_its_actors_alone(ada: Program, browser: Browser) -> None:
    """In another company it is another key."""
    ada.post("/projects", project("N-1"), "k")

    there = Program.signed_in(browser, "ada", "second").post("/projects", project("N-1"), "k")

    assert (201, None) == (there.status_code, there.headers.get("idempotency-replayed"))


def test_a_key_is_kept_for_a_day(ada: Program, application: Application, clock: ControlledClock) -> None:
    """Then it is free, and what is there already says so itself."""
    ada.post("/projects", project("N-1"), "k")
    with application.store.begin() as connection:
        before = clock.now() - timedelta(hours=24, seconds=1)
        connection.execute(update(idempotency_keys).values(taken_at=before))

    done_again = ada.post("/projects", project("N-1"), "k")

    assert (422, "bad_input") == (done_again.status_code, done_again.json()["error"])


@pytest.mark.parametrize("lives", [True, False])
def test_a_request_that_has_not_ended_is_told_so(
    ada: Program, application: Application, tmp_path: Any, *, lives: bool
) -> None:
    """Whether it is under way, or its server ended before it had answered."""
    ada.post("/projects", project("N-1"), "k")
    other = idempotency.Living(application.home / "locks")
    with application.store.begin() as connection:
        connection.execute(update(idempotency_keys).values(status=None, taken_by=other.begin()))
    if not lives:
        other.end()

    told = ada.post("/projects", project("N-1"), "k")

    assert (409, "under_way") == (told.status_code, told.json()["error"])
    assert lives == ("is under way" in told.json()["message"])
    assert lives != ("server ended" in told.json()["message"])


def test_a_secret_is_answered_once(ada: Program, application: Application) -> None:
    """The token lies nowhere in what is kept."""
    body = {"name": "t", "verbs": ["read"]}
    made = ada.post("/tokens", body, "k")
    again = ada.post("/tokens", body, "k")

    assert (201, 409, "under_way") == (made.status_code, again.status_code, again.json()["error"])
    with application.store.read() as connection:
        (kept,) = connection.execute(idempotency_keys.select()).all()
    assert made.json()["token"] not in repr(kept)


@pytest.mark.parametrize("key", ["", "two words", "k" * 256])
def test_what_is_no_key_is_refused(ada: Program, key: str) -> None:
    """With 422, naming the header."""
    refused = ada.post("/projects", project("N-1"), key)

    assert (422, ["Idempotency-Key"]) == (refused.status_code, [each["where"] for each in refused.json()["faults"]])


@pytest.mark.parametrize("body", [b"\xff", b"{", b"[" * 100_000, b'"\xed\xa0\x80"'])
def test_what_is_no_json_is_refused(ada: Program, body: bytes) -> None:
    """And is no defect of ours."""
    sent = {"X-CSRF-Token": ada.token, "Content-Type": "application/json"}
    refused = ada.browser.client.post("/api/v1/projects", content=body, headers=sent)

    assert (400, "usage") == (refused.status_code, refused.json()["error"])


def test_a_field_that_is_not_known_is_refused(ada: Program, application: Application) -> None:
    """Nobody sets what an operation does not offer, nor takes a typing error for consent."""
    assert 422 == ada.post("/projects", {**project("N-1"), "locked": True}).status_code
    assert ["24-001"] == numbers(application)


def test_a_write_needs_the_token_of_forms(ada: Program) -> None:
    """A session's cookie alone comes from anywhere."""
    refused = ada.browser.client.post("/api/v1/projects", json=project("N-1"))

    assert (403, "foreign_form") == (refused.status_code, refused.json()["error"])


def test_failed_sign_ins_are_throttled_whoever_is_named(browser: Browser) -> None:
    """The answer tells nobody whether there is such a person."""
    for login in ("ada", "nobody-there"):
        sent = {"login": login, "password": "wrong", "company": "hoosier"}
        refused = [browser.client.post("/api/v1/session", json=sent) for _ in range(6)]
        assert [403, 403, 403, 403, 403, 429] == [each.status_code for each in refused]
        assert 0 < int(refused[-1].headers["retry-after"]) <= 900


def test_a_sign_in_from_another_site_is_refused(browser: Browser) -> None:
    """It needs JSON, which no form of another site can send, and an origin of ours."""
    sent = {"login": "ada", "password": PASSWORD, "company": "hoosier"}

    as_form = browser.client.post("/api/v1/session", data=sent)
    from_elsewhere = browser.client.post("/api/v1/session", json=sent, headers={"Origin": "https://evil.test"})

    assert [403, 403] == [as_form.status_code, from_elsewhere.status_code]
