"""Lines from a source: all of them the first time, later what changed there, never over what was edited here."""

from decimal import Decimal

import pytest
from budget_services import JOB, NUMBER, Accountant, entry
from pulling_desk import LABOR, Desk

from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import BadInput, Changed, NotAllowed, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.pulling.rules import Verdict

MATERIAL = LineKey("", "03-200", "M")
IN_A = LineKey("A", "05-100", "S")


def test_the_first_time_all_of_it_comes(desk: Desk) -> None:
    """Lines with all they say, sub jobs with their names, and where each line stands at the source."""
    desk.office.set_line(JOB, LABOR, "100.50", quantity=Decimal(3), unit="h", unit_cost=Decimal("33.5"))
    desk.office.set_line(JOB, IN_A, "20", description="Rails")
    assert {Verdict.NEW: 2} == desk.look().counts
    taken = desk.take()
    assert (2, ("A",), Decimal("120.50")) == (taken.lines, taken.sub_jobs, taken.original)
    assert {"03-100 / L": "100.50", "A / 05-100 / S": "20.00"} == desk.lines()
    line = desk.services.budgets.line(desk.manager, NUMBER, LABOR)
    assert (Decimal(3), "h", Decimal("33.5")) == (line.quantity, line.unit, line.unit_cost)
    assert "office: budget line 03-100 / L" == str(line.source)
    assert (("A", "Sub job A"),) == desk.services.budgets.sub_jobs(desk.manager, NUMBER)


def test_taken_twice_nothing_comes(desk: Desk, administrator: Actor) -> None:
    """The same budget again brings nothing, and leaves no entry in the audit trail."""
    desk.line("100")
    desk.office.approve_change(JOB, "CO-1", {LABOR: "5"})
    desk.take()
    entries = len(desk.audit.show(administrator))
    again = desk.take()
    assert not again.moved
    assert entries == len(desk.audit.show(administrator))
    assert (0, 0) == (desk.look().comes, desk.look().asks)


def test_later_only_what_changed_there_comes(desk: Desk) -> None:
    """A line that was edited, one that is new, one that was removed; what was edited here alone is kept and shown."""
    desk.line("100")
    desk.line("10", MATERIAL)
    desk.line("1", IN_A)
    desk.take()
    desk.services.budgets.edit_line(desk.manager, NUMBER, IN_A, changes={"amount": Decimal(7)})
    desk.line("110")
    desk.office.remove_line(JOB, MATERIAL)
    desk.line("3", LineKey("", "09-900", "M"))
    look = desk.look()
    assert {Verdict.CHANGED: 1, Verdict.REMOVED: 1, Verdict.NEW: 1, Verdict.KEPT: 1} == look.counts
    taken = desk.take()
    assert (2, 1, Decimal(3)) == (taken.lines, taken.removed, taken.original)
    assert {"03-100 / L": "110.00", "09-900 / M": "3.00", "A / 05-100 / S": "7.00"} == desk.lines()
    assert {Verdict.UNCHANGED: 2, Verdict.KEPT: 1} == desk.look().counts


def test_what_was_edited_in_both_places_is_decided_by_a_person(desk: Desk) -> None:
    """It is shown with all three values; nothing is taken until it is chosen for; what was chosen stays."""
    desk.line("100")
    desk.take()
    desk.services.budgets.edit_line(desk.manager, NUMBER, LABOR, changes={"amount": Decimal(101)})
    desk.line("102")
    desk.line("10", MATERIAL)
    shown = next(each for each in desk.look().lines if each.verdict.asks)
    assert [Decimal(100), Decimal(102), Decimal(101)] == [
        side.amount for side in (shown.base, shown.theirs, shown.ours) if side
    ]
    with pytest.raises(BadInput, match="edited in both places") as error:
        desk.take()
    assert ["03-100 / L"] == error.value.details["decide"]
    assert {"03-100 / L": "101.00"} == desk.lines()
    desk.take(ours=("03-100 / L",))
    assert {"03-100 / L": "101.00", "03-200 / M": "10.00"} == desk.lines()
    assert {Verdict.KEPT: 1, Verdict.UNCHANGED: 1} == desk.look().counts
    desk.line("103")
    desk.take(theirs=("both-changed",))
    assert "103.00" == desk.lines()["03-100 / L"]


