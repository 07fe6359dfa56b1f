"""The frozen values a budget travels in: `ExportBatch -> AcceptedExport -> ExportReceipt -> PostingReport`.

Nothing here assumes that a budget fits in memory: lines are re-iterable streams, which a reader may start again as
often as it likes and which always yield the same values in the same order.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import total_ordering
from typing import Generic, TypeVar

from attrs import field, frozen

Row = TypeVar("Row", covariant=True)


@frozen
class Stream(Generic[Row]):
    """An iterable that can be iterated again: each iteration opens its source anew."""

    _open: Callable[[], Iterable[Row]]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._open())


@total_ordering
@frozen
class LineKey:
    """What a budget line is about: sub job (blank on the job itself), cost code, category. One line a key (B1)."""

    sub_job: str
    cost_code: str
    category: str

    def __lt__(self, other: object) -> bool:
        # By hand: keys of a million lines are compared, and attrs builds two tuples field by field.
        if not isinstance(other, LineKey):
            return NotImplemented
        return (self.sub_job, self.cost_code, self.category) < (other.sub_job, other.cost_code, other.category)

    def __str__(self) -> str:
        return " / ".join(part for part in (self.sub_job, self.cost_code, self.category) if part)


class Part(StrEnum):
    """Which side of the revised budget a line moves: revised budget = original budget + budget changes (B3)."""

    ORIGINAL = "original"
    CHANGE = "change"


@frozen(kw_only=True)
class ExportLine:
    """One line of a batch: how much one key moves by, on one side of the budget.

    `number` counts from 1 in the batch's order and is what findings, effects and outcomes name. `key` is in the ERP's
    own codes, after the connection's maps; `ours` is the key as the budget has it. `amount` is the *difference* to
    send, exact, in the currency's minor unit; `quantity` (likewise a difference) and `unit_cost` have up to four
    decimals and may be absent: blank is not zero. `change` is the budget change's number, None for the original
    budget.
    """

    number: int
    key: LineKey
    ours: LineKey
    part: Part
    amount: Decimal
    change: str | None = None
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_cost: Decimal | None = None


@frozen(kw_only=True)
class KeyTotal:
    """What one key holds and what this batch adds to it, in the ERP's codes.

    `before_*` are the ERP's own figures as read when the item was accepted (None where the ERP can't be read for
    them); `sent_*` what this batch adds; `exported_*` what was confirmed as exported from here before.
    """

    key: LineKey
    ours: LineKey
    sent_original: Decimal
    sent_changes: Decimal
    exported_original: Decimal
    exported_changes: Decimal
    before_original: Decimal | None = None
    before_changes: Decimal | None = None
    before_total: Decimal | None = None
    description: str = ""
    unit: str = ""
    quantity: Decimal | None = None

    @property
    def original_after(self) -> Decimal:
        """The original budget exported from here once this batch is in."""
        return self.exported_original + self.sent_original

    @property
    def revised_after(self) -> Decimal:
        """The revised budget exported from here once this batch is in."""
        return self.original_after + self.exported_changes + self.sent_changes


@frozen(kw_only=True)
class ChangeHeader:
    """A budget change in a batch (B2): its number, date, text, and whether it is a transfer (nets to zero)."""

    number: str
    date: date
    description: str
    lines: int
    amount: Decimal
    transfer: bool = False
    reverses: str | None = None


@frozen(kw_only=True)
class ExportBatch:
    """What one send staged: a snapshot that never changes, in the ERP's codes.

    `item` and `version` are the source's identity: the item's id and which send of the project it is. `job` is the
    ERP's job code. `content_hash` covers every line and header; accept binds to it.
    """

    item: str
    version: int
    company: str
    project: str
    project_name: str
    job: str
    currency: str
    digits: int
    first_export: bool
    content_hash: str
    line_count: int
    original: Decimal
    changes: Decimal
    change_headers: tuple[ChangeHeader, ...]
    lines: Stream[ExportLine] = field(eq=False, repr=False)
    totals: Stream[KeyTotal] = field(eq=False, repr=False)

    @property
    def total(self) -> Decimal:
        """What the batch moves the revised budget by."""
        return self.original + self.changes

    @property
    def has_changes(self) -> bool:
        """Whether the batch holds any revision, which is what revision fields are about (A3)."""
        return bool(self.change_headers)


@frozen(kw_only=True)
class ExportReceipt:
    """What verification may know of an export: where it went and which keys it moved.

    It holds nothing that the write returned (V2): no reference, no answer, no batch number.
    """

    item: str
    version: int
    company: str
    job: str
    erp_company: str
    currency: str
    digits: int
    keys: Stream[LineKey] = field(eq=False, repr=False)
