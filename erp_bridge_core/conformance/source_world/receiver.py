"""Where a source's hints arrive: a loopback server that keeps each delivery as it came and answers at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from attrs import define, field

from erp_bridge_core.contract.source import Delivery
from erp_bridge_core.simulation import Reply, Request, serve

#: How long a delivery may take to come, in seconds; one that is to come comes at once.
PATIENCE: Final = 5.0
#: How long nothing more must come before all is taken to have come.
_QUIET: Final = 0.4


@define(kw_only=True)
class Receiver:
    """Keeps what was delivered, in order."""

    url: str = ""
    deliveries: list[Delivery] = field(factory=list)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)

    def answer(self, request: Request) -> Reply:
        """Take a delivery."""
        with self._changed:
            self.deliveries.append(Delivery(headers=dict(request.headers), body=request.body))
            self._changed.notify_all()
        return Reply(status=204)

    def wait(self, count: int = 1, *, patience: float = PATIENCE) -> list[Delivery]:
        """What was delivered, once that many came or the patience is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.deliveries) >= count, patience)
            return list(self.deliveries)

    def settle(self) -> list[Delivery]:
        """What was delivered, once nothing more came for a moment."""
        with self._changed:
            known = -1
            while known != len(self.deliveries):
                known = len(self.deliveries)
                self._changed.wait_for(partial(self._has_more_than, known), _QUIET)
            return list(self.deliveries)

    def _has_more_than(self, known: int) -> bool:
        return len(self.deliveries) > known

    def clear(self) -> None:
        """Forget what came."""
        with self._changed:
            self.deliveries.clear()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, listening until the context ends."""
    receiver = Receiver()
    with serve(receiver.answer) as address:
        receiver.url = f"{address.url}/receive/source"
        yield receiver
