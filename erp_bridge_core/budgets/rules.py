"""What may be done with a budget now, and every reason why not (B4, B6, V1, R1): plain functions over one value."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import field, frozen

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import Fault
from erp_bridge_core.contract.masters import JobStatus
from erp_bridge_core.contract.profile import Capability, Words

_TAKES_BUDGETS: Final = frozenset({JobStatus.OPEN, JobStatus.PENDING})


@frozen(kw_only=True)
class Condition:
    """One condition between an export and the next send, as it stands (V1)."""

    kind: str
    how: str
    met: bool
    since: datetime | None = None


@frozen(kw_only=True)
class SendState:
    """All that decides what may be done with a project's budget.

    `new_originals` and `new_changes` count the lines that a send would hold; `refused` the lines of it that have an
    error; `unmapped` the codes that have no entry in a map that is kept. `exported` says that a write of this project
    may have arrived, `import_closed` the same of the ERP job, whoever exported to it (R1). `item` is the one that
    stands in the way, if any does; `last` is the state of the last send.
    """

    project: str
    erp: str = ""
    words: Words = field(factory=Words)
    capabilities: frozenset[Capability] = frozenset(Capability)
    linked: bool = False
    job: str = ""
    synced: bool = False
    job_status: JobStatus | None = None
    locked: bool = False
    sends: int = 0
    item: ItemState | None = None
    item_id: int | None = None
    last: ItemState | None = None
    conditions: tuple[Condition, ...] = ()
    new_originals: int = 0
    new_changes: int = 0
    sub_job_lines: int = 0
    without_category: int = 0
    unmapped: int = 0
    refused: int = 0
    exported: bool = False
    import_closed: bool = False
    frozen_because: str | None = None


def reasons_not_to_send(state: SendState) -> tuple[Fault, ...]:
    """Every reason why Send or Re-send is not possible now; what the ERP can't do at all is told apart."""
    return (
        *_link_reasons(state),
        *_frozen_reasons(state),
        *_item_reasons(state, act="send"),
        *_condition_reasons(state),
        *_content_reasons(state),
    )


def reasons_not_supported(state: SendState) -> tuple[Fault, ...]:
    """What this budget holds and this ERP can't take, now or later (B4)."""
    takes = {
        Capability.ORIGINAL: (state.new_originals, state.words.original_budget),
        Capability.CHANGES: (state.new_changes, f"{state.words.budget_change}s"),
        Capability.SUB_JOBS: (state.sub_job_lines, f"{state.words.sub_job}s"),
    }
    return tuple(
        Fault(
            f"project {state.project}",
            f"{state.erp} takes no {what}, and the budget holds {count} such line{_s(count)}.",
            rule="B4",
            remedy="Take those lines out of this budget and keep them in the ERP by hand.",
        )
        for capability, (count, what) in takes.items()
        if count and state.linked and capability not in state.capabilities
    )


def reasons_not_to_retrieve(state: SendState) -> tuple[Fault, ...]:
    """Retrieve works only while it waits for the answer (B6)."""
    if state.item is ItemState.READY:
        return ()
    if state.item is None or state.item.is_resting:
        message, remedy = "nothing of it waits in ERP Integrations", "There is nothing to retrieve: edit the budget."
    elif state.item.is_exported:
        message, remedy = "it was exported", "What was exported stays exported; undo it by a budget change."
    else:
        message, remedy = "it was answered", "Ask the approver to take the answer back, or to reject it."
    return (_fault(state, message, remedy, rule="B6"),)


def reasons_not_to_unlock(state: SendState) -> tuple[Fault, ...]:
    """Every condition that does not hold yet, and whatever else keeps the budget locked (V1)."""
    if not state.locked:
        return (_fault(state, "the budget is not locked", "Edit it.", rule="V1"),)
    return (*_item_reasons(state, act="unlock"), *_condition_reasons(state))


def reasons_not_to_edit(state: SendState) -> tuple[Fault, ...]:
    """Lines are edited while the budget is unlocked; the reasons why it can't be unlocked stand beside."""
    if not state.locked:
        return ()
    blocked = (*_item_reasons(state, act="edit"), *_condition_reasons(state))
    remedy = "Unlock it first: `erp-bridge budget unlock`."
    return blocked or (_fault(state, "the budget is locked", remedy, rule="V1"),)


def reasons_not_to_add_change(state: SendState) -> tuple[Fault, ...]:
    """New changes may be drafted while an item waits for its answer (B2), not between its export and its posting."""
    if state.item in {ItemState.READY, ItemState.ACCEPTED}:
        return ()
    return (*_item_reasons(state, act="add a change to"), *_condition_reasons(state))


def reasons_not_to_import(state: SendState, *, existing: int = 0) -> tuple[Fault, ...]:
    """Importing from the ERP closes for good once a write may have arrived (R1)."""
    reasons = list(_link_reasons(state))
    if state.exported or state.import_closed:
        whose = "this budget was" if state.exported else f"the {state.words.job} {state.job} was"
        remedy = "Import is closed for good; correct the budget by lines and changes. Unlinking does not reopen it."
        reasons.append(_fault(state, f"{whose} exported to the ERP once", remedy, rule="R1"))
    if existing:
        remedy = "Choose to keep and add, or to override."
        reasons.append(_fault(state, f"it holds {existing} line{_s(existing)} already", remedy, rule="R2"))
    return (*reasons, *reasons_not_to_edit(state))


def reasons_import_not_supported(state: SendState) -> tuple[Fault, ...]:
    """An ERP that budgets can't be imported from."""
    if not state.linked or Capability.IMPORT in state.capabilities:
        return ()
    return (_fault(state, f"{state.erp} gives no budgets", "Import it from a file.", rule="B4"),)


