"""Which database the tests run on: SQLite, or with `ERP_BRIDGE_TEST_DATABASE=postgresql` a PostgreSQL of their own."""

import atexit
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import make_url, text

from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.configuration.document import load, rewrite
from erp_bridge_core.installation import open_store
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import metadata

if TYPE_CHECKING:
    from postgresql import PostgreSQL

ON_POSTGRESQL: Final = os.environ.get("ERP_BRIDGE_TEST_DATABASE", "sqlite") == "postgresql"
#: Where homes made by the tests find the role's password; processes of their own inherit it.
PASSWORD: Final = "ERP_BRIDGE_TEST_PASSWORD"
#: The locks that processes hold by their sessions, but for this one's.
_OTHERS_LOCKS: Final = text("""
    SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
#: Databases that no test uses now, by the address of what they are copies of.
_KEPT: Final[dict[str, list[str]]] = {}
#: What a copy of a database holds at first lies beside it; to reset it is to put that back.
_KEEP: Final = """
DO $$ DECLARE name text; BEGIN
    CREATE SCHEMA kept;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE kept.%1$I AS SELECT * FROM public.%1$I', name);
    END LOOP;
    CREATE TABLE kept._counters AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
_RESET: Final = """
DO $$ DECLARE name text; last bigint; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' AND tablename <> '_counters' LOOP
        EXECUTE format('DELETE FROM public.%1$I', name);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', name);
    END LOOP;
    FOR name, last IN SELECT sequencename, last_value FROM kept._counters LOOP
        PERFORM setval(format('public.%I', name)::regclass, coalesce(last, 1), last IS NOT NULL);
    END LOOP;
END $$
"""


@cache
def server() -> "PostgreSQL":
    """This process's PostgreSQL, started when it is first asked for, ended with the process."""
    from postgresql import running_postgresql

    ending = ExitStack()
    atexit.register(ending.close)
    started = ending.enter_context(running_postgresql())
    os.environ[PASSWORD] = started.password
    return started


def new_database() -> DatabaseConfig:
    """An empty database as a home's configuration names it."""
    return _config(server().new_database()) if ON_POSTGRESQL else DatabaseConfig()


def new_store(folder: Path) -> Store:
    """An empty database, opened; SQLite's file is `empty.db` in the folder."""
    return Store.open(server().new_database(), connections=8) if ON_POSTGRESQL else Store.at(folder / "empty.db")


def copied_home(source: Path, target: Path) -> Path:
    """Another home like one that nobody has open, with a database of its own."""
    shutil.copytree(source, target)
    place = load(target).get("database")
    if place is not None:
        with rewrite(target) as document:
            document["database"]["url"] = _config(copied_database(place["url"])).url
    return target


def copied_store(url: str, path: Path) -> Store:
    """A database like another, opened; SQLite's lies at the path. `give_back` it."""
    if ON_POSTGRESQL:
        kept = _KEPT.setdefault(url, [])
        return Store.open(kept.pop() if kept else _resettable(copied_database(url)), connections=24)
    shutil.copyfile(str(make_url(url).database), path)
    return Store.at(path)


def give_back(store: Store, url: str) -> None:
    """Close a copy of a database. PostgreSQL's is made as it was, for the next test: sooner done than another copy."""
    store.close()
    if ON_POSTGRESQL:
        place = store.engine.url.render_as_string(hide_password=False)
        server().end_connections(place)
        server().administer(_RESET, database=str(store.engine.url.database))
        _KEPT[url].append(place)


def _resettable(url: str) -> str:
    server().administer(_KEEP, database=str(make_url(url).database))
    return url


def copied_database(url: str) -> str:
    """The address of a new database like another, which loses its connections."""
    server().end_connections(url)
    return server().new_database(template=str(make_url(url).database))


def backup(store: Store) -> Callable[[], None]:
    """Copy a database as it is now; what is answered puts the copy in its place, once."""
    store.close()
    if ON_POSTGRESQL:
        place = store.engine.url.render_as_string(hide_password=False)
        copy = copied_database(place)
    else:
        place = str(store.engine.url.database)
        copy = shutil.copyfile(place, f"{place}.backup")

    def put_back() -> None:
        store.close()
        if ON_POSTGRESQL:
            server().drop_database(place)
            server().rename_database(copy, place)
        else:
            shutil.copyfile(copy, place)

    return put_back


def write_beside(home: Path, *statements: str) -> None:
    """Write to a home's database as nobody should."""
    store = open_store(home)
    try:
        with store.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        store.close()


def wait_for_the_dead(store: Store) -> None:
    """After a kill: until PostgreSQL, which learns of it a moment later, has freed the dead process's locks."""
    if ON_POSTGRESQL:
        with store.locks.session() as session:
            for key in session.execute(_OTHERS_LOCKS).scalars().all():
                session.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
                session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


def storable(text: str) -> str:
    """A text as the database can hold it: PostgreSQL's know no NUL."""
    return text.replace("\0", "") if ON_POSTGRESQL else text


def count_on(store: Store) -> None:
    """After rows with numbers of their own: let the database's counters go on behind them."""
    if not ON_POSTGRESQL:
        return
    with store.begin() as connection:
        for name in (table.name for table in metadata.sorted_tables if "id" in table.c):
            counter = text("SELECT pg_get_serial_sequence(:name, 'id')")
            if connection.execute(counter, {"name": name}).scalar_one() is not None:
                behind = (
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name} HAVING max(id) > 0"
                )
                connection.execute(text(behind))


def _config(url: str) -> DatabaseConfig:
    place = make_url(url).set(drivername="postgresql")._replace(password=None)
    return DatabaseConfig(url=place.render_as_string(), password=f"env:{PASSWORD}", connections=24)
