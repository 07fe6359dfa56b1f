"""Settling what nobody can know, and giving back what has not arrived: audited acts of people (E3, E6, L15)."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import frozen
from sqlalchemy import Connection, and_, or_, select, update

from erp_bridge_core.contract.errors import Fault, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.decisions import EffectState, horizon
from erp_bridge_core.exports.ledger import Entry
from erp_bridge_core.exports.plans import plan_once_more
from erp_bridge_core.exports.status import count_lines, export_row
from erp_bridge_core.exports.telling import Telling
from erp_bridge_core.exports.worker import Work
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.database import Store
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
#: How what a source is told can be settled.
OF_TELLING: Final = (Settlement.ARRIVED, Settlement.NOT_ARRIVED)
DOUBTED: Final = (EffectState.UNKNOWN, EffectState.CONFLICT, EffectState.DUPLICATED)
BY_ANOTHER: Final = Fault(
    "person",
    "Who exported does not settle what became of it.",
    rule="L15",
    remedy="Somebody else with the privilege settles it, having looked at the ERP.",
)


@frozen(kw_only=True)
class SettlingAct:
    """Who settles, and how the audit trail tells of it: by which verb, and of which item or request."""

    actor: Actor
    audit: "Audit"
    verb: str
    subject: str
    number: int


def settle(
    store: Store, work: Work | Telling, act: SettlingAct, reference: str, *, how: Settlement, reason: str
) -> None:
    """Settle one effect under the lease; raises with every reason why it may not be settled so, now, by this person.

    What did not arrive of an item waits for a retry, which plans its lines anew. What a source is told carries no lines
    and nobody retries it: just that write is planned once more. Whoever calls this concludes the export.
    """
    entry = _entry(store, work, act, reference)
    faults = [*_why_not(store, work, entry, how), *_reason_faults(reason)]
    if by_another := barred(act.actor, work.row.started_by):
        raise NotAllowed(BY_ANOTHER.message, remedy=BY_ANOTHER.remedy or "", faults=by_another)
    if faults:
        raise NotPossibleNow(f"Effect {reference} can't be settled so now.", faults=faults, remedy=faults[0].message)
    with store.begin() as connection:
        work.lease.remaining(connection)
        connection.execute(
            update(effects)
            .where(effects.c.id == entry.id)
            .values(
                state=EffectState.SETTLED, settled_as=how, settled_by=act.actor.person_id,
                settled_at=work.clock.now(), settled_reason=reason,
            )
        )  # fmt: skip
        ledger.move_lines(connection, entry, work.identity.item_id, LINES[how])
        if how is Settlement.NOT_ARRIVED and isinstance(work, Telling):
            plan_once_more(connection, work.identity, entry.id)
        act.audit.record(
            connection, act.actor, act.verb, act.subject, act.number,
            from_state=entry.state, to_state=f"settled as {how}", details={"effect": reference, "reason": reason},
        )  # fmt: skip


def barred(actor: Actor, started_by: int | None) -> list[Fault]:
    """Why this actor never settles it: whoever exported, and the installation, which is no person (L15).

    Nobody started what the installation itself tells a source: whoever may settle it may.
    """
    return [BY_ANOTHER] if actor.person_id is None or actor.person_id == started_by else []


def _entry(store: Store, work: Work | Telling, act: SettlingAct, reference: str) -> Entry:
    with store.read() as connection:
        row = connection.execute(
            select(effects).where(effects.c.export_id == work.row.id, effects.c.reference == reference)
        ).one_or_none()
    if row is None:
        raise NotFound(
            f"{act.subject.capitalize()} {act.number} has no effect {reference!r}.",
            remedy=f"The references stand in {_REFERENCES[act.subject]}.",
        )
    return ledger.as_entry(store, row)


_REFERENCES: Final = {"item": "`erp-bridge export status`", "request": "`erp-bridge request doubts`"}


def _why_not(store: Store, work: Work | Telling, entry: Entry, how: Settlement) -> list[Fault]:
    # A batch that was removed in the ERP before it was posted is withdrawn, although its hand-over is confirmed.
    confirmed = entry.state is EffectState.CONFIRMED and how is Settlement.WITHDRAWN and isinstance(work, Work)
    if entry.state not in DOUBTED and not confirmed:
        return [Fault("effect", f"it is {entry.state}: there is nothing to settle")]
    if isinstance(work, Telling) and how not in OF_TELLING:
        return [Fault("how", "what a source is told has arrived or not", value=how)]
    with store.read() as connection:
        tries = ledger.tries(connection, entry.id)
        left = horizon(tries, work.profile.operation(entry.effect.operation)) - work.lease.seconds(connection)
    return too_early(left)


def too_early(left: float) -> list[Fault]:
    """Why nothing is settled while a write may still be carried out, for `left` more seconds (L8, L15)."""
    if left <= 0:
        return []
    return [Fault("effect", f"it may still be carried out for another {left:.0f} seconds: wait until then")]


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
    # What was not planned yet is given back, too; whoever is at it loses his lease, and begins no further write.
    over = {"state": "complete", "planned": True, "lease_epoch": exports.c.lease_epoch + 1, "lease_until": None}
    connection.execute(update(exports).where(exports.c.id == export.id).values(over))
    return arrived


def _way_out(state: str) -> str:
    if state == EffectState.OPEN:
        return "Take the hand-over, or resume the export, and see what becomes of it."
    return "Settle it with the evidence in `erp-bridge export status`."
