"""The rules about what may be done now, as plain functions."""

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.budgets.rules import (
    Condition,
    SendState,
    reasons_import_not_supported,
    reasons_not_supported,
    reasons_not_to_add_change,
    reasons_not_to_edit,
    reasons_not_to_import,
    reasons_not_to_retrieve,
    reasons_not_to_send,
    reasons_not_to_unlock,
)
from erp_bridge_core.contract import Capability, JobStatus

READY = SendState(
    project="P-1", erp="Books", linked=True, job="J", synced=True, job_status=JobStatus.OPEN, new_originals=1
)
UNMET = Condition(kind="posted_by_hand", how="Post the entries.", met=False)


@pytest.mark.rule("B4")
def test_nothing_in_the_way_gives_no_reason() -> None:
    """A linked, synced budget with something new may be sent."""
    assert () == reasons_not_to_send(READY)


@pytest.mark.rule("B4")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"linked": False}, "not linked"),
        ({"synced": False}, "not synced"),
        ({"job_status": JobStatus.FROZEN}, "is frozen"),
        ({"without_category": 2}, "2 lines have a cost code without a category"),
        ({"unmapped": 1}, "1 code is not mapped"),
        ({"refused": 1}, "1 error found"),
        ({"new_originals": 0}, "nothing new"),
        ({"item": ItemState.READY}, "waits for the approver"),
        ({"item": ItemState.EXPORTING}, "is being exported"),
        ({"item": ItemState.UNKNOWN}, "unknown outcome"),
        ({"item": ItemState.WAITING, "conditions": (UNMET,)}, "posted by hand"),
        ({"frozen_because": "restored"}, "writing is frozen"),
    ],
)
def test_each_reason_is_told(change: dict[str, Any], words: str) -> None:
    """Each thing in the way has its own words, a rule and a remedy."""
    (reason,) = reasons_not_to_send(evolve(READY, **change))
    assert words in reason.message.lower()
    assert reason.rule
    assert reason.remedy


@pytest.mark.rule("B4")
def test_every_reason_stands_at_once() -> None:
    """Several things in the way are all told."""
    state = evolve(READY, synced=False, unmapped=1, new_originals=0, item=ItemState.MISMATCH)
    assert 4 == len(reasons_not_to_send(state))


@pytest.mark.rule("B4")
def test_not_supported_is_apart() -> None:
    """What the ERP can't take is no reason of now, and only told of what the budget holds."""
    state = evolve(READY, capabilities=frozenset({Capability.ORIGINAL}), new_changes=2)
    assert () == reasons_not_to_send(state)
    assert ["Books takes no budget changes, and the budget holds 2 such lines."] == [
        reason.message for reason in reasons_not_supported(state)
    ]
    assert () == reasons_not_supported(evolve(state, new_changes=0))
    assert 1 == len(reasons_import_not_supported(state))


@pytest.mark.rule("B6")
@given(st.sampled_from([None, *ItemState]))
def test_retrieve_is_for_waiting_items_alone(item: ItemState | None) -> None:
    """Only an item that waits for its answer is retrieved."""
    assert (item is ItemState.READY) == (not reasons_not_to_retrieve(evolve(READY, item=item)))


@pytest.mark.rule("V1", "V5")
@given(st.sampled_from([None, *ItemState]), st.booleans())
def test_unlocking_needs_an_end_and_every_condition(item: ItemState | None, met: bool) -> None:  # noqa: FBT001
    """A locked budget unlocks when nothing is on its way or a mismatch, and no condition is open."""
    state = evolve(READY, locked=True, item=item, conditions=(evolve(UNMET, met=met),))
    blocked = item is not None and (item.is_open or item is ItemState.MISMATCH or (item.is_exported and not met))
    assert blocked == bool(reasons_not_to_unlock(state))
    assert reasons_not_to_edit(state)
    assert not reasons_not_to_edit(evolve(state, locked=False))


@pytest.mark.rule("B2", "V1")
@pytest.mark.parametrize(
    ("item", "allowed"), [(ItemState.READY, True), (ItemState.ACCEPTED, True), (ItemState.EXPORTING, False)]
)
def test_changes_are_drafted_while_an_item_waits(item: ItemState, *, allowed: bool) -> None:
    """New changes wait for the export's end once it began, not before."""
    assert allowed == (not reasons_not_to_add_change(evolve(READY, item=item, locked=True)))


@pytest.mark.rule("R1", "R2")
def test_import_closes_and_asks() -> None:
    """Exported here, or to that job from anywhere: closed. Lines there already: asked."""
    assert ["R1"] == [fault.rule for fault in reasons_not_to_import(evolve(READY, exported=True))]
    assert ["R1"] == [fault.rule for fault in reasons_not_to_import(evolve(READY, import_closed=True))]
    assert ["R2"] == [fault.rule for fault in reasons_not_to_import(READY, existing=3)]
