"""Budget changes for a demo, derived from a budget's largest lines: the same budget always gives the same changes."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from heapq import nlargest
from typing import Final

from attrs import frozen

from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.demo.budgets import DemoLine

CENT: Final = Decimal("0.01")
ENOUGH_FOR_ALL: Final = 3
FIRST_DAY: Final = date(2026, 4, 20)


@frozen(kw_only=True)
class ChangePlan:
    """A budget change to enter: what it is for, and by how much it moves each key."""

    number: str
    day: date
    description: str
    moves: tuple[tuple[LineKey, Decimal], ...]

    @property
    def entries(self) -> tuple[LineEntry, ...]:
        """The lines as they are entered."""
        return tuple(
            LineEntry(
                sub_job=key.sub_job,
                cost_code=key.cost_code,
                category=key.category,
                description=self.description,
                amount=amount,
            )
            for key, amount in self.moves
        )


def derive_changes(lines: Iterable[DemoLine]) -> tuple[ChangePlan, ...]:
    """Added scope on the largest line, a transfer between the next two, and a credit; less in a small budget."""
    largest = _largest(lines)
    if not largest:
        return ()
    plans = [_plan(1, "Added scope", ((largest[0].key, _part(largest[0], "0.08")),))]
    if len(largest) >= ENOUGH_FOR_ALL:
        moved = _part(largest[1], "0.05")
        transfer = ((largest[1].key, -moved), (largest[2].key, moved))
        plans.append(_plan(2, "Transfer", transfer))
        plans.append(_plan(3, "Credit", ((largest[2].key, -_part(largest[2], "0.02")),)))
    return tuple(plans)


def derive_later_change(lines: Iterable[DemoLine]) -> ChangePlan | None:
    """The change that comes once the first export is posted."""
    largest = _largest(lines)
    if not largest:
        return None
    return _plan(4, "Owner's change", ((largest[-1].key, _part(largest[-1], "0.03")),))


def _largest(lines: Iterable[DemoLine]) -> Sequence[DemoLine]:
    return nlargest(4, (line for line in lines if line.amount > 0), key=lambda line: (line.amount, line.key))


def _part(line: DemoLine, share: str) -> Decimal:
    return max(CENT, (line.amount * Decimal(share)).quantize(CENT, ROUND_DOWN))


def _plan(number: int, description: str, moves: tuple[tuple[LineKey, Decimal], ...]) -> ChangePlan:
    return ChangePlan(
        number=f"BC-{number:03d}", day=FIRST_DAY.replace(day=19 + number), description=description, moves=moves
    )
