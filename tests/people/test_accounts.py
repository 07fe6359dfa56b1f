"""Accounts: names and mail addresses, who may sign in at all, open sessions; and tokens that a company withdraws."""

import pytest

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import BadInput, NotAllowed, NotFound, NotPossibleNow, OneTimePassword
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.companies import Companies
from erp_bridge_core.people.service import People
from erp_bridge_core.people.views import Person
from erp_bridge_core.store.database import Store

PASSWORD = "several quiet words"


@pytest.fixture
def people(store: Store, audit: AuditTrail, clock: Clock) -> People:
    """The service under test."""
    return People(store, audit, clock)


@pytest.fixture
def elsewhere(people: People, companies: Companies, administrator: Actor) -> Actor:
    """The administrator in a second company, which has the manager as a member, too."""
    companies.add(administrator, "second", name="Second", time_zone="UTC", currency="EUR")
    people.set_password(companies.system("hoosier"), administrator.login, PASSWORD)
    _, there = people.sign_in(administrator.login, PASSWORD, "second")
    people.add(there, "manager", "ignored")
    return there


@pytest.fixture
def companies(store: Store, audit: AuditTrail, clock: Clock) -> Companies:
    """The companies."""
    return Companies(store, audit, clock)


def test_a_person_changes_his_own_name_and_address(people: People, manager: Actor, administrator: Actor) -> None:
    """An administrator may, too; others may not, and no token."""
    assert ("Mia New", "m@x.test") == _facts(people.change(manager, "manager", name="Mia New", email="m@x.test"))
    assert ("Mia", "") == _facts(people.change(administrator, "manager", name="Mia", email=""))
    with pytest.raises(NotAllowed):
        people.change(manager, administrator.login, name="Me", email="")
    token = people.create_token(manager, "t", companies=["hoosier"], verbs=["read"])
    with pytest.raises(NotAllowed):
        people.change(people.actor_from_token(token, "hoosier"), "manager", name="Me", email="")
    with pytest.raises(BadInput) as refused:
        people.change(manager, "manager", name="\u202e", email="no address")
    assert ["name", "email"] == [fault.where for fault in refused.value.faults]


def test_a_person_says_how_he_reads_values(people: People, manager: Actor) -> None:
    """It is told to whoever acts for him next, and is nobody else's business; None takes it back."""
    people.set_password(manager, "manager", PASSWORD)
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")
    people.accounts.set_formats(manager, locale="fr_CA", time_zone="Europe/Paris")

    read = people.actor_from_session(token, "hoosier")
    assert ("fr_CA", "Europe/Paris") == (read.locale, read.time_zone)
    people.accounts.set_formats(manager, locale=None, time_zone="")
    assert (None, None) == (people.show(manager, "manager").locale, people.show(manager, "manager").time_zone)
    with pytest.raises(BadInput) as refused:
        people.accounts.set_formats(manager, locale="fr-ca", time_zone="Paris")
    assert ["locale", "time_zone"] == [fault.where for fault in refused.value.faults]


def test_what_an_administrator_sets_is_good_for_one_thing(
    people: People, administrator: Actor, manager: Actor, audit: AuditTrail
) -> None:
    """Its person is known as a newcomer until he has chosen another password; it is on record."""
    people.set_password(administrator, "manager", PASSWORD)
    _, newcomer = people.sign_in("manager", PASSWORD, "hoosier")

    assert (True, True) == (newcomer.one_time_password, people.show(administrator, "manager").one_time_password)
    with pytest.raises(BadInput, match="can't be set") as refused:
        people.set_password(newcomer, "manager", PASSWORD)
    assert ["is the one that was handed to you"] == [fault.message for fault in refused.value.faults]
    people.set_password(newcomer, "manager", "words of her own choice")
    assert not people.sign_in("manager", "words of her own choice", "hoosier")[1].one_time_password
    assert [False, True] == [entry.facts["one_time"] for entry in audit.show(administrator, verb="set password")]


def test_the_host_says_whether_its_password_lasts(people: People, companies: Companies) -> None:
    """Its own administrator's does; what is handed to somebody else need not."""
    host = companies.system("hoosier")
    people.set_password(host, "manager", PASSWORD)
    assert not people.sign_in("manager", PASSWORD, "hoosier")[1].one_time_password
    people.set_password(host, "manager", PASSWORD, one_time=True)
    assert people.sign_in("manager", PASSWORD, "hoosier")[1].one_time_password


def test_a_newcomer_administers_nothing(people: People, companies: Companies) -> None:
    """Whoever knows the password that was handed to an administrator has nothing of it."""
    people.set_password(companies.system("hoosier"), "administrator", PASSWORD, one_time=True)
    _, newcomer = people.sign_in("administrator", PASSWORD, "hoosier")

    with pytest.raises(OneTimePassword):
        people.set_password(newcomer, "manager", "words for somebody else")
    with pytest.raises(OneTimePassword):
        people.add(newcomer, "friend", "Friend")


