"""Exporting on pages: in a thread of the server, once however often it is pressed; failures, doubts, hand-overs."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from controlled_clock import ControlledClock
from httpx import Response
from litestar.testing import TestClient
from web_items import (
    accept,
    books,
    exported,
    fill,
    form_of,
    hand_over_files,
    hire,
    item,
    let_time_pass,
    person,
    press,
    send_a_change,
)  # fmt: skip
from web_site import MARKUP, PASSWORD, Browser

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import Effect, LineKey
from erp_bridge_core.contract.errors import Doubtful
from erp_bridge_core.web.background import Background

KEY = LineKey("", "01-100", "L")
PATIENT = 20.0


def lost(_: Effect) -> None:
    """The reply is lost."""
    raise Doubtful("The connection ended before the answer.")


@pytest.fixture
def background(server: TestClient[Any]) -> Background:
    """What the server does in threads."""
    found: Background = server.app.state["background"]
    return found


@pytest.fixture
def reached() -> Event:
    """Set once the slow ERP was asked for something."""
    return Event()


@pytest.fixture
def slow(application: Application, background: Background, reached: Event) -> Iterator[Event]:
    """An ERP that answers only once the event is set, and a server that shows progress at once."""
    answer = Event()

    def wait(_: Effect) -> None:
        reached.set()
        answer.wait(PATIENT)

    books(application).after_send = wait
    background.patience = 0.1
    yield answer
    answer.set()
    background.wait(PATIENT)


@pytest.fixture
def vic(server: TestClient[Any], application: Application, abe: Browser) -> Browser:
    """Another approver, who takes the browser over once abe has done his part."""
    hire(application, "vic", integrations="standard", privilege=True)
    return Browser(server)


@pytest.mark.rule("A4", "E1")
def test_an_item_is_accepted_and_exported_by_one_button(abe: Browser, application: Application) -> None:
    """The page of the export tells that all lines arrived."""
    assert "It has no export yet." in abe.get("/items/1/export").text
    sent = accept(abe, then="export")

    assert (303, "/items/1/export") == (sent.status_code, sent.headers["location"])
    page = abe.get("/items/1/export").text
    assert "The export has ended." in page
    assert "<strong>complete</strong>" in page
    assert "1 of 1 lines arrived" in page
    assert "data-live" not in page
    assert (ItemState.WAITING, 1) == (item(application).state, books(application).sends)


@pytest.mark.rule("E1", "A6")
def test_a_running_export_shows_its_progress_and_is_started_once(
    abe: Browser, application: Application, background: Background, *, slow: Event, reached: Event
) -> None:
    """Its page renews itself, by script or by a link; a second press is told, and there is one export."""
    accept(abe)
    started = press(abe, "start")
    assert (303, "/items/1/export") == (started.status_code, started.headers["location"])
    assert reached.wait(PATIENT)
    page = abe.get("/items/1/export").text
    assert '<section id="progress" data-live="2" data-say="' in page
    assert '<p class="unseen" aria-live="polite" data-says="progress"></p>' in page
    assert "0 of 1 lines arrived" in page
    assert "Look again" in page

    second = press(abe, "start")
    assert 409 == second.status_code
    assert "is being worked on at this moment" in second.text
    assert "abe started the export" in second.text
    slow.set()
    background.wait(PATIENT)
    assert "<strong>complete</strong>" in abe.get("/items/1/export").text
    assert 1 == books(application).sends


@pytest.mark.rule("A6")
def test_a_press_after_the_end_is_told_who_exported(abe: Browser, application: Application) -> None:
    """One export, whoever presses."""
    exported(abe)
    refused = press(abe, "start")

    assert 409 == refused.status_code
    assert "only an accepted item can be exported" in refused.text
    assert "abe started the export" in refused.text
    assert 1 == books(application).sends


@pytest.mark.rule("E1")
def test_an_export_that_a_crash_left_is_resumed(abe: Browser, application: Application) -> None:
    """Started, and its server is gone: the page says so, and the button takes it up."""
    accept(abe)
    application.exports.start(person(application, "abe"), 1)
    page = abe.get("/items/1/export").text
    assert "No worker is at it" in page
    assert 'data-live="5"' in page
    assert "Resume the export" in page

    assert 303 == press(abe, "resume").status_code
    assert ItemState.WAITING == item(application).state
    assert 1 == books(application).sends


def test_an_erp_that_can_not_be_read_stops_the_start(abe: Browser, application: Application) -> None:
    """The error with its remedy; the item stays accepted, nothing was sent."""
    accept(abe)
    books(application).read_failed = "The books are closed for tonight."
    refused = press(abe, "start")

    assert 502 == refused.status_code
    assert "The books are closed for tonight." in refused.text
    assert (ItemState.ACCEPTED, 0) == (item(application).state, books(application).sends)


def test_the_item_can_be_looked_at_while_the_erp_is_down(abe: Browser, application: Application) -> None:
    """Its page asks the ERP nothing."""
    books(application).read_failed = "The books are closed for tonight."

    for page in ("", "/lines", "/export", "/posting", "/history"):
        assert 200 == abe.get(f"/items/1{page}").status_code


@pytest.mark.rule("E3")
def test_a_failed_export_tells_the_erps_words_and_is_retried(abe: Browser, application: Application) -> None:
    """The words per line, never as markup; retry sends only what has not arrived, beside it stands reject."""
    books(application).refused[KEY] = f"No such code {MARKUP}"
    exported(abe)
    page = abe.get("/items/1/export").text
    assert MARKUP not in page
    assert "No such code &lt;script&gt;" in page
    assert "1 refused" in page
    assert 'action="/items/1/retry"' in page
    assert 'href="/items/1/reject"' in page

    books(application).refused.clear()
    assert 303 == press(abe, "retry").status_code
    assert ItemState.WAITING == item(application).state


@pytest.mark.rule("E3")
def test_several_failed_exports_are_retried_together(abe: Browser, application: Application) -> None:
    """Each is told what became of it; what is not failed is told why not."""
    number = send_a_change(application)
    books(application).refused[KEY] = "No"
    fill(abe, f"/items/{number}/accept", confirm_import_closes="yes", then="export")
    books(application).refused.clear()

    answer = several(abe, "retry", 1, number)
    assert f"Item {number} was retried." in answer.text
    assert "Item 1 has no export." in answer.text
    assert ItemState.WAITING == item(application, number).state


def several(browser: Browser, act: str, *items: int) -> Response:
    """Choose items on the list and press a button there."""
    fields: dict[str, Any] = {"csrf_token": browser.token("/items"), "item": [str(each) for each in items]}
    return browser.send_bare(f"/items/{act}", fields)


@pytest.mark.rule("E6", "L15")
def test_a_doubt_shows_its_evidence_and_when_it_can_be_settled(
    abe: Browser, vic: Browser, application: Application
) -> None:
    """What was asked, tried and seen; who exported can't settle it, nor anybody before the horizon."""
    reference = leave_in_doubt(abe, application)
    page = abe.get("/items/1/export").text
    assert "1 in doubt" in page
    assert "Who exported does not settle what became of it." in page
    assert "it may still be carried out for another" in page
    assert "Possible from <time" in page
    assert "Try 1" in abe.get(f"/items/1/settle/{reference}").text

    let_time_pass(application)
    refused = settle(abe, reference, "not_arrived")
    assert 403 == refused.status_code
    assert "Looked in the books" in refused.text
    vic.sign_in("vic")
    assert 303 == settle(vic, reference, "not_arrived").status_code
    assert ItemState.FAILED == item(application).state
    assert "not arrived: Looked in the books" in vic.get("/items/1/export").text


