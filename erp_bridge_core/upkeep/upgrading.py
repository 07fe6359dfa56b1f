"""Upgrading a database to this program's version: alone, after a backup, in one transaction, and audited."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import frozen

from erp_bridge_core.audit.freezing import check_mark
from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.installation import Paths, open_store, read_key, require_whole, unusable
from erp_bridge_core.store import schema
from erp_bridge_core.upkeep.alone import alone
from erp_bridge_core.upkeep.backup import write_backup
from erp_bridge_core.upkeep.record import record_for_all

#: Where backups that were not asked for lie, in the home.
BACKUPS: Final = "backups"


@frozen(kw_only=True)
class Upgraded:
    """The version that a home's database had, the one that it has now, and the backup made before.

    Where nothing was to be done, the versions are the same and there is no backup.
    """

    was: str
    now: str
    backup: Path | None = None


def upgrade_home(home: Path) -> Upgraded:
    """Bring a home's database to this program's version; again: nothing is done.

    Raises `InUse` while anybody else has the database open, `StorageError`, with its remedy, for one that a newer
    program wrote, for a backup that can't be written, and as `open_home`.
    """
    paths = Paths(home=home)
    require_whole(paths)
    key = read_key(paths.audit_key)
    store = open_store(home)
    try:
        was = schema.known_version(store)
        if was == schema.HEAD:
            return Upgraded(was=was, now=was)
        with alone(store):
            backup = write_backup(store, paths, new_file(home, f"before-{schema.HEAD}"), key=key).file
            schema.upgrade(store)
            audit = AuditTrail(store, key, HighWaterMark(paths.mark))
            # An older copy must be seen as one before its trail grows past the mark again.
            check_mark(audit)
            with store.begin() as connection:
                record_for_all(connection, audit, "upgrade installation", from_state=was, to_state=schema.HEAD)
    finally:
        store.close()
    return Upgraded(was=was, now=schema.HEAD, backup=backup)


def new_file(home: Path, words: str) -> Path:
    """A file in the home's own folder of backups that is not there yet, named by when it is made and what for."""
    folder = home / BACKUPS
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise unusable(folder, error) from error
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{words}"
    names = (folder / f"{stamp}{more}.zip" for more in ("", *(f"-{number}" for number in range(2, 1000))))
    return next(path for path in names if not path.exists())
