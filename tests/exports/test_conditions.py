"""Unlock conditions: met as long as what was verified bears them out."""

from datetime import timedelta

import pytest
from attrs import evolve
from verification_scene import NOW, Scene

from erp_bridge_core.approvals.items import ItemView, load_item
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import ConditionKind, Outcome, UnlockCondition
from erp_bridge_core.exports.conditions import all_met, condition_states, declare_conditions, record_conditions
from erp_bridge_core.store.database import Store

KINDS = tuple(ConditionKind)
REQUIRED = tuple(UnlockCondition(kind=kind, how=f"Do {kind}.") for kind in KINDS)
EVIDENCE = {"seen": "all"}


@pytest.fixture
def item(store: Store, project: int) -> ItemView:
    """An exported item that waits."""
    scene = Scene.make(store, project)
    with store.read() as connection:
        return load_item(connection, 1, scene.item_id)


def met(store: Store, item: ItemView) -> set[ConditionKind]:
    """The kinds that are met."""
    with store.read() as connection:
        return {state.kind for state in condition_states(connection, item, REQUIRED) if state.met}


@pytest.mark.rule("V1")
@pytest.mark.parametrize(
    ("outcome", "missing"),
    [
        (Outcome.NOT_VISIBLE_YET, set(KINDS) - {ConditionKind.EXPORT_COMPLETE}),
        (Outcome.POSTED, {ConditionKind.DATA_SYNCED_BACK}),
        (Outcome.SYNCED, set()),
    ],
)
def test_each_outcome_bears_out_its_conditions(
    store: Store, item: ItemView, outcome: Outcome, missing: set[ConditionKind]
) -> None:
    """Waiting fulfils nothing but the export; posted all but what must be carried back; synced everything."""
    with store.begin() as connection:
        record_conditions(connection, item, outcome, at=NOW, evidence=EVIDENCE)
    assert set(KINDS) - missing == met(store, item)


@pytest.mark.rule("V1")
def test_state_says_how_since_when_and_by_what(store: Store, item: ItemView) -> None:
    """A condition keeps its first moment while it holds, and starts anew after a break."""
    with store.begin() as connection:
        for hours, outcome in ((0, Outcome.POSTED), (1, Outcome.POSTED)):
            record_conditions(connection, item, outcome, at=NOW + timedelta(hours=hours), evidence=EVIDENCE)
        (first,) = condition_states(connection, item, REQUIRED[1:2])
        for hours, outcome in ((2, Outcome.NOT_VISIBLE_YET), (3, Outcome.POSTED)):
            record_conditions(connection, item, outcome, at=NOW + timedelta(hours=hours), evidence=EVIDENCE)
        (again,) = condition_states(connection, item, REQUIRED[1:2])
    assert (NOW, f"Do {KINDS[1]}.", EVIDENCE) == (first.since, first.how, first.evidence)
    assert NOW + timedelta(hours=3) == again.since


@pytest.mark.rule("V5")
def test_mismatch_bars_everything(store: Store, item: ItemView) -> None:
    """While the item is a mismatch nothing counts as posted, even before the next verification."""
    with store.begin() as connection:
        record_conditions(connection, item, Outcome.SYNCED, at=NOW, evidence=EVIDENCE)
    assert {ConditionKind.EXPORT_COMPLETE} == met(store, evolve(item, state=ItemState.MISMATCH))


@pytest.mark.rule("V1")
@pytest.mark.parametrize("state", [ItemState.EXPORTING, ItemState.FAILED, ItemState.UNKNOWN])
def test_export_under_way_is_not_complete(store: Store, item: ItemView, state: ItemState) -> None:
    """An export that has not ended fulfils no condition."""
    assert set() == met(store, evolve(item, state=state))


@pytest.mark.rule("V5")
def test_a_persons_word_outlasts_blind_verifications_but_no_mismatch(store: Store, item: ItemView) -> None:
    """What a person declared stands while no route can tell, and falls with a mismatch."""
    with store.begin() as connection:
        declare_conditions(connection, item, 3, at=NOW, evidence=EVIDENCE)
        record_conditions(connection, item, Outcome.NOT_VERIFIABLE, at=NOW, evidence=EVIDENCE)
        blind = all_met(connection, item, REQUIRED)
        record_conditions(connection, item, Outcome.DRIFT, at=NOW, evidence=EVIDENCE)
        drifted = all_met(connection, item, REQUIRED)
    assert (True, False) == (blind, drifted)
