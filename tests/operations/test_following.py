"""An act has one id, whatever threads, processes and rows it goes through."""

from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from hearing import Heard

from erp_bridge_core.following import (
    Cause,
    about,
    cause_of_request,
    caused_by,
    current_id,
    doing,
    facts,
    going_on,
    in_this_act,
    listening,
    measured,
    new_cause,
    stored_cause,
)

TRACE, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_an_act_that_begins_has_an_id_of_its_own() -> None:
    """32 hex digits, which traces take as they are."""
    first, second = new_cause(), new_cause()

    assert first.id != second.id
    assert (first.id, 32) == (first.trace, len(first.id))


@pytest.mark.parametrize(
    ("traceparent", "request_id", "expected"),
    [
        (f"00-{TRACE}-{STEP}-01", "", Cause(id=TRACE, step=STEP)),
        (f"00-{TRACE}-{STEP}-01", "other-id", Cause(id=TRACE, step=STEP)),
        (f"cc-{TRACE}-{STEP}-01-more", "", Cause(id=TRACE, step=STEP)),
        ("", "proxy.1234_abcd", Cause(id="proxy.1234_abcd")),
        ("nonsense", "proxy.1234_abcd", Cause(id="proxy.1234_abcd")),
    ],
)
def test_what_a_proxy_named_well_is_taken(traceparent: str, request_id: str, expected: Cause) -> None:
    """W3C's trace context first, of any later version, else the request's id."""
    assert expected == cause_of_request(traceparent, request_id)


@pytest.mark.parametrize(
    "traceparent",
    [f"ff-{TRACE}-{STEP}-01", f"00-{'0' * 32}-{STEP}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-{STEP}-01"],
)
@pytest.mark.parametrize("request_id", ["short", "x" * 65, "with space", "line\nbreak", "-leading", "ünïcode-id", ""])
def test_what_is_not_well_formed_is_not_taken(traceparent: str, request_id: str) -> None:
    """A new id is made: no line of a log is written by whoever asks."""
    made = cause_of_request(traceparent, request_id)

    assert made.id not in {TRACE, TRACE.upper(), request_id}
    assert (32, "") == (len(made.id), made.step)


def test_an_id_that_is_no_trace_has_one_that_is_always_the_same() -> None:
    """In every process."""
    cause = Cause(id="proxy.1234_abcd")

    assert cause.trace == Cause(id="proxy.1234_abcd").trace != Cause(id="proxy.1234_abce").trace
    assert 32 == len(cause.trace)


def test_steps_within_one_another_are_of_one_act(heard: Heard) -> None:
    """Each has the one around it as its parent, and what that was about."""
    begun = Cause(id=TRACE, step=STEP)
    with caused_by(begun), about(company="hoosier"), doing("outer", at_first=1) as outer, doing("inner") as inner:
        inner.tell(status=200)

    assert ["inner", "outer"] == [step.kind for step in heard.steps]
    assert {TRACE} == {step.cause.id for step in heard.steps}
    assert (STEP, outer.cause.step) == (outer.parent, inner.parent)
    assert ({"company": "hoosier", "at_first": 1}, {"company": "hoosier", "status": 200}) == (outer.facts, inner.facts)
    assert "" == current_id()


def test_a_row_carries_it_to_another_process(heard: Heard) -> None:
    """What was stored within a step goes on as its child."""
    with caused_by(new_cause()), doing("request") as request:
        stored = stored_cause()
    with going_on(stored), doing("task"):
        pass

    task = heard.of("task")[0]
    assert (request.cause.id, request.cause.step) == (task.cause.id, task.parent)


def test_what_goes_on_here_already_keeps_its_place(heard: Heard) -> None:
    """A task that a row names does what another row of the same act names: within it, not beside it."""
    with going_on(f"{TRACE}/{STEP}"), doing("task") as task, going_on(f"{TRACE}/{STEP}"), doing("export"):
        pass

    assert [task.cause.step, STEP] == [step.parent for step in heard.steps]


@pytest.mark.parametrize("stored", [None, "", "/", "x", "line\nbreak-of-somebody/00f067aa0ba902b7", "a b c d e f g h/"])
def test_a_row_that_names_none_begins_an_act(stored: str | None) -> None:
    """So does one that somebody meddled with."""
    with going_on(stored):
        assert 32 == len(current_id())


def test_threads_go_on_with_it(heard: Heard) -> None:
    """Several at a time, with what it is about; a thread that was not told does not."""
    told: list[str] = []

    def act(number: int) -> str:
        with doing("part", number=number):
            return f"{current_id()} {facts()['item']}"

    with caused_by(Cause(id=TRACE)), about(item=7), ThreadPoolExecutor(4) as pool:
        found = {future.result() for future in [pool.submit(in_this_act(act), number) for number in range(8)]}
        stranger = Thread(target=lambda: told.append(current_id()))
        stranger.start()
        stranger.join()

    assert {f"{TRACE} 7"} == found
    assert [""] == told
    assert {TRACE} == {step.cause.id for step in heard.of("part")}


def test_an_error_is_told_by_its_code_and_goes_on(heard: Heard) -> None:
    """By its class where it has none."""
    with pytest.raises(ValueError, match="secret words"), doing("failing"):
        raise ValueError("secret words")

    assert "ValueError" == heard.steps[0].outcome


def test_a_listener_that_fails_is_nobodys_fault(heard: Heard, caplog: pytest.LogCaptureFixture) -> None:
    """The step is done all the same, and others are told."""

    class Deaf:
        def begun(self, _: object) -> None:
            raise RuntimeError

        ended = begun

    with listening(Deaf()), doing("work"):
        pass

    assert ["work"] == [step.kind for step in heard.steps]
    assert "could not note" in caplog.text


def test_what_is_small_is_measured_and_causes_nothing(heard: Heard) -> None:
    """A transaction within a step is no step: a row that it writes names the step."""
    with caused_by(new_cause()), doing("request") as request, measured("transaction"):
        assert f"{request.cause.id}/{request.cause.step}" == stored_cause()

    assert ["transaction", "request"] == [step.kind for step in heard.steps]
