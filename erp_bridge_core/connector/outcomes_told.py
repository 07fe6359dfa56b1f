"""What was said of requests, as it is shown; and the rows of outcomes that whoever makes them reads and writes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, delete, insert, select

from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.contract.source import OutcomeStage
from erp_bridge_core.exports.status import ExportState
from erp_bridge_core.exports.telling import REPLACED
from erp_bridge_core.store.tables import exports, items, outcome_looks, outcomes, source_requests

REPORT: Final = "report"
LOCK: Final = "lock"


class ToldState(StrEnum):
    """How one outcome stands."""

    WAITING = "waiting"
    """It is on its way to the source, or about to be."""
    TOLD = "told"
    """The source shows it."""
    FAILED = "failed"
    """An error kept it from being told; it is tried again by itself."""
    UNKNOWN = "unknown"
    """Whether it arrived can't be told yet; it is looked for."""
    CONFLICT = "conflict"
    """The source holds something else, such as a request that somebody closed there: nothing was written over."""
    REPLACED = "replaced"
    """A later one says how things are now."""


@frozen(kw_only=True)
class ToldView:
    """One outcome of a request. `problem` is what keeps it from being told, as an error tells itself."""

    number: int
    stage: OutcomeStage
    state: ToldState
    messages: tuple[str, ...]
    made_at: datetime
    told_at: datetime | None
    problem: Mapping[str, Any] | None


def told(connection: Connection, request_id: int) -> tuple[ToldView, ...]:
    """What was said of a request, the newest first."""
    query = _TOLD.where(outcomes.c.request_id == request_id).order_by(outcomes.c.number.desc())
    return tuple(_view(row) for row in connection.execute(query))


def newest_told(connection: Connection, requests: Collection[int]) -> dict[int, ToldView]:
    """What was said last of each of some requests, by their numbers."""
    query = _TOLD.where(outcomes.c.request_id.in_(requests)).order_by(outcomes.c.number)
    return {row.request_id: _view(row) for row in connection.execute(query)}


_TOLD: Final = select(outcomes, exports.c.state, exports.c.held_as, exports.c.failure, exports.c.finished_at).join(
    exports, exports.c.outcome_id == outcomes.c.id
)


def _view(row: Row[Any]) -> ToldView:
    return ToldView(
        number=row.number, stage=OutcomeStage(row.stage), state=_state(row), messages=tuple(row.content["messages"]),
        made_at=row.made_at, told_at=row.finished_at, problem=row.failure,
    )  # fmt: skip


_STATES: Final = {
    ExportState.RUNNING: ToldState.WAITING,
    ExportState.OFFERED: ToldState.UNKNOWN,
    ExportState.UNKNOWN: ToldState.UNKNOWN,
    ExportState.FAILED: ToldState.FAILED,
    ExportState.CONFLICT: ToldState.CONFLICT,
    ExportState.COMPLETE: ToldState.TOLD,
}


def _state(row: Row[Any]) -> ToldState:
    if row.held_as == REPLACED and row.state != ExportState.COMPLETE:
        return ToldState.REPLACED
    return _STATES[ExportState(row.state)]


def look_again(connection: Connection, outcome_id: int) -> None:
    """One has come to rest: what is to be said since is looked for again."""
    request = select(outcomes.c.request_id).where(outcomes.c.id == outcome_id).scalar_subquery()
    connection.execute(delete(outcome_looks).where(outcome_looks.c.request_id == request))


def latest_report(connection: Connection, request_id: int) -> Row[Any] | None:
    """The newest outcome of a request, with its export."""
    return connection.execute(_NEWEST.where(outcomes.c.request_id == request_id)).one_or_none()


def latest_lock(connection: Connection, connection_id: int, source_project: str) -> Row[Any] | None:
    """The last time that a budget was to be locked at its source, or unlocked, with its export."""
    of = outcomes.c.connection_id == connection_id, outcomes.c.kind == LOCK, outcomes.c.subject == source_project
    return connection.execute(_NEWEST.where(*of)).one_or_none()


_NEWEST: Final = (
    select(outcomes, exports.c.id.label("export_id"), exports.c.state, exports.c.held_as)
    .join(exports, exports.c.outcome_id == outcomes.c.id)
    .order_by(outcomes.c.number.desc())
    .limit(1)
)


def request_row(connection: Connection, company_id: int, request_id: int) -> Row[Any]:
    """A request of a company; raises NotFound."""
    query = select(source_requests).where(source_requests.c.company_id == company_id)
    row = connection.execute(query.where(source_requests.c.id == request_id)).one_or_none()
    if row is None:
        raise NotFound(f"No request {request_id}.", remedy="List them: `erp-bridge request list`.")
    return row


def note_look(connection: Connection, request: Row[Any]) -> None:
    """A request was looked at as it stands."""
    revision = select(items.c.revision).where(items.c.id == request.item_id).scalar_subquery()
    connection.execute(delete(outcome_looks).where(outcome_looks.c.request_id == request.id))
    connection.execute(
        insert(outcome_looks).values(
            request_id=request.id, company_id=request.company_id, item_id=request.item_id, revision=revision,
            tried_at=request.tried_at,
        )
    )  # fmt: skip
