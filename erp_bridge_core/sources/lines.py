"""What a budget's file gives: lines, jobs, and what it may do with repeated keys."""

from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey

Value = TypeVar("Value")


class Duplicates(StrEnum):
    """What becomes of rows with one key on one job: refused, or summed because a person asked for it (B8)."""

    REFUSE = "refuse"
    SUM = "sum"


@frozen(kw_only=True)
class JobSummary:
    """One job of a file: its lines (distinct keys), the rows they came from, and their amount in all."""

    job: str
    lines: int
    rows: int
    amount: Decimal


@frozen(kw_only=True)
class Record:
    """One good row before repeated keys are looked at; numbers are whole units (quantity and unit cost: 10**-4)."""

    row: int
    job: str
    sub_job: str
    cost_code: str
    category: str
    amount: int
    description: str = ""
    quantity: int | None = None
    unit: str = ""
    unit_cost: int | None = None

    @property
    def key(self) -> LineKey:
        """What the row is about."""
        return LineKey(self.sub_job, self.cost_code, self.category)


def merge_records(records: list[Record]) -> Record:
    """One line of the rows of one key (B8): the amounts summed, the first description that is not blank kept.

    The quantity is summed only where every row has one and of the same unit; the unit cost stays only where all rows
    have the same.
    """
    first = records[0]
    if len(records) == 1:
        return first
    unit = _common({record.unit for record in records}) or ""
    quantities = [record.quantity for record in records if record.quantity is not None]
    alike = len({record.unit for record in records}) == 1 and len(quantities) == len(records)
    return Record(
        row=first.row,
        job=first.job,
        sub_job=first.sub_job,
        cost_code=first.cost_code,
        category=first.category,
        description=next((record.description for record in records if record.description), ""),
        quantity=sum(quantities) if alike else None,
        unit=unit,
        unit_cost=_common({record.unit_cost for record in records}),
        amount=sum(record.amount for record in records),
    )


def _common(values: set[Value]) -> Value | None:
    return next(iter(values)) if len(values) == 1 else None
