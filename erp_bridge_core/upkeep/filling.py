"""A database that a backup was restored into: frozen, nobody signed in, told of in its trail, not yet anybody's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import func, select, update

from erp_bridge_core.audit.freezing import freeze
from erp_bridge_core.audit.mark import HighWaterMark, Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.installation import write_new
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import attempts, sessions
from erp_bridge_core.upkeep.alone import InUse
from erp_bridge_core.upkeep.archive import Archive
from erp_bridge_core.upkeep.loading import load
from erp_bridge_core.upkeep.record import record_for_all

#: The folder in the home that holds what is being made; what a killed program left there is thrown away.
_WORK: Final = ".restoring"


@contextmanager
def filled_file(home: Path, archive: Archive, key: bytes) -> Iterator[tuple[Path, str, Mark]]:
    """An SQLite database of the backup, in a folder of the home's own that is gone when the block ends.

    Answers the file, why writing is frozen in it, and how far it has come.
    """
    with _work(home) as folder:
        made = folder / "erp-bridge.db"
        write_new(made, b"", mode=0o600)
        store = Store.at(made)
        try:
            reason, reached = _fill(store, archive, key, folder)
        finally:
            store.close()
        yield made, reason, reached


def filled_server(home: Path, store: Store, archive: Archive, key: bytes) -> tuple[str, Mark]:
    """Fill an empty database of a server, and close it: why writing is frozen in it, and how far it has come."""
    with _work(home) as folder:
        try:
            return _fill(store, archive, key, folder)
        finally:
            store.close()


@contextmanager
def _work(home: Path) -> Iterator[Path]:
    folder = home / _WORK
    lock = FileLock(f"{folder}.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise InUse("Another restore of this home is under way. Nothing was done.", remedy="Let it end.") from None
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _fill(store: Store, archive: Archive, key: bytes, folder: Path) -> tuple[str, Mark]:
    told = archive.manifest
    reason = f"the database was restored from a backup of {told.made_at}; what was done since then is not in it."
    # The home's own mark must not rise before this database is the home's.
    mark = HighWaterMark(folder / "mark")
    mark.create(told.installation)
    audit = AuditTrail(store, key, mark)
    with store.begin() as connection:
        load(connection, archive)
        ended = update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=audit.now())
        connection.execute(ended)
        freeze(connection, audit, reason)
        details = {"file": str(archive.path), "made_at": told.made_at, "rows": told.rows}
        head = record_for_all(connection, audit, "restore installation", details=details)
        sent = connection.execute(select(func.max(attempts.c.id))).scalar_one() or 0
    reached = Mark(
        installation=told.installation, attempts=sent, audit_sequence=head.sequence, audit_mac=head.mac
    )  # fmt: skip
    return reason, reached
