"""Long lists in pages: what is shown, where it lies in the whole, and what comes before and after."""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

Row = TypeVar("Row")

#: Rows of a page, and at most of an answer of the API.
PAGE_ROWS: Final = 50
MOST_ROWS: Final = 500
#: More pages than any list has; a database counts no further than 64 bits.
_MOST_PAGES: Final = 1_000_000_000


@frozen(kw_only=True)
class Slice(Generic[Row]):
    """Some rows of many: from `offset`, at most `limit`."""

    rows: Sequence[Row]
    offset: int
    limit: int
    total: int

    @classmethod
    def of(cls, rows: Sequence[Row], *, offset: int = 0, limit: int = PAGE_ROWS) -> "Slice[Row]":
        """The rows of a list from `offset` on."""
        return cls(rows=rows[offset : offset + limit], offset=offset, limit=limit, total=len(rows))

    @property
    def next_offset(self) -> int | None:
        """Where the next slice begins; None after the last."""
        following = self.offset + self.limit
        return following if following < self.total else None

    @property
    def previous_offset(self) -> int | None:
        """Where the slice before begins; None at the first."""
        return max(0, self.offset - self.limit) if self.offset > 0 else None


def offset_of(page: int) -> int:
    """Where a page begins, counted from 1; further than any list reaches it is no page of it."""
    return (min(max(1, page), _MOST_PAGES) - 1) * PAGE_ROWS


def slice_of_page(rows: Sequence[Row], page: int) -> Slice[Row]:
    """The rows of a page, counted from 1."""
    return Slice.of(rows, offset=offset_of(page))


def page_number(found: Slice[Any], offset: int | None) -> int | None:
    """The number of the page that begins at an offset, counted from 1."""
    return None if offset is None else offset // found.limit + 1
