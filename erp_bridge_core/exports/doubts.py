"""What is in doubt, with the evidence, and whether a person may settle it now: what a page shows beforehand (E6)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Row, select

from erp_bridge_core.contract.errors import Fault, NotAllowed
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.exports.decisions import horizon
from erp_bridge_core.exports.ledger import tries
from erp_bridge_core.exports.settling import DOUBTED, barred, too_early
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import attempts, effects, exports, sightings

#: Doubts that are shown at once; the next ones follow when these are settled.
SHOWN_DOUBTS: Final = 50


@frozen(kw_only=True)
class Trial:
    """One try at a write, or one look for it: what it is called, when, and what it showed."""

    title: str
    at: datetime
    outcome: str
    evidence: Mapping[str, Any]


@frozen(kw_only=True)
class Doubt:
    """One write that nobody can know about: what was asked, tried and seen; `faults` say why it can't be settled now.

    `since` is when the first try began; `until` when the ERP can no longer carry it out, as far as is known.
    """

    reference: str
    title: str
    state: str
    lines: int
    payload_hash: str
    request: Mapping[str, Any]
    evidence: Mapping[str, Any]
    trials: tuple[Trial, ...]
    since: datetime | None
    until: datetime | None
    faults: tuple[Fault, ...]


def load_doubts(
    connection: Connection,
    export_id: int,
    actor: Actor,
    *,
    profile: ErpProfile | SourceProfile,
    now: float,
    lacking: Sequence[Fault],
) -> tuple[Doubt, ...]:
    """The doubts of an export, in the plan's order.

    `now` is the database's clock, `lacking` what the actor lacks.
    """
    query = (
        select(effects, exports.c.started_by)
        .join(exports, exports.c.id == effects.c.export_id)
        .where(exports.c.id == export_id, effects.c.state.in_(DOUBTED))
        .order_by(effects.c.position)
        .limit(SHOWN_DOUBTS)
    )
    return tuple(
        _doubt(connection, row, profile, now, [*lacking, *barred(actor, row.started_by)])
        for row in connection.execute(query)
    )


def why_not(
    may_settle: Callable[[Connection, Actor, int | None], None],
    connection: Connection,
    actor: Actor,
    project_id: int | None,
) -> tuple[Fault, ...]:
    """What an actor lacks to settle a doubt of a project; a sign-in that is not recent is asked for when he settles."""
    try:
        may_settle(connection, actor, project_id)
    except NotAllowed as error:
        return tuple(fault for fault in error.faults if fault.where != "sign_in")
    return ()


def _doubt(
    connection: Connection, row: Row[Any], profile: ErpProfile | SourceProfile, now: float, faults: list[Fault]
) -> Doubt:
    operation = profile.operation(row.operation)
    ends = horizon(tries(connection, row.id), operation)
    tried = connection.execute(select(attempts).where(attempts.c.effect_id == row.id).order_by(attempts.c.number)).all()
    seen = connection.execute(select(sightings).where(sightings.c.effect_id == row.id).order_by(sightings.c.id)).all()
    shown = sorted([*map(_tried, tried), *map(_seen, seen)], key=lambda trial: trial.at)
    return Doubt(
        reference=row.reference,
        title=operation.title,
        state=row.state,
        lines=row.line_count,
        payload_hash=row.payload_hash,
        request=row.request,
        evidence=row.evidence,
        trials=tuple(shown),
        since=_moment(tried[0].started_at) if tried else None,
        until=_moment(ends) if ends > now else None,
        faults=(*faults, *too_early(ends - now)),
    )


def _tried(row: Row[Any]) -> Trial:
    outcome = row.outcome or "no answer: its worker ended"
    return Trial(title=f"Try {row.number}", at=_moment(row.started_at), outcome=outcome, evidence=row.evidence)


def _seen(row: Row[Any]) -> Trial:
    return Trial(title="Looked for it", at=_moment(row.seen_at), outcome=row.kind, evidence=row.evidence)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
