"""What must hold in the ERP before a budget is unlocked and sent again (V1): evaluated from what verification stored.

A condition is met while its row stands; a verification that no longer bears it out takes the row away, so that
`since` is always the moment from which it has held without a break.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import Factory, frozen
from sqlalchemy import Connection, delete, insert, select

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.contract.profile import ConditionKind, UnlockCondition
from erp_bridge_core.store.tables import conditions, exports

#: What a verification must have concluded for a condition to hold. That the export is complete the item itself says.
SHOWN_BY: Final[Mapping[ConditionKind, frozenset[Outcome]]] = {
    ConditionKind.POSTED_BY_HAND: frozenset({Outcome.POSTED, Outcome.SYNCED}),
    ConditionKind.SEEN_POSTED: frozenset({Outcome.POSTED, Outcome.SYNCED}),
    ConditionKind.FIGURES_VISIBLE: frozenset({Outcome.POSTED, Outcome.SYNCED}),
    ConditionKind.DATA_SYNCED_BACK: frozenset({Outcome.SYNCED}),
}


@frozen(kw_only=True)
class ConditionState:
    """One condition as a person reads it: how to fulfil it, whether it holds, since when, and what shows it."""

    kind: ConditionKind
    how: str
    met: bool
    since: datetime | None = None
    evidence: Mapping[str, Any] = Factory(dict)


def condition_states(
    connection: Connection, item: ItemView, required: Iterable[UnlockCondition]
) -> tuple[ConditionState, ...]:
    """The state of each condition that the ERP's profile requires (`profile.unlock_conditions`), in its order.

    While the item is a mismatch nothing counts as posted, whatever was seen before.
    """
    rows = {
        row.kind: row for row in connection.execute(select(conditions).where(conditions.c.item_id == item.id)).all()
    }
    states = []
    for condition in required:
        if condition.kind is ConditionKind.EXPORT_COMPLETE:
            states.append(_export_complete(connection, item, condition))
            continue
        row = None if item.state is ItemState.MISMATCH else rows.get(condition.kind.value)
        states.append(
            ConditionState(
                kind=condition.kind,
                how=condition.how,
                met=row is not None,
                since=row.met_at if row else None,
                evidence=row.evidence if row else {},
            )
        )
    return tuple(states)


def _export_complete(connection: Connection, item: ItemView, condition: UnlockCondition) -> ConditionState:
    finished = connection.execute(
        select(exports.c.finished_at).where(exports.c.item_id == item.id)
    ).scalar_one_or_none()
    met = item.state.is_exported
    return ConditionState(kind=condition.kind, how=condition.how, met=met, since=finished if met else None)


def record_conditions(
    connection: Connection, item: ItemView, outcome: Outcome, *, at: datetime, evidence: Mapping[str, Any]
) -> None:
    """Store which conditions a verification's outcome bears out; one that it can't judge is left as it was."""
    if outcome is Outcome.NOT_VERIFIABLE:
        return
    shown = {kind.value for kind, outcomes in SHOWN_BY.items() if outcome in outcomes}
    of_item = conditions.c.item_id == item.id
    connection.execute(
        delete(conditions).where(of_item, conditions.c.kind.not_in(sorted(shown)), conditions.c.met_by.is_(None))
    )
    if outcome.is_mismatch:
        connection.execute(delete(conditions).where(of_item))
    _insert_new(connection, item, shown, at=at, person_id=None, evidence=evidence)


def declare_conditions(
    connection: Connection, item: ItemView, person_id: int, *, at: datetime, evidence: Mapping[str, Any]
) -> None:
    """Take a person's word for every condition: where no route can tell, or a difference is accepted (V5)."""
    shown = {kind.value for kind in SHOWN_BY}
    _insert_new(connection, item, shown, at=at, person_id=person_id, evidence=evidence)


def all_met(connection: Connection, item: ItemView, required: Iterable[UnlockCondition]) -> bool:
    """Whether nothing stands between the item and its end but the item's own state."""
    kinds = {condition.kind.value for condition in required} - {ConditionKind.EXPORT_COMPLETE.value}
    met = set(connection.execute(select(conditions.c.kind).where(conditions.c.item_id == item.id)).scalars())
    return kinds <= met


def _insert_new(
    connection: Connection,
    item: ItemView,
    kinds: Iterable[str],
    *,
    at: datetime,
    person_id: int | None,
    evidence: Mapping[str, Any],
) -> None:
    standing = set(connection.execute(select(conditions.c.kind).where(conditions.c.item_id == item.id)).scalars())
    rows = [
        {
            "company_id": item.company_id,
            "item_id": item.id,
            "kind": kind,
            "met_at": at,
            "met_by": person_id,
            "evidence": dict(evidence),
        }
        for kind in sorted(set(kinds) - standing)
    ]
    if rows:
        connection.execute(insert(conditions), rows)
