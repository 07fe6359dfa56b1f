"""What the effects make of their export, and the export of its item: one transaction, one place."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Row, exists, func, select, update

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.profile import ErpProfile, Stage
from erp_bridge_core.exports.ledger import has_refused_acts, may_have_gone_out
from erp_bridge_core.exports.status import NO_LINES, ExportState, LineCounts, count_lines
from erp_bridge_core.store.tables import attempts, effects, exports, items


@frozen(kw_only=True)
class Conclusion:
    """Where an export and its item stand, given their effects."""

    export: ExportState
    item: ItemState


def judge(
    effect_states: Mapping[str, int], lines: LineCounts, *, only_offered: bool, failed: bool, whole: bool = True
) -> Conclusion:
    """The states that follow from counts of effects (abandoned ones left out) and of lines.

    `only_offered`: what is open lies ready for a person. `failed`: the run was stopped by an error that left no doubt.
    `whole`: all that belongs to the export was planned; else it still runs.
    """
    if effect_states.get("conflict") or effect_states.get("duplicated"):
        return Conclusion(export=ExportState.CONFLICT, item=ItemState.UNKNOWN)
    if effect_states.get("unknown") or lines.unknown:
        return Conclusion(export=ExportState.UNKNOWN, item=ItemState.UNKNOWN)
    if lines.refused or lines.withdrawn or failed:
        return Conclusion(export=ExportState.FAILED, item=ItemState.FAILED)
    if lines.under_way or effect_states.get("planned") or effect_states.get("open"):
        state = ExportState.OFFERED if only_offered and whole else ExportState.RUNNING
        return Conclusion(export=state, item=ItemState.EXPORTING)
    if not whole:
        return Conclusion(export=ExportState.RUNNING, item=ItemState.EXPORTING)
    return Conclusion(export=ExportState.COMPLETE, item=ItemState.WAITING)


def sum_up(
    connection: Connection, export_id: int, *, stopped: ErpBridgeError | None = None, whole: bool = True
) -> Conclusion:
    """Judge an export by its rows; `stopped` is the error that ended the run, `whole` as for `judge`."""
    row = connection.execute(select(exports).where(exports.c.id == export_id)).one()
    query = select(effects.c.state, func.count()).where(
        effects.c.export_id == export_id, effects.c.state != "abandoned"
    )
    states: dict[str, int] = dict(connection.execute(query.group_by(effects.c.state)).all())
    doubt_free = stopped is not None and not _open_and_unanswered(connection, export_id)
    return judge(
        states,
        NO_LINES if row.item_id is None else count_lines(connection, row.item_id),
        only_offered=_all_offered(connection, export_id, states),
        failed=doubt_free or has_refused_acts(connection, export_id),
        whole=whole,
    )


def store_conclusion(
    connection: Connection,
    export: Row[Any],
    profile: ErpProfile,
    conclusion: Conclusion,
    *,
    at: Any,
    stopped: ErpBridgeError | None = None,
) -> None:
    """Write both states, and how far the export has come as far as this ERP lets anyone know (E2)."""
    over = conclusion.export is ExportState.COMPLETE
    failure = stopped.to_json() if stopped is not None and not over else None
    connection.execute(
        update(exports)
        .where(exports.c.id == export.id)
        .values(
            state=conclusion.export,
            stage=_stage(profile, conclusion.export, export.stage),
            failure=failure,
            finished_at=at if over else None,
        )
    )
    current = connection.execute(select(items.c.state).where(items.c.id == export.item_id)).scalar_one()
    verified = current in {ItemState.MISMATCH, ItemState.SYNCED} and conclusion.item is ItemState.WAITING
    if current not in {conclusion.item, ItemState.REJECTED} and not verified:
        connection.execute(
            update(items)
            .where(items.c.id == export.item_id)
            .values(state=conclusion.item, revision=items.c.revision + 1)
        )


def _stage(profile: ErpProfile, state: ExportState, before: str | None) -> str | None:
    seen = {sight.stage for sight in profile.stages if sight.visible}
    if state is ExportState.COMPLETE and Stage.EXPORTED in seen:
        return Stage.EXPORTED
    if state in {ExportState.COMPLETE, ExportState.OFFERED} and Stage.HANDED_OVER in seen:
        return Stage.HANDED_OVER
    return before


def _open_and_unanswered(connection: Connection, export_id: int) -> bool:
    """Whether an effect may be under way: tried in earnest, and not offered."""
    offered = exists().where(attempts.c.effect_id == effects.c.id, attempts.c.outcome == "offered")
    under_way = exists().where(
        effects.c.export_id == export_id, effects.c.state == "open", may_have_gone_out(), ~offered
    )
    return bool(connection.execute(select(under_way)).scalar_one())


def _all_offered(connection: Connection, export_id: int, states: Mapping[str, int]) -> bool:
    """Whether something lies ready for a person, and nothing else is to be done: not so before there is a plan."""
    only_open = bool(states.get("open")) and not states.get("planned")
    return only_open and not _open_without_offer(connection, export_id)


def _open_without_offer(connection: Connection, export_id: int) -> bool:
    offered = exists().where(attempts.c.effect_id == effects.c.id, attempts.c.outcome == "offered")
    query = select(exists().where(effects.c.export_id == export_id, effects.c.state == "open").where(~offered))
    return bool(connection.execute(query).scalar_one())
