"""Settling what nobody can know, and giving back what has not arrived: audited acts of people (E3, E6, L15)."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, and_, or_, select, update

from erp_bridge_core.contract.errors import Fault, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.decisions import EffectState, horizon
from erp_bridge_core.exports.ledger import Entry
from erp_bridge_core.exports.status import count_lines, export_row
from erp_bridge_core.exports.worker import Work, Worker
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import effects, exports, item_lines, items

if TYPE_CHECKING:
    from erp_bridge_core.exports.service import Audit


class Settlement(StrEnum):
    """How a person settles an effect."""

    ARRIVED = "arrived"
    NOT_ARRIVED = "not_arrived"
    WITHDRAWN = "withdrawn"
    DIFFERENCE_ACCEPTED = "difference_accepted"


#: What a settlement makes of the effect's lines: refused and withdrawn ones may be retried or given back.
LINES: Final = {
    Settlement.ARRIVED: "arrived",
    Settlement.NOT_ARRIVED: "withdrawn",
    Settlement.WITHDRAWN: "withdrawn",
    Settlement.DIFFERENCE_ACCEPTED: "arrived",
}
DOUBTED: Final = (EffectState.UNKNOWN, EffectState.CONFLICT, EffectState.DUPLICATED)
BY_ANOTHER: Final = Fault(
    "person",
    "Who exported does not settle what became of it.",
    rule="L15",
    remedy="Somebody else with the privilege settles it, having looked at the ERP.",
)


def settle(
    worker: Worker, work: Work, actor: Actor, audit: "Audit", reference: str, *, how: Settlement, reason: str
) -> None:
    """Settle one effect under the lease; raises with every reason why it may not be settled so, now, by this person."""
    entry = _entry(worker, work, reference)
    faults = [*_why_not(worker, work, entry, how), *_reason_faults(reason)]
    if actor.person_id is None or actor.person_id == work.row.started_by:
        raise NotAllowed(BY_ANOTHER.message, remedy=BY_ANOTHER.remedy or "", faults=[BY_ANOTHER])
    if faults:
        raise NotPossibleNow(f"Effect {reference} can't be settled so now.", faults=faults, remedy=faults[0].message)
    with worker.store.begin() as connection:
        work.lease.remaining(connection)
        connection.execute(
            update(effects)
            .where(effects.c.id == entry.id)
            .values(
                state=EffectState.SETTLED, settled_as=how, settled_by=actor.person_id,
                settled_at=work.erp.clock.now(), settled_reason=reason,
            )
        )  # fmt: skip
        ledger.move_lines(connection, entry, work.item.id, LINES[how])
        audit.record(
            connection, actor, "export.settle", "item", work.item.id,
            from_state=entry.state, to_state=f"settled as {how}", details={"effect": reference, "reason": reason},
        )  # fmt: skip
    worker.conclude(work)


def _entry(worker: Worker, work: Work, reference: str) -> Entry:
    with worker.store.read() as connection:
        row = connection.execute(
            select(effects).where(effects.c.export_id == work.row.id, effects.c.reference == reference)
        ).one_or_none()
    if row is None:
        raise NotFound(
            f"Item {work.item.id} has no effect {reference!r}.",
            remedy="The references stand in `erp-bridge export status`.",
        )
    return ledger.as_entry(worker.store, row)


def _why_not(worker: Worker, work: Work, entry: Entry, how: Settlement) -> list[Fault]:
    # A batch that was removed in the ERP before it was posted is withdrawn, although its hand-over is confirmed.
    confirmed = entry.state is EffectState.CONFIRMED and how is Settlement.WITHDRAWN
    if entry.state not in DOUBTED and not confirmed:
        return [Fault("effect", f"it is {entry.state}: there is nothing to settle")]
    with worker.store.read() as connection:
        tries = ledger.tries(connection, entry.id)
        left = horizon(tries, work.adapter.profile.operation(entry.effect.operation)) - work.lease.seconds(connection)
    return too_early(left)


def too_early(left: float) -> list[Fault]:
    """Why nothing is settled while the ERP may still carry a write out, for `left` more seconds (L8, L15)."""
    if left <= 0:
        return []
    return [Fault("effect", f"the ERP may still carry it out for another {left:.0f} seconds: wait until then")]


def _reason_faults(reason: str) -> list[Fault]:
    return [] if reason.strip() else [Fault("reason", "is missing", expected="what was seen in the ERP, and by whom")]


def release(connection: Connection, item_id: int) -> int:
    """Give back every line that has not arrived; returns how many did arrive.

    Raises NotPossibleNow while anything of the item is under way or unknown (L3): it could still arrive.
    """
    company_id = connection.execute(select(items.c.company_id).where(items.c.id == item_id)).scalar_one()
    export = export_row(connection, company_id, item_id)
    faults = [
        Fault(f"effect {row.reference}", f"is {row.state}, so it may still arrive", remedy=_way_out(row.state))
        for row in connection.execute(
            select(effects.c.reference, effects.c.state).where(
                effects.c.export_id == export.id,
                or_(
                    effects.c.state.in_((EffectState.UNKNOWN, EffectState.CONFLICT)),
                    and_(effects.c.state == EffectState.OPEN, ledger.may_have_gone_out()),
                ),
            )
        )
    ]
    if faults:
        raise NotPossibleNow(
            f"Item {item_id} can't be given back while something of it may still arrive.",
            faults=faults,
            remedy="Clear up each of them first.",
        )
    connection.execute(
        update(effects)
        # What is still open was tried in vain: every try at it proved harmless.
        .where(effects.c.export_id == export.id, effects.c.state.in_((EffectState.PLANNED, EffectState.OPEN)))
        .values(state=EffectState.ABANDONED)
    )
    connection.execute(
        update(item_lines)
        .where(item_lines.c.item_id == item_id, item_lines.c.state != "arrived")
        .values(state="released")
    )
    arrived = count_lines(connection, item_id).arrived
    # What was not planned yet is given back, too.
    connection.execute(update(exports).where(exports.c.id == export.id).values(state="complete", planned=True))
    return arrived


def _way_out(state: str) -> str:
    if state == EffectState.OPEN:
        return "Take the hand-over, or resume the export, and see what becomes of it."
    return "Settle it with the evidence in `erp-bridge export status`."