def reasons_not_to_alter_change(number: str, *, status: str, progress: str) -> tuple[Fault, ...]:
    """A change's lines are altered while it is a draft or under review; an exported one is immutable (B2)."""
    if status in {"draft", "under_review"}:
        return ()
    message, remedy = _ON_ITS_WAY.get(progress, (f"is {status}", "Set it back to draft first, or draft another."))
    message = f"Budget change {number} {message}."
    return (Fault(f"change {number}", message, value=status, rule="B2", remedy=remedy),)


def reasons_not_to_move_change(number: str, *, status: str, progress: str, wanted: str) -> tuple[Fault, ...]:
    """A change moves to another status until it is staged; a void one stays void (B2)."""
    if status == "void":
        message, remedy = "is void, for good", "Draft another change."
    elif status == wanted:
        message, remedy = f"is {wanted} already", "There is nothing to do."
    elif progress in _ON_ITS_WAY:
        message, remedy = _ON_ITS_WAY[progress]
    else:
        return ()
    return (Fault(f"change {number}", f"Budget change {number} {message}.", value=wanted, rule="B2", remedy=remedy),)


_ON_ITS_WAY: Final = {
    "exported": ("was exported, and that is immutable", "Reverse it: `erp-bridge budget change reverse`."),
    "staged": ("is staged in an item", "Retrieve the item first, or wait for its answer."),
}


def reasons_not_to_reverse_change(number: str, *, progress: str, reversed_by: str | None) -> tuple[Fault, ...]:
    """Only an exported change is undone by another, and only once (B2)."""
    if progress != "exported":
        message, remedy = f"Budget change {number} was not exported.", "Void it instead."
    elif reversed_by is not None:
        message, remedy = f"Budget change {number} is reversed by {reversed_by} already.", f"Look at {reversed_by}."
    else:
        return ()
    return (Fault(f"change {number}", message, rule="B2", remedy=remedy),)


def _fault(state: SendState, message: str, remedy: str, *, rule: str) -> Fault:
    text = f"{message[0].upper()}{message[1:]}."
    return Fault(f"project {state.project}", text, rule=rule, remedy=remedy)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _link_reasons(state: SendState) -> Iterator[Fault]:
    if not state.linked:
        remedy = "Link it: `erp-bridge project link`."
        yield _fault(state, "the project is not linked to an ERP job", remedy, rule="B4")
        return
    if not state.synced:
        remedy = "Sync it: `erp-bridge project sync`."
        yield _fault(state, "the ERP's data is not synced yet", remedy, rule="B4")
    elif state.job_status not in _TAKES_BUDGETS:
        remedy = "Have the job opened in the ERP, then sync the project."
        yield _fault(state, f"the {state.words.job} {state.job} is {state.job_status} in the ERP", remedy, rule="B5")


def _frozen_reasons(state: SendState) -> Iterable[Fault]:
    if state.frozen_because is None:
        return ()
    message = f"writing is frozen: {state.frozen_because.rstrip('.')}"
    return (_fault(state, message, "An administrator reconciles and thaws the installation.", rule="L16"),)


_BLOCKING: Final = {
    ItemState.READY: ("waits for the approver", "Wait for the answer, or retrieve it."),
    ItemState.ACCEPTED: ("was accepted and waits for its export", "Wait for the export, or have it taken back."),
    ItemState.EXPORTING: ("is being exported", "Wait until the export is complete."),
    ItemState.FAILED: ("failed to export", "An approver retries or rejects it."),
    ItemState.UNKNOWN: ("was exported with an unknown outcome", "An approver settles it with the evidence."),
    ItemState.MISMATCH: (
        "does not agree with the ERP",
        "Correct it in the ERP, adopt it as the new baseline, or accept it with a reason.",
    ),
}


def _item_reasons(state: SendState, *, act: str) -> Iterator[Fault]:
    if state.item in _BLOCKING:
        message, remedy = _BLOCKING[state.item]
        rule = "V5" if state.item is ItemState.MISMATCH else "B4"
        remedy = remedy if state.item is not ItemState.READY or act == "send" else "Retrieve it from the ERP first."
        yield _fault(state, f"item {state.item_id} {message}", remedy, rule=rule)


def _condition_reasons(state: SendState) -> Iterator[Fault]:
    if state.item is None or not state.item.has_conditions:
        return
    for condition in state.conditions:
        if not condition.met:
            name = condition.kind.replace("_", " ")
            yield _fault(state, f"not met yet for item {state.item_id}: {name}", condition.how, rule="V1")


def _content_reasons(state: SendState) -> Iterator[Fault]:
    if state.without_category:
        count, word = state.without_category, state.words.category
        message = f"{count} line{_s(count)} ha{'s' if count == 1 else 've'} a {state.words.cost_code} without a {word}"
        yield _fault(state, message, f"Give each a {word}.", rule="B4")
    if state.unmapped:
        message = f"{state.unmapped} code{_s(state.unmapped)} {'is' if state.unmapped == 1 else 'are'} not mapped"
        yield _fault(state, message, "See `erp-bridge map exceptions`, and map each.", rule="B9")
    if state.refused:
        message = f"{state.refused} error{_s(state.refused)} found in what would be sent"
        yield _fault(state, message, "See `erp-bridge budget send --preview`, and correct each.", rule="B5")
    if not (state.new_originals or state.new_changes):
        yield _fault(state, "there is nothing new to send", "Edit lines, or approve a budget change.", rule="B4")