def test_a_line_that_stood_here_before_is_never_overwritten(desk: Desk) -> None:
    """Of the same amount it is the same line; of another amount it was edited in both places; others are ours."""
    desk.services.budgets.add_line(desk.manager, NUMBER, entry("03-100", "L", "100"))
    desk.services.budgets.add_line(desk.manager, NUMBER, entry("03-200", "M", "11"))
    desk.services.budgets.add_line(desk.manager, NUMBER, entry("09-900", "S", "5"))
    desk.line("100")
    desk.line("10", MATERIAL)
    assert {Verdict.SAME: 1, Verdict.BOTH_UNLINKED: 1, Verdict.OURS: 1} == desk.look().counts
    desk.take(ours=("03-200 / M",))
    assert {"03-100 / L": "100.00", "03-200 / M": "11.00", "09-900 / S": "5.00"} == desk.lines()


def test_removed_on_one_side_and_changed_on_the_other_is_asked(desk: Desk) -> None:
    """Either way round, and either answer."""
    for key in (LABOR, MATERIAL):
        desk.line("10", key)
    desk.take()
    desk.services.budgets.edit_line(desk.manager, NUMBER, LABOR, changes={"amount": Decimal(11)})
    desk.office.remove_line(JOB, LABOR)
    desk.services.budgets.remove_line(desk.manager, NUMBER, MATERIAL)
    desk.line("12", MATERIAL)
    assert {Verdict.REMOVED_THERE: 1, Verdict.REMOVED_HERE: 1} == desk.look().counts
    desk.take(theirs=("removed-there",), ours=("removed-here",))
    assert {} == desk.lines()
    assert {Verdict.KEPT_AWAY: 1} == desk.look().counts


def test_it_is_refused_once_it_is_not_what_was_looked_at(desk: Desk) -> None:
    """An edit there, or here, between the look and the act."""
    desk.line("100")
    seen = desk.look().hash
    desk.line("101")
    with pytest.raises(Changed):
        desk.pulling.take(desk.manager, NUMBER, look=seen)
    seen = desk.look().hash
    desk.services.budgets.add_line(desk.manager, NUMBER, entry("09-900", "S", "5"))
    with pytest.raises(Changed):
        desk.pulling.take(desk.manager, NUMBER, look=seen)
    assert {"09-900 / S": "5.00"} == desk.lines()


def test_a_choice_in_vain_is_named(desk: Desk) -> None:
    """A misspelt key, and one that is chosen both ways."""
    desk.line("100")
    with pytest.raises(BadInput) as error:
        desk.take(theirs=("03-1O0 / L", "both-changed"), ours=("both-changed",))
    assert ["choice 'both-changed'", "choice '03-1O0 / L'"] == [fault.where for fault in error.value.faults]


@pytest.mark.rule("B1", "B8")
def test_all_that_can_not_be_taken_is_named_at_once(desk: Desk) -> None:
    """Three decimals and a code of look-alikes, each by where it stands at the source; nothing is taken."""
    desk.line("1.005")
    desk.line("5", LineKey("", "03-1\u06600", "L"))
    with pytest.raises(BadInput) as error:
        desk.look()
    assert ["budget line 03-100 / L, amount", "budget line 03-1\u06600 / L, cost_code"] == [
        fault.where for fault in error.value.faults
    ]


@pytest.mark.rule("V1")
def test_lines_wait_while_the_budget_is_locked_and_changes_come(desk: Desk, accountant: Accountant) -> None:
    """Once exported and posted, an original that changed there is shown with what to do; a new change comes."""
    desk.line("100")
    desk.take()
    item = desk.services.sending.send(desk.manager, NUMBER, acknowledge=["*"])
    accountant.export(item)
    accountant.post(item)
    desk.line("120")
    with pytest.raises(NotPossibleNow, match="locked") as error:
        desk.take()
    assert "unlock" in error.value.remedy
    desk.office.approve_change(JOB, "CO-1", {LABOR: "5"})
    look = desk.look()
    assert (1, 1) == (look.comes, look.held)
    taken = desk.take()
    assert (("CO-1",), 1, 0) == (taken.changes, taken.held, taken.lines)
    assert {"03-100 / L": "100.00"} == desk.lines()
    desk.services.sending.unlock(desk.manager, NUMBER)
    assert 1 == desk.take().lines


