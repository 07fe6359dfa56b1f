"""What is found at send: errors all at once, warnings acknowledged one by one, maps and limits (B5, B8-B10)."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from budget_services import JOB, NUMBER, Accountant, Services, count, entry
from controlled_clock import ControlledClock
from sqlalchemy import select, update

from erp_bridge_core.approvals.batches import load_batch
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract import Capability, ExportLine, FieldLimit, LineKey, OverLimit, Severity, ZeroLines
from erp_bridge_core.contract.errors import BadInput, NotPossibleNow, NotSupported
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import item_findings, items, privileges


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


@pytest.mark.rule("B5")
def test_errors_are_told_all_at_once_and_nothing_is_sent(linked: Services, manager: Actor) -> None:
    """Every error of the core and of the plugin is raised together; no item, no lock."""
    linked.budgets.add_line(manager, NUMBER, entry("99-999-TOO-LONG"))
    linked.budgets.add_line(manager, NUMBER, entry(category="", amount="3.00"))
    linked.budgets.add_line(manager, NUMBER, entry("05-100", category="Z", amount="4.00"))
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER)
    rules = {fault.rule for fault in error.value.faults}
    assert {"cost-code-limit", "cost-code-unknown", "category-missing", "category-unknown"} == rules
    assert all(fault.where and fault.remedy for fault in error.value.faults)
    assert 0 == count(linked.store, items)
    assert not linked.projects.show(manager, NUMBER).locked


@pytest.mark.rule("B5")
def test_warnings_are_acknowledged_one_by_one(linked: Services, manager: Actor) -> None:
    """A warning blocks until it is acknowledged by its rule or line; who did it is kept with the item."""
    linked.budgets.add_line(manager, NUMBER, entry(quantity=Decimal(3), unit_cost=Decimal("10.00")))
    linked.budgets.add_line(manager, NUMBER, entry("03-200", description="x" * 31))
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER, acknowledge=["amount-differs:1"])
    assert {"acknowledge": ["description-shortened"]} == error.value.details
    item = linked.sending.send(manager, NUMBER, acknowledge=["amount-differs:1", "description-shortened"])
    assert ["", "x" * 30] == [line.description for line in lines_of(linked, item)]
    with linked.store.read() as connection:
        kept = connection.execute(select(item_findings.c.rule, item_findings.c.acknowledged_by)).all()
    assert {("amount-differs", 2), ("description-shortened", 2)} == {tuple(row) for row in kept}


@pytest.mark.rule("B4")
def test_a_cost_code_without_a_category_stands_in_the_way(linked: Services, manager: Actor) -> None:
    """It is a reason of its own, told before anybody sends."""
    linked.budgets.add_line(manager, NUMBER, entry(category=""))

    first, *_ = linked.sending.readiness(manager, NUMBER).reasons
    assert ("1 line has a cost code without a category.", "B4") == (first.message, first.rule)


@pytest.mark.rule("B5", "X1")
def test_what_was_acknowledged_and_the_age_of_the_masters_are_kept(
    linked: Services, manager: Actor, approver: Actor, audit: AuditTrail, clock: ControlledClock
) -> None:
    """The masters are those of the last sync, be that three days ago; who acknowledged which warning is audited."""
    synced = clock.now()
    clock.advance(days=3)
    linked.budgets.add_line(manager, NUMBER, entry(quantity=Decimal(3), unit_cost=Decimal("10.00")))
    told = linked.sending.readiness(manager, NUMBER).masters_at
    item = linked.sending.send(manager, NUMBER, acknowledge=["amount-differs:1"])

    assert (synced, synced) == (told, item.masters_at)
    (sent,) = audit.show(approver, subject="item")
    assert ("manager", {"amount-differs": 1}) == (sent.person, json.loads(sent.details)["acknowledged"])


@pytest.mark.rule("B8")
def test_keys_that_become_equal_are_refused_naming_both(linked: Services, manager: Actor, administrator: Actor) -> None:
    """Two of our keys that a map makes one key of the ERP are an error that names both."""
    linked.budgets.add_line(manager, NUMBER, entry("03-100"))
    linked.budgets.add_line(manager, NUMBER, entry("03-200"))
    for ours in ("03-100", "03-200"):
        linked.maps.set(administrator, "books", kind="cost_code", ours=ours, theirs="05-100")
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER)
    assert ["03-100 / L and 03-200 / L both become 05-100 / L in Books in memory."] == [
        fault.message for fault in error.value.faults if fault.rule == "keys-become-equal"
    ]


@pytest.mark.rule("B8")
def test_keys_that_become_equal_by_shortening_are_refused_naming_both(linked: Services, manager: Actor) -> None:
    """An ERP whose codes are shorter than ours would take two of them for one."""
    short = FieldLimit(field="cost_code", max_length=4, over=OverLimit.SHORTEN)
    linked.adapter.profile = evolve(linked.adapter.profile, limits=(short,))
    linked.budgets.add_line(manager, NUMBER, entry("05-100"))
    linked.budgets.add_line(manager, NUMBER, entry("05-110"))
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER, acknowledge=["*"])

    assert "05-100 / L and 05-110 / L both become 05-1 / L in Books in memory." in reasons(error)


@pytest.mark.rule("B9")
def test_what_a_kept_map_lacks_blocks_sending(linked: Services, manager: Actor, administrator: Actor) -> None:
    """Once a map holds one entry, every value that it lacks is an error; a unit that looks mapped is not."""
    linked.budgets.add_line(manager, NUMBER, entry("03-100", unit="EACH"))
    linked.budgets.add_line(manager, NUMBER, entry("03-200", unit="EA"))
    linked.maps.set(administrator, "books", kind="unit", ours="EA", theirs="EACH")
    linked.maps.set(administrator, "books", kind="cost_code", ours="03-100", theirs="05-100")
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER)
    assert [("cost_code", "03-200"), ("unit", "EACH")] == sorted(
        (fault.where.split(", ")[-1], fault.value) for fault in error.value.faults if fault.rule == "not-mapped"
    )
    readiness = linked.sending.readiness(manager, NUMBER)
    assert any("2 codes are not mapped" in fault.message for fault in readiness.reasons)
    assert () == linked.sending.readiness(manager, NUMBER, thorough=False).reasons


@pytest.mark.rule("B9")
def test_mapped_codes_are_what_is_staged(linked: Services, manager: Actor, administrator: Actor) -> None:
    """A batch is in the ERP's codes, with ours beside them."""
    linked.budgets.add_line(manager, NUMBER, entry("CONCRETE", "LAB", unit="lf"))
    for kind, ours, theirs in (("cost_code", "CONCRETE", "03-100"), ("category", "LAB", "L"), ("unit", "lf", "LF")):
        linked.maps.set(administrator, "books", kind=kind, ours=ours, theirs=theirs)
    line = lines_of(linked, linked.sending.send(manager, NUMBER))[0]
    assert (LineKey("", "03-100", "L"), LineKey("", "CONCRETE", "LAB"), "LF") == (line.key, line.ours, line.unit)


