"""A database that nobody else has open: what upgrading, restoring over it and moving it away need.

SQLite's own lock tells and keeps others out until the block ends: every process that has the file open in WAL holds a
part of it, a server without a worker too. PostgreSQL lists who is connected; who comes meanwhile waits for the
installation's write lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from erp_bridge_core.contract.errors import ErpBridgeError, NotPossibleNow, StorageError
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.sqlite import BUSY_SECONDS, remedy_of

#: Seconds that a command that is ending is waited for.
_PATIENCE: Final = 3
_REMEDY: Final = (
    "End every `erp-bridge serve`, worker and command of this installation, on every host; `erp-bridge worker status` "
    "names the workers."
)
_OTHERS: Final = text(
    "SELECT pid, coalesce(host(client_addr), 'this host') AS host FROM pg_stat_activity WHERE datname = "
    "current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid"
)


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
            _keep_others_out(connection)
        yield
    except DatabaseError as error:
        raise _told(error) from error
    finally:
        store.close()


def _require_nobody_connected(connection: Connection) -> None:
    others = [f"process {row.pid} of {row.host}" for row in connection.execute(_OTHERS)]
    if others:
        raise InUse(f"Others are connected to the database: {', '.join(others)}. Nothing was done.", remedy=_REMEDY)


def _keep_others_out(connection: Connection) -> None:
    """The lock stays with the connection, which goes back to a pool that has no other."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA busy_timeout={_PATIENCE * 1000}")
    driver.execute("PRAGMA locking_mode=EXCLUSIVE")
    try:
        driver.execute("BEGIN EXCLUSIVE")
        driver.execute("COMMIT")
    except driver.DatabaseError as error:
        raise _told(error) from error
    driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def _told(error: BaseException) -> ErpBridgeError:
    words = str(getattr(error, "orig", error))
    if "locked" in words:
        return InUse("Others have the database open. Nothing was done.", remedy=_REMEDY)
    kind = Damaged if "malformed" in words or "not a database" in words else StorageError
    return kind(f"The database can't be used: {words}", remedy=remedy_of(error) or "Look at the database.")
