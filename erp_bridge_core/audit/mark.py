"""The high-water mark: how far the database had come, kept outside it, so that a restore is noticed (L16).

The file holds two lines of equal length, written in turn and synced each time: a power cut can tear one of them, never
both, and the whole line that counts further is the mark.
"""

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import asdict, define, evolve, field, frozen
from filelock import lock_descriptor

from erp_bridge_core.contract.errors import StorageError

LINE_BYTES: Final = 512
MODE: Final = 0o600
#: How often another process's short hold is looked at again, in seconds.
_LOOK_AGAIN: Final = 0.005


@frozen(kw_only=True)
class Mark:
    """What is known from outside: whose database it is, its write attempts so far, and its audit trail's head."""

    installation: str
    attempts: int = 0
    audit_sequence: int = 0
    audit_mac: str = ""


@define
class HighWaterMark:
    """The mark in its file. It only ever rises, except when a person thaws after a restore."""

    path: Path
    #: What the file held when it was last read or written here, and what that means: most raises find it so again.
    _known: tuple[bytes, int, Mark] | None = field(default=None, init=False, repr=False)

    def create(self, installation: str) -> Mark:
        """Write the first mark of a new installation; raises `StorageError` where one is already."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, MODE))
        except OSError as error:
            raise _unwritable(self.path, error) from error
        return self.replace(Mark(installation=installation))

    def read(self) -> Mark:
        """The mark; raises `StorageError` when the file is missing or neither of its lines is whole."""
        return self._read()[1]

    def raise_to(
        self, *, attempts: int | None = None, audit_sequence: int | None = None, audit_mac: str | None = None
    ) -> Mark:
        """Raise the mark, durably when this returns; lower figures than it holds change nothing."""
        with self._alone():
            count, mark = self._read()
            raised = evolve(mark, attempts=max(mark.attempts, attempts or 0))
            if audit_sequence is not None and audit_sequence > mark.audit_sequence:
                raised = evolve(raised, audit_sequence=audit_sequence, audit_mac=audit_mac or "")
            if raised != mark:
                self._write(count + 1, raised)
            return raised

    def replace(self, mark: Mark) -> Mark:
        """Set the mark as it is, lower too: only for a new installation, and for thawing by a person."""
        with self._alone():
            try:
                count = self._read()[0]
            except StorageError:
                count = 0
            self._write(count + 1, mark)
            self._write(count + 2, mark)
        return mark

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes and threads from the file, by a lock beside it that ends with whoever holds it."""
        try:
            descriptor = os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR, MODE)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            lock_descriptor(descriptor, poll_interval=_LOOK_AGAIN)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> tuple[int, Mark]:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise StorageError(
                f"The high-water mark {self.path} can't be read: {error.strerror}.",
                remedy="Restore that file; if it is lost, compare the database with the ERP, then thaw with a reason.",
            ) from error
        if self._known is not None and self._known[0] == content:
            return self._known[1:]
        lines = [content[start : start + LINE_BYTES] for start in (0, LINE_BYTES)]
        whole = [read for line in lines if (read := _parse(line)) is not None]
        if not whole:
            raise StorageError(
                f"The high-water mark {self.path} is damaged.",
                remedy="Restore that file; if it is lost, compare the database with the ERP, then thaw with a reason.",
            )
        count, mark = max(whole, key=lambda read: read[0])
        self._known = content, count, mark
        return count, mark

    def _write(self, count: int, mark: Mark) -> None:
        start, line = (count % 2) * LINE_BYTES, _line(count, mark)
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY, MODE)
            try:
                os.lseek(descriptor, start, os.SEEK_SET)
                os.write(descriptor, line)
                getattr(os, "fdatasync", os.fsync)(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        if self._known is not None:
            before = self._known[0]
            self._known = before[:start] + line + before[start + LINE_BYTES :], count, mark


def _line(count: int, mark: Mark) -> bytes:
    values: dict[str, Any] = {"count": count, **asdict(mark)}
    text = json.dumps({**values, "check": _check(values)}, separators=(",", ":"))
    return text.encode().ljust(LINE_BYTES - 1) + b"\n"


def _check(values: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(values, sort_keys=True).encode())


def _parse(line: bytes) -> tuple[int, Mark] | None:
    try:
        values = json.loads(line)
        if values.pop("check") != _check(values):
            return None
        return int(values.pop("count")), Mark(**values)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The high-water mark {path} can't be written: {error.strerror}.",
        remedy="Check the folder's owner, mode and free space. What the database committed stays committed.",
    )
