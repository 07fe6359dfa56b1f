"""Companies: added, seen only by their own people, with policies and a clock of their own."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound, UsageError
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.store.database import Store

SECOND = {"name": "Second Ltd", "time_zone": "Europe/Berlin", "currency": "EUR"}


@pytest.fixture
def companies(store: Store, audit: AuditTrail, clock: Clock) -> Companies:
    """The service under test."""
    return Companies(store, audit, clock)


@pytest.mark.rule("P0")
def test_a_person_sees_only_companies_that_he_belongs_to(
    companies: Companies, administrator: Actor, manager: Actor
) -> None:
    """Who adds a company administers it and sees it; the others of his first company don't."""
    companies.add(administrator, "second", **SECOND)

    assert ["hoosier", "second"] == [company.code for company in companies.list(administrator)]
    assert ["hoosier"] == [company.code for company in companies.list(manager)]
    assert ["hoosier", "second"] == [company.code for company in companies.list(system_actor(1, "hoosier"))]


def test_all_faults_of_a_company_are_told_at_once(companies: Companies, administrator: Actor) -> None:
    """Code, name, time zone and currency are looked at together."""
    with pytest.raises(BadInput) as refused:
        companies.add(administrator, "../up", name="", time_zone="Indiana", currency="dollar")

    assert ["code", "name", "time_zone", "currency"] == [fault.where for fault in refused.value.faults]


def test_a_code_is_taken_once(companies: Companies, administrator: Actor) -> None:
    """Two companies of one code are refused."""
    with pytest.raises(BadInput, match="hoosier"):
        companies.add(administrator, "hoosier", **SECOND)


def test_only_administrators_add_companies(companies: Companies, manager: Actor) -> None:
    """Anybody else is refused."""
    with pytest.raises(NotAllowed):
        companies.add(manager, "second", **SECOND)


@pytest.mark.rule("P0")
def test_what_concerns_every_company_is_for_administrators_of_the_first(
    companies: Companies, administrator: Actor
) -> None:
    """The same person, acting in another company that he administers too, is sent to the first one."""
    companies.add(administrator, "second", **SECOND)
    there = evolve(administrator, company_id=companies.system("second").company_id, company="second")

    with pytest.raises(NotAllowed, match="concerns every company"):
        companies.add(there, "third", **SECOND)


def test_the_installation_names_an_administrator(companies: Companies) -> None:
    """Set-up on the host has no person of its own, so that it must name one who exists."""
    system = system_actor(1, "hoosier")

    with pytest.raises(UsageError):
        companies.add(system, "second", **SECOND)
    with pytest.raises(NotFound):
        companies.add(system, "second", **SECOND, administrator="nobody")


@pytest.mark.rule("X1")
def test_a_policy_is_changed_and_audited(companies: Companies, audit: AuditTrail, administrator: Actor) -> None:
    """What is not named stays as it was; the audit trail tells what changed from what."""
    companies.set_policy(administrator, resend_with_grant=True)
    policy = companies.set_policy(administrator, duplicates="sum")
    newest = audit.show(administrator, verb="company policy")[0]

    assert CompanyPolicy(resend_with_grant=True, duplicates="sum") == policy == companies.show(administrator).policy
    assert {"from": {"duplicates": "refuse"}, "to": {"duplicates": "sum"}} == newest.facts


def test_all_faults_of_a_policy_are_told_at_once(companies: Companies, administrator: Actor) -> None:
    """A wrong value and an unknown name are both told, and the policy stays."""
    with pytest.raises(BadInput) as refused:
        companies.set_policy(administrator, separation_of_duties="no", duplicates="maybe", colour="blue")

    assert {"separation_of_duties", "duplicates", "colour"} == {fault.where for fault in refused.value.faults}
    assert CompanyPolicy() == companies.show(administrator).policy


def test_only_administrators_change_policies(companies: Companies, approver: Actor) -> None:
    """An approver can't switch separation of duties off for himself."""
    with pytest.raises(NotAllowed):
        companies.set_policy(approver, separation_of_duties=False)


@pytest.mark.rule("A3")
def test_today_is_the_companys(companies: Companies, administrator: Actor, clock: Clock) -> None:
    """At two in the night in Berlin it is still yesterday in Indianapolis."""
    companies.add(administrator, "second", **SECOND)
    one_in_the_morning = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    clock.sleep((one_in_the_morning - clock.now()).total_seconds())

    assert date(2026, 3, 2) == companies.clock_of(1).today()
    assert date(2026, 3, 3) == companies.clock_of(2).today()
    assert clock.now() == companies.clock_of(2).now()
    with pytest.raises(NotFound):
        companies.clock_of(3)


@pytest.mark.rule("P0")
def test_a_company_shows_itself_only(companies: Companies, manager: Actor) -> None:
    """The company shown is the actor's own; one that doesn't exist is not found."""
    assert companies.show(manager).name == "Hoosier Builders"
    with pytest.raises(NotFound):
        companies.show(evolve(manager, company="elsewhere"))
