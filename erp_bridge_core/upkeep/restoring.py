"""Restoring a backup: checked before anything is replaced, what was there kept aside, writing frozen (L16).

A home that is there keeps its configuration, key and mark; its database becomes the backup's in one step, which a
killed program leaves undone or done. A new home is made of the backup's configuration, with the audit key from the
backup or from its own file. Either way a person has to look at the ERPs before anything is written to them again.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

import tomlkit
from attrs import frozen
from sqlalchemy import inspect
from tomlkit.exceptions import TOMLKitError

from erp_bridge_core.audit.entries import KEY_BYTES
from erp_bridge_core.audit.mark import HighWaterMark, Mark
from erp_bridge_core.configuration.configuration import Configuration
from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.contract.errors import BadInput, Fault, NotPossibleNow, StorageError
from erp_bridge_core.installation import (
    CONFIGURATION as FIRST_CONFIGURATION,
)
from erp_bridge_core.installation import (
    Paths,
    claim_folder,
    clear_folder,
    open_home,
    read_key,
    require_local,
    unusable,
    write_new,
)
from erp_bridge_core.store.database import Store
from erp_bridge_core.upkeep.archive import CONFIGURATION, KEY, Archive, reading
from erp_bridge_core.upkeep.backup import audit_faults, require_whole
from erp_bridge_core.upkeep.filling import filled_file, filled_server
from erp_bridge_core.upkeep.replacing import left, replace_database, set_aside
from erp_bridge_core.upkeep.switching import require_server, switch_database


@frozen(kw_only=True)
class Restored:
    """What was restored where, why writing is frozen, what was kept of before, and what the audit trail's check found.

    `kept` are the files that were set aside; blank in a new home.
    """

    home: Path
    made_at: str
    rows: int
    frozen_because: str
    kept: tuple[Path, ...] = ()
    audit_faults: tuple[Fault, ...] = ()


def restore(home: Path, file: Path, *, key_file: Path | None = None, to: DatabaseConfig | None = None) -> Restored:
    """Make the backup's database the home's: of one that is there, or of a new one in a missing or empty folder.

    `key_file` holds the audit key where neither home nor backup has it; `to` names an empty PostgreSQL database, which
    becomes the home's. Raises `BadInput` for a backup that is damaged, of another installation or sealed with another
    key, `InUse` while anybody has the present database open, and `StorageError`; nothing is changed then.
    """
    if to is not None:
        require_server(to)
    with reading(file) as archive:
        require_whole(archive, but=["audit_entries"])
        if Paths(home=home).configuration.exists():
            return _over(Paths(home=home), archive, key_file, to)
        if to is not None:
            raise BadInput(
                "A new home is restored with its database in it.", remedy="Leave --to out, and move it then."
            )
        return _into_new(Paths(home=home), archive, key_file)


# -- over a home that is there ----------------------------------------------------------------------------------------


def _over(paths: Paths, archive: Archive, key_file: Path | None, to: DatabaseConfig | None) -> Restored:
    present = Configuration.read(paths.home)
    require_local(paths.home)
    key = read_key(paths.audit_key) if paths.audit_key.exists() else _key(archive, key_file)
    faults = _faults(archive, key)
    mark = HighWaterMark(paths.mark)
    _require_same_installation(archive, mark)
    into = to or present.database
    if into.url:
        reason, kept = _into_server(paths, archive, key, into)
    else:
        with filled_file(paths.home, archive, key) as (made, reason, reached):
            if not _is_readable(mark):
                mark.replace(reached)
            kept = replace_database(paths.database, made)
            _settle(mark, reached)
    if not paths.audit_key.exists():
        _put_key(paths, key)
    kept = (*kept, *set_aside(paths.home / "engine.db", "before-restore"))
    return _told(paths, archive, reason=reason, kept=kept, faults=faults)


def _into_server(paths: Paths, archive: Archive, key: bytes, into: DatabaseConfig) -> tuple[str, tuple[Path, ...]]:
    """Fill a server's empty database, and where it is another than the present one leave that, frozen, to nobody."""
    present = Configuration.read(paths.home)
    store = into.store(paths.database, present.secrets)
    if into == present.database:
        _require_empty(store)
        reason, reached = filled_server(paths.home, store, archive, key)
        _settle(HighWaterMark(paths.mark), reached)
        return reason, ()
    former = present.database.store(paths.database, present.secrets)
    is_there = present.database.url or paths.database.exists()
    with left(former, f"the database was left for {into.url}.") if is_there else nullcontext():
        reason, reached = filled_server(paths.home, store, archive, key)
        _settle(HighWaterMark(paths.mark), reached)
        switch_database(paths.home, into)
    return reason, set_aside(paths.database, "before-restore")


