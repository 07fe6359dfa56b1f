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


def bare(key: LineKey) -> LineKey:
    """A key as every ERP's books can be compared: some hold cost codes without their separators."""
    return LineKey(key.sub_job, key.cost_code.replace("-", ""), key.category)


@define
class Side:
    """One side of the budget as it is meant: how many lines per key of the ERP, and their amounts."""

    lines: Counter[LineKey] = Factory(Counter)
    amounts: dict[LineKey, Decimal] = Factory(dict)

    def add(self, key: LineKey, amount: Decimal) -> None:
        """One more line."""
        key = bare(key)
        self.lines[key] += 1
        self.amounts[key] = self.amounts.get(key, Decimal(0)) + amount

    def compare(self, held: dict[LineKey, tuple[int, Decimal]]) -> tuple[int, int]:
        """(missing, duplicated) lines.

        An ERP that sets figures holds several lines of a key in one entry: with the right amount none is missing.
        More entries than lines are doubles, whatever they add up to.
        """
        missing = duplicated = 0
        for key in {*self.lines, *held}:
            count, amount = held.get(key, (0, Decimal(0)))
            meant = self.lines[key]
            duplicated += max(0, count - meant)
            if amount != self.amounts.get(key, Decimal(0)):
                missing += max(0, meant - count)
        return missing, duplicated


@define
class Intent:
    """What the demo means the ERP to hold, kept apart from the product."""

    originals: Side = Factory(Side)
    changes: Side = Factory(Side)

    def add_original(self, key: LineKey, amount: Decimal) -> None:
        """One more line of the original budget."""
        self.originals.add(key, amount)

    def add_change(self, key: LineKey, amount: Decimal) -> None:
        """One more line of a budget change."""
        self.changes.add(key, amount)

    def compare(self, books: Iterable[BookEntry]) -> Compared:
        """Count what the books hold against it."""
        in_erp = Decimal(0)
        originals: dict[LineKey, tuple[int, Decimal]] = {}
        changes: dict[LineKey, tuple[int, Decimal]] = {}
        for entry in books:
            in_erp += entry.original + entry.changes
            originals[bare(entry.key)] = (entry.original_entries, entry.original)
            changes[bare(entry.key)] = (entry.change_entries, entry.changes)
        found = [self.originals.compare(originals), self.changes.compare(changes)]
        return Compared(
            in_erp=in_erp,
            missing=sum(missing for missing, _ in found),
            duplicated=sum(duplicated for _, duplicated in found),
        )
