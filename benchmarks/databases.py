"""The databases that are measured on: SQLite, and a PostgreSQL server of the benchmark's own, both durable."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from figures import Options
from psycopg import sql
from sqlalchemy import make_url

from erp_bridge_core.connections.database_server import DatabaseConfig

_PASSWORD: Final = "ERP_BRIDGE_BENCH_DATABASE"


@contextmanager
def databases(options: Options) -> Iterator[dict[str, DatabaseConfig]]:
    """What was asked for, by its title: where each is, empty."""
    sqlite = {"SQLite": DatabaseConfig()} if options.on_sqlite else {}
    if not options.on_postgresql:
        yield sqlite
        return
    with postgresql() as server:
        yield {**sqlite, "PostgreSQL": server}


@contextmanager
def postgresql() -> Iterator[DatabaseConfig]:
    """A new database of a server that syncs each commit to the disk, which the tests' own servers don't."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    running_postgresql = import_module("postgresql").running_postgresql

    with running_postgresql() as server:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            server.administer(sql.SQL("ALTER SYSTEM SET {} = on").format(sql.Identifier(setting)))
        server.administer(sql.SQL("SELECT pg_reload_conf()"))
        place = make_url(server.new_database())
        os.environ[_PASSWORD] = str(place.password)
        url = f"postgresql://{place.username}@{place.host}:{place.port}/{place.database}"
        yield DatabaseConfig(url=url, password=f"env:{_PASSWORD}")
