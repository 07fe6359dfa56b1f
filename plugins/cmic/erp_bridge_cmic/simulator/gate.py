"""The throttle in front of the service: requests in flight and requests a second, each counted by caller's address.

CMiC's rule: five in flight and fifteen a second per source address. One more is refused at once with 429, not queued,
and nothing says when to try again. That a refused request does not count towards the second is assumed.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from erp_bridge_cmic.simulator.problems import Refusal


class Gate:
    """Counts requests while one server runs."""

    def __init__(self) -> None:
        """Nobody is in yet."""
        self._guard = threading.Lock()
        self._in_flight: dict[str, int] = defaultdict(int)
        self._begun: dict[str, deque[float]] = defaultdict(deque)

    @contextmanager
    def passing(self, client: str, *, in_flight: int, per_second: int) -> Iterator[None]:
        """Let a request in until the block ends; raises Refusal (429). A bound of nought is none."""
        self._enter(client, in_flight, per_second)
        try:
            yield
        finally:
            with self._guard:
                self._in_flight[client] -= 1

    def _enter(self, client: str, in_flight: int, per_second: int) -> None:
        with self._guard:
            moment = time.monotonic()
            begun = self._begun[client]
            while begun and begun[0] <= moment - 1:
                begun.popleft()
            full = bool(in_flight) and self._in_flight[client] >= in_flight
            if full or (per_second and len(begun) >= per_second):
                raise Refusal(429, ["Too many requests."])
            begun.append(moment)
            self._in_flight[client] += 1
