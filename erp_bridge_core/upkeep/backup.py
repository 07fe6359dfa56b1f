"""Making a backup: one moment of the whole database, while others write, read again before it is given its name."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import field, frozen
from sqlalchemy import Connection, func, select, text

from erp_bridge_core.audit.chain import check_chain
from erp_bridge_core.audit.entries import AuditEntry
from erp_bridge_core.audit.freezing import check_mark
from erp_bridge_core.audit.mark import Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import BadInput, Fault, StorageError
from erp_bridge_core.installation import Paths, open_home
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import attempts, audit_entries, installation
from erp_bridge_core.upkeep.archive import (
    CONFIGURATION,
    FORMAT,
    KEY,
    Archive,
    Manifest,
    TableEntry,
    reading,
    this_program,
    well_formed,
    writing,
)
from erp_bridge_core.upkeep.record import record_for_all
from erp_bridge_core.upkeep.rows import VERSION_TABLE, read_lines, shapes

#: The act in the audit trail, by which the last backup is found.
VERB: Final = "back up installation"


@frozen(kw_only=True)
class BackedUp:
    """A backup that was made and read again: where it lies, what it is, and what is wrong with the audit trail in it.

    `size` is in bytes.
    """

    file: Path
    with_key: bool
    made_at: str
    database: str
    tables: int
    rows: int
    size: int
    audit_faults: tuple[Fault, ...] = field(default=())


def back_up(home: Path, file: Path, *, with_key: bool = False) -> BackedUp:
    """Write the home's database to a new file while others work, and audit that.

    With the audit key in it, whoever has the file can forge the trail: it is left out unless asked for. Raises
    `StorageError` where the file is there already or can't be written, and as `open_home`.
    """
    opened = open_home(home)
    try:
        audit = AuditTrail(opened.store, opened.audit_key, opened.mark)
        # An older copy must be seen as one before its trail grows past the mark again.
        check_mark(audit)
        made = write_backup(opened.store, opened.paths, file, key=opened.audit_key, with_key=with_key)
        details = {"file": str(made.file), "with_key": with_key, "rows": made.rows}
        with opened.store.begin() as connection:
            record_for_all(connection, audit, VERB, details=details)
    finally:
        opened.close()
    return made


def write_backup(store: Store, paths: Paths, file: Path, *, key: bytes, with_key: bool = False) -> BackedUp:
    """Write a database of this version or an older one to a new file; it is read again before it has its name."""
    file = file.absolute()
    faults: list[Fault] = []
    with writing(file, lambda aside: faults.extend(_read_again(aside, key))) as archive:
        with store.read() as connection:
            tables = tuple(archive.table(shape, read_lines(connection, shape)) for shape in shapes(connection))
            manifest = _manifest(connection, tables)
        archive.add(CONFIGURATION, paths.configuration.read_bytes())
        if with_key:
            archive.add(KEY, key)
        archive.manifest(manifest)
    return BackedUp(
        file=file,
        with_key=with_key,
        made_at=manifest.made_at,
        database=manifest.database,
        tables=len(tables),
        rows=manifest.rows,
        size=file.stat().st_size,
        audit_faults=tuple(faults),
    )


def audit_faults(archive: Archive, key: bytes) -> tuple[Fault, ...]:
    """What is wrong with the audit trail in a backup, judged by that key."""
    told = archive.manifest
    mark = Mark(
        installation=told.installation, attempts=told.attempts, audit_sequence=told.audit_sequence,
        audit_mac=told.audit_mac,
    )  # fmt: skip
    with well_formed(archive.path):
        return check_chain(key, _entries(archive), installation=told.installation, mark=mark).faults


def require_whole(archive: Archive, *, but: Iterable[str] = ()) -> None:
    """Read all tables `but` those; raises `BadInput` where one is not as it was written."""
    for table in archive.manifest.tables:
        if table.name not in but:
            for _ in archive.lines(table):
                pass


def _read_again(file: Path, key: bytes) -> tuple[Fault, ...]:
    try:
        with reading(file) as archive:
            require_whole(archive, but=[audit_entries.name])
            return audit_faults(archive, key)
    except BadInput as error:
        raise StorageError(
            f"What was written is not what is read: {error.message}", remedy="Look at the disk, then do it again."
        ) from error


def _entries(archive: Archive) -> Iterator[AuditEntry]:
    table = archive.tables()[audit_entries.name]
    for line in archive.lines(table):
        yield AuditEntry(**dict(zip(table.shape.names, json.loads(line), strict=True)))


def _manifest(connection: Connection, tables: tuple[TableEntry, ...]) -> Manifest:
    facts = connection.execute(select(installation.c.code, installation.c.demo)).one()
    order = audit_entries.c.sequence.desc()
    head = connection.execute(
        select(audit_entries.c.sequence, audit_entries.c.mac).order_by(order).limit(1)
    ).one_or_none()  # fmt: skip
    return Manifest(
        format=FORMAT,
        program=this_program(),
        database=connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one(),  # noqa: S608 -- ours
        installation=facts.code,
        demo=facts.demo,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        attempts=connection.execute(select(func.max(attempts.c.id))).scalar_one() or 0,
        audit_sequence=head.sequence if head else 0,
        audit_mac=head.mac if head else "",
        tables=tables,
    )
