"""A share that fails in the way it is told to, with the errors of a real one."""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, NoReturn, TypeVar

from attrs import define, field, frozen

from erp_bridge_core.connections.names import ASIDE
from erp_bridge_core.contract.connection import FileFact, Files
from erp_bridge_core.contract.errors import Doubtful, ErpBridgeError, NotSent, ReadFailed
from erp_bridge_core.contract.wire import current_attempt

T = TypeVar("T")


class FileFault(StrEnum):
    """One way in which a share fails. It strikes one call, which a predicate chooses."""

    SHARE_LOST = "share_lost"
    SHARE_LOST_AFTER = "share_lost_after"
    SHARING_VIOLATION = "sharing_violation"
    DISK_FULL = "disk_full"
    DISK_FULL_MIDWAY = "disk_full_midway"
    STALE_LISTING = "stale_listing"

    @property
    def meaning(self) -> str:
        """One sentence: what happens."""
        return _MEANINGS[self]


_MEANINGS: Final[dict[FileFault, str]] = {
    FileFault.SHARE_LOST: "The share is gone before anything happens.",
    FileFault.SHARE_LOST_AFTER: "The share is gone right after it happened, before that is known.",
    FileFault.SHARING_VIOLATION: "Another program holds the file.",
    FileFault.DISK_FULL: "The disk is full: nothing is written.",
    FileFault.DISK_FULL_MIDWAY: "The disk is full midway; half a file stays aside, where nobody looks for it.",
    FileFault.STALE_LISTING: "A folder is listed as it was before.",
}
_ERRNO: Final[dict[FileFault, int]] = {
    FileFault.SHARE_LOST: errno.ENOTCONN,
    FileFault.SHARE_LOST_AFTER: errno.EIO,
    FileFault.SHARING_VIOLATION: errno.EACCES,
    FileFault.DISK_FULL: errno.ENOSPC,
    FileFault.DISK_FULL_MIDWAY: errno.ENOSPC,
}


class FileAct(StrEnum):
    """What is asked of a share, by the method's name."""

    EXISTS = "exists"
    LIST = "list"
    OPEN = "open"
    SHA256 = "sha256"
    WRITE_NEW = "write_new"
    MOVE = "move"
    MAKE_FOLDER = "make_folder"
    FULL_PATH = "full_path"

    @property
    def is_write(self) -> bool:
        """Whether it changes the share."""
        return self in _WRITES


_WRITES: Final = frozenset({FileAct.WRITE_NEW, FileAct.MOVE, FileAct.MAKE_FOLDER})
#: Saying where a path lies asks nothing of the share.
_ASKING: Final = frozenset(FileAct) - {FileAct.FULL_PATH}
#: The acts that each fault can happen to; it passes over others.
_STRIKES: Final[dict[FileFault, frozenset[FileAct]]] = {
    FileFault.SHARE_LOST: _ASKING,
    FileFault.SHARE_LOST_AFTER: _ASKING,
    FileFault.SHARING_VIOLATION: frozenset({FileAct.OPEN, FileAct.SHA256, FileAct.WRITE_NEW, FileAct.MOVE}),
    FileFault.DISK_FULL: _WRITES,
    FileFault.DISK_FULL_MIDWAY: frozenset({FileAct.WRITE_NEW}),
    FileFault.STALE_LISTING: frozenset({FileAct.LIST}),
}


@frozen(kw_only=True)
class FileCall:
    """One call: what was asked, of which path (and to where), for which attempt at writing (None while reading)."""

    act: FileAct
    path: str
    target: str = ""
    attempt: int | None = None


@define(kw_only=True, eq=False)
class FileTrace:
    """A call and how it ended: the fault that struck it, and the code of the error that it raised, "" for none."""

    call: FileCall
    fault: FileFault | None = None
    error: str = ""


@define(kw_only=True, eq=False)
class ArmedFile:
    """A fault that lies in wait for the first `times` calls that `when` chooses."""

    fault: FileFault
    when: Callable[[FileCall], bool]
    times: int = 1
    struck: int = 0


