"""Identities at a provider of sign-ins: linked, unlinked, and what signing in with one gives."""

import json
from datetime import timedelta

import pytest
from attrs import evolve
from controlled_clock import ControlledClock
from sqlalchemy import select

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.service import People
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import audit_entries, outbox

ISSUER = "https://id.builders.test"
MIA = {"issuer": ISSUER, "subject": "8d1f-mia"}
PASSWORD = "several quiet words"


@pytest.fixture
def people(store: Store, audit: AuditTrail, clock: ControlledClock) -> People:
    """The service under test."""
    return People(store, audit, clock)


@pytest.fixture
def companies(store: Store, audit: AuditTrail, clock: ControlledClock) -> Companies:
    """The companies."""
    return Companies(store, audit, clock)


def sign_in(people: People, *, company: str = "hoosier", **identity: str) -> tuple[str, Actor]:
    """Sign in with an identity that a provider vouches for, just now."""
    given = {**MIA, **identity}
    return people.signing.by_identity(**given, company=company, via="page", proved_at=people.clock.now())


def test_an_administrator_links_a_person(people: People, administrator: Actor, clock: ControlledClock) -> None:
    """From then on the identity signs in as him, and he and administrators see it."""
    linked = people.identities.link(administrator, "manager", **MIA)
    token, actor = sign_in(people)

    assert (MIA["subject"], "administrator", clock.now()) == (linked.subject, linked.linked_by, linked.linked_at)
    assert ("manager", True, clock.now()) == (actor.login, actor.by_identity, actor.signed_in_at)
    assert actor == people.actor_from_session(token, "hoosier", via="page")
    assert (linked,) == people.identities.of(actor, "manager") == people.identities.of(administrator, "manager")


def test_who_is_linked_by_somebody_else_is_told_by_mail(
    people: People, store: Store, administrator: Actor, manager: Actor
) -> None:
    """With it one signs in as him; what one links oneself needs no mail."""
    people.identities.link(administrator, "manager", **MIA)
    people.identities.link(administrator, administrator.login, issuer=ISSUER, subject="own")

    with store.read() as connection:
        (told,) = connection.execute(select(outbox.c.kind, outbox.c.recipients, outbox.c.payload)).all()
    expected = {"login": "manager", "linked_by": administrator.login, **MIA}
    assert ("identity_linked", [manager.person_id], expected) == tuple(told)


def test_an_identity_is_never_found_by_mail_address(people: People, administrator: Actor) -> None:
    """Nor by a subject of another issuer, nor by one that is written otherwise."""
    people.identities.link(administrator, "manager", **MIA)

    for other in (
        {"subject": "manager@builders.test"}, {"issuer": "https://id.builders.test/"}, {"issuer": "https://evil.test"},
        {"subject": "8D1F-MIA"}, {"subject": "manager"},
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="Nobody here is linked"):
            sign_in(people, **other)


@pytest.mark.rule("P0", "P1")
def test_only_administrators_link_others(people: People, manager: Actor, viewer: Actor, administrator: Actor) -> None:
    """Nobody else, nobody for himself, no token, and nobody after a while without signing in again."""
    token = people.create_token(administrator, "t", companies=["hoosier"], verbs=["read"])
    stale = evolve(administrator, signed_in_at=people.clock.now() - timedelta(minutes=16))
    for actor in (manager, viewer, people.actor_from_token(token, "hoosier"), stale):
        with pytest.raises(NotAllowed):
            people.identities.link(actor, "manager", **MIA)
    for actor in (viewer, people.actor_from_token(token, "hoosier")):
        with pytest.raises(NotAllowed):
            people.identities.of(actor, "manager")

    assert () == people.identities.of(manager, "manager")


@pytest.mark.rule("P0")
def test_a_person_of_other_companies_is_left_alone(people: People, administrator: Actor, companies: Companies) -> None:
    """Who could link him could sign in as him there; who is not of the company does not exist."""
    companies.add(administrator, "second", name="Second", time_zone="UTC", currency="EUR")
    people.set_password(companies.system("hoosier"), "administrator", PASSWORD)
    _, there = people.sign_in("administrator", PASSWORD, "second")
    people.add(there, "manager", "ignored")
    people.add(there, "olga", "Olga")
    people.grant_membership(there, "olga", administrator=True)
    olga = evolve(there, person_id=5, login="olga")

    with pytest.raises(NotAllowed, match="a company that you don't administer"):
        people.identities.link(olga, "manager", **MIA)
    with pytest.raises(NotFound):
        people.identities.link(olga, "viewer", **MIA)
    people.identities.link(there, "manager", **MIA)
    assert ["hoosier", "second", "hoosier"] == [
        sign_in(people, company=asked)[1].company for asked in ("hoosier", "second", "unknown")
    ]


def test_a_person_links_himself_by_password_alone(people: People, manager: Actor) -> None:
    """Signed in recently, and not through a provider: a session of one identity does not beget another."""
    people.identities.link_own(manager, **MIA)
    _, through = sign_in(people)

    stale = evolve(manager, signed_in_at=people.clock.now() - timedelta(minutes=16))
    for actor in (through, stale, evolve(manager, signed_in_at=None)):
        with pytest.raises(NotAllowed):
            people.identities.link_own(actor, issuer=ISSUER, subject="another")


