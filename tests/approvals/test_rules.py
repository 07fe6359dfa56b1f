"""The rules of the review."""

from typing import Any

import pytest

from erp_bridge_core.approvals.rules import (
    ANSWERABLE,
    FILTERS,
    TRANSITIONS,
    Answer,
    accept_hash,
    differences,
    is_answerable,
    parse_filter,
)
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import FieldValues

BOUND: dict[str, Any] = {"wheel_hash": "w", "erp_company": "BOOKS", "live": True}


@pytest.mark.rule("A1", "B6")
def test_filters_are_all_states_but_the_resting_ones() -> None:
    """Every state has a filter, except those that only history shows."""
    assert set(ItemState) - {ItemState.REJECTED, ItemState.RETRIEVED} == set(FILTERS)


@pytest.mark.parametrize("text", ["outcome unknown", "unknown", " Outcome Unknown "])
def test_filter_is_found_by_name_or_label(text: str) -> None:
    """A filter is named as the state or as people read it."""
    assert ItemState.UNKNOWN == parse_filter(text)


def test_unknown_filter_names_all_of_them() -> None:
    """What is no filter is refused with the list of filters."""
    with pytest.raises(ValueError, match="ready to export, accepted"):
        parse_filter("nonsense")


@pytest.mark.rule("B6", "A4")
def test_answers_by_state() -> None:
    """Retrieve and accept work only before an answer, taking back only after accept, resting states take none."""
    possible = {state: {answer for answer in Answer if is_answerable(state, answer)} for state in ItemState}
    assert {Answer.ACCEPT, Answer.REJECT, Answer.RETRIEVE} == possible[ItemState.READY]
    assert {Answer.TAKE_BACK, Answer.REJECT, Answer.EXPORT} == possible[ItemState.ACCEPTED]
    assert set() == possible[ItemState.REJECTED] | possible[ItemState.RETRIEVED] | possible[ItemState.WAITING]


def test_every_answer_leads_along_a_transition() -> None:
    """Each state that takes an answer has somewhere to go."""
    assert all(TRANSITIONS[state] for states in ANSWERABLE.values() for state in states)
    assert set(ItemState) == set(TRANSITIONS)


@pytest.mark.rule("A4")
@pytest.mark.parametrize(
    "changed", [{"wheel_hash": "x"}, {"erp_company": "OTHER"}, {"live": None}, {"content": "d"}, {"values": {"a": "2"}}]
)
def test_accept_hash_changes_with_anything_bound(changed: dict[str, Any]) -> None:
    """Content, values, adapter, ERP company, and live or test each change the hash."""
    first = accept_hash("c", FieldValues(item={"a": "1"}), **BOUND)
    bound = {**BOUND, **{name: value for name, value in changed.items() if name in BOUND}}
    values = changed.get("values", {"a": "1"})
    assert first != accept_hash(str(changed.get("content", "c")), FieldValues(item=values), **bound)
    assert first == accept_hash("c", FieldValues(item={"a": "1"}), **BOUND)


@pytest.mark.rule("A4")
def test_differences_name_then_and_now() -> None:
    """Only what changed is named, with both values."""
    assert ("the books was A, now B",) == differences([("the books", "A", "B"), ("the adapter", 1, 1)])
