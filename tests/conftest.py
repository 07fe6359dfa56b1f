"""Fixtures that every service's tests share: a home, a database, a clock, and four people of one company."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import databases
import pytest
from argon2 import PasswordHasher
from attrs import frozen
from controlled_clock import START, ControlledClock
from sqlalchemy import insert

from erp_bridge_core import installation as installations
from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.people import passwords
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import (
    companies,
    installation,
    memberships,
    people,
    privileges,
    project_permissions,
    projects,
)

if TYPE_CHECKING:
    from postgresql import PostgreSQL

INSTALLATION = "T3ST42"
AUDIT_KEY = bytes(range(32))


@frozen(kw_only=True)
class Company:
    """The company that the fixtures live in."""

    id: int
    code: str
    name: str


COMPANY = Company(id=1, code="hoosier", name="Hoosier Builders")
#: login -> (id, name, membership's administrator, level on ERP Integrations)
PEOPLE = {
    "administrator": (1, "Ada Administrator", True, "none"),
    "manager": (2, "Mia Manager", False, "none"),
    "approver": (3, "Abe Approver", False, "standard"),
    "viewer": (4, "Val Viewer", False, "read_only"),
}


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed with little work: nearly every test signs somebody in. Other processes do it in full."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(passwords, "_NOBODY", passwords._hash_of_nothing())
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what is about SQLite's own file."""
    if databases.ON_POSTGRESQL:
        about = "it is about SQLite's file"
        for item in items:
            if item.get_closest_marker("sqlite") is not None:
                item.add_marker(pytest.mark.skip(reason=about))


@pytest.fixture(scope="session", autouse=True)
def homes_on_the_chosen_database() -> Iterator[None]:
    """Homes that name no database are made on the one that the tests run on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installations, "DatabaseConfig", databases.new_database)
        yield


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A created database with the company and its people, copied for each test: its address."""
    store = databases.new_store(tmp_path_factory.mktemp("template"))
    schema.create(store)
    _settle_in(store)
    databases.count_on(store)
    store.close()
    return store.engine.url.render_as_string(hide_password=False)


def _settle_in(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(installation).values(id=1, code=INSTALLATION, demo=False, created_at=START))
        connection.execute(
            insert(companies).values(
                id=COMPANY.id, code=COMPANY.code, name=COMPANY.name, time_zone="America/Indiana/Indianapolis",
                currency="USD", policy={}, created_at=START,
            )
        )  # fmt: skip
        for login, (number, name, administrator, level) in PEOPLE.items():
            connection.execute(
                insert(people).values(
                    id=number, login=login, name=name, email=f"{login}@builders.test", failed_sign_ins=[],
                    created_at=START,
                )
            )  # fmt: skip
            connection.execute(
                insert(memberships).values(
                    company_id=COMPANY.id, person_id=number, administrator=administrator, integrations=level
                )
            )
        connection.execute(
            insert(privileges).values(
                company_id=COMPANY.id, person_id=3, item_type="budget", direction="export", granted_by=1,
                granted_at=START,
            )
        )  # fmt: skip


@pytest.fixture(scope="session")
def postgresql() -> Iterator["PostgreSQL"]:
    """A PostgreSQL server of the tests' own; its role's password is in the environment, as `TEST_DATABASE_PASSWORD`."""
    pytest.importorskip("psycopg", reason="the extra `postgres`")
    from postgresql import running_postgresql

    with running_postgresql() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_DATABASE_PASSWORD", server.password)
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def clock() -> ControlledClock:
    """A clock under the test's control, at 10:00 in the morning of Monday, 2 March 2026, in Indianapolis."""
    return ControlledClock()


@pytest.fixture
def store(home: Path, template_database: str) -> Iterator[Store]:
    """A database with the company, its administrator, manager, approver and viewer."""
    store = databases.copied_store(template_database, home / "erp-bridge.db")
    yield store
    databases.give_back(store, template_database)


@pytest.fixture
def mark(home: Path) -> HighWaterMark:
    """The high-water mark beside the database."""
    mark = HighWaterMark(home / "high-water.jsonl")
    mark.create(INSTALLATION)
    return mark


@pytest.fixture
def audit(store: Store, mark: HighWaterMark, clock: ControlledClock) -> AuditTrail:
    """The audit trail of that database."""
    return AuditTrail(store, AUDIT_KEY, mark, now=clock.now)


@pytest.fixture
def company() -> Company:
    """The company of all fixtures: id, code, name."""
    return COMPANY


@pytest.fixture
def actor(clock: ControlledClock) -> Callable[[str], Actor]:
    """The actor of a login, signed in just now."""

    def of(login: str) -> Actor:
        number, name, _, _ = PEOPLE[login]
        return Actor(
            person_id=number, login=login, name=name, company_id=COMPANY.id, company=COMPANY.code, real_login=login,
            os_user="tester", via="cli", signed_in_at=clock.now(),
        )  # fmt: skip

    return of


@pytest.fixture
def administrator(actor: Callable[[str], Actor]) -> Actor:
    """An administrator of the company; without the privilege to push to accounting."""
    return actor("administrator")


@pytest.fixture
def manager(actor: Callable[[str], Actor]) -> Actor:
    """A project manager: standard on Budget with the grant to send, on each project of `project` and `grant_team`."""
    return actor("manager")


@pytest.fixture
def approver(actor: Callable[[str], Actor]) -> Actor:
    """An accounting approver: standard on ERP Integrations, with the privilege to push budgets."""
    return actor("approver")


@pytest.fixture
def viewer(actor: Callable[[str], Actor]) -> Actor:
    """Somebody who may look at everything and act on nothing."""
    return actor("viewer")


@pytest.fixture
def grant_team(store: Store) -> Callable[[int], None]:
    """Give the manager and the viewer their permissions on a project, by its id."""

    def grant(project_id: int) -> None:
        with store.begin() as connection:
            for person, level, may_send in ((2, "standard", True), (4, "read_only", False)):
                connection.execute(
                    insert(project_permissions).values(
                        company_id=COMPANY.id, project_id=project_id, person_id=person, level=level, may_send=may_send
                    )
                )

    return grant


@pytest.fixture
def project(store: Store, grant_team: Callable[[int], None]) -> int:
    """The id of a bare project 24-001 in US dollars, with the manager and the viewer on it."""
    with store.begin() as connection:
        number = connection.execute(
            insert(projects).values(
                company_id=COMPANY.id, number="24-001", name="Bridge over Bean Blossom Creek", currency="USD", digits=2,
                created_at=START,
            )
        ).inserted_primary_key  # fmt: skip
    assert number is not None
    grant_team(number[0])
    return int(number[0])
