"""What a reviewer sees: the list with its filters and counts (A1), and one item in full (A2, A3, X5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import field, frozen
from sqlalchemy import Connection, Row, func, select

from erp_bridge_core.approvals.batches import count_keys, find_totals, sum_exported
from erp_bridge_core.approvals.items import ItemView, of_actor
from erp_bridge_core.approvals.rules import FILTERS
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.budget import ChangeHeader, ExportBatch, ExportLine, KeyTotal, LineKey, Stream
from erp_bridge_core.contract.fields import RevisionField
from erp_bridge_core.contract.findings import Finding, Severity
from erp_bridge_core.contract.masters import JobHeader
from erp_bridge_core.contract.profile import Thing
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import item_findings, item_lines, items


@frozen(kw_only=True)
class ReviewRow:
    """One item in the list: `waits` is how long it has been waiting since it was sent."""

    item: int
    project: str
    project_name: str
    job: str
    version: int
    state: ItemState
    label: str
    amount: Decimal
    currency: str
    lines: int
    sent_by: str
    sent_at: datetime
    waits: timedelta


@frozen(kw_only=True)
class ReviewList:
    """Items of the list, `total` in all, and how many items each filter would show, zero included."""

    rows: tuple[ReviewRow, ...]
    total: int
    counts: Mapping[str, int]


@frozen(kw_only=True)
class ReviewLine:
    """One key as the reviewer reads it (A2), in our codes and the ERP's.

    `original_budget`, `budget_changes` and `revised_estimate` are what the ERP will hold from here once this is in;
    `sent_*` is what differs from what was last exported; `before_total` the ERP's own figure at accept.
    """

    ours: LineKey
    erp: LineKey
    description: str
    unit: str
    quantity: Decimal | None
    original_budget: Decimal
    budget_changes: Decimal
    revised_estimate: Decimal
    exported_original: Decimal
    exported_changes: Decimal
    sent_original: Decimal
    sent_changes: Decimal
    before_total: Decimal | None


@frozen(kw_only=True)
class ReviewTotals:
    """The totals over all keys of the item."""

    keys: int
    original_budget: Decimal
    budget_changes: Decimal
    revised_estimate: Decimal
    sent_original: Decimal
    sent_changes: Decimal


@frozen(kw_only=True)
class ItemLines:
    """Some lines of an item, `total` in all, with the remarks on them by their numbers; `change`: of that one alone."""

    rows: tuple[ExportLine, ...]
    total: int
    change: ChangeHeader | None
    remarks: Mapping[int, str]


@frozen(kw_only=True)
class Details:
    """One item in full. `lines` streams from the tables; iterate it again as often as needed.

    `fields` are the ERP's revision fields; `import_closes` says that accepting closes import from the ERP for good.
    """

    item: ItemView
    lines: Stream[ReviewLine] = field(eq=False, repr=False)
    totals: ReviewTotals
    changes: tuple[ChangeHeader, ...]
    remarks: Mapping[int, str]
    findings: tuple[Finding, ...]
    fields: tuple[RevisionField, ...]
    header: JobHeader | None
    import_closes: bool
    difference_of_original: str
    things_to_know: tuple[Thing, ...]


def review_row(item: ItemView, now: datetime) -> ReviewRow:
    """The list's row of an item."""
    return ReviewRow(
        item=item.id,
        project=item.project,
        project_name=item.project_name,
        job=item.job,
        version=item.version,
        state=item.state,
        label=FILTERS.get(item.state, item.state.value),
        amount=item.amount,
        currency=item.currency,
        lines=item.line_count,
        sent_by=item.sent_by_name,
        sent_at=item.sent_at,
        waits=now - item.sent_at,
    )


def count_states(connection: Connection, actor: Actor) -> dict[str, int]:
    """How many of the items that the actor is told of each filter shows."""
    query = select(items.c.state, func.count()).where(*of_actor(actor)).group_by(items.c.state)
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    return {state.value: found.get(state.value, 0) for state in FILTERS}


def review_lines(batch: ExportBatch) -> Stream[ReviewLine]:
    """The keys of a batch as the reviewer reads them."""
    return Stream(lambda: map(_review_line, batch.totals))


def review_totals(connection: Connection, item: ItemView) -> ReviewTotals:
    """The sums over all keys: what the item was sealed with, and what is exported of its keys already."""
    original, changes = sum_exported(connection, item.id)
    return ReviewTotals(
        keys=count_keys(connection, item.id),
        original_budget=original + item.original,
        budget_changes=changes + item.changes,
        revised_estimate=original + changes + item.amount,
        sent_original=item.original,
        sent_changes=item.changes,
    )


def find_review_lines(connection: Connection, item_id: int, *, offset: int, limit: int) -> tuple[ReviewLine, ...]:
    """Some keys of an item as the reviewer reads them."""
    return tuple(map(_review_line, find_totals(connection, item_id, offset=offset, limit=limit)))


def stored_findings(connection: Connection, item_id: int) -> tuple[Finding, ...]:
    """What validation found at send and a person acknowledged."""
    query = select(item_findings).where(item_findings.c.item_id == item_id).order_by(item_findings.c.id)
    return tuple(_finding(row) for row in connection.execute(query))


def stored_remarks(connection: Connection, item_id: int) -> dict[int, str]:
    """The remarks on lines, by the line's number."""
    line = item_lines.c
    query = select(line.number, line.remark).where(line.item_id == item_id, line.remark.is_not(None))
    return {row.number: row.remark for row in connection.execute(query.order_by(line.number))}


def _review_line(total: KeyTotal) -> ReviewLine:
    return ReviewLine(
        ours=total.ours,
        erp=total.key,
        description=total.description,
        unit=total.unit,
        quantity=total.quantity,
        original_budget=total.original_after,
        budget_changes=total.revised_after - total.original_after,
        revised_estimate=total.revised_after,
        exported_original=total.exported_original,
        exported_changes=total.exported_changes,
        sent_original=total.sent_original,
        sent_changes=total.sent_changes,
        before_total=total.before_total,
    )


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        severity=Severity(row.severity),
        rule=row.rule,
        message=row.message,
        remedy=row.remedy,
        line=row.line,
        field=row.field,
        value=row.value,
    )
