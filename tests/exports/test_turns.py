"""Turns: how many effects are brought and sent at the same time, and what a slow ERP changes about it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from attrs import Factory, define

from erp_bridge_core.exports.turns import Turns

AT_ONCE = 2


@define
class Attempt:
    """An attempt with so many seconds left, fewer from one look to the next."""

    left: float = 60.0
    lost: float = 0.0

    @property
    def seconds_left(self) -> float:
        self.left -= self.lost
        return self.left


@define
class Meeting:
    """Counts who is inside. Everybody stays until one more than may come has come, or a moment has passed."""

    permitted: int
    inside: int = 0
    most: int = 0
    crowded: threading.Event = Factory(threading.Event)
    guard: threading.Lock = Factory(threading.Lock)

    def attend(self) -> None:
        with self.guard:
            self.inside += 1
            self.most = max(self.most, self.inside)
            if self.inside > self.permitted:
                self.crowded.set()
        self.crowded.wait(0.4)
        with self.guard:
            self.inside -= 1


def turns(at_once: int = AT_ONCE) -> Turns:
    """The turns of a run that needs neither database nor mark."""
    nothing: Any = None
    return Turns(nothing, nothing, 1, at_once)


def attended(permitted: int, act: Callable[[Meeting], None]) -> int:
    """How many met at the most, where one more than may meet tries to."""
    meeting = Meeting(permitted)
    with ThreadPoolExecutor(permitted + 1) as pool:
        for acting in [pool.submit(act, meeting) for _ in range(permitted + 1)]:
            acting.result()
    return meeting.most


def send_slowly(run: Turns) -> None:
    """Send something that takes a tenth of its attempt's time."""
    attempt: Any = Attempt(lost=6.0)
    with run.sending(attempt):
        pass


def test_others_are_written_down_while_some_are_sent() -> None:
    """Twice as many effects are under way as the ERP permits at once, and no more."""
    run = turns()

    def bring(meeting: Meeting) -> None:
        with run.effect():
            meeting.attend()

    assert run.threads == attended(run.threads, bring)


def test_nothing_is_written_down_ahead_while_the_erp_is_slow() -> None:
    """After a send that took a tenth of its time, only as many effects are under way as are sent."""
    run = turns()
    send_slowly(run)

    def bring(meeting: Meeting) -> None:
        with run.effect():
            meeting.attend()

    assert AT_ONCE == attended(AT_ONCE, bring)
