"""How an export stands, as values that a page, an API and a command line show (E1-E3, E6)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, func, select

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.postings import Outcome
from erp_bridge_core.contract.profile import Stage
from erp_bridge_core.store.tables import (
    attempts,
    effect_lines,
    effects,
    exports,
    item_lines,
    items,
    people,
    verifications,
)

#: Failed lines shown in a status; the rest are counted (all of them are in `failed_lines`).
SHOWN_LINES: Final = 200


class ExportState(StrEnum):
    """Where an export stands. `offered`: a file waits to be taken over by a person."""

    RUNNING = "running"
    OFFERED = "offered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    COMPLETE = "complete"


#: Exports that an engine takes up again by itself.
TO_RESUME: Final = (ExportState.RUNNING, ExportState.UNKNOWN, ExportState.OFFERED)
#: Those that are over, or given back, and those that a retry alone lets run again, whoever is asked to bring them on.
LEFT_ALONE: Final = (ExportState.COMPLETE, ExportState.FAILED)


@frozen(kw_only=True)
class LineCounts:
    """How many of the item's lines stand where."""

    total: int
    arrived: int
    refused: int
    unknown: int
    under_way: int
    withdrawn: int
    released: int
    recorded: int = 0


#: Of what carries none.
NO_LINES: Final = LineCounts(total=0, arrived=0, refused=0, unknown=0, under_way=0, withdrawn=0, released=0)


@frozen(kw_only=True)
class EffectStatus:
    """One effect: what it is, how it stands, what was tried and seen."""

    reference: str
    operation: str
    group: str
    generation: int
    lines: int
    state: str
    erp_reference: str
    payload_hash: str
    evidence: Mapping[str, Any]
    attempts: int
    last_outcome: str | None
    settled_as: str | None
    settled_reason: str | None


@frozen(kw_only=True)
class FailedLine:
    """A line that the ERP refused: its own words, what they mean, what to do (E3)."""

    line: int
    sub_job: str
    cost_code: str
    category: str
    words: str
    meaning: str
    remedy: str


@frozen(kw_only=True)
class ExportStatus:
    """An export as it stands now."""

    export_id: int
    item_id: int
    item_state: ItemState
    state: ExportState
    stage: str | None
    lines: LineCounts
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    failure: Mapping[str, Any] | None
    effects: tuple[EffectStatus, ...]
    failed_lines: tuple[FailedLine, ...]
    held: str | None = None
    held_reason: str | None = None

    @property
    def is_unknown(self) -> bool:
        """Whether a person, or time, has to clear up what became of it."""
        return self.state in {ExportState.UNKNOWN, ExportState.CONFLICT}


def export_row(connection: Connection, company_id: int, item_id: int) -> Row[Any]:
    """The export of an item; raises NotFound when there is none in that company."""
    row = connection.execute(
        select(exports).where(exports.c.company_id == company_id, exports.c.item_id == item_id)
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"Item {item_id} has no export.", remedy="Start one with `erp-bridge export start` once it is accepted."
        )
    return row


def load_status(connection: Connection, company_id: int, item_id: int) -> ExportStatus:
    """The whole status of an item's export."""
    row = export_row(connection, company_id, item_id)
    starter = connection.execute(select(people.c.login).where(people.c.id == row.started_by)).scalar_one()
    item_state = connection.execute(select(items.c.state).where(items.c.id == item_id)).scalar_one()
    return ExportStatus(
        export_id=row.id,
        item_id=item_id,
        item_state=ItemState(item_state),
        state=ExportState(row.state),
        stage=_seen_stage(connection, item_id) or row.stage,
        lines=count_lines(connection, item_id),
        started_by=starter,
        started_at=row.started_at,
        finished_at=row.finished_at,
        failure=row.failure,
        effects=_effect_statuses(connection, row.id),
        failed_lines=failed_lines(connection, item_id),
        held=row.held_as,
        held_reason=row.held_reason,
    )


#: The stage that a verification has shown (E2).
SHOWN_STAGES: Final = {
    Outcome.UNPOSTED: Stage.EXPORTED,
    Outcome.HALF_POSTED: Stage.EXPORTED,
    Outcome.POSTED: Stage.POSTED,
    Outcome.SYNCED: Stage.SYNCED,
}