def leave_in_doubt(browser: Browser, application: Application) -> str:
    """Export item 1 and lose the answer; nobody waits for the horizon. The reference of what is in doubt."""
    application.exports.worker.patience = 0.0
    books(application).after_send = lost
    exported(browser)
    books(application).after_send = lambda _: None
    assert ItemState.UNKNOWN == item(application).state
    return application.exports.doubts(person(application, "abe"), 1)[0].reference


def settle(browser: Browser, reference: str, how: str, reason: str = "Looked in the books") -> Response:
    """Say what became of it."""
    fields = {"csrf_token": browser.token("/items/1"), "how": how, "reason": reason}
    return browser.send_bare(f"/items/1/settle/{reference}", fields)


@pytest.mark.rule("E6")
def test_settling_wants_an_answer_and_a_reason(abe: Browser, application: Application) -> None:
    """Each beside its field; a write that the item does not have is not found."""
    reference = leave_in_doubt(abe, application)
    refused = settle(abe, reference, "", " ")

    assert 422 == refused.status_code
    for name in ("how", "reason"):
        assert f'id="error-{name}"' in refused.text
    assert 422 == settle(abe, reference, "made up").status_code
    assert 404 == settle(abe, "none", "arrived").status_code
    assert 404 == abe.get("/items/1/settle/none").status_code
    assert ItemState.UNKNOWN == item(application).state


