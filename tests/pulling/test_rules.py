"""What comes from a source, what stays, what a person decides: the three-way rule, over all values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp_bridge_core.pulling.rules import (
    ChangeOfOurs,
    Choice,
    LineValue,
    Verdict,
    judge_gone_change,
    judge_known_change,
    judge_line,
    judge_new_change,
    line_after,
)


def value(amount: int, *, unit: str = "", quantity: int | None = None) -> LineValue:
    """A line's value."""
    return LineValue("", quantity, unit, None, amount)


SIDES = st.none() | st.builds(
    value, st.integers(1, 3), unit=st.sampled_from(("", "m")), quantity=st.none() | st.just(1)
)
CHOICES = st.none() | st.sampled_from(Choice)


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "verdict"),
    [
        (None, 1, None, Verdict.NEW),
        (None, None, 1, Verdict.OURS),
        (None, 1, 1, Verdict.SAME),
        (None, 2, 1, Verdict.BOTH_UNLINKED),
        (1, 1, 1, Verdict.UNCHANGED),
        (1, 2, 1, Verdict.CHANGED),
        (1, 2, 2, Verdict.SAME),
        (1, None, 1, Verdict.REMOVED),
        (1, None, None, Verdict.SAME),
        (1, 1, 2, Verdict.KEPT),
        (1, 1, None, Verdict.KEPT_AWAY),
        (1, 2, 3, Verdict.BOTH_CHANGED),
        (1, None, 2, Verdict.REMOVED_THERE),
        (1, 2, None, Verdict.REMOVED_HERE),
    ],
)
def test_each_case_has_its_verdict(base: int | None, theirs: int | None, ours: int | None, verdict: Verdict) -> None:
    """One row for each way in which the three may differ."""
    sides = (None if side is None else value(side) for side in (base, theirs, ours))
    assert verdict == judge_line(*sides)


def test_what_the_source_does_not_tell_is_no_difference() -> None:
    """A line met for the first time, with a quantity that only we know, is the same."""
    assert Verdict.SAME == judge_line(None, value(5), value(5, unit="m", quantity=3))
    assert Verdict.BOTH_UNLINKED == judge_line(None, value(5, unit="t"), value(5, unit="m"))


@given(SIDES, SIDES, SIDES, CHOICES)
def test_nothing_of_ours_is_lost_without_a_choice(
    base: LineValue | None, theirs: LineValue | None, ours: LineValue | None, choice: Choice | None
) -> None:
    """What stands here is replaced only where we left it as it was taken, or a person chose theirs."""
    if base is theirs is ours is None:
        return
    after = line_after(judge_line(base, theirs, ours), theirs, ours, choice)
    assert after in (ours, theirs)
    if after != ours:
        assert ours == base or choice is Choice.THEIRS


@given(SIDES, SIDES, SIDES, CHOICES)
def test_taking_twice_changes_nothing(
    base: LineValue | None, theirs: LineValue | None, ours: LineValue | None, choice: Choice | None
) -> None:
    """Once taken, with whatever choice, the same budget of the source brings and asks nothing."""
    if base is theirs is ours is None:
        return
    verdict = judge_line(base, theirs, ours)
    after = line_after(verdict, theirs, ours, choice)
    if (verdict.asks and choice is None) or theirs is after is None:
        return
    again = judge_line(theirs, theirs, after)
    assert not again.comes
    assert not again.asks
    assert after == line_after(again, theirs, after, None)


@given(SIDES, SIDES, SIDES)
def test_both_sides_changed_to_different_values_is_always_asked(
    base: LineValue | None, theirs: LineValue | None, ours: LineValue | None
) -> None:
    """Where three different values meet, a person decides."""
    if base is not None and len({base, theirs, ours}) == 3:
        assert judge_line(base, theirs, ours).asks


def ours(*, agrees: bool = False, void: bool = False, on_its_way: bool = False) -> ChangeOfOurs:
    """A change of ours."""
    return ChangeOfOurs(agrees=agrees, void=void, on_its_way=on_its_way)


@pytest.mark.rule("B2")
def test_changes_are_never_taken_again_unseen() -> None:
    """One that was altered or voided since it was taken is asked for, or told once it is on its way."""
    assert Verdict.NEW == judge_new_change(None)
    assert Verdict.NEW == judge_new_change(ours(void=True))
    assert Verdict.SAME == judge_new_change(ours(agrees=True))
    assert Verdict.BOTH_UNLINKED == judge_new_change(ours())
    assert Verdict.UNCHANGED == judge_known_change("a", "a", ours(agrees=True))
    assert Verdict.KEPT == judge_known_change("a", "a", ours())
    assert Verdict.KEPT_AWAY == judge_known_change("a", "a", ours(void=True))
    assert Verdict.SAME == judge_known_change("a", "b", ours(agrees=True))
    assert Verdict.BOTH_CHANGED == judge_known_change("a", "b", ours())
    assert Verdict.TOLD == judge_known_change("a", "b", ours(on_its_way=True))
    assert Verdict.REMOVED_THERE == judge_gone_change("a", ours())
    assert Verdict.TOLD == judge_gone_change("a", ours(on_its_way=True))
    assert Verdict.SAME == judge_gone_change("a", ours(void=True))
    assert Verdict.KEPT == judge_gone_change("", ours())
