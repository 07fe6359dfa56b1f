"""What was seen of effects, written down with what follows from it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from erp_bridge_core.contract.effects import Found, Sighting, Waiting
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.decisions import EffectState, Verdict, after_sighting
from erp_bridge_core.exports.ledger import Entry, ExportIdentity
from erp_bridge_core.exports.looking import evidence_of


def weigh(
    connection: Connection, identity: ExportIdentity, pairs: Sequence[tuple[Entry, Sighting]], *, now: float
) -> list[Verdict]:
    """Record sightings at `now`, in seconds of the database, and conclude the effects that they settle.

    Those that were found whole, most of them as a rule, are concluded together.
    """
    tries = ledger.tries_at(connection, [entry.id for entry, _ in pairs])
    seen = [(entry.id, type(sighting).__name__.lower(), evidence_of(sighting)) for entry, sighting in pairs]
    ledger.record_sightings(connection, identity.company_id, seen, now=now)
    verdicts, confirmed = [], []
    for entry, sighting in pairs:
        verdict = after_sighting(SafetyClass(entry.safety), sighting, tries[entry.id])
        verdicts.append(verdict)
        if entry.safety == SafetyClass.HUMAN and isinstance(sighting, Waiting | Found):
            ledger.prove_offered(connection, entry, now=now)
        if verdict.state is EffectState.CONFIRMED and isinstance(sighting, Found) and not sighting.refused:
            confirmed.append((entry.id, sighting.reference, evidence_of(sighting)))
        elif verdict.state is not None:
            _conclude(connection, identity, entry, sighting, verdict)
    ledger.confirm(connection, identity.item_id, confirmed)
    return verdicts


def _conclude(
    connection: Connection, identity: ExportIdentity, entry: Entry, sighting: Sighting, verdict: Verdict
) -> None:
    found = sighting if isinstance(sighting, Found) else None
    evidence = evidence_of(sighting)
    assert verdict.state is not None
    ledger.conclude(
        connection,
        entry,
        identity.item_id,
        verdict.state,
        reference=found.reference if found else "",
        evidence={**evidence, "why": verdict.why} if verdict.why else evidence,
        refused=found.refused if found else (),
    )
