"""The rows of a backup in an empty database, in the caller's transaction: whole, and read back, or not at all."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection

from erp_bridge_core.contract.errors import BadInput, StorageError
from erp_bridge_core.store import schema
from erp_bridge_core.upkeep.archive import Archive, TableEntry, well_formed
from erp_bridge_core.upkeep.rows import Shape, let_rows_in, read_lines, shapes, write_lines


def load(connection: Connection, archive: Archive) -> None:
    """Make the backup's version of every table, put the rows in, read them again, then bring them to this version.

    Raises `BadInput` for a backup that is damaged or of a version that this program does not know.
    """
    entries = archive.tables()
    schema.make(connection, _known_version(archive))
    found = shapes(connection)
    _require_same_tables(archive, found)
    let_act_again = let_rows_in(connection)
    for shape in found:
        entry = entries[shape.name]
        with well_formed(archive.path):
            write_lines(connection, entry.shape, archive.lines(entry))
    let_act_again()
    different = [entry.name for entry in archive.manifest.tables if digest_of(connection, entry) != entry.sha256]
    if different:
        raise StorageError(
            f"The database did not keep {', '.join(different)} as they were put in. Nothing was changed.",
            remedy="Look at the disk of the database, then run it again.",
        )
    schema.bring_up(connection)


def digest_of(connection: Connection, table: TableEntry) -> str:
    """The digest of a table's lines as they are in a database, with the columns that the backup names."""
    digest = hashlib.sha256()
    for line in read_lines(connection, table.shape):
        digest.update(line)
    return digest.hexdigest()


def _known_version(archive: Archive) -> str:
    version = archive.manifest.database
    if not schema.is_known(version):
        raise BadInput(
            f"The backup {archive.path} has version {version} of the database, which this program "
            f"(version {schema.HEAD}) does not know: a newer one made it. Nothing was changed.",
            remedy="Restore it with the ERP Bridge that made it, or a newer one.",
        )
    return version


def _require_same_tables(archive: Archive, found: Iterable[Shape]) -> None:
    ours = {shape.name: (set(shape.columns), shape.key) for shape in found}
    theirs = {entry.name: (set(entry.columns), entry.key) for entry in archive.manifest.tables}
    if ours != theirs:
        names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        raise BadInput(
            f"The backup {archive.path} holds other tables than its version {archive.manifest.database} has: "
            f"{', '.join(names)}. Nothing was changed.",
            remedy="Restore it with the ERP Bridge that made it.",
        )
