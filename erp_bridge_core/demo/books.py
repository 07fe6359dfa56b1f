"""What the ERP's own books hold against what the demo meant to bring there, line by line."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from attrs import Factory, define, frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.simulator import BookEntry


@frozen(kw_only=True)
class Compared:
    """What the books hold: the amount, and how many of the lines too seldom or too often."""

    in_erp: Decimal
    missing: int
    duplicated: int


@define
class Intent:
    """What the demo means the ERP to hold, kept apart from the product: entries and amounts per key of the ERP."""

    originals: Counter[LineKey] = Factory(Counter)
    changes: Counter[LineKey] = Factory(Counter)
    original_amount: Decimal = Decimal(0)
    change_amount: Decimal = Decimal(0)

    def add_original(self, key: LineKey, amount: Decimal) -> None:
        """One more line of the original budget."""
        self.originals[key] += 1
        self.original_amount += amount

    def add_change(self, key: LineKey, amount: Decimal) -> None:
        """One more line of a budget change."""
        self.changes[key] += 1
        self.change_amount += amount

    def compare(self, books: Iterable[BookEntry]) -> Compared:
        """Count what the books hold against it."""
        missing = duplicated = 0
        in_erp = Decimal(0)
        held_originals: Counter[LineKey] = Counter()
        held_changes: Counter[LineKey] = Counter()
        for entry in books:
            in_erp += entry.original + entry.changes
            held_originals[entry.key] += entry.original_entries
            held_changes[entry.key] += entry.change_entries
        for meant, held in ((self.originals, held_originals), (self.changes, held_changes)):
            missing += sum((meant - held).values())
            duplicated += sum((held - meant).values())
        return Compared(in_erp=in_erp, missing=missing, duplicated=duplicated)
