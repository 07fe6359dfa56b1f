"""The threads of a process that wait for one ERP host: one after another by a queue, not by looking again and again.

The throttle, which all processes share, can only be looked at now and then. Where a thread ends its request, the next
one of its process goes on at once, with a body that was made while it waited.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.wire.throttle import Patience

#: Of the time that there is, the part that is waited here at most; then the throttle alone decides.
_PART: Final = 0.25
#: The longest sleep, in seconds, before whoever waits is asked again whether he still has the time.
_NAP: Final = 0.5


@define(eq=False)
class Queues:
    """One queue for each host: as many requests of this process go on to the throttle as the ERP permits `at_once`."""

    at_once: int
    _room: dict[str, Any] = field(factory=dict, init=False)

    @contextmanager
    def turn(self, host: str, patience: Patience) -> Iterator[None]:
        """Wait until fewer are in the block, or for a part of the time that there is."""
        room = self._room.setdefault(host, threading.Semaphore(max(1, self.at_once)))
        ends = monotonic() + patience() * _PART
        while not (taken := room.acquire(timeout=max(0.0, min(_NAP, ends - monotonic())))):
            if monotonic() >= ends or patience() <= 0:
                break
        try:
            yield
        finally:
            if taken:
                room.release()
