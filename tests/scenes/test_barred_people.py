"""Who may not: at each act of the main job the wrong person is refused with every reason, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from sage_site import LATER, SageSite

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.contract.errors import NotAllowed, NotFound
from erp_bridge_core.exports.settling import Settlement

Act = Callable[[SageSite, str, ItemView], Any]


def accept(site: SageSite, login: str, item: ItemView) -> Any:
    """Accept as that person."""
    return site.application.reviews.accept(site.person(login), item.id, confirm_import_closes=True)


def reject(site: SageSite, login: str, item: ItemView) -> Any:
    """Reject as that person."""
    return site.application.reviews.reject(site.person(login), item.id, reason="No")


def start(site: SageSite, login: str, item: ItemView) -> Any:
    """Start the export as that person."""
    return site.application.exports.start(site.person(login), item.id)


def take(site: SageSite, login: str, item: ItemView) -> Any:
    """Take the files over as that person."""
    return site.application.exports.take(site.person(login), item.id)


@pytest.mark.rule("P3", "P1")
@pytest.mark.parametrize("login", ["administrator", "manager", "viewer"])
@pytest.mark.parametrize("act", [accept, reject], ids=["accept", "reject"])
def test_nobody_answers_without_the_privilege(site: SageSite, act: Act, login: str) -> None:
    """An administrator without the privilege, the sender and a viewer can't answer; the item waits as before."""
    item = site.sent()

    with pytest.raises(NotAllowed) as refused:
        act(site, login, item)
    assert "P3" in {fault.rule for fault in refused.value.faults}
    assert all(fault.remedy for fault in refused.value.faults)
    assert ItemState.READY == site.item(item).state


@pytest.mark.rule("P4")
def test_who_built_or_sent_it_does_not_approve_it(site: SageSite) -> None:
    """The manager is given every right to answer: he imported and sent it, so he still does not."""
    item = site.sent()
    people, administrator = site.application.people, site.person("administrator")
    people.grant_membership(administrator, "manager", integrations="standard")
    people.grant_privilege(administrator, "manager")

    with pytest.raises(NotAllowed) as refused:
        accept(site, "manager", item)
    assert {"P4"} == {fault.rule for fault in refused.value.faults}


@pytest.mark.rule("P4")
def test_nobody_gives_himself_the_privilege(site: SageSite) -> None:
    """The administrator gives it to others alone."""
    with pytest.raises(NotAllowed):
        site.application.people.grant_privilege(site.person("administrator"), "administrator")


@pytest.mark.rule("P3")
@pytest.mark.parametrize("act", [start, take], ids=["start", "take"])
def test_the_right_is_asked_again_when_the_export_starts(site: SageSite, act: Act) -> None:
    """Taken away after the accept: the approver starts nothing and takes nothing; another approver does."""
    item = site.accepted()
    if act is take:
        site.export(item)
    site.application.people.revoke_privilege(site.person("administrator"), "approver")

    with pytest.raises(NotAllowed):
        act(site, "approver", item)
    assert [] == [path.name for path in (site.share).glob("taken/*/*.jce")]
    act(site, "controller", item)


@pytest.mark.rule("L15", "E6")
def test_who_exported_does_not_settle_and_nobody_does_without_a_recent_sign_in(site: SageSite) -> None:
    """Somebody else settles, with a reason, soon after signing in; it is in the audit trail."""
    item, _ = site.handed_over()
    reference = site.status(item).effects[0].reference
    withdrawn: dict[str, Any] = {"how": Settlement.WITHDRAWN, "reason": "Removed before posting"}
    controller = site.person("controller")

    with pytest.raises(NotAllowed):
        site.application.exports.settle(site.person("approver"), item.id, reference, **withdrawn)
    site.application.clock.sleep(3600)
    with pytest.raises(NotAllowed, match="sign"):
        site.application.exports.settle(controller, item.id, reference, **withdrawn)
    site.application.exports.settle(site.person("controller"), item.id, reference, **withdrawn)

    entries = site.application.audit.show(site.person("administrator"), subject="item", subject_id=str(item.id))
    (settled,) = [entry for entry in entries if entry.verb == "export.settle"]
    assert ("controller", "settled as withdrawn") == (settled.person, settled.to_state)


@pytest.mark.rule("P2")
def test_sending_and_retrieving_need_the_grant(site: SageSite) -> None:
    """A standard of Budget without the grant edits, and neither sends nor retrieves."""
    site.open_project()
    site.build_budget()
    people, administrator = site.application.people, site.person("administrator")
    people.grant_project(administrator, "manager", site.project, may_send=False)
    site.approve_change(*LATER)

    with pytest.raises(NotAllowed):
        site.send()
    people.grant_project(administrator, "manager", site.project, may_send=True)
    site.send()
    people.grant_project(administrator, "manager", site.project, may_send=False)
    with pytest.raises(NotAllowed):
        site.application.sending.retrieve(site.person("manager"), site.project)


@pytest.mark.rule("P0")
def test_another_company_finds_nothing(site: SageSite) -> None:
    """Its approver asks for the item by its number: there is none."""
    item = site.sent()
    companies, people, administrator = (
        site.application.companies, site.application.people, site.person("administrator"),
    )  # fmt: skip
    companies.add(administrator, "other", name="Other Builders", time_zone="America/Chicago", currency="USD")
    outsider = people.actor_as("administrator", "other", "tester")

    for act in (
        lambda: site.application.reviews.show(outsider, item.id),
        lambda: site.application.exports.status(outsider, item.id),
        lambda: site.application.budgets.show(outsider, site.project),
    ):
        with pytest.raises(NotFound):
            act()
