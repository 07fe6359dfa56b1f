"""Signing in: sessions, throttled attempts, tokens, and acting as somebody in a demo."""

import pytest
from sqlalchemy import select, update

from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.people import sign_in
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.passwords import matches
from erp_bridge_core.people.service import People
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import installation, sessions
from erp_bridge_core.store.tables import people as people_table

PASSWORD = "five plain words are enough"


@pytest.fixture
def people(store: Store, audit: AuditTrail, clock: Clock) -> People:
    """The service under test; the manager has a password."""
    service = People(store, audit, clock)
    service.set_password(system_actor(1, "hoosier"), "manager", PASSWORD)
    return service


def test_the_right_password_opens_a_session(people: People, clock: Clock) -> None:
    """The session's token gives the person back, in that company, with the moment of signing in."""
    token, actor = people.sign_in("Manager", PASSWORD, "hoosier")
    clock.sleep(60)
    again = people.actor_from_session(token, "hoosier")

    assert ("manager", "Mia Manager", 1, "hoosier", "manager") == (
        again.login, again.name, again.company_id, again.company, again.real_login
    )  # fmt: skip
    assert actor.signed_in_at == again.signed_in_at


@pytest.mark.rule("X4")
def test_neither_password_nor_token_is_stored_in_clear(people: People, store: Store) -> None:
    """The tables hold an argon2 hash and a hash of the token."""
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")

    with store.read() as connection:
        stored = connection.execute(select(people_table.c.password_hash).where(people_table.c.id == 2)).scalar_one()
        kept = connection.execute(select(sessions.c.token_hash)).scalar_one()

    assert stored.startswith("$argon2id$")
    assert token not in kept


@pytest.mark.parametrize(
    ("login", "password", "company"),
    [
        ("manager", "not the right password", "hoosier"),
        ("nobody", PASSWORD, "hoosier"),
        ("manager", PASSWORD, "elsewhere"),
        ("viewer", PASSWORD, "hoosier"),
        ("manager", "", "hoosier"),
    ],
)
def test_all_failures_are_told_alike(people: People, login: str, password: str, company: str) -> None:
    """A wrong password, an unknown login or company, and a person without a password get the same words."""
    with pytest.raises(NotAllowed) as refused:
        people.sign_in(login, password, company)
    with pytest.raises(NotAllowed) as wrong:
        people.sign_in("manager", "wrong wrong wrong", "hoosier")

    assert refused.value.to_json() == wrong.value.to_json()


def test_after_five_failures_the_right_password_is_refused_too(
    people: People, audit: AuditTrail, viewer: Actor, clock: Clock
) -> None:
    """Attempts are throttled for fifteen minutes, audited once, and allowed again after."""
    for _ in range(5):
        with pytest.raises(NotAllowed):
            people.sign_in("manager", "wrong wrong wrong", "hoosier")
    with pytest.raises(NotAllowed):
        people.sign_in("manager", PASSWORD, "hoosier")
    assert len(audit.show(viewer, verb="sign-in throttle")) == 1

    clock.sleep(15 * 60)
    assert people.sign_in("manager", PASSWORD, "hoosier")[1].login == "manager"


def test_a_success_forgets_the_failures_before(people: People) -> None:
    """Four failures and a success leave five attempts again."""
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotAllowed):
                people.sign_in("manager", "wrong wrong wrong", "hoosier")
        people.sign_in("manager", PASSWORD, "hoosier")


def test_an_inactive_person_does_not_sign_in(people: People, store: Store) -> None:
    """Whoever was made inactive is refused, and his open session too."""
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")
    with store.begin() as connection:
        connection.execute(update(people_table).values(active=False))

    with pytest.raises(NotAllowed):
        people.sign_in("manager", PASSWORD, "hoosier")
    with pytest.raises(NotAllowed):
        people.actor_from_session(token, "hoosier")


def test_a_session_ends_by_signing_out(people: People) -> None:
    """After signing out the token is worth nothing; signing out twice is no error."""
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")
    people.sign_out(token)
    people.sign_out(token)

    with pytest.raises(NotAllowed):
        people.actor_from_session(token, "hoosier")


def test_a_session_expires(people: People, clock: Clock) -> None:
    """Twelve hours after signing in the session is over."""
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")
    clock.sleep(12 * 3600)

    with pytest.raises(NotAllowed):
        people.actor_from_session(token, "hoosier")


def test_a_new_password_ends_all_sessions(people: People) -> None:
    """Setting one's password signs every open session out."""
    token, actor = people.sign_in("manager", PASSWORD, "hoosier")
    people.set_password(actor, "manager", "quite another long one")

    with pytest.raises(NotAllowed):
        people.actor_from_session(token, "hoosier")
    assert people.sign_in("manager", "quite another long one", "hoosier")


@pytest.mark.rule("P0")
@pytest.mark.rule("X4")
def test_a_password_that_is_set_anew_while_the_former_one_is_checked_ends_that_sign_in_too(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting it ends all sessions: none is opened by the former one afterwards."""

    def slowly(stored: str | None, password: str) -> bool:
        right = matches(stored, password)
        people.set_password(system_actor(1, "hoosier"), "manager", "five other words are better")
        return right

    with monkeypatch.context() as patch:
        patch.setattr(sign_in, "matches", slowly)
        with pytest.raises(NotAllowed, match="The sign-in failed"):
            people.sign_in("manager", PASSWORD, "hoosier")

    assert "manager" == people.sign_in("manager", "five other words are better", "hoosier")[1].login


def test_a_session_is_no_key_to_another_company(people: People) -> None:
    """A session gives nobody in a company that the person doesn't belong to."""
    token, _ = people.sign_in("manager", PASSWORD, "hoosier")

    with pytest.raises(NotAllowed):
        people.actor_from_session(token, "elsewhere")


@pytest.mark.rule("X1")
def test_acting_as_somebody_is_for_a_demo_only(people: People, store: Store) -> None:
    """Outside a demo's home it is refused; in one, the actor tells who it really is."""
    with pytest.raises(NotAllowed, match="demo"):
        people.actor_as("approver", "hoosier", "tester")

    with store.begin() as connection:
        connection.execute(update(installation).values(demo=True))
    actor = people.actor_as("approver", "hoosier", "tester")

    assert ("approver", "tester") == (actor.login, actor.real_login)
    with pytest.raises(NotAllowed, match="stranger"):
        people.actor_as("stranger", "hoosier", "tester")
