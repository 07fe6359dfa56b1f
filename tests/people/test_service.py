"""People through their service: added, shown, granted and taken away, each act audited."""

import pytest
from attrs import evolve
from sqlalchemy import func, select

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound, NotPossibleNow
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.rules import Level
from erp_bridge_core.people.service import People
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import audit_entries, memberships

PASSWORD = "five plain words are enough"


@pytest.fixture
def people(store: Store, audit: AuditTrail, clock: Clock) -> People:
    """The service under test."""
    return People(store, audit, clock)


def entries(store: Store) -> int:
    """How many audit entries there are."""
    with store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_entries)).scalar_one())


def test_a_person_is_added_without_any_right(people: People, administrator: Actor) -> None:
    """A new person is shown with level none, no privilege, no password."""
    person = people.add(administrator, "nora", "Nora New", email="nora@builders.test")

    assert ("nora", "Nora New", "nora@builders.test") == (person.login, person.name, person.email)
    assert (Level.NONE, False, False, ()) == (
        person.integrations, person.administrator, person.has_password, person.privileges
    )  # fmt: skip
    assert person in people.list(administrator)


def test_all_faults_of_a_person_are_told_at_once(people: People, administrator: Actor, store: Store) -> None:
    """A bad login, name and address make three faults, and nobody is added."""
    with pytest.raises(BadInput) as refused:
        people.add(administrator, "No Such", "Eve\x1b[31m", email="eve@x\r\nBcc: all@x.test")

    assert ["login", "name", "email"] == [fault.where for fault in refused.value.faults]
    assert entries(store) == 0


def test_a_login_is_taken_once(people: People, administrator: Actor) -> None:
    """A second person of the same login in the company is refused."""
    with pytest.raises(BadInput, match="manager"):
        people.add(administrator, "manager", "Another Manager")


@pytest.mark.rule("P1")
def test_only_an_administrator_adds_people(people: People, manager: Actor, store: Store) -> None:
    """Anybody else is refused and nothing is recorded."""
    with pytest.raises(NotAllowed):
        people.add(manager, "nora", "Nora New")
    assert entries(store) == 0


def test_grants_ask_for_a_recent_sign_in(people: People, administrator: Actor, clock: Clock) -> None:
    """An administrator who signed in too long ago signs in again first."""
    clock.sleep(16 * 60)

    with pytest.raises(NotAllowed, match="sign-in"):
        people.grant_membership(administrator, "viewer", integrations="standard")


@pytest.mark.rule("P1", "X1")
def test_a_membership_grant_is_shown_and_audited(people: People, audit: AuditTrail, administrator: Actor) -> None:
    """The level changes and the audit trail tells from what to what."""
    person = people.grant_membership(administrator, "viewer", integrations="standard")
    (entry,) = audit.show(administrator, verb="grant membership")

    assert person.integrations is Level.STANDARD
    assert ("read_only", "standard") == (entry.facts["from"]["integrations"], entry.facts["to"]["integrations"])


@pytest.mark.rule("P1", "P2")
def test_a_project_grant_adds_to_what_was_there(people: People, administrator: Actor, project: int) -> None:
    """Level and grant are set apart: setting one keeps the other."""
    people.grant_project(administrator, "approver", "24-001", level="read-only")
    person = people.grant_project(administrator, "approver", "24-001", may_send=True)

    (grant,) = person.projects
    assert ("24-001", Level.READ_ONLY, True) == (grant.project, grant.level, grant.may_send)


def test_an_unknown_level_names_the_known_ones(people: People, administrator: Actor) -> None:
    """A misspelt level is refused with the list of levels."""
    with pytest.raises(BadInput) as refused:
        people.grant_membership(administrator, "viewer", integrations="boss")

    assert "none, read-only, standard, admin" == refused.value.faults[0].expected


@pytest.mark.rule("P4")
def test_nobody_grants_himself_the_privilege(people: People, administrator: Actor) -> None:
    """An administrator gives the privilege to others only."""
    with pytest.raises(NotAllowed, match="himself"):
        people.grant_privilege(administrator, "administrator")


@pytest.mark.rule("P4")
def test_a_privilege_is_granted_once_and_taken_away(people: People, audit: AuditTrail, administrator: Actor) -> None:
    """Granting twice is one grant; taking it away ends it; taking it again finds nothing."""
    people.grant_privilege(administrator, "viewer")
    person = people.grant_privilege(administrator, "viewer")
    assert [("budget", "export", None, "administrator")] == [
        (held.item_type, held.direction, held.project, held.granted_by) for held in person.privileges
    ]

    assert people.revoke_privilege(administrator, "viewer").privileges == ()
    with pytest.raises(NotFound):
        people.revoke_privilege(administrator, "viewer")
    assert ["revoke privilege", "grant privilege"] == [
        entry.verb for entry in audit.show(administrator, subject="person", subject_id="viewer")
    ]


