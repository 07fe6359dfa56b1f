"""What a row that is read back says about a write of ours: it arrived, it did not, or something else stands there."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from erp_bridge_core.contract import Before, CannotTell, Different, Effect, Found
from erp_bridge_spectrum.amounts import write_amount
from erp_bridge_spectrum.phases import PhaseRow, Place
from erp_bridge_spectrum.profile import ESTIMATE

DISPLAY_ONLY: Final = (
    "If the answer said that it was done: look in Job Cost Installation whether *Current Estimate display only?* is "
    "on, which ignores current estimates without a word."
)
NO_POSTING: Final = (
    "If the answer said that it was done: look whether the change request's status posts to job cost, and in A/R "
    "Installation whether such change requests post to Job Cost."
)

Shown = tuple[str, str]
#: The figures of a row that is not there.
ABSENT: Final[Shown] = ("", "")


def place_of(effect: Effect) -> Place:
    """The phase and cost type that an effect writes."""
    return (effect.request["phase"], effect.request["cost_type"])


def judge(row: PhaseRow | None, effect: Effect) -> Found | Before | Different:
    """Compare a row's estimated cost (and quantity, where one is sent) with ours and with what stood before."""
    request = effect.request
    shown, before, after = _shown(row, request), tuple(request["before"]), tuple(request["after"])
    evidence = {
        "phase": request["phase"],
        "cost_type": request["cost_type"],
        "shown": list(shown),
        "before": list(before),
        "ours": list(after),
    }
    if shown == after:
        return Found(reference=" ".join((request["job"], *place_of(effect))), evidence=evidence)
    hint = DISPLAY_ONLY if effect.operation == ESTIMATE else NO_POSTING
    if shown == before:
        return Before(evidence={**evidence, "if_answered": hint})
    if row is not None and request.get("original") and write_amount(row.cost) == request["original"]:
        return Different(evidence={**evidence, "likely": f"The original alone was taken. {DISPLAY_ONLY}"})
    return Different(evidence=evidence)


def seen(row: PhaseRow | None, effect: Effect) -> Found | Before | Different | CannotTell:
    """The same of a read that may not show everything: a row that stood there before does not go by itself."""
    if row is None and tuple(effect.request["before"]) != ABSENT:
        place = " ".join(place_of(effect))
        return CannotTell(why=f"the row {place} stood there when the item was accepted, and is not shown now")
    return judge(row, effect)


def _shown(row: PhaseRow | None, request: Mapping[str, Any]) -> Shown:
    watched = bool(request["after"][1])
    shown = ABSENT if row is None else state(row.cost, row.quantity if watched else None)
    # A row that somebody made at nought since is as good as none.
    empty = row is not None and not row.cost and (not watched or not row.quantity)
    return ABSENT if empty and tuple(request["before"]) == ABSENT and shown != tuple(request["after"]) else shown


def state(cost: Decimal, quantity: Decimal | None) -> Shown:
    """A row's figures as text; the quantity blank where it is not looked at. A row that is not there is two blanks."""
    return (write_amount(cost), write_amount(quantity))
