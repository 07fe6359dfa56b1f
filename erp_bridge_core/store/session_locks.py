"""Locks of PostgreSQL that end with their process: a session of its own holds them, never a transaction.

What a file lock is on one host these are for all: a process that is killed loses them at once, one that is stopped
keeps them, and a host that is gone loses them once the server misses it (`_KEEPALIVE`). A process that is cut off from
the database loses them too and finds that out at its next use, so that they save work and give turns; what must not
happen twice is held by what was committed. A pooler that shares sessions between transactions can't be used.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from secrets import token_hex
from threading import RLock
from typing import Any, Final

from attrs import define, field
from sqlalchemy import BigInteger, Connection, Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from erp_bridge_core.contract.errors import StorageError

#: After so many seconds of silence the server asks whether the host is there, so often, and gives up after three.
_KEEPALIVE: Final = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 3, "tcp_keepalives_count": 3}
_KEYS: Final = bindparam("keys", type_=ARRAY(BigInteger))
_TAKE: Final = text(
    "SELECT key FROM unnest(CAST(:keys AS bigint[])) AS wanted(key) WHERE pg_try_advisory_lock(key) LIMIT :most"
).bindparams(_KEYS)
_LOOK: Final = text("SELECT 1")
_SHARE: Final = text("SELECT pg_advisory_lock_shared(:key)")
_UNSHARE: Final = text("SELECT pg_advisory_unlock_shared(:key)")
_GIVE: Final = text("SELECT pg_advisory_unlock(key) FROM unnest(CAST(:keys AS bigint[])) AS held(key)").bindparams(
    _KEYS
)


def lock_key(*parts: object) -> int:
    """The number of a lock, of 64 bits, by what it stands for."""
    digest = sha256("\n".join(("erp-bridge", *map(str, parts))).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


@define(eq=False)
class SessionLocks:
    """The locks of this process in one database. Of its threads too only one has a lock.

    `number` counts sessions: locks of an earlier one are lost. `name` tells this process from others.
    """

    engine: Engine
    name: str = field(factory=lambda: f"{socket.gethostname()[:80]}:{os.getpid()}:{token_hex(4)}", init=False)
    number: int = field(default=0, init=False)
    _mutex: Any = field(factory=RLock, init=False)
    _session: Connection | None = field(default=None, init=False)
    _held: set[int] = field(factory=set, init=False)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """The session, for this thread alone; each statement commits by itself. Raises `StorageError`."""
        with self._mutex:
            try:
                if self._session is None:
                    self._session = self._begin()
                yield self._session
            except SQLAlchemyError as error:
                self._end()
                why = getattr(error, "orig", None) or error
                raise StorageError(
                    f"The database can't be used: {why}".strip(), remedy="See that PostgreSQL can be reached."
                ) from error

    def take(self, keys: Sequence[int], *, most: int = 1) -> list[int]:
        """Take at most so many locks that nobody has; those that were taken."""
        with self.session() as session:
            free = [key for key in keys if key not in self._held]
            taken = list(session.execute(_TAKE, {"keys": free, "most": most}).scalars()) if free else []
            self._held.update(taken)
            return taken

    def keep(self, key: int) -> None:
        """Take a lock that nobody has, or find out that it is still held: where its session was lost, it is taken anew.

        Raises `StorageError` while there is no session to be had.
        """
        with suppress(StorageError), self.session() as session:
            session.execute(_LOOK)
        self.take([key])

    def give_back(self, keys: Sequence[int]) -> None:
        """Give locks back; raises nothing: what the session lost is free anyhow."""
        with self._mutex:
            mine = [key for key in keys if key in self._held]
            self._held.difference_update(mine)
            if self._session is None or not mine:
                return
            try:
                self._session.execute(_GIVE, {"keys": mine})
            except DBAPIError:
                self._end()

    def share(self, key: int, *, on: bool) -> None:
        """Hold a lock together with others, or no longer. Raises `StorageError`."""
        with self.session() as session:
            session.execute(_SHARE if on else _UNSHARE, {"key": key})

    def close(self) -> None:
        """End the session, and with it all its locks."""
        with self._mutex:
            self._end()

    def _begin(self) -> Connection:
        session = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.detach()  # it is no part of the pool: nobody else ever gets it
        for name, seconds in _KEEPALIVE.items():
            session.execute(text(f"SET {name} = {seconds}"))
        self.number += 1
        return session

    def _end(self) -> None:
        self._held.clear()
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except DBAPIError:
                session.invalidate()
