"""Throttles of all processes of one host: a small file per ERP host, and file locks that end with their process."""

import hashlib
import json
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define, evolve, field, frozen
from filelock import FileLock, Timeout

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import StorageError
from erp_bridge_core.contract.profile import RateLimit
from erp_bridge_core.wire.throttle import LONGEST_PAUSE, LOOK, Pace, Patience, Waiting

_LOGGER: Final = logging.getLogger(__name__)
#: Held for one small read and write; longer means that its holder is stopped.
_LONGEST_HOLD: Final = 30.0
#: How often another process's short hold is looked at again, in seconds.
_LOOK_AT_HOLD: Final = 0.002
#: Threads of this process queue here, by folder: between themselves they need not look again and again.
_GUARDS: Final[dict[Path, threading.Lock]] = {}


@frozen
class FileThrottles:
    """The throttles whose folders lie in `folder`."""

    folder: Path

    def of(self, host: str, rate: RateLimit, clock: Clock) -> "FileThrottle":
        """The one of a host; two hosts never share one."""
        readable = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:60]
        name = f"{readable}-{hashlib.sha256(host.lower().encode()).hexdigest()[:8]}"
        return FileThrottle(folder=self.folder / name, rate=rate, clock=clock)

    def close(self) -> None:
        """Nothing is kept beyond a request."""


@frozen(kw_only=True)
class _Known:
    """What all processes know: when requests ended lately, which slots have one under way, until when to wait."""

    ended: tuple[float, ...] = ()
    busy: frozenset[int] = frozenset()
    paused_until: float = 0.0


@define(eq=False)
class FileThrottle:
    """The throttle of one ERP host, kept in `folder`. A slot is a file lock, which ends with its process."""

    folder: Path
    rate: RateLimit
    clock: Clock
    _file: Path = field(init=False, default=Factory(lambda self: self.folder / "pace.json", takes_self=True))
    _pace: Pace = field(init=False, default=Factory(lambda self: Pace(self.rate), takes_self=True))

    @contextmanager
    def turn(self, patience: Patience) -> Iterator[None]:
        """Wait for a slot and for the pace."""
        waiting = Waiting(self.clock, patience)
        number, slot = self._slot(waiting)
        try:
            self._start(number, waiting)
            try:
                yield
            finally:
                self._end(number)
        finally:
            slot.release()

    def pause(self, seconds: float) -> None:
        """Let nobody on this machine start a request for so long."""
        with self._locked() as known:
            until = self._now() + min(seconds, LONGEST_PAUSE)
            self._write(evolve(known, paused_until=max(known.paused_until, until)))

    def _slot(self, waiting: Waiting) -> tuple[int, FileLock]:
        while True:
            for number in range(max(1, self.rate.at_once)):
                if lock := self._try(f"slot-{number}.lock"):
                    return number, lock
            waiting.sleep(LOOK)

    def _try(self, name: str) -> FileLock | None:
        lock = FileLock(self._folder() / name)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        return lock

    def _start(self, number: int, waiting: Waiting) -> None:
        """Wait until one more request fits, and count it as under way."""
        if not self.rate.per_second:
            self._wait_for_end_of_pause(waiting)
            return
        while True:
            with self._locked() as known:
                # A process that was killed left its slot marked; whoever holds the slot now speaks for it.
                others = known.busy - {number}
                wait = self._wait(evolve(known, busy=others))
                if wait <= 0:
                    self._write(evolve(known, busy=others | {number}))
                    return
            waiting.sleep(wait)

    def _wait_for_end_of_pause(self, waiting: Waiting) -> None:
        """Without a rate the slots are all that counts; a pause is read without a lock, since it is replaced whole."""
        while (wait := self._read().paused_until - self._now()) > 0:
            waiting.sleep(wait)

    def _end(self, number: int) -> None:
        """The request is over: what keeps this from being noted must not be taken for a fault of the request."""
        if not self.rate.per_second:
            return
        try:
            with self._locked() as known:
                now = self._now()
                lately = tuple(end for end in known.ended if end > now - self._pace.window)
                self._write(evolve(known, busy=known.busy - {number}, ended=(*lately, now)))
        except StorageError as error:
            _LOGGER.warning("The end of a request could not be noted: %s", error.message)

    def _wait(self, known: _Known) -> float:
        """Seconds until it is worth looking again; 0 when one more request fits now."""
        now = self._now()
        paused = known.paused_until - now
        counted = sorted(end for end in known.ended if end > now - self._pace.window)
        too_many = len(counted) + len(known.busy) - self._pace.most
        if too_many < 0:
            return max(0.0, paused)
        free = counted[too_many] + self._pace.window - now if too_many < len(counted) else LOOK
        return max(free, paused)

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _read(self) -> _Known:
        try:
            kept: Any = json.loads(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return _Known()  # never paced yet, or cut by a full disk: starting afresh costs one early request
        except OSError as error:
            raise self._unusable(error) from error
        values = kept if isinstance(kept, dict) else {}
        latest = self._now() + LONGEST_PAUSE
        return _Known(
            ended=tuple(end for each in _listed(values, "ended") if (end := _sane(each, latest))),
            busy=frozenset(number for number in _listed(values, "busy") if isinstance(number, int)),
            paused_until=_sane(values.get("paused_until"), latest),
        )

    def _write(self, known: _Known) -> None:
        aside = self._file.with_suffix(".aside")
        values = {"ended": known.ended, "busy": sorted(known.busy), "paused_until": known.paused_until}
        aside.write_text(json.dumps(values), encoding="ascii")
        aside.replace(self._file)

    @contextmanager
    def _locked(self) -> Iterator[_Known]:
        try:
            with (
                _GUARDS.setdefault(self.folder, threading.Lock()),
                FileLock(self._folder() / "pace.lock").acquire(_LONGEST_HOLD, poll_interval=_LOOK_AT_HOLD),
            ):
                yield self._read()
        except OSError as error:
            raise self._unusable(error) from error

    def _folder(self) -> Path:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        return self.folder

    def _unusable(self, error: OSError) -> StorageError:
        return StorageError(
            f"The throttle's folder {self.folder} can't be used: {error.strerror or error}.",
            remedy="Make the folder writable for the user who runs ERP Bridge, and see that the disk is not full.",
        )


def _listed(values: dict[str, Any], name: str) -> list[Any]:
    found = values.get(name)
    return found if isinstance(found, list) else []


def _sane(value: Any, latest: float) -> float:
    return float(value) if isinstance(value, int | float) and value <= latest else 0.0
