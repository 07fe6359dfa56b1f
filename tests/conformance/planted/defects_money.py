"""Defects of amounts and texts, each caught by the rules of money that are about it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final

from matrix import Defect

from erp_bridge_core.contract import ExportLine, Part
from planted.client import Row
from planted.operations_keyed import EnterRows
from planted.variants import KeyedAdapter


def _keyed(rows: type[EnterRows]) -> type[KeyedAdapter]:
    """The keyed adapter, with another way of making its rows."""

    class Defective(KeyedAdapter):
        operation_classes: ClassVar = {"enter_rows": rows}

    return Defective


class _NoSign(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """Originals lose their sign."""
        row = super().row(line)
        return {**row, "amount": row["amount"].lstrip("-")} if line.part is Part.ORIGINAL else row


class _FlippedSign(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """A change that takes away is entered as one that adds."""
        row = super().row(line)
        return {**row, "amount": row["amount"].lstrip("-")} if line.part is Part.CHANGE else row


class _NoCents(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """Large amounts go without their cents."""
        row = super().row(line)
        return {**row, "amount": row["amount"].partition(".")[0]} if abs(line.amount) > Decimal(100_000) else row


class _NewIsOriginal(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """A change of a key without an original is entered as its original."""
        known = any(each.key == line.key and each.part is Part.ORIGINAL for each in self.batch.lines)
        ours = any(total.key == line.key and total.before_original for total in self.batch.totals)
        return {**super().row(line), "part": line.part.value if known or ours else Part.ORIGINAL.value}


class _BlankIsZero(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """A quantity that nobody gave is zero."""
        row = super().row(line)
        return {**row, "quantity": row["quantity"] or "0"}


class _TenPlaces(EnterRows):
    def row(self, line: ExportLine) -> Row:
        """An amount has room for ten digits before the point; what is more is cut off."""
        row = super().row(line)
        whole, point, cents = row["amount"].partition(".")
        return {**row, "amount": f"{whole[-10:]}{point}{cents}"}


class _NoFormulas(EnterRows):
    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """A line whose text looks like a formula is left out."""
        return [row for row in super().rows(numbers) if not row["description"].startswith("=")]


VARIANTS: Final[Mapping[str, type[EnterRows]]] = {
    "loses_a_sign": _NoSign,
    "flips_a_sign": _FlippedSign,
    "drops_cents": _NoCents,
    "enters_a_change_as_original": _NewIsOriginal,
    "takes_blank_for_zero": _BlankIsZero,
    "cuts_large_amounts": _TenPlaces,
    "drops_formulas": _NoFormulas,
}


def __getattr__(name: str) -> Any:
    """A defective plugin by its name."""
    if name in VARIANTS:
        return _keyed(VARIANTS[name])("tin_defect")
    raise AttributeError(name)


def _defects() -> Iterator[Defect]:
    for name, what, caught_by in (
        ("loses_a_sign", "enters a negative original as a positive one", ("MNY-01",)),
        ("flips_a_sign", "enters a change that takes away as one that adds", ("EXP-01", "MNY-01", "MNY-02")),
        ("drops_cents", "sends large amounts without their cents", ("MNY-01", "MNY-04")),
        ("enters_a_change_as_original", "enters a change of a new key as its original", ("MNY-02",)),
        ("takes_blank_for_zero", "sends a quantity of zero where none was given", ("MNY-03",)),
        ("cuts_large_amounts", "cuts amounts of more than ten digits", ("MNY-04",)),
        ("drops_formulas", "leaves out lines whose text looks like a formula", ("MNY-05",)),
    ):
        yield Defect(spec=f"planted.defects_money:{name}", what=what, caught_by=caught_by)


DEFECTS: Final[Mapping[str, Defect]] = {defect.name: defect for defect in _defects()}
