"""Where a setting lets requests be accepted by themselves: only as far as every rule does; else a person decides."""

import pytest
from desk import CODES, JOB, OFFICE, Desk, key

from erp_bridge_core.approvals.states import ItemState
from erp_bridge_core.connector.values import RequestState


@pytest.fixture
def direct(desk: Desk) -> Desk:
    """The office's requests are accepted as the approver."""
    ada = desk.person("administrator")
    changes = {"connector.approve": False, "connector.accept_as": "approver"}
    desk.application.connections.change(ada, OFFICE, changes)
    return desk


def test_an_item_is_accepted_and_its_export_begins(direct: Desk) -> None:
    """In the person's name, who has had no part in it."""
    direct.ask()

    direct.poll()

    item = direct.application.reviews.item(direct.person("approver"), 1)
    assert (ItemState.EXPORTING, "approver") == (item.state, item.accepted_by)
    direct.application.exports.run(direct.person("approver"), 1)


def test_it_waits_for_a_person_where_programs_may_not_approve(direct: Desk) -> None:
    """The reason is on the request; nothing is tried again by itself once a person has to decide."""
    direct.application.companies.set_policy(direct.person("administrator"), approve_by_token=False)
    direct.ask()

    direct.poll()

    found = direct.request()
    assert (ItemState.READY, RequestState.ITEM, True) == (found.item_state, found.state, found.hands_off)
    assert found.reasons


@pytest.mark.rule("P4")
def test_who_sends_does_not_accept(direct: Desk) -> None:
    """Naming one person for both does not go round the separation of duties."""
    direct.application.people.grant_membership(direct.person("administrator"), "manager", integrations="standard")
    direct.application.people.grant_privilege(direct.person("administrator"), "manager")
    direct.set("connector.accept_as", "manager")
    direct.ask()

    direct.poll()

    assert ItemState.READY is direct.request().item_state
    assert "separation_of_duties" in direct.reasons()


@pytest.mark.rule("B5")
def test_a_warning_that_the_setting_does_not_name_leaves_it_to_a_person(direct: Desk) -> None:
    """One that it names was acknowledged once and for all: the item is made, and accepted too."""
    direct.office.set_line(JOB, key(CODES[0]), "100.00", description="Longer than the thirty characters there")
    direct.office.send(JOB)

    direct.poll()
    waiting = direct.request()
    direct.set("connector.acknowledge", ["description-shortened"])
    direct.poll()

    assert (RequestState.RECEIVED, None) == (waiting.state, waiting.item)
    assert any(fault.rule == "description-shortened" for fault in waiting.reasons)
    taken = direct.request()
    assert ItemState.EXPORTING is taken.item_state
    direct.application.exports.run(direct.person("approver"), taken.item)


@pytest.mark.rule("A4")
def test_an_acceptance_that_a_person_took_back_is_his(direct: Desk) -> None:
    """The next look accepts nothing again, though the setting says otherwise by then."""
    direct.ask()
    direct.set("connector.approve", value=True)
    direct.poll()
    approver = direct.person("approver")
    direct.application.reviews.accept(approver, 1, confirm_import_closes=True)
    direct.set("connector.approve", value=False)
    direct.application.reviews.take_back(approver, 1)

    direct.poll()

    assert ItemState.READY is direct.request().item_state


def test_nobody_is_named(desk: Desk) -> None:
    """Requests are heard of and wait; somebody takes one in himself."""
    desk.set("connector.act_as", "")
    desk.ask()

    desk.poll()

    assert desk.request().waits_for_person
    taken = desk.application.requests.take(desk.person("manager"), desk.request().number)
    assert (RequestState.ITEM, 1) == (taken.state, taken.item)
    assert JOB == taken.project


def test_who_may_not_send_takes_nothing(desk: Desk) -> None:
    """The named person lost his rights: each request says so, and is tried again."""
    ada = desk.person("administrator")
    desk.application.people.grant_project(ada, "manager", JOB, level="read-only")
    desk.ask()

    desk.poll()

    assert desk.request().waits_for_person
    desk.application.people.grant_project(ada, "manager", JOB, level="standard", may_send=True)
    assert (1,) == desk.poll().items
