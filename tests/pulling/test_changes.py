"""Approved changes from a source: taken once, and told when they are altered or voided there afterwards."""

from datetime import date
from decimal import Decimal

import pytest
from budget_services import JOB, NUMBER, Accountant, entry
from pulling_desk import LABOR, Desk

from erp_bridge_core.budgets.change_views import ChangeStatus
from erp_bridge_core.contract.errors import BadInput
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.rules import Verdict
from erp_bridge_core.pulling.taking import free_number

DAY = date(2026, 3, 2)


def approve(desk: Desk, number: str, amount: str) -> None:
    """Somebody at the office approves a change, or alters it."""
    desk.office.approve_change(JOB, number, {LABOR: amount})


@pytest.mark.rule("B2", "P4")
def test_approved_changes_come_as_approved_by_whoever_takes_them(desk: Desk) -> None:
    """With the source's number and date; a later pull brings only those that are new."""
    approve(desk, "CO-1", "5")
    assert ("CO-1",) == desk.take().changes
    approve(desk, "CO-2", "-2")
    look = desk.look()
    assert {Verdict.UNCHANGED: 1, Verdict.NEW: 1} == look.change_counts
    assert ("CO-2",) == desk.take().changes
    assert {"CO-1": ("approved", "5.00"), "CO-2": ("approved", "-2.00")} == desk.changes()
    assert DAY == desk.services.changes.show(desk.manager, NUMBER, "CO-1").date


@pytest.mark.rule("B2")
def test_a_change_that_was_altered_there_is_never_taken_again_unseen(desk: Desk) -> None:
    """Theirs takes ours' place while it was not sent; ours may be kept, and then is shown as kept."""
    approve(desk, "CO-1", "5")
    desk.take()
    approve(desk, "CO-1", "6")
    shown = desk.look().changes[0]
    assert (Verdict.BOTH_CHANGED, Decimal(5), Decimal(6), Decimal(5)) == (
        shown.verdict, shown.base, shown.theirs, shown.ours,
    )  # fmt: skip
    with pytest.raises(BadInput, match="edited in both places"):
        desk.take()
    desk.take(ours=("change CO-1",))
    assert {"CO-1": ("approved", "5.00")} == desk.changes()
    assert {Verdict.KEPT: 1} == desk.look().change_counts
    approve(desk, "CO-1", "7")
    desk.take(theirs=("change CO-1",))
    assert {"CO-1": ("approved", "7.00")} == desk.changes()


@pytest.mark.rule("B2")
def test_a_change_that_was_voided_there_is_voided_here_by_a_choice_alone(desk: Desk) -> None:
    """Kept, it stays kept; voided by choice, it is void for good, and gone from what is compared."""
    approve(desk, "CO-1", "5")
    approve(desk, "CO-2", "6")
    desk.take()
    desk.office.void_change(JOB, "CO-1")
    desk.office.void_change(JOB, "CO-2")
    assert {Verdict.REMOVED_THERE: 2} == desk.look().change_counts
    desk.take(theirs=("change CO-1",), ours=("change CO-2",))
    assert {"CO-1": ("void", "5.00"), "CO-2": ("approved", "6.00")} == desk.changes()
    assert {Verdict.KEPT: 1} == desk.look().change_counts


@pytest.mark.rule("B2")
def test_a_change_on_its_way_stays_as_it_was_sent_and_is_told(desk: Desk, accountant: Accountant) -> None:
    """Altered there after it was exported, it is told and stops nothing; theirs can't take its place."""
    approve(desk, "CO-1", "5")
    desk.take()
    item = desk.services.sending.send(desk.manager, NUMBER, acknowledge=["*"])
    approve(desk, "CO-1", "6")
    assert [Verdict.TOLD] == [each.verdict for each in desk.look().changes]
    accountant.export(item)
    accountant.post(item)
    approve(desk, "CO-2", "1")
    assert ("CO-2",) == desk.take().changes
    with pytest.raises(BadInput, match="on its way"):
        desk.take(theirs=("told",))
    desk.take(ours=("told",))
    assert {"CO-1": ("approved", "5.00"), "CO-2": ("approved", "1.00")} == desk.changes()
    assert {Verdict.KEPT: 1, Verdict.UNCHANGED: 1} == desk.look().change_counts


def test_a_number_that_is_taken_here_is_asked_for_or_stated(desk: Desk) -> None:
    """The same change typed here is the same; another of its number is asked for; a void one's number gets -2."""
    for number, amount in (("CO-1", "5"), ("CO-2", "5"), ("CO-3", "9")):
        desk.services.changes.add(desk.manager, NUMBER, number=number, day=DAY, lines=[entry(amount=amount)])
        desk.services.changes.set_status(desk.manager, NUMBER, number, status=ChangeStatus.APPROVED.value)
    desk.services.changes.set_status(desk.manager, NUMBER, "CO-3", status=ChangeStatus.VOID.value)
    approve(desk, "CO-1", "5")
    approve(desk, "CO-2", "6")
    approve(desk, "CO-3", "7")
    assert {Verdict.SAME: 1, Verdict.BOTH_UNLINKED: 1, Verdict.NEW: 1} == desk.look().change_counts
    desk.take(theirs=("change CO-2",))
    assert {
        "CO-1": ("approved", "5.00"),
        "CO-2": ("approved", "6.00"),
        "CO-3": ("void", "9.00"),
        "CO-3-2": ("approved", "7.00"),
    } == desk.changes()
    assert "CO-3 at the source" in desk.services.changes.show(desk.manager, NUMBER, "CO-3-2").description


def test_linked_anew_nothing_comes_twice(desk: Desk, administrator: Actor) -> None:
    """What was taken stays when the link is taken away; linked again, all of it is the same."""
    approve(desk, "CO-1", "5")
    desk.line("100")
    desk.take()
    desk.pulling.unlink(administrator, NUMBER)
    assert desk.pulling.linked(desk.manager, NUMBER) is None
    desk.pulling.link(administrator, NUMBER, "office", source_project=JOB)
    assert [{Verdict.SAME: 1}, {Verdict.SAME: 1}] == [desk.look().counts, desk.look().change_counts]
    desk.take()
    assert {"CO-1": ("approved", "5.00")} == desk.changes()


@pytest.mark.parametrize(("taken", "expected"), [(set(), "CO-1"), ({"CO-1"}, "CO-1-2"), ({"CO-1", "CO-1-2"}, "CO-1-3")])
def test_the_next_free_number(taken: set[str], expected: str) -> None:
    """The source's own where it is free."""
    assert expected == free_number("CO-1", taken)


def test_a_long_number_stays_within_its_length() -> None:
    """Its end makes room."""
    assert 32 == len(free_number("x" * 32, {"x" * 32}))
