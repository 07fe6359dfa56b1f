"""API tokens: limited, hashed, expiring, unable to mint or raise rights (P5)."""

import pytest
from sqlalchemy import select

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.policy import CompanyPolicy
from erp_bridge_core.people.rules import may_edit, may_send
from erp_bridge_core.people.service import People
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import api_tokens

pytestmark = pytest.mark.rule("P5")


@pytest.fixture
def people(store: Store, audit: AuditTrail, clock: Clock) -> People:
    """The service under test."""
    return People(store, audit, clock)


def test_a_token_acts_as_its_owner_within_its_limits(people: People, manager: Actor, project: int) -> None:
    """The token's actor is the owner, may what its verbs say, on its projects."""
    limits = {"companies": ["hoosier"], "projects": ["24-001"], "verbs": ["read", "edit"]}
    token = people.create_token(manager, "night job", days=30, **limits)
    actor = people.actor_from_token(token, "hoosier")
    with people.store.read() as connection:
        rights = people.rights(connection, actor, project)
        owner = people.rights(connection, manager, project)

    assert ("manager", "api", frozenset({project})) == (actor.login, actor.via, actor.token_projects)
    assert may_edit(rights) == []
    assert owner.may_send
    assert may_send(rights, first=True, resend_after_reject=False, policy=CompanyPolicy()) != []


def test_only_a_hash_of_the_token_is_kept(people: People, manager: Actor, store: Store) -> None:
    """The table and the listing do not hold the token."""
    token = people.create_token(manager, "night job", companies=["hoosier"], verbs=["read"])

    with store.read() as connection:
        assert token not in str(connection.execute(select(api_tokens)).one())
    assert ["night job"] == [each.name for each in people.list_tokens(manager)]


def test_a_token_expires_and_is_revoked(people: People, manager: Actor, clock: Clock) -> None:
    """An expired and a revoked token are refused in the same words as one that never was."""
    expiring = people.create_token(manager, "short", companies=["hoosier"], verbs=["read"], days=1)
    revoked = people.create_token(manager, "gone", companies=["hoosier"], verbs=["read"], days=5)
    people.revoke_token(manager, "gone")
    clock.sleep(24 * 3600)

    messages = set()
    for token in (expiring, revoked, "erpb_invented"):
        with pytest.raises(NotAllowed) as refused:
            people.actor_from_token(token, "hoosier")
        messages.add(refused.value.message)
    assert len(messages) == 1
    with pytest.raises(NotFound):
        people.revoke_token(manager, "gone")


def test_a_token_is_for_its_companies_only(people: People, manager: Actor) -> None:
    """It opens no company that it does not name."""
    token = people.create_token(manager, "night job", companies=["hoosier"], verbs=["read"])

    with pytest.raises(NotAllowed):
        people.actor_from_token(token, "elsewhere")


@pytest.mark.rule("P0")
def test_a_token_does_not_follow_its_owner_to_another_company(people: People, administrator: Actor) -> None:
    """A company that its owner belongs to, but that it doesn't name, stays closed to it."""
    companies = Companies(people.store, people.audit, people.clock)
    companies.add(administrator, "second", name="Second", time_zone="UTC", currency="EUR")
    token = people.create_token(administrator, "night job", companies=["hoosier"], verbs=["read"])

    assert people.actor_from_token(token, "hoosier").company == "hoosier"
    with pytest.raises(NotAllowed):
        people.actor_from_token(token, "second")


def test_a_token_makes_no_token(people: People, manager: Actor) -> None:
    """Who comes in by a token can't make, list or end tokens, nor set the owner's password."""
    actor = people.actor_from_token(
        people.create_token(manager, "night job", companies=["hoosier"], verbs=["read"]), "hoosier"
    )

    with pytest.raises(NotAllowed):
        people.create_token(actor, "more", companies=["hoosier"], verbs=["send"])
    with pytest.raises(NotAllowed):
        people.list_tokens(actor)
    with pytest.raises(NotAllowed):
        people.set_password(actor, "manager", "quite another long one")


def test_all_faults_of_a_token_are_told_at_once(people: People, manager: Actor) -> None:
    """Wrong name, verbs, days, company and project are five faults."""
    with pytest.raises(BadInput) as refused:
        people.create_token(manager, " ", companies=["elsewhere"], projects=["99-999"], verbs=["rule"], days=0)

    assert {"name", "verbs", "days", "companies[0]", "projects[0]"} == {fault.where for fault in refused.value.faults}


def test_making_a_token_asks_for_a_recent_sign_in(people: People, manager: Actor, clock: Clock) -> None:
    """A session left open long ago makes no token."""
    clock.sleep(16 * 60)

    with pytest.raises(NotAllowed, match="sign-in"):
        people.create_token(manager, "night job", companies=["hoosier"], verbs=["read"])
