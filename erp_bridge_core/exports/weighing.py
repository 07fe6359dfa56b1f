"""What was seen of an effect, written down with what follows from it."""

from sqlalchemy import Connection

from erp_bridge_core.contract.effects import Found, Sighting, Waiting
from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.exports import ledger
from erp_bridge_core.exports.decisions import Verdict, after_sighting
from erp_bridge_core.exports.ledger import Entry, ExportIdentity
from erp_bridge_core.exports.looking import evidence_of


def weigh(connection: Connection, identity: ExportIdentity, entry: Entry, sighting: Sighting, *, now: float) -> Verdict:
    """Record a sighting at `now`, in seconds of the database, and conclude the effect where the sighting settles it."""
    verdict = after_sighting(SafetyClass(entry.safety), sighting, ledger.tries(connection, entry.id))
    evidence = evidence_of(sighting)
    kind = type(sighting).__name__.lower()
    ledger.record_sighting(connection, entry, identity.company_id, kind, evidence, now=now)
    if entry.safety == SafetyClass.HUMAN and isinstance(sighting, Waiting | Found):
        ledger.prove_offered(connection, entry, now=now)
    if verdict.state is not None:
        found = sighting if isinstance(sighting, Found) else None
        ledger.conclude(
            connection,
            entry,
            identity.item_id,
            verdict.state,
            reference=found.reference if found else "",
            evidence={**evidence, "why": verdict.why} if verdict.why else evidence,
            refused=found.refused if found else (),
        )
    return verdict