@pytest.mark.rule("P4")
def test_only_known_privileges_are_granted(people: People, administrator: Actor) -> None:
    """A privilege that means nothing is refused, naming both wrong halves."""
    with pytest.raises(BadInput) as refused:
        people.grant_privilege(administrator, "viewer", item_type="invoice", direction="import")

    assert ["item_type", "direction"] == [fault.where for fault in refused.value.faults]


@pytest.mark.rule("P6")
def test_the_service_names_the_designated_approvers(people: People, administrator: Actor, project: int) -> None:
    """A grant makes an approver; whoever is excluded is left out."""
    people.grant_membership(administrator, "viewer", integrations="standard")
    people.grant_privilege(administrator, "viewer", project="24-001")

    with people.store.read() as connection:
        both = people.approvers(connection, 1, project)
        one = people.approvers(connection, 1, project, excluding={3})

    assert (["approver", "viewer"], ["viewer"]) == ([each.login for each in both], [each.login for each in one])


def test_the_last_administrator_stays(people: People, administrator: Actor) -> None:
    """A company keeps one administrator: he is neither demoted nor removed."""
    with pytest.raises(NotPossibleNow):
        people.grant_membership(administrator, "administrator", administrator=False)
    with pytest.raises(NotPossibleNow):
        people.remove(administrator, "administrator")


def test_whoever_is_removed_is_not_found(people: People, administrator: Actor, project: int) -> None:
    """A removed person has no membership, permission or privilege left."""
    people.remove(administrator, "approver")

    with pytest.raises(NotFound):
        people.show(administrator, "approver")
    with people.store.read() as connection:
        assert people.approvers(connection, 1, project) == ()


def test_a_person_sees_himself_and_no_other(people: People, manager: Actor) -> None:
    """Without administering one is shown oneself only."""
    assert people.show(manager, "manager").login == "manager"
    with pytest.raises(NotAllowed):
        people.show(manager, "viewer")
    with pytest.raises(NotAllowed):
        people.list(manager)


@pytest.mark.rule("P0")
def test_a_person_of_another_company_is_not_found(
    people: People, store: Store, audit: AuditTrail, clock: Clock, administrator: Actor
) -> None:
    """An administrator of one company neither sees nor grants to people of another."""
    Companies(store, audit, clock).add(administrator, "second", name="Second", time_zone="UTC", currency="EUR")
    there = evolve(administrator, company_id=2, company="second")

    assert ["administrator"] == [person.login for person in people.list(there)]
    with pytest.raises(NotFound):
        people.grant_membership(there, "manager", integrations="admin")


@pytest.mark.rule("P0")
def test_an_administrator_does_not_set_the_password_of_another_companys_member(
    people: People, store: Store, administrator: Actor
) -> None:
    """Else he could sign in as that person to a company that is not his."""
    system = system_actor(1, "hoosier")
    Companies(store, people.audit, people.clock).add(
        system, "second", name="Second", time_zone="UTC", currency="EUR", administrator="viewer"
    )

    with pytest.raises(NotAllowed, match="don't administer"):
        people.set_password(administrator, "viewer", PASSWORD)
    people.set_password(administrator, "manager", PASSWORD)


@pytest.mark.rule("P0")
def test_a_known_person_joins_another_company_with_his_login(people: People, store: Store) -> None:
    """Adding a login that the installation knows adds a membership, and changes neither name nor address."""
    companies = Companies(store, people.audit, people.clock)
    second = {"name": "Second", "time_zone": "UTC", "currency": "EUR", "administrator": "viewer"}
    companies.add(system_actor(1, "hoosier"), "second", **second)

    person = people.add(companies.system("second"), "manager", "Somebody Else")

    assert ("Mia Manager", "manager@builders.test") == (person.name, person.email)
    with store.read() as connection:
        query = select(func.count()).select_from(memberships).where(memberships.c.person_id == 2)
        assert connection.execute(query).scalar_one() == 2


@pytest.mark.parametrize("password", ["Tw9$xq", "aaaaaaaaaaaaaaaa", "x" * 1001])
def test_a_weak_password_is_refused_without_showing_it(people: People, administrator: Actor, password: str) -> None:
    """Length and variety are asked for; the error never holds the password."""
    with pytest.raises(BadInput) as refused:
        people.set_password(administrator, "manager", password)

    assert all(fault.value is None for fault in refused.value.faults)
    assert password not in str(refused.value.to_json())
