"""The databases that are measured on: SQLite, and a PostgreSQL server of the benchmark's own, both durable."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from figures import Options

from erp_bridge_core.configuration.database_server import DatabaseConfig

_PASSWORD: Final = "ERP_BRIDGE_BENCH_DATABASE"


@frozen
class Place:
    """Where installations have their databases: files of their homes, or a server."""

    server: Any = None

    def new(self) -> DatabaseConfig:
        """A database for a new installation."""
        return DatabaseConfig() if self.server is None else _on(self.server, self.server.new_database())

    def copy(self, home: Path, target: Path) -> Path:
        """Copy a closed installation with its database; answers the copy's home."""
        shutil.copytree(home, target)
        if self.server is not None:
            settings = target / "erp-bridge.toml"
            text = settings.read_text(encoding="utf-8")
            before = next(line.split('"')[1] for line in text.splitlines() if line.startswith('url = "postgresql://'))
            copied = _on(self.server, self.server.new_database(template=before.rpartition("/")[2]))
            settings.write_text(text.replace(before, copied.url), encoding="utf-8")
        return target


def _on(server: Any, address: str) -> DatabaseConfig:
    os.environ[_PASSWORD] = server.password
    user = address.partition("://")[2].partition(":")[0]
    url = f"postgresql://{user}@127.0.0.1:{server.port}/{address.rpartition('/')[2]}"
    return DatabaseConfig(url=url, password=f"env:{_PASSWORD}", connections=10)


@contextmanager
def databases(options: Options) -> Iterator[dict[str, Place]]:
    """What was asked for, by its title."""
    sqlite = {"SQLite": Place()} if options.on_sqlite else {}
    if not options.on_postgresql:
        yield sqlite
        return
    with postgresql() as server:
        yield {**sqlite, "PostgreSQL": Place(server)}


@contextmanager
def postgresql() -> Iterator[Any]:
    """A server that syncs each commit to the disk, which the tests' own servers don't."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    sql = import_module("psycopg.sql")
    with import_module("postgresql").running_postgresql() as server:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            server.administer(sql.SQL("ALTER SYSTEM SET {} = on").format(sql.Identifier(setting)))
        server.administer(sql.SQL("SELECT pg_reload_conf()"))
        yield server