@pytest.mark.rule("B10")
def test_a_line_that_was_exported_is_kept_at_zero_when_it_is_gone_there(desk: Desk, accountant: Accountant) -> None:
    """As one that a person removes here."""
    desk.line("100")
    desk.take()
    item = desk.services.sending.send(desk.manager, NUMBER, acknowledge=["*"])
    accountant.export(item)
    accountant.post(item)
    desk.services.sending.unlock(desk.manager, NUMBER)
    desk.office.remove_line(JOB, LABOR)
    desk.take()
    line = desk.services.budgets.line(desk.manager, NUMBER, LABOR)
    assert (Decimal(0), True) == (line.original, line.removed)


@pytest.mark.rule("P2", "P4")
def test_rights_are_those_of_editing(desk: Desk, viewer: Actor) -> None:
    """Read-only may not take a budget in; whoever did is a contributor of the next send."""
    with pytest.raises(NotAllowed):
        desk.pulling.look(viewer, NUMBER)
    desk.line("100")
    desk.take()
    item = desk.services.sending.send(desk.manager, NUMBER, acknowledge=["*"])
    assert (desk.manager.person_id,) == item.contributors


def test_a_budget_in_another_currency_is_refused(desk: Desk) -> None:
    """Nothing is ever converted."""
    desk.line("100")
    desk.office.change_project(JOB, currency="CAD")
    with pytest.raises(BadInput, match="CAD"):
        desk.look()


def test_a_budget_that_moves_while_it_is_read_is_read_again(desk: Desk) -> None:
    """Three times; then it is told, with what to do."""
    desk.plugin.changing = True
    with pytest.raises(Changed, match="while it is read"):
        desk.look()
    assert 3 <= desk.plugin.reads


def test_bring_takes_what_is_clear_and_names_what_is_not(desk: Desk) -> None:
    """For the connector: all of it or nothing, in its transaction."""
    desk.line("100")
    assert 1 == _bring(desk)
    desk.services.budgets.edit_line(desk.manager, NUMBER, LABOR, changes={"amount": Decimal(7)})
    desk.line("120")
    desk.line("5", MATERIAL)
    with pytest.raises(NotPossibleNow) as error:
        _bring(desk)
    assert ["line 03-100 / L"] == [fault.where for fault in error.value.faults]
    assert {"03-100 / L": "7.00"} == desk.lines()


@pytest.mark.rule("V1")
def test_a_line_of_nothing_that_a_change_came_with_holds_no_request_up(desk: Desk, accountant: Accountant) -> None:
    """A source shows one where a change moved a key without a line; the budget is locked, and the change comes."""
    desk.line("100")
    desk.take()
    item = desk.services.sending.send(desk.manager, NUMBER, acknowledge=["*"])
    accountant.export(item)
    accountant.post(item)
    desk.line("0", MATERIAL)
    desk.office.approve_change(JOB, "CO-1", {MATERIAL: "5"})
    assert 0 == _bring(desk)
    assert {"CO-1": ("approved", "5.00")} == desk.changes()
    desk.line("120")
    with pytest.raises(NotPossibleNow, match="locked"):
        _bring(desk)


def _bring(desk: Desk) -> int:
    link = desk.pulling.linked(desk.manager, NUMBER)
    assert link is not None
    where = desk.manager.company_id, link.connection_id, link.source_project
    with desk.pulling.read(*where) as budget, desk.services.store.begin() as connection:
        project = desk.pulling.project_of(connection, *where)
        assert project is not None
        return desk.pulling.bring(connection, desk.manager, project, budget).lines