@define(eq=False)
class FaultyFiles:
    """A share before a real one: what is not struck goes there, and an attempt's lease is checked by it as ever."""

    real: Files
    name: str = "the share"
    trace: list[FileTrace] = field(init=False, factory=list)
    _armed: list[ArmedFile] = field(init=False, factory=list)
    _before: dict[str, tuple[FileFact, ...]] = field(init=False, factory=dict)
    _guard: threading.RLock = field(init=False, factory=threading.RLock)

    def arm(self, fault: FileFault, when: Callable[[FileCall], bool], *, times: int = 1) -> ArmedFile:
        """Let a fault strike the first `times` calls that `when` chooses and that it can happen to.

        STALE_LISTING passes over a folder that was neither listed nor written to before.
        """
        armed = ArmedFile(fault=fault, when=when, times=times)
        with self._guard:
            self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Nothing strikes any more."""
        with self._guard:
            self._armed.clear()

    def clear(self) -> None:
        """Begin another case: no trace, no fault, no memory of listings."""
        with self._guard:
            self._armed.clear()
            self._before.clear()
            self.trace.clear()

    def exists(self, path: str) -> bool:
        """As the real share, unless struck."""
        return self._run(FileAct.EXISTS, path, lambda: self.real.exists(path))

    def list(self, folder: str) -> tuple[FileFact, ...]:
        """As the real share, unless struck; remembered for a listing that is stale later."""
        place = str(PurePosixPath(folder))

        def look() -> tuple[FileFact, ...]:
            seen = self._before[place] = self.real.list(folder)
            return seen

        return self._run(FileAct.LIST, folder, look, struck=lambda _: self._before.get(place))

    def open(self, path: str) -> BinaryIO:
        """As the real share, unless struck."""
        return self._run(FileAct.OPEN, path, lambda: self.real.open(path))

    def sha256(self, path: str) -> str:
        """As the real share, unless struck."""
        return self._run(FileAct.SHA256, path, lambda: self.real.sha256(path))

    def write_new(self, path: str, chunks: Iterator[bytes]) -> FileFact:
        """As the real share, unless struck."""
        self._remember(path)

        def struck(fault: FileFault) -> None:
            if fault is FileFault.DISK_FULL_MIDWAY:
                self._leave_half(path, next(iter(chunks), b""))
            elif fault is FileFault.SHARING_VIOLATION:
                for _ in chunks:  # the name is what another program holds, and it is asked for last
                    pass
                _check_lease()

        return self._run(FileAct.WRITE_NEW, path, lambda: self.real.write_new(path, chunks), struck=struck)

    def move(self, source: str, target: str) -> FileFact:
        """As the real share, unless struck."""
        self._remember(source, target)
        held = FileFault.SHARING_VIOLATION
        return self._run(
            FileAct.MOVE,
            source,
            lambda: self.real.move(source, target),
            target=target,
            struck=lambda fault: _check_lease() if fault is held else None,
        )

    def make_folder(self, path: str) -> None:
        """As the real share, unless struck."""
        self._run(FileAct.MAKE_FOLDER, path, lambda: self.real.make_folder(path))

    def full_path(self, path: str) -> str:
        """As the real share, unless struck."""
        return self._run(FileAct.FULL_PATH, path, lambda: self.real.full_path(path))

    def _run(
        self,
        act: FileAct,
        path: str,
        real: Callable[[], T],
        *,
        target: str = "",
        struck: Callable[[FileFault], T | None] = lambda _: None,
    ) -> T:
        """Do it, or let it be struck: `struck` does what still happens then, and answers for a stale listing."""
        attempt = current_attempt()
        call = FileCall(act=act, path=path, target=target, attempt=attempt.number if attempt else None)
        trace = FileTrace(call=call)
        with self._guard:
            self.trace.append(trace)
            trace.fault = self._strike_on(call)
        try:
            if trace.fault is None:
                return real()
            if trace.fault is FileFault.SHARE_LOST_AFTER and act.is_write:
                real()
            answer = struck(trace.fault)
            if trace.fault is FileFault.STALE_LISTING and answer is not None:
                return answer
            self._fail(call, trace.fault)
        except ErpBridgeError as error:
            trace.error = error.code
            raise

    def _strike_on(self, call: FileCall) -> FileFault | None:
        for armed in self._armed:
            if call.act not in _STRIKES[armed.fault] or armed.struck >= armed.times or not armed.when(call):
                continue
            if armed.fault is FileFault.STALE_LISTING and str(PurePosixPath(call.path)) not in self._before:
                continue
            armed.struck += 1
            return armed.fault
        return None

    def _remember(self, *paths: str) -> None:
        for folder in {str(PurePosixPath(path).parent) for path in paths}:
            with suppress(ErpBridgeError):  # it can't be seen, so there is nothing to remember
                self._before[folder] = self.real.list(folder)

    def _leave_half(self, path: str, chunk: bytes) -> None:
        with suppress(OSError, ReadFailed):  # the folder is not there: then nothing is left of the file either
            place = Path(self.real.full_path(path))
            place.with_name(f"{ASIDE}{place.name}").write_bytes(chunk[: len(chunk) // 2 + 1])

    def _fail(self, call: FileCall, fault: FileFault) -> NoReturn:
        error = OSError(_ERRNO[fault], os.strerror(_ERRNO[fault]))
        path, details = call.target or call.path, {"path": call.path}
        if not call.act.is_write:
            raise ReadFailed(
                f"{self.name}: {path} can't be read: {error.strerror}.",
                remedy="Check that the share is connected and may be read.",
                details=details,
            ) from error
        # A folder that may have been made is no doubt: making it again changes nothing.
        if fault is FileFault.SHARE_LOST_AFTER and call.act is not FileAct.MAKE_FOLDER:
            raise Doubtful(
                f"{self.name}: it is not known whether {path} is in its place: {error.strerror}.",
                remedy="Connect the share again; the export looks for the file before anything else.",
                details=details,
            ) from error
        raise NotSent(
            f"{self.name}: {path} can't be written: {error.strerror}. Nothing was left there.",
            remedy="Check that the share is connected, may be written and has room; then resume the export.",
            details=details,
        ) from error


def _check_lease() -> None:
    if (attempt := current_attempt()) is not None:
        attempt.check()
