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


def _sends(turns: "Turns") -> threading.Semaphore:
    return threading.Semaphore(turns.at_once)


@define(eq=False)
class Turns:
    """The queues of one run, of which at most `at_once` effects are being sent while others are written down."""

    store: Store
    mark: Mark
    at_once: int
    _database: threading.Lock = field(factory=threading.Lock, init=False)
    _marking: threading.Lock = field(factory=threading.Lock, init=False)
    _sends: threading.Semaphore = field(init=False, default=Factory(_sends, takes_self=True))

    @property
    def threads(self) -> int:
        """Threads that keep the permitted number of requests under way: twice as many, where any go side by side.

        While one has its effect sent, another writes down what became of the last one, and the next one.
        """
        return 1 if self.at_once == 1 else 2 * self.at_once

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
        try:
            yield
        finally:
            if taken:
                self._sends.release()
