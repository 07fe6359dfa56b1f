"""The two rate windows: an hour and ten seconds, counted per app (facts 3.1, firm; the values are samples).

They are counted in memory: a restarted server begins with fresh windows. When one is full, nothing of the request is
done. The headers describe the window that will be hit first.
"""

import threading
from typing import Final

from attrs import define, field

from erp_bridge_procore.simulator.problems import Refusal
from erp_bridge_procore.simulator.wire import Headers

HOUR: Final = 3600
SPIKE: Final = 10


@define
class Windows:
    """Counts requests while one server runs. A bound of nought is none."""

    _guard: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _counts: dict[tuple[str, int], tuple[int, int]] = field(factory=dict, init=False)

    def enter(self, app: str, moment: float, *, hourly: int, spike: int, told: str) -> Headers:
        """Count a request; the headers that its answer carries. Raises Refusal (429) when a window is full."""
        bounds = {length: bound for length, bound in ((HOUR, hourly), (SPIKE, spike)) if bound}
        with self._guard:
            used = {length: self._used(app, length, moment) for length in bounds}
            full = [length for length, bound in bounds.items() if used[length] >= bound]
            if not full:
                for length in bounds:
                    used[length] += 1
                    self._counts[app, length] = (int(moment // length), used[length])
        if full:
            raise refused(moment, max(full), bounds[max(full)], told=told)
        if not bounds:
            return ()
        first = min(bounds, key=lambda length: bounds[length] - used[length])
        return headers_of(moment, first, bounds[first], bounds[first] - used[first])

    def _used(self, app: str, length: int, moment: float) -> int:
        window, count = self._counts.get((app, length), (0, 0))
        return count if window == int(moment // length) else 0


def headers_of(moment: float, length: int, bound: int, left: int) -> Headers:
    """The three headers of one window."""
    return (
        ("X-Rate-Limit-Limit", str(bound)),
        ("X-Rate-Limit-Remaining", str(left)),
        ("X-Rate-Limit-Reset", str(reset_of(moment, length))),
    )


def reset_of(moment: float, length: int) -> int:
    """When a window ends, in whole seconds since 1970."""
    return (int(moment // length) + 1) * length


def refused(moment: float, length: int, bound: int, *, told: str) -> Refusal:
    """A 429: it tells when to come again by the headers, by `Retry-After`, by both or by neither."""
    reset = headers_of(moment, length, bound, 0) if told in {"both", "reset"} else ()
    wait = str(reset_of(moment, length) - int(moment))
    after = (("Retry-After", wait),) if told in {"both", "retry_after"} else ()
    return Refusal(429, "You have surpassed the max number of requests for an hour", headers=(*reset, *after))
