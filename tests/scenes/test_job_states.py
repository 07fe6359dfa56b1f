"""What the ERP's job is like decides: estimates that it holds already, a job closed meanwhile, import that closes."""

from decimal import Decimal

import pytest
from sage_site import CHANGES, SageSite, intended

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract import LineKey
from erp_bridge_core.contract.errors import BadInput, ErpBridgeError, NotPossibleNow

CLEARING = LineKey("", "201-52370", "S")


@pytest.mark.rule("E5", "V2")
def test_a_first_export_onto_a_job_with_estimates_stops_until_they_are_confirmed(site: SageSite) -> None:
    """Told how much is there; confirmed, the export comes on top of it and is verified all the same."""
    site.enter(CLEARING, "250.00")
    item = site.sent()
    with pytest.raises(NotPossibleNow) as stopped:
        site.accept(item)
    state = site.item(item).state
    site.accept(item, confirm_baseline=True)
    site.export(item)
    site.follow_sheets(site.take(item))
    site.verify(item)

    assert {"E5"} == {fault.rule for fault in stopped.value.faults}
    assert "250.00" in stopped.value.message
    assert ItemState.READY == state
    assert ItemState.SYNCED == site.item(item).state
    held = site.held()
    assert (intended()[CLEARING][0] + 250, Decimal(0)) == held.pop(CLEARING)
    assert {key: amounts for key, amounts in intended().items() if key != CLEARING} == held


@pytest.mark.rule("R1", "A4")
def test_import_from_the_erp_closes_for_good_once_an_export_starts(site: SageSite) -> None:
    """Before, Sage's own figures can be imported; after, neither this project nor another on the job can."""
    site.open_project()
    site.enter(CLEARING, "250.00")
    application, manager = site.application, site.person("manager")
    imported = application.budgets.import_from_erp(manager, site.project)
    site.application.budgets.import_from_erp(manager, site.project, mode="override")
    for change in CHANGES:
        if change[0] == "BC-001":
            site.approve_change(change[0], change[1], [(LineKey("", "201-52370", "Subcontract"), "10.00")])
    item = site.send()
    with pytest.raises(NotPossibleNow, match="import"):
        application.reviews.accept(site.person("approver"), item.id, confirm_baseline=True)
    site.accept(item, confirm_baseline=True)
    application.exports.start(site.person("approver"), item.id)

    with pytest.raises(ErpBridgeError) as closed:
        application.budgets.import_from_erp(manager, site.project, mode="override")
    assert imported.lines >= 1
    assert "R1" in {fault.rule for fault in closed.value.faults}
    assert "R1" in {reason.rule for reason in site.readiness().import_reasons}
    with pytest.raises(NotPossibleNow):
        application.projects.unlink(site.person("administrator"), site.project)


@pytest.mark.rule("B5", "A4")
@pytest.mark.parametrize("act", ["close", "hold"])
def test_a_job_closed_between_accept_and_export_stops_it_with_nothing_written(site: SageSite, act: str) -> None:
    """The masters are read again before the first write: it says why, and goes on once the job is open again."""
    item = site.accepted()
    site.desk(act, job=site.job)
    site.desk("sync")
    with pytest.raises(BadInput) as stopped:
        site.application.exports.start(site.person("approver"), item.id)
    state = site.item(item).state
    written = list(site.share.rglob("*.jce"))
    site.desk("reopen", job=site.job)
    site.desk("sync")
    site.export(item)

    assert stopped.value.faults
    assert ItemState.ACCEPTED == state
    assert [] == written
    assert 2 == len(site.offered_files())


@pytest.mark.rule("B5")
def test_a_code_that_became_a_group_code_stops_the_accept(site: SageSite) -> None:
    """At accept the job is read anew: the line is named, the item still waits."""
    item = site.sent()
    site.desk("make-group", job=site.job, cost_code=CLEARING.cost_code)
    site.desk("sync")

    with pytest.raises(BadInput) as stopped:
        site.accept(item)
    assert any("201-52370" in f"{fault.where} {fault.value} {fault.message}" for fault in stopped.value.faults)
    assert ItemState.READY == site.item(item).state


@pytest.mark.rule("P0")
def test_a_project_keeps_its_job_once_it_was_exported(site: SageSite) -> None:
    """Neither unlinked nor linked elsewhere; and no other project takes the job."""
    site.synced()
    administrator, projects = site.person("administrator"), site.application.projects
    projects.create(administrator, "other", name="Another project")

    with pytest.raises(NotPossibleNow):
        projects.unlink(administrator, site.project)
    with pytest.raises(NotPossibleNow):
        projects.link(administrator, "other", "sage", job=site.job)
