"""A backup in one file: a zip with a manifest and, per table, its rows; it restores into either kind of database.

It is written aside, synced, read again whole, and only then given its name, which never overwrites anything. What the
manifest says of a table is its number of rows and the SHA-256 of its lines. Secrets are not in it, since none are in
the database; the audit key is in it only where that is asked for.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import IO, Final

from attrs import field, frozen

from erp_bridge_core.connections.durable import put_in_place, sync_folder
from erp_bridge_core.contract.errors import BadInput, StorageError
from erp_bridge_core.contract.structuring import structure, to_json
from erp_bridge_core.upkeep.rows import Kind, Shape

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CONFIGURATION: Final = "erp-bridge.toml"
KEY: Final = "audit.key"
#: The manifest and the files beside the tables are small; whatever is longer is none of ours.
_LONGEST_FILE: Final = 4_000_000
#: No line of ours comes near it: a file that was made to fill the memory is told.
_LONGEST_LINE: Final = 256_000_000
_CHUNK: Final = 1 << 20
#: What zipfile raises of a file that is damaged or none.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError)


@frozen(kw_only=True)
class TableEntry:
    """What the manifest says of a table: how it was, how many rows it had, and the digest of its lines."""

    name: str
    columns: tuple[tuple[str, Kind], ...]
    key: tuple[str, ...]
    rows: int
    sha256: str

    @property
    def shape(self) -> Shape:
        """How its rows are written in."""
        return Shape(name=self.name, columns=self.columns, key=self.key)


@frozen(kw_only=True)
class Manifest:
    """What a backup is: of which installation, made when, by which program, of which version of the database.

    `audit_sequence` and `audit_mac` are the audit trail's head, `attempts` the highest number of a write attempt: how
    far the database had come.
    """

    format: int
    program: str
    database: str
    installation: str
    demo: bool
    made_at: str
    attempts: int
    audit_sequence: int
    audit_mac: str
    tables: tuple[TableEntry, ...] = field(repr=False)

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(table.rows for table in self.tables)


def this_program() -> str:
    """The program's version, as a manifest names it."""
    return version("erp-bridge-core")


# -- writing ----------------------------------------------------------------------------------------------------------


class ArchiveWriter:
    """An archive that is being written: tables, further files, the manifest last."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Use `writing` instead."""
        self._archive = archive

    def table(self, shape: Shape, lines: Iterator[bytes]) -> TableEntry:
        """Write a table's lines."""
        digest, rows = hashlib.sha256(), 0
        with self._archive.open(_member(shape.name), "w", force_zip64=True) as member:
            for line in lines:
                digest.update(line)
                member.write(line)
                rows += 1
        return TableEntry(
            name=shape.name, columns=shape.columns, key=shape.key, rows=rows, sha256=digest.hexdigest()
        )  # fmt: skip

    def add(self, name: str, content: bytes) -> None:
        """Write a small file."""
        self._archive.writestr(name, content)

    def manifest(self, manifest: Manifest) -> None:
        """Write what it is."""
        self.add(MANIFEST, to_json(manifest).encode())


@contextmanager
def writing(path: Path, check: Callable[[Path], object]) -> Iterator[ArchiveWriter]:
    """Write an archive; `check` is told where it lies before it is given its name. What raises leaves nothing of it.

    Raises `StorageError` where the file is there already, or can't be written.
    """
    # Of this try alone: another one may be writing beside it.
    aside = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        if path.exists() or path.is_symlink():
            raise _is_there(path)
        handle = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            with open(handle, "w+b") as file:  # noqa: PTH123 - by its handle
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
                    yield ArchiveWriter(archive)
                file.flush()
                os.fsync(file.fileno())
            check(aside)
            put_in_place(aside, path, lambda: None)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _is_there(path) from error
    except OSError as error:
        raise StorageError(
            f"The backup {path} can't be written: {error.strerror or error}. Nothing is left of it.",
            remedy="Check the folder, its owner and its free space, then do it again.",
        ) from error


def _is_there(path: Path) -> StorageError:
    return StorageError(f"{path} is there already, and nothing is overwritten.", remedy="Name another file.")


# -- reading ----------------------------------------------------------------------------------------------------------


class Archive:
    """An archive that is read. Everything that is wrong with it is `BadInput`."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        """Use `reading` instead."""
        self.path = path
        self.manifest = manifest
        self._archive = archive

    def lines(self, table: TableEntry) -> Iterator[bytes]:
        """A table's lines; raises at the end unless they are those that the manifest tells of."""
        digest, rows = hashlib.sha256(), 0
        try:
            with self._archive.open(_member(table.name)) as member:
                while line := member.readline(_LONGEST_LINE):
                    digest.update(line)
                    rows += 1
                    yield line
        except _DAMAGED as error:
            raise _damaged(self.path, f"the table {table.name} can't be read: {error}") from error
        if (rows, digest.hexdigest()) != (table.rows, table.sha256):
            raise _damaged(self.path, f"the table {table.name} is not the one that was written")

    def file(self, name: str) -> bytes | None:
        """A small file in it; None where it was not put in."""
        return _small_file(self.path, self._archive, name)

    def tables(self) -> Mapping[str, TableEntry]:
        """Its tables by name."""
        return {table.name: table for table in self.manifest.tables}


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """Open an archive; raises `StorageError` where it can't be read, `BadInput` where it is none of ours."""
    try:
        with path.open("rb") as file, _zip(path, file) as archive:
            yield Archive(path, archive, _manifest(path, archive))
    except OSError as error:
        raise StorageError(
            f"The backup {path} can't be read: {error.strerror or error}.", remedy="Check its path and its rights."
        ) from error


@contextmanager
def well_formed(path: Path) -> Iterator[None]:
    """In the block a backup's lines are read as rows: one that is none is told, whatever its manifest says of it."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise _damaged(path, f"a row in it is none: {error}") from error


def _zip(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise BadInput(
            f"{path} is no backup of ERP Bridge, or it was cut short: {error}.",
            remedy="Name a file that `erp-bridge db backup` made, whole.",
        ) from error


def _small_file(path: Path, archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        if name not in archive.namelist():
            return None
        if archive.getinfo(name).file_size > _LONGEST_FILE:
            raise _damaged(path, f"{name} is too long")
        return archive.read(name)
    except _DAMAGED as error:
        raise _damaged(path, f"{name} can't be read: {error}") from error


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(_small_file(path, archive, MANIFEST) or b"")
        number = told["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, "it has no manifest") from error
    if number != FORMAT:
        raise BadInput(
            f"The backup {path} has format {number}; this program knows {FORMAT}.",
            remedy="Restore it with the ERP Bridge that made it, or a newer one.",
        )
    return structure(Manifest, told, what=f"manifest of {path.name}")


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _damaged(path: Path, why: str) -> BadInput:
    return BadInput(
        f"The backup {path} is damaged: {why}. Nothing was changed.",
        remedy="Take another backup, or another copy of it.",
    )
