"""One throttle per ERP host, shared by all processes of this machine (ledger L17)."""

import hashlib
import json
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

#: How often a full house is looked at again, in seconds.
_LOOK: Final = 0.05
#: A moment further ahead than this comes from a clock that was set back, not from anybody's request.
_HORIZON: Final = 3600.0
#: Held for one small read and write; longer means that its holder is stopped.
_LONGEST_HOLD: Final = 30.0
#: How often another process's short hold is looked at again, in seconds.
_LOOK_AT_HOLD: Final = 0.002
#: Threads of this process queue here, by folder: between themselves they need not look again and again.
_GUARDS: Final[dict[Path, threading.Lock]] = {}


class OutOfPatience(Exception):
    """A turn does not come within the time that there is. Nothing was sent."""


@frozen(kw_only=True)
class _Pace:
    """What all processes know: when requests ended lately, which slots have one under way, until when to wait."""

    ended: tuple[float, ...] = ()
    busy: frozenset[int] = frozenset()
    paused_until: float = 0.0


@define(eq=False)
class Throttle:
    """Rate and concurrency towards one ERP host, kept in `folder`.

    A slot is a file lock, which the operating system frees when its process dies. The ERP counts requests as they
    arrive, which is somewhere between their start here and their end. So a request starts only while those under way
    and those that ended within the window are fewer than the rate permits: whatever the wire's delays, no window of
    the ERP's ever holds more. Waiting goes through the clock.
    """

    folder: Path
    rate: RateLimit
    clock: Clock
    _file: Path = field(init=False, default=Factory(lambda self: self.folder / "pace.json", takes_self=True))

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for a slot and for the pace, at most `patience` seconds; raises `OutOfPatience`, or `StorageError`."""
        until = self.clock.monotonic() + patience
        number, slot = self._slot(until)
        try:
            self._start(number, until)
            try:
                yield
            finally:
                self._end(number)
        finally:
            slot.release()

    def pause(self, seconds: float) -> None:
        """Let nobody on this machine start a request for so long: the ERP asked for it."""
        with self._locked() as pace:
            until = self._now() + min(seconds, _HORIZON)
            self._write(evolve(pace, paused_until=max(pace.paused_until, until)))

    def _slot(self, until: float) -> tuple[int, FileLock]:
        while True:
            for number in range(max(1, self.rate.at_once)):
                if lock := self._try(f"slot-{number}.lock"):
                    return number, lock
            self._sleep(_LOOK, until)

    def _try(self, name: str) -> FileLock | None:
        lock = FileLock(self._folder() / name)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        except OSError as error:
            raise self._unusable(error) from error
        return lock

    def _start(self, number: int, until: float) -> None:
        """Wait until one more request fits, and count it as under way."""
        if not self.rate.per_second:
            self._wait_for_end_of_pause(until)
            return
        while True:
            with self._locked() as pace:
                # A process that was killed left its slot marked; whoever holds the slot now speaks for it.
                others = pace.busy - {number}
                wait = self._wait(evolve(pace, busy=others))
                if wait <= 0:
                    self._write(evolve(pace, busy=others | {number}))
                    return
            self._sleep(wait, until)

    def _wait_for_end_of_pause(self, until: float) -> None:
        """Without a rate the slots are all that counts; a pause is read without a lock, since it is replaced whole."""
        while (wait := self._read().paused_until - self._now()) > 0:
            self._sleep(wait, until)

    def _end(self, number: int) -> None:
        if not self.rate.per_second:
            return
        with self._locked() as pace:
            now = self._now()
            lately = tuple(end for end in pace.ended if end > now - self._window)
            self._write(evolve(pace, busy=pace.busy - {number}, ended=(*lately, now)))

    @property
    def _most(self) -> int:
        """How many requests one window may hold."""
        return max(1, int(self.rate.per_second or 1))

    @property
    def _window(self) -> float:
        return self._most / (self.rate.per_second or 1)

    def _wait(self, pace: _Pace) -> float:
        """Seconds until it is worth looking again; 0 when one more request fits now."""
        now = self._now()
        paused = pace.paused_until - now
        counted = sorted(end for end in pace.ended if end > now - self._window)
        too_many = len(counted) + len(pace.busy) - self._most
        if too_many < 0:
            return max(0.0, paused)
        free = counted[too_many] + self._window - now if too_many < len(counted) else _LOOK
        return max(free, paused)

    def _sleep(self, seconds: float, until: float) -> None:
        self._check(seconds, until)
        self.clock.sleep(seconds)

    def _check(self, seconds: float, until: float) -> None:
        if self.clock.monotonic() + seconds > until:
            raise OutOfPatience("the turn among this machine's requests to the ERP did not come in time")

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _read(self) -> _Pace:
        try:
            kept: Any = json.loads(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return _Pace()  # never paced yet, or cut by a full disk: starting afresh costs one early request
        except OSError as error:
            raise self._unusable(error) from error
        values = kept if isinstance(kept, dict) else {}
        latest = self._now() + _HORIZON
        return _Pace(
            ended=tuple(end for each in _listed(values, "ended") if (end := _sane(each, latest))),
            busy=frozenset(number for number in _listed(values, "busy") if isinstance(number, int)),
            paused_until=_sane(values.get("paused_until"), latest),
        )

    def _write(self, pace: _Pace) -> None:
        aside = self._file.with_suffix(".aside")
        values = {"ended": pace.ended, "busy": sorted(pace.busy), "paused_until": pace.paused_until}
        aside.write_text(json.dumps(values), encoding="ascii")
        aside.replace(self._file)

    @contextmanager
    def _locked(self) -> Iterator[_Pace]:
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


def throttle_folder(home: Path, host: str) -> Path:
    """The folder of a host's throttle below the throttle folder; two hosts never share one."""
    readable = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:60]
    return home / f"{readable}-{hashlib.sha256(host.lower().encode()).hexdigest()[:8]}"
