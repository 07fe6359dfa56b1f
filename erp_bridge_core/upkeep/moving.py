"""Moving a home from its SQLite file to an empty PostgreSQL database: by a backup, compared, then switched in one step.

Killed at any moment, the home uses the one database or the other, whole: until the configuration is switched the file,
from then on the server. Running it again goes on where it was left. Nothing is ever deleted: the file is sealed, so
that no process that still has it open can write there, and renamed.
"""

from pathlib import Path
from typing import Final

from attrs import field, frozen
from sqlalchemy import Connection, inspect

from erp_bridge_core.audit.freezing import check_mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.contract.errors import Fault, NotPossibleNow, StorageError
from erp_bridge_core.installation import Home, Paths, open_home
from erp_bridge_core.store.database import Store
from erp_bridge_core.upkeep.alone import alone
from erp_bridge_core.upkeep.archive import Archive, reading
from erp_bridge_core.upkeep.backup import write_backup
from erp_bridge_core.upkeep.loading import digest_of, load
from erp_bridge_core.upkeep.record import record_for_all
from erp_bridge_core.upkeep.replacing import set_aside
from erp_bridge_core.upkeep.rows import VERSION_TABLE, shapes
from erp_bridge_core.upkeep.switching import require_server, switch_database
from erp_bridge_core.upkeep.upgrading import new_file

#: The version that a file says it has once it was moved: no program knows it.
MOVED: Final = "moved"


@frozen(kw_only=True)
class Moved:
    """Where the database is now, how many rows moved, the file of before, the backup, and what the trail's check found.

    Where a move that was cut short was only finished, no rows moved and there is no new backup.
    """

    url: str
    rows: int = 0
    kept: tuple[Path, ...] = ()
    backup: Path | None = None
    audit_faults: tuple[Fault, ...] = field(default=())


def move(home: Path, to: DatabaseConfig) -> Moved:
    """Make an empty PostgreSQL database the home's, with all that its SQLite file holds.

    Raises `BadInput` for an address that can't be right, `InUse` while anybody has the file open, `NotPossibleNow` for
    a home that is on another server, `StorageError` for a database that is not empty and holds something else, or
    can't be used.
    """
    require_server(to)
    paths = Paths(home=home)
    present = Configuration.read(home).database
    if present.url == to.url:
        return _finish(paths, to)
    if present.url:
        raise NotPossibleNow(
            "The home's database is on a server already.",
            remedy="To go to another one, make a backup, then `erp-bridge db restore FILE --to URL`.",
        )
    opened = open_home(home)
    try:
        with alone(opened.store):
            check_mark(AuditTrail(opened.store, opened.audit_key, opened.mark))
            made = write_backup(opened.store, paths, new_file(home, "before-move"), key=opened.audit_key)
            with reading(made.file) as archive:
                _put_into(to, paths, archive)
            switch_database(home, to)
            _seal(opened.store, to)
    finally:
        opened.close()
    done = _finish(paths, to)
    return Moved(url=to.url, rows=made.rows, kept=done.kept, backup=made.file, audit_faults=made.audit_faults)


def _put_into(to: DatabaseConfig, paths: Paths, archive: Archive) -> None:
    """Fill the empty database in one transaction; one that a former try filled with the same is right as it is."""
    store = to.store(paths.database, Configuration.read(paths.home).secrets)
    try:
        with store.begin() as connection:
            if not inspect(connection).get_table_names():
                load(connection, archive)
            elif not _holds_the_same(connection, archive):
                raise StorageError(
                    "The database to move to is not empty, and holds something else. Nothing was changed.",
                    remedy="Make an empty one on the server (dropdb, createdb), or name another.",
                )
    finally:
        store.close()


def _holds_the_same(connection: Connection, archive: Archive) -> bool:
    found = {shape.name: set(shape.columns) for shape in shapes(connection)}
    told = {table.name: set(table.columns) for table in archive.manifest.tables}
    return found == told and all(digest_of(connection, table) == table.sha256 for table in archive.manifest.tables)


def _seal(store: Store, to: DatabaseConfig) -> None:
    """Let nobody write to the file any more, who has it open or opens it under another name."""
    words = f"the database was moved to {to.url}".replace("'", "''")
    with store.begin() as connection:
        if connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == MOVED:  # noqa: S608 -- ours
            return
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{MOVED}'")  # noqa: S608 -- ours
        for name in inspect(connection).get_table_names():
            for act in ("INSERT", "UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f'CREATE TRIGGER "moved_{act}_{name}" BEFORE {act} ON "{name}" '
                    f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
                )


def _finish(paths: Paths, to: DatabaseConfig) -> Moved:
    """What is left once the home uses the server: the file is sealed, the move is in the trail, the file renamed."""
    if not paths.database.exists():
        return Moved(url=to.url)
    store = Store.at(paths.database)
    try:
        with alone(store):
            _seal(store, to)
    finally:
        store.close()
    opened = open_home(paths.home)
    try:
        _record(opened, to)
    finally:
        opened.close()
    kept = (*set_aside(paths.database, MOVED), *set_aside(paths.home / "engine.db", MOVED))
    return Moved(url=to.url, kept=kept)


def _record(opened: Home, to: DatabaseConfig) -> None:
    audit = AuditTrail(opened.store, opened.audit_key, opened.mark)
    check_mark(audit)
    with opened.store.begin() as connection:
        record_for_all(
            connection, audit, "move installation", from_state="sqlite", to_state="postgresql", details={"to": to.url}
        )  # fmt: skip
