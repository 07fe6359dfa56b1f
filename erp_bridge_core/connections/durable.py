"""Putting a file in place once, whole and durable: what the operating system is asked for, in which order."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

#: A file system (some network shares, FAT) that has no hard links says so with one of these.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
#: A file system that can't sync a folder says so with one of these; its own protocol orders the names then.
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES, errno.EBADF})


class InDoubt(OSError):
    """The step that shows the file to others failed in a way that does not tell whether it took place."""


def write_aside(path: Path, chunks: Iterator[bytes]) -> int:
    """Write and sync a file that nobody looks for; answers its size. Nothing is left of it when that fails."""
    # A leftover of a killed try: it was never shown to anybody, or it is a second name of what was shown.
    path.unlink(missing_ok=True)
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o660)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - by its handle
            for chunk in chunks:
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        discard(path)
        raise
    return size


def discard(path: Path) -> None:
    """Remove a file written aside."""
    with suppress(OSError):  # the share is gone: the next try removes it, and nobody takes it for the file
        path.unlink()


def put_in_place(aside: Path, target: Path, last_check: Callable[[], None]) -> None:
    """Give the file its name without ever overwriting one.

    Raises FileExistsError when the name is taken, `InDoubt` when it can't be told, OSError when nothing happened.
    """
    last_check()
    try:
        os.link(aside, target, follow_symlinks=False)
    except FileExistsError:
        # A retry inside the network share's client reports our own link as somebody else's.
        if not is_same_file(aside, target):
            raise
    except OSError as error:
        if error.errno in _NO_LINKS:
            _put_without_links(aside, target)
            return
        raise _doubt_unless_absent(target, error) from error
    discard(aside)


def _put_without_links(aside: Path, target: Path) -> None:
    """Take the name with an empty file, which only one can do, then let the whole file replace it.

    Only the holder of the name replaces it, so nobody is overwritten; a kill in between leaves an empty file, which
    is seen as *different*, never as ours.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660))
    try:
        aside.replace(target)
    except OSError as error:
        try:
            empty = target.lstat().st_size == 0
            if empty:
                target.unlink()
        except OSError:
            empty = False
        if empty:
            raise
        raise InDoubt(error.errno, error.strerror) from error


def _doubt_unless_absent(target: Path, error: OSError) -> OSError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.ENOENT, errno.ENAMETOOLONG}:
        return error  # refused before anything was done
    try:
        target.lstat()
    except FileNotFoundError:
        return error
    except OSError:
        pass  # the share does not even let us look: in doubt
    return InDoubt(error.errno, error.strerror)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two names are of one file; a name that is gone is not."""
    try:
        first, second = one.lstat(), other.lstat()
    except FileNotFoundError:
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    if os.name != "posix":
        return  # Windows has no such call: its file system keeps a journal of names
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)
