"""The list of items: those that were chosen, and what became of several that were answered at once (A1)."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.contract.errors import ErpBridgeError

#: An item's number has no more digits.
_LONGEST: Final = 15


@frozen(kw_only=True)
class BulkAnswer:
    """What became of one of several: done, in words, or the error that kept it from it."""

    item: int
    error: ErpBridgeError | None
    done: str


def chosen_items(values: Sequence[Any]) -> tuple[int, ...]:
    """The items whose boxes were ticked, each once; what is no item's number is nobody's."""
    numbers = (value for value in values if isinstance(value, str) and value.isascii() and value.isdecimal())
    return tuple(dict.fromkeys(int(value) for value in numbers if len(value) <= _LONGEST))
