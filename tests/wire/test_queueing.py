"""The queue of one process before an ERP's throttle: as many go on as may be under way, and the rest follow at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from erp_bridge_core.wire.queueing import Queues

HOST = "erp.example:443"


def patience() -> float:
    """A minute."""
    return 60.0


@pytest.mark.rule("L17")
def test_no_more_go_on_at_once_than_the_erp_permits() -> None:
    """Of three threads two are inside; the third goes on when one of them has ended."""
    queues = Queues(2)
    inside, leave = threading.Semaphore(0), [threading.Event() for _ in range(3)]

    def ask(number: int) -> None:
        with queues.turn(HOST, patience):
            inside.release()
            leave[number].wait(10)

    with ThreadPoolExecutor(3) as pool:
        for number in range(3):
            pool.submit(ask, number)
        came = [inside.acquire(timeout=5), inside.acquire(timeout=5), inside.acquire(timeout=0.1)]
        for event in leave[:2]:
            event.set()
        followed = inside.acquire(timeout=5)
        leave[2].set()

    assert [True, True, False] == came
    assert followed


def test_other_hosts_have_queues_of_their_own() -> None:
    """Whoever is with one host keeps nobody from another."""
    queues = Queues(1)

    with queues.turn(HOST, patience), queues.turn("other.example:443", patience):
        entered = True

    assert entered


def test_who_is_to_end_waits_no_longer() -> None:
    """The time that there is may become none while somebody waits: he is asked again within half a second."""
    queues = Queues(1)
    left = iter([60.0])

    with queues.turn(HOST, patience), queues.turn(HOST, lambda: next(left, 0.0)):
        entered = True

    assert entered


def test_who_has_waited_long_enough_goes_on_to_the_throttle() -> None:
    """A quarter of the time that there is: what holds the place may be stopped, and the throttle knows more."""
    queues = Queues(1)

    with queues.turn(HOST, patience), queues.turn(HOST, lambda: 0.04):
        entered = True

    assert entered
