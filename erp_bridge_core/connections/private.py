"""The private folder of a connection: what a plugin keeps of a sign-in that rotates, for our own user alone."""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.errors import StorageError

_FOLDER: Final = "private"
_OWNER_ALONE: Final = 0o700
#: More than any sign-in takes: of the files in the folder, of the bytes of each, and of the texts in one.
_FILES, _BYTES, _TEXTS = 16, 256 * 1024, 32
_SHORTEST: Final = 12


def private_folder(home: Path, connection_id: int, name: str) -> Path:
    """The folder of a connection, made where it is missing.

    Raises `StorageError` where it can't be made, is a link, or lets others in. A connection's number is part of its
    name: one that takes a former one's name finds nothing of it.
    """
    folder = _place(home, connection_id, name)
    try:
        for each in (folder.parent, folder):
            each.mkdir(mode=_OWNER_ALONE, exist_ok=True)
            _require_private(each)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} can't be used: {error.strerror or error}.",
            remedy="See that the user who runs ERP Bridge owns it, and that the disk is not full.",
        ) from error
    return folder


@define
class KeptSecrets:
    """The texts that a private folder's JSON files hold, told each time that a file has changed: all may be secrets."""

    folder: Path
    _seen: dict[str, tuple[int, int, int]] = field(factory=dict, init=False)

    def __call__(self) -> Iterator[str]:
        """Those of files that changed since the last call; a file that is no JSON, or not to be read, has none."""
        try:
            found = [each for each in self.folder.iterdir() if each.suffix == ".json"][:_FILES]
        except OSError:
            return
        for path in found:
            try:
                yield from self._changed(path)
            except (OSError, ValueError, RecursionError):
                continue

    def _changed(self, path: Path) -> list[str]:
        facts = path.lstat()
        mark = facts.st_mtime_ns, facts.st_size, facts.st_ino
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _BYTES or self._seen.get(path.name) == mark:
            return []
        texts = list(_texts(json.loads(path.read_bytes())))[:_TEXTS]
        self._seen[path.name] = mark
        return texts


def _texts(value: Any) -> Iterator[str]:
    """The texts that may be secrets: neither addresses nor sentences, which would be missed wherever they are told."""
    if isinstance(value, str):
        if len(value) >= _SHORTEST and "://" not in value and not any(map(str.isspace, value)):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def remove_private_folder(home: Path, connection_id: int, name: str) -> bool:
    """Remove what a connection kept; whether there was anything. Raises `StorageError` where something stays."""
    folder = _place(home, connection_id, name)
    if not folder.is_dir() or folder.is_symlink():
        return False
    try:
        held = any(folder.iterdir())
        shutil.rmtree(folder)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} can't be removed: {error.strerror or error}. Nothing was changed.",
            remedy="Remove it by hand, then do it again.",
        ) from error
    return held


def _place(home: Path, connection_id: int, name: str) -> Path:
    return home / _FOLDER / f"{connection_id}-{name}"


def _require_private(folder: Path) -> None:
    facts = folder.lstat()
    # Windows keeps access elsewhere: its mode bits say nothing of who may read.
    if not stat.S_ISDIR(facts.st_mode) or (os.name == "posix" and stat.S_IMODE(facts.st_mode) & 0o077):
        raise StorageError(
            f"The folder {folder} holds what a connection signs in with, and others than its owner can reach it.",
            remedy=f"Put a plain folder there: chmod 700 {folder}. Authorize anew, if others may have read it.",
        )
