"""A database that nobody else has open: what upgrading, restoring over it and moving it away need.

SQLite's own lock tells and keeps others out until the block ends: every process that has the file open in WAL holds a
part of it, a server without a worker too; Linux tells which. PostgreSQL lists who is connected; who comes meanwhile
waits for the installation's write lock.
"""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow, StorageError
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.sqlite import BUSY_SECONDS, remedy_of

#: Seconds that a command that is ending is waited for.
_PATIENCE: Final = 3
_REMEDY: Final = (
    "End every `erp-bridge serve`, worker, simulator and other command of this installation, on every host, and have "
    "none started again meanwhile, by a service manager, say."
)
#: Of our own programs the name says which process on which host.
_OTHERS: Final = text(
    "SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program') AS name, coalesce(host(client_addr), 'the "
    "server''s own host') AS host FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend' ORDER BY 1, 2"
)
#: Where Linux lists who holds a lock of which file: the process, the device and the file's number on it.
_LOCKS: Final = Path("/proc/locks")
_HOLDER: Final = re.compile(r" (\d+) ([0-9a-f]+:[0-9a-f]+:\d+) ")


class InUse(NotPossibleNow):
    """Others have the database open: nothing was done."""


class Damaged(StorageError):
    """What should be a database is none."""


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Be the only one at the database while the block runs; raises `InUse`.

    The store may have but one connection at a time in the block.
    """
    if store.on_postgresql:
        with store.read() as connection:
            _require_nobody_connected(connection)
        yield
        return
    store.close()
    try:
        with store.engine.connect() as connection:
            _keep_others_out(connection, Path(str(store.engine.url.database)))
        yield
    except DatabaseError as error:
        raise _told(error) from error
    finally:
        store.close()


def _require_nobody_connected(connection: Connection) -> None:
    others = [f"{row.name} (from {row.host})" for row in connection.execute(_OTHERS)]
    if others:
        raise InUse(f"Others are connected to the database: {', '.join(others)}. Nothing was done.", remedy=_REMEDY)


def _keep_others_out(connection: Connection, file: Path) -> None:
    """The lock stays with the connection, which goes back to a pool that has no other."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")
    driver.execute("PRAGMA locking_mode=EXCLUSIVE")
    try:
        driver.execute("BEGIN EXCLUSIVE")
        driver.execute("COMMIT")
    except driver.DatabaseError as error:
        raise _told(error, _holders(file)) from error
    driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def _holders(file: Path) -> list[str]:
    """The processes of this host that have the file or its log open, as far as the system tells."""
    parts = [Path(f"{file}{end}") for end in ("", "-wal", "-shm")]
    facts = [part.stat() for part in parts if part.exists()]
    files = {f"{os.major(each.st_dev):02x}:{os.minor(each.st_dev):02x}:{each.st_ino}" for each in facts}
    try:
        found = _HOLDER.findall(_LOCKS.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return []
    return sorted({process for process, locked in found if locked in files} - {str(os.getpid())}, key=int)


def _told(error: BaseException, holders: Collection[str] = ()) -> ErpBridgeError:
    words = str(getattr(error, "orig", error))
    if "locked" in words:
        who = f": process {', '.join(holders)}" if holders else ""
        return InUse(f"Others have the database open{who}. Nothing was done.", remedy=_REMEDY)
    kind = Damaged if "malformed" in words or "not a database" in words else StorageError
    return kind(f"The database can't be used: {words}", remedy=remedy_of(error) or "Look at the database.")
