"""Procore's two rate windows, kept by what its headers say: nothing is sent into a window that is full.

Firm [3.1]: the headers describe whichever window will be hit first; on 429 wait for the reset, or for `Retry-After`:
both are honoured. Values differ between apps and may change, so none is assumed.
"""

import threading
from collections.abc import Mapping
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import Clock
from erp_bridge_core.contract.errors import Throttled

#: When Procore says nothing: the shorter window is over by then.
USUAL_WAIT: Final = 10.0
#: A reset further off comes from clocks that differ: no window is longer.
_LONGEST_WINDOW: Final = 3600.0


@define
class Pace:
    """What is known of the windows of one app, for all threads of this process; `longest_wait` is in seconds."""

    clock: Clock
    longest_wait: float = 60.0
    _left: int | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)
    _guard: threading.Lock = field(factory=threading.Lock, init=False, repr=False)

    def wait_for_turn(self) -> None:
        """Wait until a request fits its window; raises `Throttled`, nothing sent, when that takes too long."""
        with self._guard:
            if self._left is not None and self._left <= 0:
                wait = self._until - self.clock.monotonic()
                if wait > 0:
                    self.sleep(wait)
                self._left = None
            if self._left is not None:
                self._left -= 1

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember what an answer says of its window."""
        left, wait = _whole(headers, "X-Rate-Limit-Remaining"), self._until_reset(headers)
        if left is None or wait is None:
            return
        with self._guard:
            until = self.clock.monotonic() + wait
            # An answer that was overtaken tells of more room than there is by now.
            if self._left is None or until > self._until + 1 or left < self._left:
                self._left, self._until = left, until

    def wait_told(self, headers: Mapping[str, str]) -> float:
        """How long a 429 or 503 asks us to wait, in seconds: the longer of what both headers say."""
        after = _whole(headers, "Retry-After")
        told = [wait for wait in (after, self._until_reset(headers)) if wait is not None]
        return float(max(told)) if told else USUAL_WAIT

    def sleep(self, wait: float) -> None:
        """Wait; raises `Throttled` when it is longer than a caller should be kept."""
        if wait > self.longest_wait:
            raise Throttled(
                f"Procore takes no more requests of this app for {wait:.0f} seconds.",
                retry_after=wait,
                remedy="Nothing was sent; it is tried again after that time.",
            )
        self.clock.sleep(wait)

    def _until_reset(self, headers: Mapping[str, str]) -> float | None:
        reset = _whole(headers, "X-Rate-Limit-Reset")
        if reset is None:
            return None
        wait = reset - self.clock.now().timestamp()
        return min(max(wait, 0.0), _LONGEST_WINDOW)


def _whole(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
