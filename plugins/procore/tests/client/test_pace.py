"""Rate windows: kept by what the headers say, by however many threads."""

import pytest
import responses
from client.doubles import API, Clock
from simulator.stranger import Desk

from erp_bridge_core.contract.errors import ReadFailed, Throttled
from erp_bridge_procore.client import ProcoreClient
from erp_bridge_procore.client.pace import Pace

BUDGET = f"{API}/rest/v1.0/projects/7/budget"


def headers(clock: Clock, *, left: int, seconds: float) -> dict[str, str]:
    """The headers of one answer."""
    reset = int(clock.now().timestamp() + seconds)
    return {"X-Rate-Limit-Limit": "25", "X-Rate-Limit-Remaining": str(left), "X-Rate-Limit-Reset": str(reset)}


def test_nothing_goes_into_a_full_window(clock: Clock) -> None:
    """It waits until the reset, once."""
    pace = Pace(clock)
    pace.note(headers(clock, left=1, seconds=9))
    for _ in range(3):
        pace.wait_for_turn()
    assert (1, True) == (len(clock.slept), 7.5 < clock.slept[0] <= 9)


def test_an_answer_that_was_overtaken_opens_nothing(clock: Clock) -> None:
    """Its room is used up by those behind it."""
    pace = Pace(clock)
    pace.note(headers(clock, left=0, seconds=9))
    pace.note(headers(clock, left=5, seconds=9))
    pace.wait_for_turn()
    assert 1 == len(clock.slept)


def test_a_full_hour_is_told_instead_of_waited_for(clock: Clock) -> None:
    """Nothing was sent, and how long it takes is known."""
    pace = Pace(clock)
    pace.note(headers(clock, left=0, seconds=1800))
    with pytest.raises(Throttled) as caught:
        pace.wait_for_turn()
    assert (True, []) == (1700 < (caught.value.retry_after or 0) <= 1800, clock.slept)


@pytest.mark.parametrize(
    ("told", "expected"),
    [({"Retry-After": "7"}, 7.0), ({}, 10.0), ({"Retry-After": "soon", "X-Rate-Limit-Reset": "x"}, 10.0)],
)
def test_a_429_is_waited_for_as_it_asks(clock: Clock, told: dict[str, str], expected: float) -> None:
    """Ten seconds where it says nothing that can be read."""
    assert expected == Pace(clock).wait_told(told)


def test_both_headers_are_honoured(clock: Clock) -> None:
    """The longer wait counts."""
    reset = str(int(clock.now().timestamp()) + 30)
    assert Pace(clock).wait_told({"Retry-After": "7", "X-Rate-Limit-Reset": reset}) > 20


def test_a_read_waits_and_goes_on(played: ProcoreClient, mock: responses.RequestsMock, clock: Clock) -> None:
    """After 429 and 503."""
    mock.get(BUDGET, status=429, headers={"Retry-After": "3"})
    mock.get(BUDGET, status=503, headers={"Retry-After": "4"})
    mock.get(BUDGET, json={"locked": True})
    assert played.budgets.is_locked(7)
    assert [3.0, 4.0] == clock.slept


def test_a_read_gives_up(played: ProcoreClient, mock: responses.RequestsMock, clock: Clock) -> None:
    """When Procore never has room."""
    mock.get(BUDGET, status=429, headers={"Retry-After": "1"})
    with pytest.raises(ReadFailed, match="in 4 tries"):
        played.budgets.is_locked(7)


def test_a_long_reading_never_meets_a_429(client: ProcoreClient, desk: Desk, clock: Clock) -> None:
    """Of a Procore that permits five requests in ten seconds: it waits, and none is refused."""
    desk.switch("spike_limit", "5")
    seen = []
    client.codes.transport.session.hooks["response"].append(lambda answer, **_: seen.append(answer.status_code))
    for _ in range(14):
        assert 2 == len(list(client.codes.projects()))
    assert {200} == set(seen)
    assert 2 <= len(clock.slept)
    assert all(wait <= 10 for wait in clock.slept)


def test_bursts_of_429_are_borne(client: ProcoreClient, desk: Desk) -> None:
    """Whatever they say of when to come again."""
    for told in ("both", "reset", "retry_after", "neither"):
        desk.switch("told_429", told)
        desk.switch("refused_429", "2")
        assert 2 == len(list(client.codes.projects()))
