"""Looking for effects through an adapter: an error while looking is never taken for an absence (L7)."""

from collections.abc import Sequence
from typing import Any

from erp_bridge_core.contract.effects import Absent, CannotTell, Effect, Found, Operation, Sighting
from erp_bridge_core.contract.errors import OutcomeUnknown
from erp_bridge_core.contract.structuring import converter


def look_for(operation: Operation, effects: Sequence[Effect]) -> list[Sighting]:
    """One sighting each; a look that fails, or answers for too few, can't tell (L7)."""
    try:
        seen = list(operation.find(effects))
    except Exception as error:  # noqa: BLE001 - an error while looking is never taken for "absent"
        return [CannotTell(why=f"looking failed: {type(error).__name__}: {error}")] * len(effects)
    if len(seen) != len(effects):
        return [CannotTell(why=f"looking answered for {len(seen)} of {len(effects)} effects")] * len(effects)
    return seen


def evidence_of(sighting: Sighting) -> dict[str, Any]:
    """A sighting as the ledger keeps it: plain data."""
    match sighting:
        case Absent(proof=proof):
            return {"proof": dict(proof)}
        case CannotTell(why=why):
            return {"why": why}
        case Found(reference=reference):
            plain: dict[str, Any] = converter.unstructure(sighting)
            return {**plain.get("evidence", {}), "reference": reference}
        case _:
            other: dict[str, Any] = converter.unstructure(sighting)
            return other


def unknown_outcome(effect: Effect, why: str) -> OutcomeUnknown:
    """What a person is told of an effect that may or may not have reached the ERP."""
    return OutcomeUnknown(
        f"Whether {effect.operation} {effect.reference} reached the ERP is not known. {why}",
        remedy="Resume the export later, or settle it with the evidence that `erp-bridge export status` shows.",
        details={"effect": effect.reference},
    )
