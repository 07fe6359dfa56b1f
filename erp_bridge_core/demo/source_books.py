"""Three books of one job, side by side: what its source holds as synced, what we accepted, what the ERP's own hold."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.simulator import BookEntry
from erp_bridge_core.contract.source_simulator import SourceBooks
from erp_bridge_core.demo.books import bare


def told_falsely(books: SourceBooks, entries: Iterable[BookEntry]) -> int:
    """Keys, on each side, of which the source holds another amount as synced than the ERP's books have."""
    originals: dict[LineKey, Decimal] = {}
    changes: dict[LineKey, Decimal] = {}
    for entry in entries:
        key = bare(entry.key)
        originals[key] = originals.get(key, Decimal(0)) + entry.original
        changes[key] = changes.get(key, Decimal(0)) + entry.changes
    return _differing(books.synced_original, originals) + _differing(books.synced_changes, changes)


def synced(books: SourceBooks) -> Decimal:
    """All that the source was told to be in the ERP."""
    return sum((*books.synced_original.values(), *books.synced_changes.values()), Decimal(0))


def _differing(told: Mapping[LineKey, Decimal], held: Mapping[LineKey, Decimal]) -> int:
    sums: dict[LineKey, Decimal] = {}
    for key, amount in told.items():
        sums[bare(key)] = sums.get(bare(key), Decimal(0)) + amount
    return sum(sums.get(key, Decimal(0)) != held.get(key, Decimal(0)) for key in {*sums, *held})