@pytest.mark.parametrize(
    ("issuer", "subject", "where"),
    [
        ("ftp://x", "s", "issuer"), ("", "s", "issuer"), ("https://x y", "s", "issuer"),
        ("https://x/\n", "s", "issuer"),
        (ISSUER, "", "subject"), (ISSUER, "é", "subject"), (ISSUER, "x" * 256, "subject"), (ISSUER, "a\n", "subject"),
        ("https://x/" + "x" * 500, "s", "issuer"),
    ],
)  # fmt: skip
def test_what_is_no_identity_is_refused(
    people: People, administrator: Actor, issuer: str, subject: str, where: str
) -> None:
    """The fault names what is wrong."""
    with pytest.raises(BadInput) as refused:
        people.identities.link(administrator, "manager", issuer=issuer, subject=subject)

    assert [where] == [fault.where for fault in refused.value.faults]


def test_an_identity_is_of_one_person(people: People, administrator: Actor) -> None:
    """A second link is refused without saying whose it is; a person may have several identities."""
    people.identities.link(administrator, "manager", **MIA)
    people.identities.link(administrator, "manager", issuer="https://other.test", subject="8d1f-mia")
    for login in ("viewer", "manager"):
        with pytest.raises(BadInput) as refused:
            people.identities.link(administrator, login, **MIA)
        assert ["is linked already"] == [fault.message for fault in refused.value.faults]
        assert login == "manager" or "manager" not in str(refused.value.faults)

    assert 2 == len(people.identities.of(administrator, "manager"))


def test_what_is_unlinked_signs_in_no_more(people: People, administrator: Actor, manager: Actor) -> None:
    """Its sessions end, those by password go on; it can be linked anew."""
    people.set_password(administrator, "manager", PASSWORD)
    by_password, _ = people.sign_in("manager", PASSWORD, "hoosier")
    people.identities.link(administrator, "manager", **MIA)
    through, _ = sign_in(people)

    people.identities.unlink(manager, "manager", **MIA)

    with pytest.raises(NotAllowed):
        people.actor_from_session(through, "hoosier")
    assert "manager" == people.actor_from_session(by_password, "hoosier").login
    with pytest.raises(NotAllowed, match="Nobody here is linked"):
        sign_in(people)
    with pytest.raises(NotFound):
        people.identities.unlink(manager, "manager", **MIA)
    people.identities.link(administrator, "viewer", **MIA)
    assert "viewer" == sign_in(people)[1].login


def test_nobody_unlinks_anothers_identity(people: People, administrator: Actor, viewer: Actor) -> None:
    """Administrators may; others are told what they lack."""
    people.identities.link(administrator, "manager", **MIA)

    with pytest.raises(NotAllowed):
        people.identities.unlink(viewer, "manager", **MIA)
    with pytest.raises(NotFound):
        people.identities.unlink(viewer, "viewer", **MIA)
    people.identities.unlink(administrator, "manager", **MIA)
    assert () == people.identities.of(administrator, "manager")


def test_a_closed_account_stays_closed(people: People, administrator: Actor) -> None:
    """Who was deactivated, or belongs to no company, is not let in by his provider."""
    people.identities.link(administrator, "manager", **MIA)
    people.accounts.deactivate(administrator, "manager")
    with pytest.raises(NotAllowed, match="closed"):
        sign_in(people)
    people.accounts.reactivate(administrator, "manager")
    assert "manager" == sign_in(people)[1].login

    people.remove(administrator, "manager")
    with pytest.raises(NotAllowed, match="closed"):
        sign_in(people)


def test_a_provider_that_does_not_tell_when_gives_no_recent_sign_in(people: People, administrator: Actor) -> None:
    """The session is good, but what asks for a recent sign-in is refused; a told moment counts, not the session's."""
    people.identities.link(administrator, "administrator", **MIA)
    _, untold = people.signing.by_identity(**MIA, company="hoosier", via="page", proved_at=None)
    old = people.clock.now() - timedelta(minutes=16)
    _, told = people.signing.by_identity(**MIA, company="hoosier", via="page", proved_at=old)

    assert (None, old) == (untold.signed_in_at, told.signed_in_at)
    for actor in (untold, told):
        with pytest.raises(NotAllowed, match="last 15 minutes"):
            people.identities.link(actor, "manager", issuer=ISSUER, subject="m")


@pytest.mark.rule("X1")
def test_every_act_is_on_record(people: People, administrator: Actor, store: Store) -> None:
    """Linking, signing in and unlinking, each with the identity or its issuer."""
    people.identities.link(administrator, "manager", **MIA)
    sign_in(people)
    people.identities.unlink(administrator, "manager", **MIA)

    with store.read() as connection:
        found = connection.execute(select(audit_entries).order_by(audit_entries.c.sequence))
        told = [(row.person, row.verb, row.subject_id, json.loads(row.details) or None) for row in found]
    assert [
        ("administrator", "link identity", "manager", MIA),
        ("manager", "sign-in", "manager", {"issuer": ISSUER}),
        ("administrator", "unlink identity", "manager", MIA),
    ] == told


def test_a_password_may_be_for_administrators_alone(people: People, administrator: Actor) -> None:
    """Everybody else is refused in the words of a wrong password."""
    for login in ("administrator", "manager"):
        people.set_password(administrator, login, PASSWORD)
    with pytest.raises(NotAllowed) as wrong:
        people.sign_in("administrator", "no such words", "hoosier", administrators_only=True)
    with pytest.raises(NotAllowed) as closed:
        people.sign_in("manager", PASSWORD, "hoosier", administrators_only=True)

    assert (wrong.value.message, wrong.value.remedy) == (closed.value.message, closed.value.remedy)
    assert "administrator" == people.sign_in("administrator", PASSWORD, "hoosier", administrators_only=True)[1].login
    assert "manager" == people.sign_in("manager", PASSWORD, "hoosier")[1].login