def _seen_stage(connection: Connection, item_id: int) -> str | None:
    query = select(verifications.c.outcome).where(verifications.c.item_id == item_id)
    last = connection.execute(query.order_by(verifications.c.id.desc()).limit(1)).scalar_one_or_none()
    stage = SHOWN_STAGES.get(Outcome(last)) if last else None
    return stage.value if stage else None


def count_lines(connection: Connection, item_id: int) -> LineCounts:
    """The item's lines by where they stand."""
    query = select(item_lines.c.state, func.count()).where(item_lines.c.item_id == item_id)
    counts: dict[str, int] = dict(connection.execute(query.group_by(item_lines.c.state)).all())
    return line_counts(counts)


def line_counts(counts: Mapping[str, int]) -> LineCounts:
    """How many lines stand where, from how many have each state."""
    return LineCounts(
        total=sum(counts.values()),
        arrived=counts.get("arrived", 0),
        refused=counts.get("refused", 0),
        unknown=counts.get("unknown", 0),
        under_way=counts.get("staged", 0) + counts.get("sent", 0),
        withdrawn=counts.get("withdrawn", 0),
        released=counts.get("released", 0),
        recorded=counts.get("recorded", 0),
    )


def _shown_effects(connection: Connection, export_id: int) -> list[Row[Any]]:
    # What needs a person comes first: an export may have 100,000 effects.
    in_order = effects.c.state.in_(("unknown", "conflict", "duplicated", "refused", "open")).desc()
    query = select(effects).where(effects.c.export_id == export_id).order_by(in_order, effects.c.position)
    return list(connection.execute(query.limit(SHOWN_LINES)))


def _effect_statuses(connection: Connection, export_id: int) -> tuple[EffectStatus, ...]:
    shown = _shown_effects(connection, export_id)
    tried: dict[int, list[str | None]] = {}
    query = select(attempts.c.effect_id, attempts.c.outcome).where(attempts.c.effect_id.in_([row.id for row in shown]))
    for row in connection.execute(query.order_by(attempts.c.effect_id, attempts.c.number)):
        tried.setdefault(row.effect_id, []).append(row.outcome)
    return tuple(_effect_status(row, tried.get(row.id, [])) for row in shown)


def _effect_status(row: Row[Any], outcomes: Sequence[str | None]) -> EffectStatus:
    return EffectStatus(
        reference=row.reference,
        operation=row.operation,
        group=row.group_name,
        generation=row.generation,
        lines=row.line_count,
        state=row.state,
        erp_reference=row.erp_reference,
        payload_hash=row.payload_hash,
        evidence=row.evidence,
        attempts=len(outcomes),
        last_outcome=outcomes[-1] if outcomes else None,
        settled_as=row.settled_as,
        settled_reason=row.settled_reason,
    )


def failed_lines(connection: Connection, item_id: int) -> tuple[FailedLine, ...]:
    """The item's lines that the ERP refused, and that were not brought there since."""
    query = (
        select(
            item_lines.c.number,
            item_lines.c.our_sub_job,
            item_lines.c.our_cost_code,
            item_lines.c.our_category,
            effect_lines.c.words,
            effect_lines.c.meaning,
            effect_lines.c.remedy,
        )
        .join(effects, effects.c.id == effect_lines.c.effect_id)
        .join(exports, exports.c.id == effects.c.export_id)
        .join(
            item_lines,
            (item_lines.c.item_id == exports.c.item_id) & (item_lines.c.number == effect_lines.c.line),
        )
        .where(exports.c.item_id == item_id, effect_lines.c.outcome == "refused", item_lines.c.state == "refused")
        .order_by(item_lines.c.number)
        .limit(SHOWN_LINES)
    )
    return tuple(
        FailedLine(
            line=row.number,
            sub_job=row.our_sub_job,
            cost_code=row.our_cost_code,
            category=row.our_category,
            words=row.words or "",
            meaning=row.meaning or "",
            remedy=row.remedy or "",
        )
        for row in connection.execute(query)
    )