@pytest.mark.rule("E6")
def test_settling_takes_the_password_on_its_form(
    abe: Browser, vic: Browser, application: Application, clock: ControlledClock
) -> None:
    """It asks for a recent sign-in; what was typed stays."""
    reference = leave_in_doubt(abe, application)
    let_time_pass(application)
    vic.sign_in("vic")
    clock.advance(minutes=16)
    path = f"/items/1/settle/{reference}"
    refused = settle(vic, reference, "arrived")
    assert 403 == refused.status_code

    typed = form_of(refused.text, path)
    assert ("arrived", "Looked in the books") == (typed["how"], typed["reason"])
    assert 303 == vic.send_bare(path, {**typed, "password_again": PASSWORD}).status_code
    assert ItemState.WAITING == item(application).state


@pytest.mark.rule("E6")
def test_a_doubt_is_looked_at_again(abe: Browser, application: Application) -> None:
    """Resume looks once the horizon has passed: it did arrive."""
    leave_in_doubt(abe, application)
    let_time_pass(application)

    assert 303 == press(abe, "resume").status_code
    assert (ItemState.WAITING, 1) == (item(application).state, books(application).sends)


@pytest.mark.rule("E2")
def test_a_hand_over_is_described_and_taken_once(abe: Browser, application: Application) -> None:
    """File, hash, lines, total and instructions; taking again moves nothing."""
    desk = hand_over_files(application)
    exported(abe)
    page = abe.get("/items/1/export").text
    for shown in ("Estimates &lt;i&gt;file&lt;/i&gt;", "/share/out/EST1.txt", "1,234,567.80", "box Original", "EST1"):
        assert shown in page
    assert "<strong>offered</strong>" in page
    assert "<button>Take</button>" in page

    assert 303 == press(abe, "take").status_code
    assert (1, 1) == (len(desk.taken), books(application).sends)
    page = abe.get("/items/1/export").text
    assert "<button disabled>Take</button>" in page
    assert "All of it was taken." in page
    assert 303 == press(abe, "take").status_code
    assert (1, 1) == (len(desk.taken), books(application).sends)


def test_a_share_that_can_not_be_seen_is_told(abe: Browser, application: Application) -> None:
    """What was handed over and can't be seen is in doubt after a look, and stands among the problems."""
    desk = hand_over_files(application)
    exported(abe)
    desk.unseen = "the share is gone"
    assert 303 == press(abe, "verify").status_code

    page = abe.get("/items/1/export").text
    assert "1 in doubt" in page
    assert "the share is gone" in abe.get(f"/items/1/settle/{doubted(application)}").text
    assert "1 of 1 lines are in doubt." in abe.get("/problems").text


def doubted(application: Application) -> str:
    """The reference of the write that is in doubt."""
    (doubt,) = application.exports.doubts(person(application, "abe"), 1)
    return doubt.reference


def test_what_stopped_a_thread_later_is_told_on_its_page(
    abe: Browser, application: Application, background: Background
) -> None:
    """An error that came after the page was answered is not lost."""
    accept(abe)
    background.patience = 0.0
    gate = Event()

    def checked(*_: Any) -> None:
        gate.wait(PATIENT)
        raise Doubtful(f"Lost {MARKUP}", remedy="Wait.")

    background.run(1, checked)
    assert "The job is read anew" in abe.get("/items/1/export").text
    gate.set()
    background.wait(PATIENT)
    page = abe.get("/items/1/export").text
    assert "Lost &lt;script&gt;" in page
    assert "Wait." in page


def test_a_defect_in_a_thread_is_told_by_its_number_alone(
    abe: Browser, application: Application, background: Background
) -> None:
    """Its details are in the log of the home."""
    background.patience = 0.0
    gate = Event()

    def broken() -> None:
        gate.wait(PATIENT)
        raise ZeroDivisionError("inner secret")

    background.run(1, broken)
    gate.set()
    background.wait(PATIENT)
    page = abe.get("/items/1/export").text
    assert "inner secret" not in page
    assert "ERP Bridge has a defect" in page
    assert "inner secret" in (application.home / "logs" / "errors.log").read_text()


def test_the_server_waits_for_what_is_nearly_done(application: Application) -> None:
    """And not for ever."""
    background, gate = Background(application, patience=0.0), Event()
    background.run(1, lambda: gate.wait(PATIENT) and None)
    background.wait(0.01)
    assert background.is_at(1)
    gate.set()
    background.wait(PATIENT)
    assert not background.is_at(1)
