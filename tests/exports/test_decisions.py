"""The ledger's decisions as a table: safety class and sighting give exactly one verdict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.contract import (
    Absent,
    Before,
    CannotTell,
    Different,
    Found,
    OperationProfile,
    SafetyClass,
    Several,
    Waiting,
)
from erp_bridge_core.exports.decisions import (
    AT_REST,
    HARMLESS,
    AttemptOutcome,
    EffectState,
    Step,
    Try,
    after_sighting,
    horizon,
    next_step,
)

DOUBT = (Try(outcome=None, deadline=100.0),)
ANSWERED = (Try(outcome=AttemptOutcome.ACCEPTED, deadline=100.0, ended_at=90.0),)
FOUND, ABSENT, CANNOT = Found(reference="r"), Absent(proof={}), CannotTell(why="the read was cut short")
SEND, UNKNOWN, CONFIRMED = "send", EffectState.UNKNOWN, EffectState.CONFIRMED
CONFLICT, ABANDONED, DUPLICATED = EffectState.CONFLICT, EffectState.ABANDONED, EffectState.DUPLICATED

AFTER_DOUBT = [
    (SafetyClass.KEYED, FOUND, CONFIRMED),
    (SafetyClass.KEYED, ABSENT, SEND),
    (SafetyClass.KEYED, CANNOT, SEND),
    (SafetyClass.KEYED, Different(), CONFLICT),
    (SafetyClass.KEYED, Several(count=2), DUPLICATED),
    (SafetyClass.ABSOLUTE, FOUND, CONFIRMED),
    (SafetyClass.ABSOLUTE, Before(), SEND),
    (SafetyClass.ABSOLUTE, Different(), CONFLICT),
    (SafetyClass.ABSOLUTE, CANNOT, UNKNOWN),
    (SafetyClass.CONTAINED, FOUND, CONFIRMED),
    (SafetyClass.CONTAINED, ABSENT, ABANDONED),
    (SafetyClass.CONTAINED, Different(), ABANDONED),
    (SafetyClass.CONTAINED, Several(count=2), ABANDONED),
    (SafetyClass.CONTAINED, CANNOT, UNKNOWN),
    (SafetyClass.HUMAN, Waiting(reference="r"), EffectState.OPEN),
    (SafetyClass.HUMAN, FOUND, CONFIRMED),
    (SafetyClass.HUMAN, ABSENT, SEND),
    (SafetyClass.HUMAN, CANNOT, UNKNOWN),
    (SafetyClass.HUMAN, Different(), CONFLICT),
    (SafetyClass.APPEND, FOUND, UNKNOWN),
    (SafetyClass.APPEND, ABSENT, UNKNOWN),
    (SafetyClass.APPEND, CANNOT, UNKNOWN),
]


@pytest.mark.rule("L4", "L5", "L7")
@pytest.mark.parametrize(("safety", "sighting", "expected"), AFTER_DOUBT)
def test_a_doubt_is_cleared_up_as_its_class_allows(safety, sighting, expected) -> None:
    """After a doubted try each class sends, confirms, abandons or asks a person, as the ledger's table says."""
    verdict = after_sighting(safety, sighting, DOUBT)
    assert expected == (SEND if verdict.send else verdict.state)


@pytest.mark.rule("L11")
@pytest.mark.parametrize("safety", list(SafetyClass))
@pytest.mark.parametrize("sighting", [ABSENT, CANNOT, Before()])
def test_an_answered_write_that_cannot_be_seen_is_unknown_and_not_sent_again(safety, sighting) -> None:
    """The ERP said that it did it: sending again could only double it."""
    verdict = after_sighting(safety, sighting, ANSWERED)
    assert (UNKNOWN, False) == (verdict.state, verdict.send)


OPERATION = OperationProfile(
    name="write", title="write", safety=SafetyClass.KEYED, because="", deadline=60.0, execution_bound=30.0
)
outcomes = st.sampled_from([None, *AttemptOutcome])
tries = st.lists(st.builds(Try, outcome=outcomes, deadline=st.floats(1.0, 1e6)), max_size=5)


@pytest.mark.rule("L4", "L8")
@given(attempts=tries, now=st.floats(0.0, 2e6), state=st.sampled_from(list(EffectState)))
def test_only_what_is_proved_harmless_is_sent_freely(attempts, now, state) -> None:
    """An effect is sent without looking only when no try of it can have been carried out."""
    step = next_step(state, attempts, OPERATION, now)
    if step is Step.SEND:
        assert state is not EffectState.UNKNOWN
        assert all(attempt.outcome in HARMLESS for attempt in attempts)
    if step is Step.LOOK:
        assert now >= horizon(attempts, OPERATION)
    assert (step is Step.REST) == (state in AT_REST)


@pytest.mark.rule("L8")
def test_the_horizon_is_end_plus_deadline_plus_execution_bound() -> None:
    """A try whose worker died ends at its deadline; one that was seen to fail ends when it failed."""
    assert 100.0 + 60.0 + 30.0 == horizon(DOUBT, OPERATION)
    failed = (Try(outcome=AttemptOutcome.DOUBTFUL, deadline=100.0, ended_at=50.0),)
    assert 50.0 + 60.0 + 30.0 == horizon(failed, OPERATION)
