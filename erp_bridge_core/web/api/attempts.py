"""Failed sign-ins by pages and API, counted by login whether there is such a person or not: nobody learns which."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Final

from attrs import Factory, define

from erp_bridge_core.contract.errors import NotAllowed
from erp_bridge_core.web.errors import TooManyAttempts

MOST: Final = 5
WITHIN: Final = timedelta(minutes=15)
#: Logins that are remembered; strangers must not fill the memory.
_KEPT: Final = 10_000


@define
class Attempts:
    """The failures of the last minutes, by installation and login. The service counts those of real people besides."""

    _failures: OrderedDict[tuple[Path, str], list[datetime]] = Factory(OrderedDict)
    _lock: Lock = Factory(Lock)

    @contextmanager
    def of(self, home: Path, login: str, now: datetime) -> Iterator[None]:
        """Let one sign-in happen; raises `TooManyAttempts` after `MOST` failures within `WITHIN`."""
        key = (home, login.strip().lower())
        with self._lock:
            recent = [moment for moment in self._failures.get(key, []) if now - moment < WITHIN]
        if len(recent) >= MOST:
            wait = (recent[0] + WITHIN - now).total_seconds()
            raise TooManyAttempts(
                "Too many sign-ins with this login failed.",
                remedy=f"Try again in {ceil(wait / 60)} minutes, or ask an administrator to set a password.",
                retry_after=wait,
            )
        try:
            yield
        except NotAllowed:
            self._keep(key, [*recent, now])
            raise
        self._keep(key, [])

    def _keep(self, key: tuple[Path, str], failures: list[datetime]) -> None:
        with self._lock:
            self._failures.pop(key, None)
            if failures:
                self._failures[key] = failures
            while len(self._failures) > _KEPT:
                self._failures.popitem(last=False)
