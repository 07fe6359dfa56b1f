"""Uploaded files between the pages that read them: each in its person's own folder, under a random name, not for long.

Whoever asks names a file by its key alone, which is no path; and only the person, company and purpose that brought it
find it.
"""

import hashlib
import re
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from erp_bridge_core.contract.errors import NotFound, StorageError

#: Files that nobody came back for are removed after so many seconds.
KEPT_SECONDS: Final = 12 * 3600
FOLDER: Final = "uploads"
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_ODD: Final = re.compile(r"[^A-Za-z0-9._ -]")
_LONGEST_NAME: Final = 80


class Stream(Protocol):
    """What an uploaded file is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""


@frozen
class Uploads:
    """The uploaded files of one owner: `owner` is whatever tells the person, company and purpose apart."""

    home: Path
    owner: tuple[str, ...]

    def keep(self, name: str, content: Stream) -> str:
        """Keep a file in the place of the owner's last one, and answer its key; raises `StorageError`."""
        try:
            self.forget()
            self._forget_old()
            key = secrets.token_hex(16)
            folder = self._folder / key
            folder.mkdir(parents=True, mode=0o700)
            with (folder / safe_name(name)).open("xb") as file:
                shutil.copyfileobj(content, file)
        except OSError as error:
            raise StorageError(
                f"The file can't be kept: {error.strerror}.", remedy="See that the disk is not full, and send it again."
            ) from error
        return key

    def find(self, key: str) -> Path:
        """The file of a key; raises `NotFound` for one that is gone or another's."""
        folder = self._folder / key
        if _KEY.fullmatch(key) and folder.is_dir():
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    return path
        raise NotFound("The uploaded file is not here any more.", remedy="Choose it again on the page Import a file.")

    def beside(self, key: str) -> Path:
        """Where something that is written about a file has its place."""
        return self.find(key).parent / ".faults.csv"

    def forget(self) -> None:
        """Remove what the owner has brought."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        name = hashlib.sha256("\0".join(self.owner).encode()).hexdigest()[:32]
        return self.home / FOLDER / name

    def _forget_old(self) -> None:
        for folder in (self.home / FOLDER).glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> str:
    """A file's name as it is kept and shown: without a path, without anything odd, never hidden."""
    bare = _ODD.sub("_", re.split(r"[/\\]", name)[-1]).lstrip(". ")
    return bare[-_LONGEST_NAME:].lstrip(". ") or "file"