@pytest.mark.rule("P0")
def test_an_account_of_other_companies_is_left_alone(
    people: People, elsewhere: Actor, companies: Companies, administrator: Actor, manager: Actor
) -> None:
    """Who administers one of a person's companies alone neither renames nor deactivates him, and is told why."""
    people.add(elsewhere, "olga", "Olga")
    people.grant_membership(elsewhere, "olga", administrator=True)
    people.set_password(companies.system("second"), "olga", PASSWORD)
    _, olga = people.sign_in("olga", PASSWORD, "second")

    for act in (
        lambda: people.change(olga, "manager", name="X", email=""),
        lambda: people.accounts.deactivate(olga, "manager"),
    ):
        with pytest.raises(NotAllowed, match="don't administer"):
            act()
    assert ["login"] == [fault.where for fault in people.ways(olga, "manager").account]
    assert () == people.ways(administrator, "manager").account


def test_who_is_deactivated_is_signed_out_and_stays_out(
    people: People, companies: Companies, administrator: Actor, manager: Actor
) -> None:
    """Sessions and tokens are refused; what was granted is there again after."""
    people.set_password(companies.system("hoosier"), "manager", PASSWORD)
    session, mia = people.sign_in("manager", PASSWORD, "hoosier")
    token = people.create_token(mia, "t", companies=["hoosier"], verbs=["read"])
    granted = people.show(administrator, "manager").projects

    people.accounts.deactivate(administrator, "manager")

    for refused in (
        lambda: people.actor_from_session(session, "hoosier"),
        lambda: people.actor_from_token(token, "hoosier"),
        lambda: people.sign_in("manager", PASSWORD, "hoosier"),
    ):
        with pytest.raises(NotAllowed):
            refused()
    people.accounts.reactivate(administrator, "manager")
    people.sign_in("manager", PASSWORD, "hoosier")
    assert (True, granted) == (
        people.show(administrator, "manager").active,
        people.show(administrator, "manager").projects,
    )
    with pytest.raises(NotAllowed):
        people.actor_from_session(session, "hoosier")


def test_nobody_locks_himself_or_a_company_out(people: People, companies: Companies, administrator: Actor) -> None:
    """Not oneself; not the only administrator."""
    with pytest.raises(NotAllowed, match="you yourself"):
        people.accounts.deactivate(administrator, administrator.login)
    with pytest.raises(NotPossibleNow, match="only administrator"):
        people.accounts.deactivate(companies.system("hoosier"), administrator.login)
    assert ["login", "administrator"] == [
        fault.where for fault in people.ways(administrator, administrator.login).close
    ]


def test_a_person_ends_his_sessions(people: People, companies: Companies, manager: Actor, approver: Actor) -> None:
    """One, or all; another's is not found."""
    for login in ("manager", "approver"):
        people.set_password(companies.system("hoosier"), login, PASSWORD)
    (first, _), (second, mia) = (people.sign_in("manager", PASSWORD, "hoosier") for _ in range(2))
    _, abe = people.sign_in("approver", PASSWORD, "hoosier")
    latest, oldest = people.accounts.sessions(mia, second)
    assert (True, False) == (latest.is_asking, oldest.is_asking)

    with pytest.raises(NotFound):
        people.accounts.end_session(abe, oldest.number)
    people.accounts.end_session(mia, oldest.number)
    with pytest.raises(NotAllowed):
        people.actor_from_session(first, "hoosier")
    people.actor_from_session(second, "hoosier")

    assert 1 == people.accounts.end_sessions(mia)
    with pytest.raises(NotAllowed):
        people.actor_from_session(second, "hoosier")
    assert 1 == len(people.accounts.sessions(abe))


@pytest.mark.rule("P0", "P5")
def test_a_company_withdraws_a_token_from_itself_alone(
    people: People, elsewhere: Actor, administrator: Actor, manager: Actor
) -> None:
    """Its administrator sees it without the other company, and ends it there; a token of no company has ended."""
    token = people.create_token(manager, "both", companies=["hoosier", "second"], verbs=["read"])
    (held,) = people.tokens.of_company(elsewhere)
    assert ("manager", "both") == (held.login, held.name)

    people.tokens.withdraw(elsewhere, "manager", "both")
    with pytest.raises(NotAllowed):
        people.actor_from_token(token, "second")
    people.actor_from_token(token, "hoosier")
    assert () == people.tokens.of_company(elsewhere)
    with pytest.raises(NotFound):
        people.tokens.withdraw(elsewhere, "manager", "both")

    people.tokens.withdraw(administrator, "manager", "both")
    assert () == people.list_tokens(manager)
    with pytest.raises(NotAllowed):
        people.tokens.of_company(manager)


def _facts(person: Person) -> tuple[str, str]:
    return person.name, person.email
