"""Keeping tokens on the disk, so that a refresh token that rotates is used once, by one process, and never lost.

Firm [3.1]: a refresh token is used once and rotates on every refresh; whoever loses the reply has to authorize anew.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import asdict, evolve, field, frozen
from filelock import FileLock, Timeout

from erp_bridge_core.contract.errors import StorageError

#: A renewal is one request; a lock that is held longer belongs to a process that is stopped.
LONGEST_HOLD: Final = 120.0


@frozen(kw_only=True)
class Tokens:
    """What an authorization gave. `ends` is in seconds since 1970.

    `spent`: the refresh token went out once and no answer was kept. `refused`: Procore refused it, so that a person has
    to authorize anew.
    """

    access: str = field(repr=False)
    ends: float
    refresh: str = field(default="", repr=False)
    spent: bool = False
    refused: bool = False


@frozen
class TokenKeeper:
    """The tokens of one connection in the file `path`, for all processes of this host.

    The file is replaced whole, synced to the disk before it takes its name, and readable by its owner alone. Every
    method raises `StorageError` when the disk is not usable.
    """

    path: Path

    def read(self) -> Tokens | None:
        """What is kept, None where nothing is."""
        try:
            return _parse(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise self._unusable(error) from error

    @contextmanager
    def renewing(self) -> Iterator["TokenKeeper"]:
        """Only one process at a time is in here: what it reads stays so until it keeps something else."""
        lock = FileLock(self.path.with_name(f"{self.path.name}.lock"), timeout=LONGEST_HOLD)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, Timeout) as error:
            raise self._unusable(error) from error
        try:
            yield self
        finally:
            lock.release()

    def mark_spent(self, tokens: Tokens) -> None:
        """Before a refresh token goes out: whatever happens then, it is known that it may be used up."""
        self.keep(evolve(tokens, spent=True))

    def keep(self, tokens: Tokens) -> None:
        """Keep tokens, durably, before anybody uses them."""
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 - by its handle, which has its permissions
                file.write(json.dumps(asdict(tokens)).encode())
                file.flush()
                os.fsync(file.fileno())
            aside.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StorageError:
        return StorageError(
            f"Procore's tokens in {self.path} can't be used: {error}.",
            remedy="Free the disk, or end the process that holds them; if the file is damaged, authorize anew.",
        )


def _parse(content: bytes) -> Tokens:
    found: Any = json.loads(content)
    if not isinstance(found, dict):
        raise TypeError("it holds no tokens")
    return Tokens(**found)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows has no such call: its file system keeps a journal of names
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
