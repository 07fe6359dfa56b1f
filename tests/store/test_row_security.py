"""Rows of other companies: on PostgreSQL the database itself neither shows nor takes them."""

from typing import Any

import pytest
from controlled_clock import START
from databases import ON_POSTGRESQL, server
from sqlalchemy import Table, create_engine, func, insert, inspect, select, text, update

from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.people.rights import rights_of
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.row_security import bypassed_by, everywhere, narrow
from erp_bridge_core.store.tables import companies, memberships, metadata, projects

pytestmark = [
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no policies"),
    pytest.mark.rule("P0"),
]
OTHER = 2
OF_COMPANIES = [table for table in metadata.sorted_tables if "company_id" in table.c]


@pytest.fixture
def other_project(store: Store, project: int) -> int:
    """The id of a project of another company, beside one of the fixtures' own."""
    with store.begin() as connection:
        connection.execute(
            insert(companies).values(
                id=OTHER, code="second", name="Second", time_zone="UTC", currency="EUR", policy={}, created_at=START
            )
        )
        connection.execute(insert(memberships).values(company_id=OTHER, person_id=1, administrator=True))
        found = connection.execute(insert(projects).values(**_project(OTHER)).returning(projects.c.id))
        return int(found.scalar_one())


def _project(company: int) -> dict[str, Any]:
    return {
        "company_id": company, "number": "99-001", "name": "Theirs", "currency": "EUR", "digits": 2, "created_at": START
    }  # fmt: skip


def held(store: Store, actor: Actor, table: Table) -> set[int]:
    """The companies whose rows a query that forgets to ask for one finds, after the actor's rights were asked."""
    with store.read() as connection:
        rights_of(connection, actor)
        return set(connection.execute(select(table.c.company_id).distinct()).scalars())


def test_every_table_that_belongs_to_a_company_has_a_policy(store: Store) -> None:
    """One that holds the owner of the table, too: so does each that a later migration adds."""
    kept = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'")
    with store.read() as connection:
        assert {table.name for table in OF_COMPANIES} | {"effect_lines"} == set(connection.execute(kept).scalars())


@pytest.mark.parametrize("table", [projects, memberships], ids=lambda table: table.name)
def test_a_query_that_forgets_its_company_sees_no_others(
    store: Store, manager: Actor, other_project: int, table: Table
) -> None:
    """From the moment on that somebody's rights were asked, for the rest of the transaction and no longer."""
    with store.read() as connection:
        everybodys = set(connection.execute(select(table.c.company_id)).scalars())

    assert ({1, OTHER}, {1}) == (everybodys, held(store, manager, table))


def test_a_write_into_another_company_is_refused(store: Store, manager: Actor, other_project: int) -> None:
    """The database says so, and nothing of the transaction is kept."""

    def write() -> None:
        with store.begin() as connection:
            rights_of(connection, manager)
            connection.execute(update(projects).values(name="Ours, all of them"))
            connection.execute(insert(projects).values(_project(OTHER) | {"number": "99-002"}))

    with pytest.raises(StorageError, match="row-level security"):
        write()
    with store.read() as connection:
        names = set(connection.execute(select(projects.c.name)).scalars())

    assert {"Theirs", "Bridge over Bean Blossom Creek"} == names


def test_an_update_of_all_rows_changes_those_of_the_company(store: Store, manager: Actor, other_project: int) -> None:
    """Another company's are not there to be changed."""
    with store.begin() as connection:
        rights_of(connection, manager)
        changed = connection.execute(update(projects).values(name="Ours")).rowcount

    assert 1 == changed


def test_what_concerns_all_companies_says_so(store: Store, manager: Actor, other_project: int) -> None:
    """In the block there are all rows; after it the company's alone; narrowing anew is to another company."""
    count = select(func.count()).select_from(projects)
    with store.read() as connection:
        rights_of(connection, manager)
        with everywhere(connection):
            wide = connection.execute(count).scalar_one()
        again = connection.execute(count).scalar_one()
        narrow(connection, 3)
        nobodys = connection.execute(count).scalar_one()

    assert (2, 1, 0) == (wide, again, nobodys)


def test_whoever_connects_besides_the_program_sees_nothing(store: Store, other_project: int) -> None:
    """The product's own role, by another client: the policies hold the tables' owner too."""
    engine = create_engine(store.engine.url)
    with engine.connect() as connection:
        seen = [name for name in inspect(connection).get_table_names() if _rows(connection, name)]
    engine.dispose()

    assert {"companies", "people", "installation", "alembic_version"} == set(seen)


def _rows(connection: Any, name: str) -> int:
    return int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())


def test_the_role_of_the_tests_is_an_ordinary_one(store: Store) -> None:
    """A superuser would pass by every policy, and each test here would prove nothing."""
    with store.read() as connection:
        assert "" == bypassed_by(connection)


def test_a_superuser_is_told_of() -> None:
    """No policy holds for it: whoever starts a server or a worker with it is told."""
    engine = create_engine(server().url("postgres", role="postgres"))
    with engine.connect() as connection:
        told = bypassed_by(connection)
    engine.dispose()

    assert "postgres is a superuser" == told
