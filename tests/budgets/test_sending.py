"""Sending: what is staged, what stands in the way, what a retrieve gives back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from budget_services import NUMBER, Accountant, Services, count, entry
from sqlalchemy import select, update

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import ExportLine, Finding, JobStatus, LineKey, Part, Severity
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotPossibleNow
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import companies, item_lines, outbox


def lines_of(services: Services, item: ItemView) -> list[ExportLine]:
    """The lines that an item staged."""
    return list(load_batch(services.store.read, item.id).lines)


def moved(services: Services, item: ItemView) -> list[tuple[str, str, str]]:
    """Key, part and amount of each line, as text."""
    return [(str(line.ours), line.part.value, str(line.amount)) for line in lines_of(services, item)]


def approved_change(services: Services, actor: Actor, number: str, amount: str, cost_code: str = "03-100") -> None:
    """A budget change of one line, approved."""
    services.changes.add(
        actor, NUMBER, number=number, day=date(2026, 3, 1), lines=[entry(cost_code=cost_code, amount=amount)]
    )
    services.changes.set_status(actor, NUMBER, number, status="approved")


def reasons(error: Any) -> str:
    """All faults' messages in one."""
    return " ".join(fault.message for fault in error.value.faults)


@pytest.mark.rule("B3", "B4")
def test_first_send_stages_every_line_whole_and_locks(linked: Services, manager: Actor) -> None:
    """A first send holds each key's whole original and each approved change, and locks the budget."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    linked.budgets.add_line(manager, NUMBER, entry("03-200", amount="0.10"))
    approved_change(linked, manager, "1", "-20.00")
    linked.changes.add(manager, NUMBER, number="2", day=date(2026, 3, 1), lines=[entry(amount="7.00")])
    item = linked.sending.send(manager, NUMBER)
    assert [
        ("03-100 / L", "original", "100.00"),
        ("03-200 / L", "original", "0.10"),
        ("03-100 / L", "change", "-20.00"),
    ] == moved(linked, item)
    assert (Decimal("100.10"), Decimal("-20.00"), 3, ItemState.READY) == (
        item.original, item.changes, item.line_count, item.state,
    )  # fmt: skip
    assert linked.projects.show(manager, NUMBER).locked


@pytest.mark.rule("B3", "L3")
def test_resend_holds_only_what_is_new(linked: Services, manager: Actor, accountant: Accountant) -> None:
    """After an export a send holds the originals' differences, new keys whole, and changes not exported yet."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00"))
    linked.budgets.add_line(manager, NUMBER, entry("03-200", amount="50.00"))
    approved_change(linked, manager, "1", "5.00")
    first = linked.sending.send(manager, NUMBER)
    accountant.export(first)
    accountant.post(first)
    linked.sending.unlock(manager, NUMBER)
    linked.budgets.edit_line(manager, NUMBER, LineKey("", "03-100", "L"), changes={"amount": Decimal("80.00")})
    linked.budgets.add_line(manager, NUMBER, entry("05-100", amount="1.00"))
    approved_change(linked, manager, "2", "6.00")
    second = linked.sending.send(manager, NUMBER)
    assert [
        ("03-100 / L", "original", "-20.00"),
        ("05-100 / L", "original", "1.00"),
        ("03-100 / L", "change", "6.00"),
    ] == moved(linked, second)
    assert (2, False) == (second.version, second.first_export)


