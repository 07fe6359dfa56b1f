"""The database's version: migrations make what the tables say, and a wrong version is told."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import ON_POSTGRESQL, server
from sqlalchemy import create_engine, inspect, text

from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.installation import create_home
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import metadata

if TYPE_CHECKING:
    from postgresql import PostgreSQL


def checks(path: Path) -> dict[str, list[str]]:
    """The check constraints of each table."""
    engine = create_engine(f"sqlite:///{path}")
    inspector = inspect(engine)
    found = {
        table: sorted(f"{check['name']}: {check['sqltext']}" for check in inspector.get_check_constraints(table))
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }
    engine.dispose()
    return found


def test_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    """A migrated database and one made from the tables hold the same columns, keys, indexes and checks."""
    migrated = Store.at(tmp_path / "migrated.db")
    schema.create(migrated)
    with migrated.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    migrated.close()
    made = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(made)
    made.dispose()

    assert [] == differences, "write the first migration anew: python tools/first_migration.py"
    assert checks(tmp_path / "made.db") == checks(tmp_path / "migrated.db")


def test_a_created_database_has_this_programs_version(store: Store) -> None:
    """After creation the check passes, and upgrading again changes nothing."""
    schema.check(store)
    before = schema.version(store)
    schema.upgrade(store)

    assert before is not None
    assert before == schema.version(store)


def test_nothing_is_created_over_what_is_there(store: Store) -> None:
    """A database with tables in it is refused."""
    with pytest.raises(StorageError, match="holds tables already"):
        schema.create(store)


def test_an_empty_database_is_told(tmp_path: Path) -> None:
    """A database without our tables is not taken for ours."""
    store = Store.at(tmp_path / "empty.db")
    with pytest.raises(StorageError, match="no tables"):
        schema.check(store)
    store.close()


def test_a_newer_database_is_told(store: Store) -> None:
    """A version that this program doesn't know was written by a newer one."""
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StorageError, match="newer") as refused:
        schema.check(store)
    assert "newer" in refused.value.remedy


def test_a_failing_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    """Creating is one transaction: a table in the way leaves nothing half made."""
    store = Store.at(tmp_path / "blocked.db")
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE items (id INTEGER)"))

    with pytest.raises(StorageError):
        schema.upgrade(store)
    with store.read() as connection:
        tables = inspect(connection).get_table_names()
    store.close()
    assert ["items"] == tables


def test_the_last_migration_is_the_version_that_is_asked_for(tmp_path: Path) -> None:
    """A database that all migrations made has just the version that opening asks for, without loading them."""
    store = Store.at(tmp_path / "new.db")
    schema.create(store)
    found = schema.version(store)
    schema.check(store)
    store.close()

    assert schema.HEAD == found


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite orders by bytes always")
def test_a_database_that_keeps_text_otherwise_is_refused() -> None:
    """Pages and comparisons would come in another order than our own; the remedy is the command that makes it right."""
    store = Store.open(server().new_database(options="ENCODING 'LATIN1' LOCALE 'C'"))

    with pytest.raises(StorageError, match="order of its letters") as refused:
        schema.create(store)
    store.close()
    assert "LOCALE 'C'" in refused.value.remedy


def test_a_server_that_was_upgraded_meanwhile_is_told_before_anything_is_done(
    postgresql: "PostgreSQL", tmp_path: Path
) -> None:
    """An older program that had lost its connections writes nothing into a newer database, and goes on in its own."""
    url = postgresql.new_database()
    place = f"postgresql://erp_bridge@127.0.0.1:{postgresql.port}/{url.rpartition('/')[2]}"
    home = create_home(
        tmp_path / "home", company_code="hoosier", company_name="Hoosier Builders", time_zone="UTC", currency="USD",
        admin_login="ada", admin_name="Ada", database=DatabaseConfig(url=place, password="env:TEST_DATABASE_PASSWORD"),
    )  # fmt: skip
    with closing(home), closing(Store.open(url)) as newer:
        for version, is_told in (("9999", True), (schema.HEAD, False)):
            postgresql.end_connections(url)
            with newer.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
            told = ""
            try:
                with home.store.begin() as connection:
                    connection.execute(text("UPDATE installation SET frozen_because = NULL"))
            except StorageError as error:
                told = error.message
            assert is_told is ("a newer one wrote it" in told)