@pytest.mark.rule("B9", "B10")
def test_exported_key_does_not_move_with_its_map(
    linked: Services, manager: Actor, administrator: Actor, accountant: Accountant
) -> None:
    """A key exported under one code is not sent on under another."""
    linked.budgets.add_line(manager, NUMBER, entry("03-100", amount="5.00"))
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    accountant.post(item)
    linked.sending.unlock(manager, NUMBER)
    linked.budgets.edit_line(manager, NUMBER, LineKey("", "03-100", "L"), changes={"amount": Decimal(6)})
    linked.maps.set(administrator, "books", kind="cost_code", ours="03-100", theirs="05-100")
    with pytest.raises(BadInput) as error:
        linked.sending.send(manager, NUMBER)
    assert ["map-changed"] == [fault.rule for fault in error.value.faults]


@pytest.mark.rule("B4")
def test_not_supported_is_told_apart(linked: Services, manager: Actor) -> None:
    """What the ERP can't take at all is another error than what is not possible now."""
    linked.adapter.profile = evolve(linked.adapter.profile, capabilities=frozenset({Capability.ORIGINAL}))
    linked.budgets.add_line(manager, NUMBER, entry())
    approved_change(linked, manager, "1", "5.00")
    readiness = linked.sending.readiness(manager, NUMBER)
    assert "takes no budget changes" in readiness.not_supported[0].message
    assert () == readiness.reasons
    assert readiness.action is None
    with pytest.raises(NotSupported):
        linked.sending.send(manager, NUMBER)


