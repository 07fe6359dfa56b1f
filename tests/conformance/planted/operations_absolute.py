"""Class `absolute`: the figures of one key are set, so that setting them again changes nothing."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from attrs import define, field

from erp_bridge_core.contract import (
    Accepted,
    Before,
    Different,
    Effect,
    ExportLine,
    Found,
    KeyTotal,
    LineKey,
    Sighting,
    reading,
)
from erp_bridge_core.contract.errors import LedgerConflict
from erp_bridge_core.contract.money import plain
from planted.client import Row
from planted.operations import Writing

ZERO = Decimal(0)
State = tuple[Decimal, Decimal, Decimal | None]


@define
class SetFigures(Writing):
    """`PUT figures`: original, changes and quantity of one key, whole, as they shall stand then."""

    _was: dict[LineKey, Row] = field(factory=dict, init=False)

    # -- planning -----------------------------------------------------------------------------------------------------

    def requests(self, numbers: Sequence[int]) -> Iterator[tuple[list[int], Row]]:
        """Per key: the lines that it carries, and the request with the figures from before and after."""
        by_key: dict[LineKey, list[ExportLine]] = {}
        for line in self.lines(numbers):
            by_key.setdefault(line.key, []).append(line)
        was = {row_key(row): row for row in self.read_back()}
        for total in self.batch.totals:
            if total.key in by_key:
                lines = by_key[total.key]
                yield [line.number for line in lines], self.request(total, lines, was.get(total.key))

    def request(self, total: KeyTotal, lines: Sequence[ExportLine], was: Row | None) -> Row:
        """What the key shows now by the baseline from accept, and what it shall show."""
        before = (total.before_original or ZERO, total.before_changes or ZERO)
        quantity = None if was is None or was["quantity"] is None else Decimal(was["quantity"])
        moved = [line.quantity for line in lines if line.quantity is not None]
        after = quantity if not moved else (quantity or ZERO) + sum(moved, ZERO)
        return {
            "sub_job": total.key.sub_job,
            "cost_code": total.key.cost_code,
            "category": total.key.category,
            "unit": next((line.unit for line in lines if line.unit), (was or {}).get("unit", "")),
            "description": next((line.description for line in lines if line.description), ""),
            "before": [plain(before[0]), plain(before[1]), text(quantity)],
            "after": [plain(before[0] + total.sent_original), plain(before[1] + total.sent_changes), text(after)],
        }

    # -- sending ------------------------------------------------------------------------------------------------------

    def build(self, effect: Effect) -> Row:
        """The whole figures of the key."""
        wanted = effect.request
        original, changes, quantity = wanted["after"]
        fields = {name: wanted[name] for name in ("sub_job", "cost_code", "category", "unit", "description")}
        return {**fields, "original": original, "changes": changes, "quantity": quantity}

    def post(self, effect: Effect, body: Row) -> Accepted:
        """Set them, once it is seen that they stand as before, or as they shall."""
        self.check_row(effect)
        self.client.write("PUT", f"{self.client.job_url(self.batch.job)}/figures", body)
        return Accepted(reference=f"{body['cost_code']} {body['category']}".strip())

    def check_row(self, effect: Effect) -> None:
        """An old value must not land on what somebody entered meanwhile (L9)."""
        with reading():
            sighting = self.compare(effect, self.read_back())
        if isinstance(sighting, Different):
            raise LedgerConflict(
                "The figures of a key are neither those from accept nor ours; nothing was written.",
                remedy="Look who changed them in Tin Books.",
                details=dict(sighting.evidence),
            )

    # -- looking ------------------------------------------------------------------------------------------------------

    def read_back(self) -> Any:
        """The figures of every key."""
        return self.client.rows(self.batch.job, "figures")

    def compare(self, effect: Effect, seen: Sequence[Row]) -> Sighting:
        """Whether the key shows our figures, those from before, or others."""
        wanted = effect.request
        key = LineKey(wanted["sub_job"], wanted["cost_code"], wanted["category"])
        row = next((each for each in seen if row_key(each) == key), None)
        shown = (ZERO, ZERO, None) if row is None else state(row["original"], row["changes"], row["quantity"])
        evidence = {"shown": [str(each) for each in shown], "after": wanted["after"]}
        if shown == state(*wanted["after"]) and row is not None:
            return Found(reference=str(key), evidence=evidence)
        if shown == state(*wanted["before"]):
            return Before(evidence=evidence)
        return Different(evidence=evidence)


def row_key(row: Row) -> LineKey:
    """The key of a row of figures."""
    return LineKey(row["sub_job"], row["cost_code"], row["category"])


def text(quantity: Decimal | None) -> str | None:
    """A quantity as text; blank stays blank."""
    return None if quantity is None else plain(quantity)


def state(original: str, changes: str, quantity: str | None) -> State:
    """Figures that can be compared."""
    return Decimal(original), Decimal(changes), None if quantity is None else Decimal(quantity)
