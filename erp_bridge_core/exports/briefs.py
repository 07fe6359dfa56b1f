"""Many exports at a glance: how each stands and what its last verification concluded, in a few queries for all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Select, func, select

from erp_bridge_core.approvals.items import of_actor
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.exports.results import is_as_sent
from erp_bridge_core.exports.status import ExportState, LineCounts, line_counts
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import exports, item_lines, items, verifications


@frozen(kw_only=True)
class ExportBrief:
    """An export: where it stands, its item's lines by where they stand, what stopped it, whether it is paused."""

    item: int
    state: ExportState
    lines: LineCounts
    failure: Mapping[str, Any] | None
    paused: bool


@frozen(kw_only=True)
class VerificationBrief:
    """The last verification of an item; `named` counts the keys that are not as they were sent."""

    item: int
    outcome: Outcome
    named: int


def load_export_briefs(connection: Connection, actor: Actor, numbers: Sequence[int]) -> dict[int, ExportBrief]:
    """The exports of those of the items that were exported and that the actor is told of, by item."""
    told = _told(actor, numbers)
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    query = select(item_lines.c.item_id, item_lines.c.state, func.count().label("lines"))
    query = query.where(item_lines.c.item_id.in_(told)).group_by(item_lines.c.item_id, item_lines.c.state)
    for row in connection.execute(query):
        counted[row.item_id][row.state] = row.lines
    columns = exports.c.item_id, exports.c.state, exports.c.failure, exports.c.held_as
    found = select(*columns).where(exports.c.item_id.in_(told))
    return {
        row.item_id: ExportBrief(
            item=row.item_id,
            state=ExportState(row.state),
            lines=line_counts(counted[row.item_id]),
            failure=row.failure,
            paused=row.held_as == "paused",
        )
        for row in connection.execute(found)
    }


def load_verification_briefs(
    connection: Connection, actor: Actor, numbers: Sequence[int]
) -> dict[int, VerificationBrief]:
    """What the last verification of each of those items concluded, by item."""
    last = select(func.max(verifications.c.id)).where(verifications.c.item_id.in_(_told(actor, numbers)))
    query = select(verifications.c.item_id, verifications.c.outcome, verifications.c.counts)
    rows = connection.execute(query.where(verifications.c.id.in_(last.group_by(verifications.c.item_id))))
    return {
        row.item_id: VerificationBrief(
            item=row.item_id,
            outcome=Outcome(row.outcome),
            named=sum(count for outcome, count in row.counts.items() if not is_as_sent(outcome)),
        )
        for row in rows
    }


def _told(actor: Actor, numbers: Sequence[int]) -> Select[Any]:
    return select(items.c.id).where(*of_actor(actor), items.c.id.in_(numbers))
