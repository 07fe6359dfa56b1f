"""Budget changes: drafted, approved, voided, reversed."""

from datetime import date
from decimal import Decimal

import pytest
from budget_services import NUMBER, Accountant, Services, entry

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.budgets.change_views import ChangeProgress, ChangeStatus, is_transfer
from erp_bridge_core.contract.errors import BadInput, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor

DAY = date(2026, 3, 1)


def draft(services: Services, actor: Actor, number: str = "1", amount: str = "5.00") -> None:
    """A change of one line."""
    services.changes.add(actor, NUMBER, number=number, day=DAY, lines=[entry(amount=amount)])


@pytest.mark.rule("B2")
def test_change_is_drafted_edited_and_approved(linked: Services, manager: Actor) -> None:
    """A draft can be edited; an approved one is in the revised budget and can't."""
    draft(linked, manager)
    assert Decimal(0) == linked.budgets.show(manager, NUMBER).totals.changes
    linked.changes.edit(manager, NUMBER, "1", lines=[entry(amount="6.00")], description="More")
    view = linked.changes.set_status(manager, NUMBER, "1", status="approved")
    assert (ChangeStatus.APPROVED, ChangeProgress.NOT_SENT, Decimal("6.00"), "More") == (
        view.status, view.progress, view.amount, view.description,
    )  # fmt: skip
    assert Decimal("6.00") == linked.budgets.show(manager, NUMBER).totals.revised
    with pytest.raises(NotPossibleNow):
        linked.changes.edit(manager, NUMBER, "1", description="No")


@pytest.mark.rule("B2")
def test_staged_change_is_not_voided(linked: Services, manager: Actor) -> None:
    """While it is staged it can't be voided; after a retrieve it can, for good."""
    draft(linked, manager)
    linked.changes.set_status(manager, NUMBER, "1", status="approved")
    linked.sending.send(manager, NUMBER)
    with pytest.raises(NotPossibleNow, match="staged"):
        linked.changes.set_status(manager, NUMBER, "1", status="void")
    linked.sending.retrieve(manager, NUMBER)
    linked.changes.set_status(manager, NUMBER, "1", status="void")
    with pytest.raises(NotPossibleNow, match="void"):
        linked.changes.set_status(manager, NUMBER, "1", status="draft")


@pytest.mark.rule("B2")
def test_exported_change_is_undone_only_by_its_reversal(
    linked: Services, manager: Actor, accountant: Accountant
) -> None:
    """An exported change is immutable; a linked change of the opposite amounts undoes it, once."""
    draft(linked, manager)
    with pytest.raises(NotPossibleNow, match="not exported"):
        linked.changes.reverse(manager, NUMBER, "1", new_number="1R", day=DAY)
    linked.changes.set_status(manager, NUMBER, "1", status="approved")
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    accountant.post(item)
    with pytest.raises(NotPossibleNow, match="exported"):
        linked.changes.set_status(manager, NUMBER, "1", status="void")
    undoing = linked.changes.reverse(manager, NUMBER, "1", new_number="1R", day=DAY)
    assert (Decimal("-5.00"), "1") == (undoing.amount, undoing.reverses)
    assert "1R" == linked.changes.list(manager, NUMBER)[0].reversed_by
    with pytest.raises(NotPossibleNow, match="reversed by 1R"):
        linked.changes.reverse(manager, NUMBER, "1", new_number="1S", day=DAY)


@pytest.mark.rule("B2")
def test_transfer_nets_to_zero_and_is_told_in_the_batch(linked: Services, manager: Actor) -> None:
    """A change that only moves money between sub jobs is a transfer, in its view and in the batch."""
    linked.budgets.sub_job(manager, NUMBER, "A", name="A")
    lines = [entry(amount="-5.00"), entry(sub_job="A", amount="5.00")]
    view = linked.changes.add(manager, NUMBER, number="T", day=DAY, lines=lines)
    assert view.transfer
    linked.changes.set_status(manager, NUMBER, "T", status="approved")
    linked.changes.add(manager, NUMBER, number="U", day=DAY, lines=[entry(amount="1.00"), entry("03-200")])
    linked.changes.set_status(manager, NUMBER, "U", status="approved")
    item = linked.sending.send(manager, NUMBER, acknowledge=["*"])
    header, other = load_batch(linked.store.read, item.id).change_headers
    assert not other.transfer
    assert (True, 2, Decimal("0.00")) == (header.transfer, header.lines, header.amount)


@pytest.mark.rule("B2")
def test_what_is_a_transfer() -> None:
    """Nothing moved is no transfer, and neither is a single line."""
    assert [True, False, False, False] == [is_transfer(each) for each in ([5, -5], [0, 0], [5], [5, -4])]


@pytest.mark.rule("B2")
def test_bad_change_tells_all_its_faults(linked: Services, manager: Actor) -> None:
    """A blank number and a bad amount are refused together; a taken number and an unknown status too."""
    with pytest.raises(BadInput) as error:
        linked.changes.add(manager, NUMBER, number=" ", day=DAY, lines=[entry(amount="1.001")])
    assert {"change number", "line 1, amount"} == {fault.where for fault in error.value.faults}
    draft(linked, manager)
    with pytest.raises(BadInput, match="already"):
        draft(linked, manager)
    with pytest.raises(BadInput):
        linked.changes.set_status(manager, NUMBER, "1", status="done")
    with pytest.raises(NotFound):
        linked.changes.set_status(manager, NUMBER, "2", status="approved")
