"""The private folder of a connection: what a plugin keeps of a sign-in that rotates, for our own user alone."""

import os
import shutil
import stat
from pathlib import Path
from typing import Final

from erp_bridge_core.contract.errors import StorageError

_FOLDER: Final = "private"
_OWNER_ALONE: Final = 0o700


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
