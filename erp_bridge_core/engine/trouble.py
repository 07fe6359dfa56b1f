"""What keeps a worker from its work, told once when it begins and once when it is over."""

import logging
from threading import Lock
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.errors import ErpBridgeError

_LOGGER: Final = logging.getLogger(__name__)


@define(eq=False)
class Trouble:
    """Of all threads of a worker together: a database that can't be reached keeps each of them."""

    _kept: set[str] = field(factory=set, init=False)
    _lock: Any = field(factory=Lock, init=False)

    def tell(self, what: str, error: ErpBridgeError) -> None:
        """Something keeps the worker from what it does: said unless it is kept already."""
        with self._lock:
            known = bool(self._kept)
            self._kept.add(what)
        if not known:
            _LOGGER.warning("The worker waits, and goes on by itself: %s %s", error.message, error.remedy)

    def is_over(self, what: str) -> None:
        """That could be done."""
        with self._lock:
            known = what in self._kept
            self._kept.discard(what)
            free = not self._kept
        if known and free:
            _LOGGER.warning("The worker goes on.")
