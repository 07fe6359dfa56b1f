"""Budget changes as values, many at a time: their lines, how far they have come, what undoes what (B2)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, select

from erp_bridge_core.budgets.entries import LineEntry
from erp_bridge_core.budgets.exported import change_line_states
from erp_bridge_core.budgets.records import ProjectView
from erp_bridge_core.contract.money import QUANTITY_DIGITS, from_units
from erp_bridge_core.store.tables import budget_changes, change_lines


class ChangeStatus(StrEnum):
    """A budget change's business status; only approved ones are sent."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    VOID = "void"


class ChangeProgress(StrEnum):
    """How far a budget change has come on its way to the ERP."""

    NOT_SENT = "not_sent"
    STAGED = "staged"
    EXPORTED = "exported"


@frozen(kw_only=True)
class ChangeView:
    """A budget change: its lines, their sum, whether it is a transfer, and how far it has come.

    `reverses` is the number of the change that it undoes, `reversed_by` of the one that undoes it.
    """

    number: str
    date: date
    description: str
    status: ChangeStatus
    progress: ChangeProgress
    amount: Decimal
    transfer: bool
    lines: tuple[LineEntry, ...]
    reverses: str | None = None
    reversed_by: str | None = None


@frozen(kw_only=True)
class FoundChanges:
    """Some budget changes of a project, and how many there are in all."""

    rows: tuple[ChangeView, ...]
    total: int


def load_changes(connection: Connection, project: ProjectView, rows: Sequence[Any]) -> tuple[ChangeView, ...]:
    """The values of some rows of `budget_changes`, in as many queries as for one."""
    states = change_line_states(connection, project.id, [row.number for row in rows])
    lines = _lines(connection, [row.id for row in rows], project.digits)
    numbers = _numbers(connection, project, rows)
    undone_by = _undone_by(connection, rows)
    return tuple(
        _view(
            row,
            lines=tuple(lines[row.id]),
            progress=progress_of(states.get(row.number, frozenset())),
            reverses=numbers.get(row.reverses_id),
            reversed_by=undone_by.get(row.id),
            digits=project.digits,
        )
        for row in rows
    )


def progress_of(states: frozenset[str]) -> ChangeProgress:
    """How far a change has come, by the states of its lines in the items that hold or held it."""
    if "arrived" in states:
        return ChangeProgress.EXPORTED
    if states & {"staged", "sent", "unknown", "refused"}:
        return ChangeProgress.STAGED
    return ChangeProgress.NOT_SENT


def is_transfer(amounts: Iterable[int | Decimal]) -> bool:
    """Whether a change only moves money: at least two lines that are not zero, which net to zero (B2)."""
    moved = [amount for amount in amounts if amount]
    return len(moved) > 1 and not sum(moved)


def _view(
    row: Any,
    *,
    lines: tuple[LineEntry, ...],
    progress: ChangeProgress,
    reverses: str | None,
    reversed_by: str | None,
    digits: int,
) -> ChangeView:
    amounts = [line.amount or Decimal(0) for line in lines]
    return ChangeView(
        number=row.number,
        date=row.date,
        description=row.description,
        status=ChangeStatus(row.status),
        progress=progress,
        amount=sum(amounts, from_units(0, digits)),
        transfer=is_transfer(amounts),
        lines=lines,
        reverses=reverses,
        reversed_by=reversed_by,
    )


def _lines(connection: Connection, changes: Sequence[int], digits: int) -> dict[int, list[LineEntry]]:
    query = select(change_lines).where(change_lines.c.change_id.in_(changes)).order_by(change_lines.c.id)
    found: dict[int, list[LineEntry]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.change_id].append(
            LineEntry(
                sub_job=row.sub_job,
                cost_code=row.cost_code,
                category=row.category,
                description=row.description,
                quantity=None if row.quantity is None else from_units(row.quantity, QUANTITY_DIGITS),
                unit=row.unit,
                unit_cost=None if row.unit_cost is None else from_units(row.unit_cost, QUANTITY_DIGITS),
                amount=from_units(row.amount, digits),
            )
        )
    return found


def _numbers(connection: Connection, project: ProjectView, rows: Sequence[Any]) -> dict[int | None, str]:
    """The numbers of the changes that these undo."""
    undone = [row.reverses_id for row in rows if row.reverses_id is not None]
    query = select(budget_changes.c.id, budget_changes.c.number).where(budget_changes.c.project_id == project.id)
    return {row.id: row.number for row in connection.execute(query.where(budget_changes.c.id.in_(undone)))}


def _undone_by(connection: Connection, rows: Sequence[Any]) -> dict[int, str]:
    """The number of the change that undoes each, but for void ones."""
    own = budget_changes.c
    query = select(own.reverses_id, own.number).where(
        own.reverses_id.in_([row.id for row in rows]), own.status != ChangeStatus.VOID.value
    )
    return {row.reverses_id: row.number for row in connection.execute(query.order_by(own.id.desc()))}
