"""Who of several threads is next, at the database and at the mark: by queues, not by looking again and again.

SQLite and file locks make a waiting thread sleep for a while and look again, which costs more than what is waited for.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import define, field
from sqlalchemy import Connection

from erp_bridge_core.exports.attempt import Mark, RunningAttempt
from erp_bridge_core.store.database import Store

#: A send that takes more than this part of its attempt's time is slow.
_SLOW: Final = 0.05


@define(eq=False)
class Turns:
    """The queues of one run: as many effects as the ERP permits requests `at_once`, and as many that are made ready.

    What is written down ahead waits for its turn at the ERP (`wire/queueing.py`), and an attempt's time runs
    meanwhile. So nothing is written down ahead while the ERP is slow: there the waiting would cost more than it saves.
    """

    store: Store
    mark: Mark
    export_id: int
    at_once: int
    _database: threading.Lock = field(factory=threading.Lock, init=False)
    _marking: threading.Lock = field(factory=threading.Lock, init=False)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _under_way: int = field(default=0, init=False)
    _is_slow: bool = field(default=False, init=False)

    @property
    def threads(self) -> int:
        """Threads that keep the permitted number of requests under way: twice as many, where any go side by side."""
        return 2 * self.at_once

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
        """A write transaction of this export's own rows."""
        with self._database, self.store.begin(export=self.export_id) as connection:
            yield connection

    def raise_mark(self, attempts: int) -> None:
        """Raise the mark, durably; where a later attempt raised it meanwhile, nothing is left to do."""
        with self._marking:
            self.mark.raise_to(attempts=attempts)

    @contextmanager
    def sending(self, attempt: RunningAttempt) -> Iterator[None]:
        """Send in the block; how long it takes, waiting for a turn included, says whether the ERP is slow."""
        left = attempt.seconds_left
        try:
            yield
        finally:
            self._is_slow = left - attempt.seconds_left > left * _SLOW
