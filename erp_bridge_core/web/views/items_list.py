"""The list of items: searched, sorted, and what became of several that were answered at once (A1)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from attrs import frozen

from erp_bridge_core.approvals.details import ReviewRow
from erp_bridge_core.contract.errors import ErpBridgeError

#: The orders of the list by their names in the address; a minus before it turns one round.
SORTS: Final[dict[str, Callable[[ReviewRow], Any]]] = {
    "waits": lambda row: (row.sent_at, row.item),
    "item": lambda row: row.item,
    "project": lambda row: (row.project, row.item),
    "job": lambda row: (row.job, row.item),
    "state": lambda row: (row.label, row.sent_at),
    "amount": lambda row: (row.currency, row.amount),
    "lines": lambda row: row.lines,
    "sender": lambda row: (row.sent_by.casefold(), row.sent_at),
}
#: An item's number has no more digits.
_LONGEST: Final = 15


@frozen(kw_only=True)
class BulkAnswer:
    """What became of one of several: done, in words, or the error that kept it from it."""

    item: int
    error: ErpBridgeError | None
    done: str


def found_rows(rows: Iterable[ReviewRow], search: str) -> list[ReviewRow]:
    """The rows in which every word of the search is found: in project, job, sender, or as the item's number."""
    words = search.casefold().split()
    return [row for row in rows if all(word in _text(row) for word in words)]


def sorted_rows(rows: Iterable[ReviewRow], sort: str) -> list[ReviewRow]:
    """The rows in the order of that name."""
    return sorted(rows, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def chosen_items(values: Sequence[Any]) -> tuple[int, ...]:
    """The items whose boxes were ticked, each once; what is no item's number is nobody's."""
    numbers = (value for value in values if isinstance(value, str) and value.isascii() and value.isdecimal())
    return tuple(dict.fromkeys(int(value) for value in numbers if len(value) <= _LONGEST))


def _text(row: ReviewRow) -> str:
    return f"{row.item} {row.project} {row.project_name} {row.job} {row.sent_by} {row.label}".casefold()
