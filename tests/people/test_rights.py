"""Rights as read from the tables: narrowed to company, project and token."""

from datetime import datetime

import pytest
from attrs import evolve
from sqlalchemy import Connection, insert, update

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import NotFound
from erp_bridge_core.people.actor import Actor, system_actor
from erp_bridge_core.people.rights import approvers_of, granted_by_self, rights_of
from erp_bridge_core.people.rules import PUSH, Level, Rights
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import companies, people, privileges, projects


def rights(store: Store, actor: Actor, project: int | None = None) -> Rights:
    """An actor's rights, read in a transaction of their own."""
    with store.read() as connection:
        return rights_of(connection, actor, project)


@pytest.mark.rule("P1")
def test_a_manager_has_what_was_granted_on_the_project(store: Store, manager: Actor, project: int) -> None:
    """The level and the grant to send are those of the project; without one there is none."""
    on_project, elsewhere = rights(store, manager, project), rights(store, manager)

    assert (Level.STANDARD, True) == (on_project.budget, on_project.may_send)
    assert (Level.NONE, False) == (elsewhere.budget, elsewhere.may_send)


@pytest.mark.rule("P3")
def test_an_administrator_lacks_the_privilege(store: Store, administrator: Actor, project: int) -> None:
    """Administering gives admin on both tools, but not the privilege to push to accounting."""
    found = rights(store, administrator, project)

    assert (Level.ADMIN, Level.ADMIN, frozenset()) == (found.budget, found.integrations, found.privileges)


@pytest.mark.rule("P0")
def test_rights_do_not_cross_companies(store: Store, manager: Actor, project: int, clock: Clock) -> None:
    """In another company the same person has no right, and a project of the first is not found."""
    with store.begin() as connection:
        connection.execute(
            insert(companies).values(
                id=2, code="other", name="Other", time_zone="UTC", currency="USD", policy={},
                created_at=clock.now(),
            )
        )  # fmt: skip
    stranger = evolve(manager, company_id=2, company="other")

    assert rights(store, stranger) == Rights()
    with pytest.raises(NotFound):
        rights(store, stranger, project)


def test_an_inactive_person_has_no_rights(store: Store, approver: Actor) -> None:
    """Rights are read anew each time: who was made inactive has none, whatever session he holds."""
    with store.begin() as connection:
        connection.execute(update(people).where(people.c.id == approver.person_id).values(active=False))

    assert rights(store, approver) == Rights()


def test_the_installation_itself_looks_but_does_not_answer(store: Store) -> None:
    """Schedules may read items; no privilege comes with being the system."""
    found = rights(store, system_actor(1, "hoosier"))

    assert Rights(integrations=Level.READ_ONLY) == found


@pytest.mark.rule("P4", "P6")
def test_a_privilege_may_be_narrowed_to_a_project(store: Store, viewer: Actor, project: int, clock: Clock) -> None:
    """A privilege for one project counts there, not on another, and makes an approver of its holder there only."""
    with store.begin() as connection:
        other = _another_project(connection, clock.now())
        connection.execute(
            insert(privileges).values(
                company_id=1, person_id=viewer.person_id, item_type="budget", direction="export", project_id=project,
                granted_by=1, granted_at=viewer.signed_in_at,
            )
        )  # fmt: skip

    assert frozenset({PUSH}) == rights(store, viewer, project).privileges
    assert frozenset() == rights(store, viewer, other).privileges


@pytest.mark.rule("P6")
def test_designated_approvers_hold_privilege_and_level(store: Store, project: int, viewer: Actor) -> None:
    """Approvers are holders of the privilege who may also answer: a read-only holder is none."""
    with store.begin() as connection:
        connection.execute(
            insert(privileges).values(
                company_id=1, person_id=viewer.person_id, item_type="budget", direction="export", granted_by=1,
                granted_at=viewer.signed_in_at,
            )
        )  # fmt: skip
        everyone = approvers_of(connection, 1, project)
        others = approvers_of(connection, 1, project, frozenset({3}))

    assert ["approver"] == [person.login for person in everyone]
    assert () == others


@pytest.mark.rule("P4")
def test_a_grant_of_ones_own_is_told_apart(store: Store, approver: Actor) -> None:
    """Whether a right came from oneself alone is seen from who granted it."""
    with store.begin() as connection:
        before = granted_by_self(connection, 1, 3, None)
        connection.execute(update(privileges).values(granted_by=3))
        after = granted_by_self(connection, 1, 3, None)

    assert (False, True) == (before, after)


@pytest.mark.rule("P5")
def test_a_token_may_answer_only_where_policy_says_so(store: Store, approver: Actor) -> None:
    """The verb `answer` of a token counts once the company's policy lets tokens approve."""
    token = evolve(approver, signed_in_at=None, token_verbs=frozenset({"read", "answer"}))

    before = rights(store, token).verbs
    with store.begin() as connection:
        connection.execute(update(companies).values(policy={"approve_by_token": True}))

    assert frozenset({"read"}) == before
    assert frozenset({"read", "answer"}) == rights(store, token).verbs


@pytest.mark.rule("P5")
def test_a_token_sees_only_its_projects(store: Store, manager: Actor, project: int) -> None:
    """A project outside the token's is not found."""
    token = evolve(manager, token_verbs=frozenset({"read"}), token_projects=frozenset({project + 1}))

    with pytest.raises(NotFound):
        rights(store, token, project)


def _another_project(connection: Connection, moment: datetime) -> int:
    values = {"company_id": 1, "number": "24-002", "name": "Another", "currency": "USD", "digits": 2}
    added = insert(projects).values(**values, created_at=moment).returning(projects.c.id)
    return int(connection.execute(added).scalar_one())
