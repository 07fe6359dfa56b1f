"""Lists in pages, to an end that is proved: a list that was cut, or that moved while it was read, is an error.

Firm [3.1]: v1 has `page` and `per_page`, and tells `Total`, `Per-Page` and links in headers; v2 has at most a hundred
rows a page, in `data`, and says nothing of its end, so that only an empty page is one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_procore.client.errors import BudgetChangedWhileRead
from erp_bridge_procore.client.records import Record
from erp_bridge_procore.client.transport import Answer, Transport

#: Advised are 2000 rows or fewer; one source says that 1000 is what works.
V1_SIZE: Final = 1000
V2_SIZE: Final = 100
_MOST_PAGES: Final = 10_000

RowsOf = Callable[[Any, str], list[Any]]


@define
class _Seen:
    """What has been read of one list. Rows are told apart by `identity`, where they have one."""

    what: str
    identity: str
    total: int | None = field(default=None, init=False)
    count: int = field(default=0, init=False)
    identities: set[Any] = field(factory=set, init=False)

    def take(self, rows: list[Any]) -> list[Record]:
        """Count rows; raises `BudgetChangedWhileRead` for one that was there before."""
        records = [Record.of(self.what, row) for row in rows]
        for record in records:
            identity = record.fields.get(self.identity)
            if identity is not None and identity in self.identities:
                raise BudgetChangedWhileRead(f"the list of {self.what}s moved between two pages")
            self.identities.add(identity)
        self.count += len(records)
        return records

    def expect(self, total: int | None) -> None:
        """Keep the total that a page tells; raises when it is another than before."""
        if self.total is not None and total != self.total:
            raise BudgetChangedWhileRead(f"the list of {self.what}s grew or shrank between two pages")
        self.total = total


def v1_rows(
    transport: Transport,
    path: str,
    what: str,
    *,
    params: Mapping[str, Any] | None = None,
    identity: str = "id",
    size: int = V1_SIZE,
    rows_of: RowsOf | None = None,
) -> Iterator[Record]:
    """All rows of a v1 list. Raises `ReadFailed` when it is cut short, `BudgetChangedWhileRead` when it moves.

    `rows_of` finds the rows in an answer that is not the bare array of most lists, such as `enveloped`.
    """
    seen = _Seen(what, identity)
    for page in range(1, _MOST_PAGES):
        answer = transport.get(path, {**(params or {}), "page": page, "per_page": size})
        rows = (rows_of or _array)(answer.document, what)
        total, has_next = _whole(answer, "Total"), 'rel="next"' in answer.headers.get("Link", "")
        if page > 1 and total is None and not has_next and rows and _is_whole_again(seen, rows):
            return  # a list without pages gives all of itself for any of them
        seen.expect(total)
        yield from seen.take(rows)
        if total is not None:
            if seen.count >= total:
                _check_count(seen, total)
                return
            if not rows:
                raise _cut(what, seen.count, total)
        elif not has_next and len(rows) < size:
            return
    raise _cut(what, seen.count, None)


def v2_rows(
    transport: Transport, path: str, what: str, *, params: Mapping[str, Any] | None = None, size: int = V2_SIZE
) -> Iterator[Record]:
    """All rows of a v2 list; raises as `v1_rows`."""
    seen = _Seen(what, "id")
    for page in range(1, _MOST_PAGES):
        answer = transport.get(path, {**(params or {}), "page": page, "per_page": size})
        rows = enveloped(answer.document, what)
        if not rows:
            return
        yield from seen.take(rows)
    raise _cut(what, seen.count, None)


def enveloped(document: Any, what: str) -> list[Any]:
    """The list in an envelope `data`."""
    return _array(document.get("data") if isinstance(document, dict) else None, what)


def _array(document: Any, what: str) -> list[Any]:
    if not isinstance(document, list):
        raise ReadFailed(f"Procore's answer is no list of {what}s.", remedy="Check api_url.")
    return document


def _is_whole_again(seen: _Seen, rows: list[Any]) -> bool:
    first = rows[0].get(seen.identity) if isinstance(rows[0], dict) else None
    return first is not None and len(rows) == seen.count and first in seen.identities


def _check_count(seen: _Seen, total: int) -> None:
    if seen.count > total:
        raise ReadFailed(f"Procore gave {seen.count} {seen.what}s where it counts {total}.", remedy="Read them again.")


def _cut(what: str, count: int, total: int | None) -> ReadFailed:
    wanted = "" if total is None else f" of {total}"
    return ReadFailed(f"Procore's list of {what}s ended after {count}{wanted}.", remedy="Read it again.")


def _whole(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
