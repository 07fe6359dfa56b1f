"""The rules of the review (A1, A4, A5, B6): plain functions over values."""

from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256
from typing import Final

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.fields import FieldValues
from erp_bridge_core.contract.structuring import to_json


class Answer(StrEnum):
    """What people do with an item between its send and its end."""

    ACCEPT = "accept"
    TAKE_BACK = "take back"
    REJECT = "reject"
    RETRIEVE = "retrieve"
    EXPORT = "export"
    RETRY = "retry"
    RESUME = "resume"


#: The filters of the review list and what a person reads (A1). Rejected and retrieved items are history alone.
FILTERS: Final = {
    ItemState.READY: "ready to export",
    ItemState.ACCEPTED: "accepted",
    ItemState.EXPORTING: "exporting",
    ItemState.FAILED: "failed to export",
    ItemState.UNKNOWN: "outcome unknown",
    ItemState.WAITING: "exported (waiting)",
    ItemState.MISMATCH: "mismatch",
    ItemState.SYNCED: "synced",
}

#: In which states an answer is possible. A failed or unknown item is given back only as far as nothing may arrive (E3).
ANSWERABLE: Final = {
    Answer.ACCEPT: frozenset({ItemState.READY}),
    Answer.TAKE_BACK: frozenset({ItemState.ACCEPTED}),
    Answer.REJECT: frozenset({ItemState.READY, ItemState.ACCEPTED, ItemState.FAILED, ItemState.UNKNOWN}),
    Answer.RETRIEVE: frozenset({ItemState.READY}),
    Answer.EXPORT: frozenset({ItemState.ACCEPTED}),
    Answer.RETRY: frozenset({ItemState.FAILED}),
    Answer.RESUME: frozenset({ItemState.EXPORTING, ItemState.UNKNOWN}),
}

#: Which state may follow which; what is missing here never happens.
TRANSITIONS: Final = {
    ItemState.READY: {ItemState.ACCEPTED, ItemState.REJECTED, ItemState.RETRIEVED},
    ItemState.ACCEPTED: {ItemState.READY, ItemState.EXPORTING, ItemState.REJECTED},
    ItemState.EXPORTING: {ItemState.FAILED, ItemState.UNKNOWN, ItemState.WAITING},
    ItemState.FAILED: {ItemState.EXPORTING, ItemState.UNKNOWN, ItemState.WAITING, ItemState.REJECTED},
    ItemState.UNKNOWN: {ItemState.EXPORTING, ItemState.FAILED, ItemState.WAITING, ItemState.REJECTED},
    ItemState.WAITING: {ItemState.MISMATCH, ItemState.SYNCED, ItemState.UNKNOWN, ItemState.FAILED},
    ItemState.MISMATCH: {ItemState.WAITING, ItemState.SYNCED, ItemState.UNKNOWN, ItemState.FAILED},
    ItemState.SYNCED: {ItemState.MISMATCH, ItemState.UNKNOWN},
    ItemState.REJECTED: set(),
    ItemState.RETRIEVED: set(),
}


def is_answerable(state: ItemState, answer: Answer) -> bool:
    """Whether an item in that state takes that answer."""
    return state in ANSWERABLE[answer]


def state_faults(item: int, state: ItemState, answer: Answer) -> list[Fault]:
    """Why an item in that state does not take that answer; nothing where it does."""
    if is_answerable(state, answer):
        return []
    needed = " or ".join(label for each, label in FILTERS.items() if is_answerable(each, answer))
    message = f"Item {item} is {FILTERS.get(state, state.value)}."
    return [Fault("state", message, value=state, expected=needed, remedy=f"This is possible while it is {needed}.")]


def parse_filter(text: str) -> ItemState:
    """The state of a filter by its name or its label; raises ValueError naming all of them."""
    wanted = text.strip().lower()
    for state, label in FILTERS.items():
        if wanted in {state.value, label}:
            return state
    raise ValueError("expected one of: " + ", ".join(FILTERS.values()))


def accept_hash(content_hash: str, values: FieldValues, *, wheel_hash: str, erp_company: str, live: bool | None) -> str:
    """What an accept binds to: content, field values, the adapter's code and the ERP company, live or test (A4)."""
    bound = [content_hash, to_json(values), wheel_hash, erp_company, live]
    return sha256(to_json(bound).encode()).hexdigest()


def differences(bound: Collection[tuple[str, object, object]]) -> tuple[str, ...]:
    """Sentences naming what is no longer as it was accepted: (name, then, now)."""
    return tuple(f"{name} was {then}, now {now}" for name, then, now in bound if then != now)