def _require_empty(store: Store) -> None:
    with store.read() as connection:
        holds = bool(inspect(connection).get_table_names())
    if holds:
        store.close()
        raise NotPossibleNow(
            "The home's database is on a server, and is not replaced there. Nothing was changed.",
            remedy="Make an empty database and name it: `erp-bridge db restore FILE --to URL`. This one is kept.",
        )


def _require_same_installation(archive: Archive, mark: HighWaterMark) -> None:
    if not _is_readable(mark):
        return
    ours, theirs = mark.read().installation, archive.manifest.installation
    if ours != theirs:
        raise BadInput(
            f"The backup is of installation {theirs}, this home of installation {ours}. Nothing was changed.",
            remedy="Restore it into its own home, or into a new folder.",
        )


def _is_readable(mark: HighWaterMark) -> bool:
    try:
        mark.read()
    except StorageError:
        return False
    return True


def _settle(mark: HighWaterMark, reached: Mark) -> None:
    """The mark never comes down by a restore; where there is none, the database is as far as is known."""
    if _is_readable(mark):
        mark.raise_to(
            attempts=reached.attempts, audit_sequence=reached.audit_sequence, audit_mac=reached.audit_mac
        )  # fmt: skip
    else:
        mark.replace(reached)


# -- a new home -------------------------------------------------------------------------------------------------------


def _into_new(paths: Paths, archive: Archive, key_file: Path | None) -> Restored:
    key = _key(archive, key_file)
    faults = _faults(archive, key)
    existed = claim_folder(paths.home)
    try:
        require_local(paths.home)
        (paths.home / "secrets").mkdir(mode=0o700)
        _put_key(paths, key)
        with filled_file(paths.home, archive, key) as (made, reason, reached):
            made.replace(paths.database)
            HighWaterMark(paths.mark).replace(reached)
        write_new(paths.configuration, _configuration(archive), mode=0o600)
        open_home(paths.home).close()
    except BaseException as error:
        clear_folder(paths.home, existed=existed)
        if isinstance(error, OSError):
            raise unusable(paths.home, error) from error
        raise
    return _told(paths, archive, reason=reason, faults=faults)


def _configuration(archive: Archive) -> bytes:
    """The backup's, less where its database was: that one may be another's by now."""
    try:
        document = tomlkit.parse((archive.file(CONFIGURATION) or b"").decode())
    except (TOMLKitError, UnicodeDecodeError):
        return FIRST_CONFIGURATION.encode()
    document.pop("database", None)
    return tomlkit.dumps(document).encode()


# -- the key ----------------------------------------------------------------------------------------------------------


def _key(archive: Archive, key_file: Path | None) -> bytes:
    if key_file is not None:
        try:
            key: bytes | None = key_file.read_bytes()
        except OSError as error:
            raise StorageError(f"The audit key {key_file} can't be read: {error.strerror}.") from error
    else:
        key = archive.file(KEY)
    if key is None:
        raise BadInput(
            "The backup was made without the audit key, and there is none here. Nothing was changed.",
            remedy="Name the file that holds it: `erp-bridge db restore --key FILE`.",
        )
    if len(key) != KEY_BYTES:
        raise BadInput("The audit key is damaged: it has another length.", remedy="Name the file that holds it whole.")
    return key


def _put_key(paths: Paths, key: bytes) -> None:
    paths.audit_key.parent.mkdir(mode=0o700, exist_ok=True)
    write_new(paths.audit_key, key, mode=0o600)


def _faults(archive: Archive, key: bytes) -> tuple[Fault, ...]:
    """What is wrong with the trail in the backup; a key that is not its own is refused."""
    faults = audit_faults(archive, key)
    if faults and faults[0].where == "entry 1":
        raise BadInput(
            "The backup's audit trail was sealed with another key. Nothing was changed.",
            remedy="Name the file that holds its key: `erp-bridge db restore --key FILE`, into a new folder.",
            faults=faults[:1],
        )
    return faults


def _told(
    paths: Paths, archive: Archive, *, reason: str, kept: Iterable[Path] = (), faults: tuple[Fault, ...]
) -> Restored:
    told = archive.manifest
    return Restored(
        home=paths.home, made_at=told.made_at, rows=told.rows, frozen_because=reason, kept=tuple(kept),
        audit_faults=faults,
    )  # fmt: skip
