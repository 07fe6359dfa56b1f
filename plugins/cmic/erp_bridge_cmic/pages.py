"""A collection read to its proven end: every page whole, none twice, and nothing behind the last one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from erp_bridge_core.contract.errors import ReadFailed

Row = Mapping[str, Any]
Fetch = Callable[[int, int], "Page"]


@frozen(kw_only=True)
class Page:
    """One page of the framework's envelope. `total` is None where the server does not tell it."""

    rows: tuple[Row, ...]
    more: bool
    offset: int | None = None
    total: int | None = None

    @classmethod
    def of(cls, body: Any, *, resource: str) -> "Page":
        """Take an envelope apart; raises `ReadFailed` for anything that is none, or contradicts itself."""
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list) or not all(isinstance(row, dict) for row in items):
            raise _broken(resource, "it has no list of items")
        more, count = body.get("hasMore"), body.get("count")
        if not isinstance(more, bool):
            raise _broken(resource, "it does not say whether there is more")
        if count != len(items):
            raise _broken(resource, f"it says that it holds {count} rows and holds {len(items)}")
        total, offset = body.get("totalResults"), body.get("offset")
        return cls(
            rows=tuple(items),
            more=more,
            offset=offset if isinstance(offset, int) else None,
            total=total if isinstance(total, int) else None,
        )


@define(kw_only=True)
class Pages:
    """Reads pages one after the other; `identity` names the attribute that tells rows apart."""

    resource: str
    identity: str
    size: int
    most: int
    _seen: set[str] = field(factory=set, init=False)
    _count: int = field(default=0, init=False)

    def rows(self, fetch: Fetch) -> Iterator[Row]:
        """Every row once; raises `ReadFailed` when the end is not proved."""
        for _ in range(self.most):
            page = fetch(self._count, self.size)
            self._check(page)
            for row in page.rows:
                yield self._new(row)
            if not page.more:
                self._prove_end(page, fetch)
                return
        raise _broken(self.resource, f"there is no end after {self.most} pages; raise most_pages if that is right")

    def _check(self, page: Page) -> None:
        if page.offset not in (None, self._count):
            raise _broken(self.resource, f"rows from {self._count} on were asked for, and came from {page.offset} on")
        if len(page.rows) > self.size or (page.more and len(page.rows) < self.size):
            raise _broken(self.resource, f"{len(page.rows)} rows came on a page of {self.size}, with more behind it")

    def _new(self, row: Row) -> Row:
        self._count += 1
        mark = row.get(self.identity) if self.identity else None
        if not self.identity:
            return row
        if not isinstance(mark, str) or not mark:
            raise _broken(self.resource, f"a row has no {self.identity}")
        if mark in self._seen:
            raise _broken(self.resource, f"the row {mark} came twice: it changed while it was read")
        self._seen.add(mark)
        return row

    def _prove_end(self, page: Page, fetch: Fetch) -> None:
        if page.total is not None:
            if page.total != self._count:
                raise _broken(self.resource, f"{self._count} rows came of {page.total}")
        # A full last page is also what a cap looks like.
        elif len(page.rows) == self.size and fetch(self._count, self.size).rows:
            raise _broken(self.resource, "there are rows behind the page that was called the last")


def _broken(resource: str, why: str) -> ReadFailed:
    return ReadFailed(
        f"CMiC's list {resource} can't be trusted: {why}.", remedy="Do it again; tell CMiC's administrator if it stays."
    )
