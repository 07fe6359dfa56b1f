"""The folder shared with the ERP, as an adapter is given it: no link, no overwriting, no half file, no silence."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, NoReturn

from erp_bridge_core.connections import durable
from erp_bridge_core.connections.names import ASIDE
from erp_bridge_core.connections.share import Share, Unusable, file_facts, require_folder
from erp_bridge_core.contract.connection import FileFact
from erp_bridge_core.contract.errors import Doubtful, LedgerConflict, NotSent, ReadFailed
from erp_bridge_core.contract.wire import current_attempt

_CHUNK: Final = 1024 * 1024


class SharedFiles:
    """Files below `root`, which must lie below one of `allowed_roots`.

    A write that belongs to an attempt checks its lease right before the file gets its name (L12).
    """

    def __init__(self, root: str, allowed_roots: tuple[str, ...], *, name: str = "the share") -> None:
        self._share = Share(root=root, allowed_roots=allowed_roots)
        self._name = name

    def exists(self, path: str) -> bool:
        """Whether a regular file is there; raises `ReadFailed` when its folder can't be seen, or it is a link."""
        with self._reading(path):
            return file_facts(self._share.path(path)) is not None

    def list(self, folder: str) -> tuple[FileFact, ...]:
        """The regular files in a folder, by name; what lies aside (still being written) is not among them."""
        with self._reading(folder):
            place = self._share.folder(folder)
            names = sorted(entry.name for entry in os.scandir(place) if not entry.name.startswith(ASIDE))
            facts = [(name, file_facts(place / name)) for name in names if not _is_folder(place / name)]
            return tuple(_fact(PurePosixPath(folder) / name, seen) for name, seen in facts if seen is not None)

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; links are not followed."""
        with self._reading(path):
            place = self._share.path(path)
            if file_facts(place) is None:
                raise Unusable(f"{place} is not there", "Put the file there, or correct the connection's settings.")
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            return open(os.open(place, flags), "rb")  # noqa: PTH123 - the caller closes it

    def sha256(self, path: str) -> str:
        """The hash of a file's bytes, hex."""
        digest = hashlib.sha256()
        with self._reading(path), self.open(path) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def write_new(self, path: str, chunks: Iterator[bytes]) -> FileFact:
        """Write a file that did not exist. When it returns, the file is whole, durable and has its name.

        Raises `LedgerConflict` when the name is taken, `NotSent` when nothing was shown to anybody, `Doubtful` when
        that can't be told; what `chunks` itself raises passes through, and then nothing was written.
        """
        with self._writing(path):
            target = self._new(path)
            aside = target.with_name(f"{ASIDE}{target.name}")
        sent = _Failing(chunks)
        with self._writing(path, sent):
            durable.write_aside(aside, sent)
        try:
            self._place(aside, target, path)
        except Doubtful:
            raise  # what lies aside is then evidence
        except BaseException:
            durable.discard(aside)
            raise
        return self._known(path, target)

    def move(self, source: str, target: str) -> FileFact:
        """Move a file without overwriting. Raises as `write_new`; a move that was cut short is completed."""
        with self._writing(source):
            old, new = self._share.path(source), self._share.path(target)
            if file_facts(old) is None:
                raise Unusable(f"{old} is not there", "Look where the file went; it may have been moved already.")
            if file_facts(new) is not None and not durable.is_same_file(old, new):
                raise self._taken(new)
        self._place(old, new, target)
        with self._doubting(source):
            _drop_second_name(new, old.with_name(f"{ASIDE}{old.name}"))
            if file_facts(old) is not None:
                raise Unusable(f"{old} could not be taken away", "Let the user of ERP Bridge remove files there.")
            durable.sync_folder(old.parent)
        return self._known(target, new)

    def make_folder(self, path: str) -> None:
        """Create a folder, and those above it, below the root where they are missing."""
        with self._writing(path):
            place = self._share.checked_root()
            for part in self._share.parse(path).parts:
                place /= part
                if not place.is_symlink() and not place.exists():
                    place.mkdir(mode=0o770, exist_ok=True)
                    durable.sync_folder(place.parent)
                require_folder(place)

    def full_path(self, path: str) -> str:
        """The path that a person on this host would open."""
        with self._reading(path):
            return str(Path(self._share.root) / self._share.parse(path))

    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the share: the folders that anybody on this host can write to."""
        with self._reading("."):
            root = self._share.checked_root()
            folders = [root, *(Path(entry.path) for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False))]
            return tuple(_warning(folder) for folder in sorted(folders) if folder.lstat().st_mode & stat.S_IWOTH)

    def _new(self, path: str) -> Path:
        target = self._share.path(path)
        if target.name.startswith(ASIDE):
            raise Unusable(f"a name can't begin with {ASIDE}", "Choose another name.")
        if file_facts(target) is not None:
            _drop_second_name(target, target.with_name(f"{ASIDE}{target.name}"))
            raise self._taken(target)
        return target

    def _place(self, aside: Path, target: Path, path: str) -> None:
        with self._writing(path):
            durable.put_in_place(aside, target, _check_lease)
        with self._doubting(path):
            durable.sync_folder(target.parent)

    def _known(self, path: str, place: Path) -> FileFact:
        with self._doubting(path):
            seen = file_facts(place)
            if seen is None:
                raise Unusable(f"{place} was there and is gone", "Ask who took it, and look for it.")
            return _fact(PurePosixPath(path), seen)

    def _taken(self, place: Path) -> LedgerConflict:
        return LedgerConflict(
            f"{place} is there already; it was not touched.",
            remedy="Look what it is and who put it there; then settle or resume the export.",
        )

    @contextmanager
    def _reading(self, path: str) -> Iterator[None]:
        try:
            yield
        except Unusable as error:
            raise ReadFailed(f"{self._name}: {error}.", remedy=error.remedy, details={"path": path}) from error
        except OSError as error:
            raise ReadFailed(
                f"{self._name}: {path} can't be read: {error.strerror or error}.",
                remedy="Check that the share is connected and may be read.",
                details={"path": path},
            ) from error

    @contextmanager
    def _writing(self, path: str, sent: "_Failing | None" = None) -> Iterator[None]:
        try:
            yield
        except FileExistsError as error:
            raise self._taken(Path(self._share.root) / path) from error
        except durable.InDoubt as error:
            raise self._doubt(path, error) from error
        except Unusable as error:
            message = f"{self._name}: {error}. Nothing was written."
            raise NotSent(message, remedy=error.remedy, details={"path": path}) from error
        except OSError as error:
            if sent is not None and sent.failed:
                raise
            raise NotSent(
                f"{self._name}: {path} can't be written: {error.strerror or error}. Nothing was left there.",
                remedy="Check that the share is connected, may be written and has room; then resume the export.",
                details={"path": path},
            ) from error

    @contextmanager
    def _doubting(self, path: str) -> Iterator[None]:
        try:
            yield
        except (OSError, Unusable) as error:
            raise self._doubt(path, error) from error

    def _doubt(self, path: str, error: Exception) -> Doubtful:
        return Doubtful(
            f"{self._name}: it is not known whether {path} is in its place: {error}.",
            remedy="Connect the share again; the export looks for the file before anything else.",
            details={"path": path},
        )


class NoFiles:
    """The area of a connection without a share: it refuses, and says what to configure."""

    def __init__(self, *, connection: str) -> None:
        self._message = f"Connection {connection} has no folder shared with the ERP."
        self._remedy = f"Set root below [connections.{connection}.files] in erp-bridge.toml."

    def exists(self, path: str) -> bool:
        """Refuses."""
        self._refuse_read(path)

    def list(self, folder: str) -> tuple[FileFact, ...]:
        """Refuses."""
        self._refuse_read(folder)

    def open(self, path: str) -> BinaryIO:
        """Refuses."""
        self._refuse_read(path)

    def sha256(self, path: str) -> str:
        """Refuses."""
        self._refuse_read(path)

    def full_path(self, path: str) -> str:
        """Refuses."""
        self._refuse_read(path)

    def write_new(self, path: str, chunks: Iterator[bytes]) -> FileFact:  # noqa: ARG002
        """Refuses."""
        self._refuse_write(path)

    def move(self, source: str, target: str) -> FileFact:  # noqa: ARG002
        """Refuses."""
        self._refuse_write(source)

    def make_folder(self, path: str) -> None:
        """Refuses."""
        self._refuse_write(path)

    def warnings(self) -> tuple[str, ...]:
        """Nothing to warn of."""
        return ()

    def _refuse_read(self, path: str) -> NoReturn:
        raise ReadFailed(self._message, remedy=self._remedy, details={"path": path})

    def _refuse_write(self, path: str) -> NoReturn:
        raise NotSent(self._message, remedy=self._remedy, details={"path": path})


class _Failing:
    """Chunks that remember whether it was they, not the disk, that failed."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = iter(chunks)
        self.failed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise
        except BaseException:
            self.failed = True
            raise


def _check_lease() -> None:
    if (attempt := current_attempt()) is not None:
        attempt.check()


def _drop_second_name(path: Path, aside: Path) -> None:
    """A kill between naming a file and removing its name aside leaves both; nobody may load the other one."""
    if durable.is_same_file(path, aside):
        durable.discard(aside)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _fact(path: PurePosixPath, seen: os.stat_result) -> FileFact:
    return FileFact(path=path, size=seen.st_size, modified=datetime.fromtimestamp(seen.st_mtime, UTC))


def _warning(folder: Path) -> str:
    return f"{folder} can be written by every user of this host; let only its users write there (chmod o-w)."