@pytest.mark.rule("B10")
def test_removed_exported_line_is_sent_as_its_difference(
    linked: Services, manager: Actor, accountant: Accountant
) -> None:
    """Deleting an exported key sets it to zero, keeps it visible and sends the difference."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="100.00", quantity=Decimal(4), unit="EA"))
    linked.budgets.add_line(manager, NUMBER, entry("03-200", amount="1.00"))
    first = linked.sending.send(manager, NUMBER, acknowledge=["*"])
    accountant.export(first)
    accountant.post(first)
    linked.sending.unlock(manager, NUMBER)
    assert linked.budgets.remove_line(manager, NUMBER, LineKey("", "03-100", "L"))
    view = linked.budgets.show(manager, NUMBER)
    assert [(True, Decimal("0.00")), (False, Decimal("1.00"))] == [(line.removed, line.original) for line in view.lines]
    second = linked.sending.send(manager, NUMBER, acknowledge=["*"])
    assert [("03-100 / L", "original", "-100.00")] == moved(linked, second)
    assert Decimal(-4) == lines_of(linked, second)[0].quantity


@pytest.mark.rule("B4", "V1")
def test_resend_is_refused_with_every_condition_until_posted(
    linked: Services, manager: Actor, accountant: Accountant
) -> None:
    """Between export and posting, sending, unlocking, editing and new changes name each condition not met."""
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    readiness = linked.sending.readiness(manager, NUMBER)
    assert (None, "resend") == (readiness.action, readiness.would_be)
    wanted = "Post the entries in the ERP."
    for found in (
        readiness.reasons,
        readiness.unlock_reasons,
        readiness.edit_reasons,
        readiness.change_reasons,
    ):
        assert [wanted] == [fault.remedy for fault in found if fault.rule == "V1"]
    assert any("nothing new" in fault.message.lower() for fault in readiness.reasons)
    for act in (
        lambda: linked.sending.send(manager, NUMBER),
        lambda: linked.sending.unlock(manager, NUMBER),
        lambda: linked.budgets.add_line(manager, NUMBER, entry("05-100")),
        lambda: approved_change(linked, manager, "9", "1.00"),
    ):
        with pytest.raises(NotPossibleNow) as error:
            act()
        assert "posted by hand" in reasons(error)


@pytest.mark.rule("B4")
def test_unlinked_project_names_every_reason(
    services: Services, administrator: Actor, manager: Actor, grant_team: Any
) -> None:
    """A project that is not linked and holds nothing shows both reasons at once."""
    grant_team(services.projects.create(administrator, NUMBER, name="Bare").id)
    readiness = services.sending.readiness(manager, NUMBER)
    assert ["The project is not linked to an ERP job.", "There is nothing new to send."] == [
        fault.message for fault in readiness.reasons
    ]
    with pytest.raises(NotPossibleNow):
        services.sending.send(manager, NUMBER)


@pytest.mark.rule("B4", "B5")
def test_closed_job_stands_in_the_way(linked: Services, manager: Actor) -> None:
    """A job that was closed when it was last synced is a reason not to send."""
    linked.budgets.add_line(manager, NUMBER, entry())
    linked.books.jobs["24-001"].set_status(JobStatus.CLOSED)
    linked.projects.sync(manager, NUMBER)
    with pytest.raises(NotPossibleNow) as error:
        linked.sending.send(manager, NUMBER)
    assert "is closed in the ERP" in reasons(error)


@pytest.mark.rule("P2")
def test_viewer_may_not_send_and_sees_why(linked: Services, manager: Actor, viewer: Actor) -> None:
    """Read-only without the grant sees the reason, and is refused."""
    linked.budgets.add_line(manager, NUMBER, entry())
    readiness = linked.sending.readiness(viewer, NUMBER)
    assert readiness.action is None
    assert ["P2"] == [fault.rule for fault in readiness.not_allowed]
    with pytest.raises(NotAllowed):
        linked.sending.send(viewer, NUMBER)


@pytest.mark.rule("P2")
def test_resend_after_reject_needs_admin(
    linked: Services, manager: Actor, administrator: Actor, accountant: Accountant
) -> None:
    """The grant alone does not suffice for a re-send after a reject; an administrator may."""
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    accountant.move(item, "rejected")
    with linked.store.begin() as connection:
        connection.execute(update(item_lines).values(state="released"))
    with pytest.raises(NotAllowed):
        linked.sending.send(manager, NUMBER)
    assert 2 == linked.sending.send(administrator, NUMBER).version


@pytest.mark.rule("P2")
def test_policy_widens_a_resend_after_reject_to_the_grant(
    linked: Services, manager: Actor, accountant: Accountant
) -> None:
    """Where the company says so, whoever may send mends what was rejected and sends it again."""
    linked.budgets.add_line(manager, NUMBER, entry())
    accountant.move(linked.sending.send(manager, NUMBER), "rejected")
    with linked.store.begin() as connection:
        connection.execute(update(item_lines).values(state="released"))
        connection.execute(update(companies).values(policy={"resend_with_grant": True}))

    assert "resend" == linked.sending.readiness(manager, NUMBER).action
    assert 2 == linked.sending.send(manager, NUMBER).version


@pytest.mark.rule("B6")
def test_retrieve_gives_the_budget_back(linked: Services, manager: Actor) -> None:
    """A retrieved item rests, the budget is unlocked, and the next send holds the same again."""
    linked.budgets.add_line(manager, NUMBER, entry())
    approved_change(linked, manager, "1", "5.00")
    first = linked.sending.send(manager, NUMBER)
    retrieved = linked.sending.retrieve(manager, NUMBER)
    assert (ItemState.RETRIEVED, 2, "manager") == (retrieved.state, retrieved.revision, retrieved.answered_by)
    assert not linked.projects.show(manager, NUMBER).locked
    second = linked.sending.send(manager, NUMBER)
    assert moved(linked, first) == moved(linked, second)
    assert 2 == second.version


@pytest.mark.rule("B6", "A6")
def test_retrieve_works_only_before_the_answer(linked: Services, manager: Actor, accountant: Accountant) -> None:
    """Once it was answered, or when nothing waits, retrieving says why not."""
    with pytest.raises(NotPossibleNow):
        linked.sending.retrieve(manager, NUMBER)
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    for state in ("accepted", "exporting", "failed", "unknown", "waiting", "synced"):
        accountant.move(item, state)
        with pytest.raises(NotPossibleNow):
            linked.sending.retrieve(manager, NUMBER)


@pytest.mark.rule("V5")
def test_mismatch_of_an_earlier_item_blocks(linked: Services, manager: Actor, accountant: Accountant) -> None:
    """A mismatch bars sending, even behind a newer item that was synced and one that was retrieved."""
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    accountant.post(item)
    approved_change(linked, manager, "1", "5.00")
    second = linked.sending.send(manager, NUMBER)
    accountant.export(second)
    accountant.post(second)
    approved_change(linked, manager, "2", "5.00")
    linked.sending.send(manager, NUMBER)
    linked.sending.retrieve(manager, NUMBER)
    accountant.move(item, "mismatch")
    with pytest.raises(NotPossibleNow) as error:
        linked.sending.send(manager, NUMBER)
    assert "does not agree with the ERP" in reasons(error)


@pytest.mark.rule("B2")
def test_change_approved_while_an_item_waits_joins_the_next_send(
    linked: Services, manager: Actor, accountant: Accountant
) -> None:
    """What is approved while an item waits is in the send after it, not in the one that waits."""
    linked.budgets.add_line(manager, NUMBER, entry())
    item = linked.sending.send(manager, NUMBER)
    approved_change(linked, manager, "1", "5.00")
    assert [("03-100 / L", "original", "100.00")] == moved(linked, item)
    accountant.export(item)
    accountant.post(item)
    assert [("03-100 / L", "change", "5.00")] == moved(linked, linked.sending.send(manager, NUMBER))


@pytest.mark.rule("M2")
def test_only_a_resend_is_told_at_once(linked: Services, manager: Actor) -> None:
    """A first send leaves no notice; a re-send leaves one for the designated approvers."""
    linked.budgets.add_line(manager, NUMBER, entry())
    linked.sending.send(manager, NUMBER)
    assert 0 == count(linked.store, outbox)
    linked.sending.retrieve(manager, NUMBER)
    linked.sending.send(manager, NUMBER)
    with linked.store.read() as connection:
        row = connection.execute(select(outbox)).one()
    assert ("resent", [3]) == (row.kind, row.recipients)


@pytest.mark.rule("P4")
def test_contributors_follow_a_send_that_came_back(linked: Services, manager: Actor, administrator: Actor) -> None:
    """Who edited before a send that was retrieved still counts for the next one."""
    linked.budgets.add_line(manager, NUMBER, entry())
    assert (2,) == linked.sending.send(manager, NUMBER).contributors
    linked.sending.retrieve(manager, NUMBER)
    linked.budgets.add_line(administrator, NUMBER, entry("03-200"))
    assert (1, 2) == linked.sending.send(manager, NUMBER).contributors


@pytest.mark.rule("B5")
def test_company_policy_is_heard(linked: Services, manager: Actor) -> None:
    """A company's own check can refuse a budget like the ERP's."""
    finding = Finding(severity=Severity.ERROR, rule="house-rule", message="No.", remedy="Ask.")
    linked.registry.policy = lambda _batch, _erp: [finding]
    linked.budgets.add_line(manager, NUMBER, entry())
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER)
    assert ["house-rule"] == [fault.rule for fault in error.value.faults]


@pytest.mark.rule("P0")
def test_another_companys_project_is_not_found(linked: Services, manager: Actor) -> None:
    """A person of another company is told that there is no such project."""
    stranger = evolve(manager, company_id=2, company="other")
    with pytest.raises(Exception, match="There is no project"):
        linked.sending.readiness(stranger, NUMBER)


def test_part_names_are_the_contracts(linked: Services, manager: Actor) -> None:
    """A staged line says which side of the budget it moves in the contract's words."""
    linked.budgets.add_line(manager, NUMBER, entry())
    assert Part.ORIGINAL == lines_of(linked, linked.sending.send(manager, NUMBER))[0].part
