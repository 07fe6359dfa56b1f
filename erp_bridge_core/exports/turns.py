"""Who of several threads is next, at the database, at the mark, at the ERP: by queues, not by looking again and again.

SQLite and file locks make a waiting thread sleep for a while and look again, which costs more than what is waited for.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import Factory, define, field
from sqlalchemy import Connection

from erp_bridge_core.exports.attempt import Mark, RunningAttempt
from erp_bridge_core.store.database import Store

#: Of an attempt's time, the part that it waits here at most; then it joins the queue that all processes share.
_PATIENCE: Final = 0.25
#: A send that takes more than this part of its attempt's time is slow.
_SLOW: Final = 0.05


def _sends(turns: "Turns") -> threading.Semaphore:
    return threading.Semaphore(turns.at_once)


@define(eq=False)
class Turns:
    """The queues of one run: at most `at_once` effects are being sent, while others are written down.

    What is written down ahead waits for its turn, and an attempt's time runs meanwhile. So nothing is written down
    ahead while the ERP is slow: there the waiting would cost more than it saves.
    """

    store: Store
    mark: Mark
    at_once: int
    _database: threading.Lock = field(factory=threading.Lock, init=False)
    _marking: threading.Lock = field(factory=threading.Lock, init=False)
    _sends: threading.Semaphore = field(init=False, default=Factory(_sends, takes_self=True))
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _under_way: int = field(default=0, init=False)
    _is_slow: bool = field(default=False, init=False)

    @property
    def threads(self) -> int:
        """Threads that keep the permitted number of requests under way: twice as many, where any go side by side."""
        return 1 if self.at_once == 1 else 2 * self.at_once

    @contextmanager
    def effect(self) -> Iterator[None]:
        """Bring one effect, once there is room for one more."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < (self.at_once if self._is_slow else self.threads))
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction."""
        with self._database, self.store.begin() as connection:
            yield connection

    def raise_mark(self, attempts: int) -> None:
        """Raise the mark, durably; where a later attempt raised it meanwhile, nothing is left to do."""
        with self._marking:
            self.mark.raise_to(attempts=attempts)

    @contextmanager
    def sending(self, attempt: RunningAttempt) -> Iterator[None]:
        """Wait until fewer than `at_once` are being sent."""
        taken = self._sends.acquire(timeout=attempt.seconds_left * _PATIENCE)
        left = attempt.seconds_left
        try:
            yield
        finally:
            self._is_slow = left - attempt.seconds_left > left * _SLOW
            if taken:
                self._sends.release()