@pytest.mark.rule("B7")
def test_sub_jobs_travel_only_where_they_are_taken(linked: Services, manager: Actor) -> None:
    """Lines of a sub job are sent with it, and refused by an ERP without sub jobs."""
    linked.budgets.sub_job(manager, NUMBER, "A", name="Phase A")
    linked.budgets.add_line(manager, NUMBER, entry(sub_job="A"))
    kept = linked.adapter.profile
    linked.adapter.profile = evolve(kept, capabilities=frozenset({Capability.ORIGINAL}))
    with pytest.raises(NotSupported):
        linked.sending.send(manager, NUMBER)
    linked.adapter.profile = kept
    assert [("A / 03-100 / L", "original", "100.00")] == moved(linked, linked.sending.send(manager, NUMBER))


@pytest.mark.rule("B10")
@pytest.mark.parametrize(
    ("policy", "sent", "rule"),
    [(ZeroLines.SEND, 2, None), (ZeroLines.SKIP, 1, "zero-skipped"), (ZeroLines.REFUSE, None, "zero-refused")],
)
def test_zero_lines_follow_the_profile(
    linked: Services, manager: Actor, policy: ZeroLines, sent: int | None, rule: str | None
) -> None:
    """A new line of zero is sent, left out with a note, or refused, as the profile says."""
    linked.adapter.profile = evolve(linked.adapter.profile, zero_lines=policy)
    linked.budgets.add_line(manager, NUMBER, entry())
    linked.budgets.add_line(manager, NUMBER, entry("03-200", amount="0.00"))
    findings = linked.sending.preview(manager, NUMBER)
    assert ([rule] if rule else []) == [finding.rule for finding in findings]
    if sent is None:
        with pytest.raises(BadInput):
            linked.sending.send(manager, NUMBER)
    else:
        assert sent == linked.sending.send(manager, NUMBER).line_count


@pytest.mark.rule("B10")
@pytest.mark.parametrize("takes", [True, False])
def test_units_alone_are_a_difference_only_where_units_are_taken(
    linked: Services, manager: Actor, accountant: Accountant, *, takes: bool
) -> None:
    """A change of quantity alone is sent where the ERP takes units, and else shown as not sent."""
    linked.budgets.add_line(manager, NUMBER, entry(quantity=Decimal(1), unit="EA"))
    item = linked.sending.send(manager, NUMBER)
    accountant.export(item)
    accountant.post(item)
    linked.sending.unlock(manager, NUMBER)
    linked.budgets.edit_line(manager, NUMBER, LineKey("", "03-100", "L"), changes={"quantity": Decimal(3)})
    if takes:
        line = lines_of(linked, linked.sending.send(manager, NUMBER))[0]
        assert (Decimal("0.00"), Decimal(2)) == (line.amount, line.quantity)
    else:
        linked.adapter.profile = evolve(linked.adapter.profile, capabilities=frozenset({Capability.ORIGINAL}))
        assert ["units-not-sent"] == [finding.rule for finding in linked.sending.preview(manager, NUMBER)]
        with pytest.raises(NotPossibleNow):
            linked.sending.send(manager, NUMBER)


@pytest.mark.rule("B10")
def test_revised_budget_below_zero_warns(linked: Services, manager: Actor) -> None:
    """A key whose revised budget falls below zero is a warning to acknowledge."""
    linked.budgets.add_line(manager, NUMBER, entry(amount="10.00"))
    approved_change(linked, manager, "1", "-10.01")
    findings = linked.sending.preview(manager, NUMBER)
    assert [(Severity.WARNING, "revised-below-zero")] == [(finding.severity, finding.rule) for finding in findings]


@pytest.mark.rule("B10")
def test_revised_budget_below_cost_and_commitments_warns(linked: Services, manager: Actor) -> None:
    """Where the ERP shows what is spoken for, a budget that falls below it is a warning to acknowledge."""
    linked.books.job(JOB).committed[LineKey("", "03-100", "L")] = Decimal("9.99")
    linked.projects.sync(manager, NUMBER)
    linked.budgets.add_line(manager, NUMBER, entry(amount="10.00"))
    assert () == linked.sending.preview(manager, NUMBER)
    approved_change(linked, manager, "1", "-0.02")
    findings = linked.sending.preview(manager, NUMBER)
    assert [(Severity.WARNING, "revised-below-commitments")] == [(each.severity, each.rule) for each in findings]


@pytest.mark.rule("P4")
def test_no_approver_left_warns(linked: Services, manager: Actor) -> None:
    """Sending warns when everybody who may approve had a part in it."""
    linked.budgets.add_line(manager, NUMBER, entry())
    with linked.store.begin() as connection:
        connection.execute(update(privileges).values(person_id=manager.person_id))
    assert ["no-approver"] == [finding.rule for finding in linked.sending.preview(manager, NUMBER)]
