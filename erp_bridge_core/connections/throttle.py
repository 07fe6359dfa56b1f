"""One throttle per ERP host, shared by all processes of this machine (ledger L17)."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define, field
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


class OutOfPatience(Exception):
    """A turn does not come within the time that there is. Nothing was sent."""


@define(eq=False)
class Throttle:
    """Rate and concurrency towards one ERP host, kept in `folder`.

    A slot is a file lock, which the operating system frees when its process dies. The pace is a file that holds when
    the next request may start and until when the ERP asked everyone to wait. Waiting goes through the clock.
    """

    folder: Path
    rate: RateLimit
    clock: Clock
    _pace: Path = field(init=False, default=Factory(lambda self: self.folder / "pace.json", takes_self=True))

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        """Wait for a slot and for the pace, at most `patience` seconds; raises `OutOfPatience`, or `StorageError`."""
        until = self.clock.monotonic() + patience
        slot = self._slot(until)
        try:
            self._wait_for_pace(until)
            yield
        finally:
            slot.release()

    def pause(self, seconds: float) -> None:
        """Let nobody on this machine start a request for so long: the ERP asked for it."""
        with self._locked_pace() as pace:
            pace["paused_until"] = max(pace["paused_until"], self._now() + min(seconds, _HORIZON))

    def _slot(self, until: float) -> FileLock:
        while True:
            for number in range(max(1, self.rate.at_once)):
                if lock := self._try(f"slot-{number}.lock"):
                    return lock
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

    def _wait_for_pace(self, until: float) -> None:
        start = self._reserve(until)
        while True:
            # Somebody may have been told to wait while we waited for our own turn.
            wait = max(start, self._read()["paused_until"]) - self._now()
            if wait <= 0:
                return
            self._sleep(wait, until)

    def _reserve(self, until: float) -> float:
        if not self.rate.per_second:
            return 0.0
        with self._locked_pace() as pace:
            start = max(self._now(), pace["next_at"], pace["paused_until"])
            self._check(start - self._now(), until)
            pace["next_at"] = start + 1 / self.rate.per_second
        return start

    def _sleep(self, seconds: float, until: float) -> None:
        self._check(seconds, until)
        self.clock.sleep(seconds)

    def _check(self, seconds: float, until: float) -> None:
        if self.clock.monotonic() + seconds > until:
            raise OutOfPatience("the turn among this machine's requests to the ERP did not come in time")

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _read(self) -> dict[str, float]:
        fresh = {"next_at": 0.0, "paused_until": 0.0}
        try:
            kept: Any = json.loads(self._pace.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return fresh  # never paced yet, or cut by a full disk: starting afresh costs one early request
        except OSError as error:
            raise self._unusable(error) from error
        latest = self._now() + _HORIZON
        values = kept if isinstance(kept, dict) else {}
        return {name: _sane(values.get(name), latest) for name in fresh}

    @contextmanager
    def _locked_pace(self) -> Iterator[dict[str, float]]:
        try:
            with FileLock(self._folder() / "pace.lock", timeout=_LONGEST_HOLD):
                pace = self._read()
                yield pace
                aside = self._pace.with_suffix(".aside")
                aside.write_text(json.dumps(pace), encoding="ascii")
                aside.replace(self._pace)
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


def _sane(value: Any, latest: float) -> float:
    return float(value) if isinstance(value, int | float) and value <= latest else 0.0


def throttle_folder(home: Path, host: str) -> Path:
    """The folder of a host's throttle below the throttle folder; two hosts never share one."""
    readable = re.sub(r"[^a-z0-9.-]", "_", host.lower())[:60]
    return home / f"{readable}-{hashlib.sha256(host.lower().encode()).hexdigest()[:8]}"
