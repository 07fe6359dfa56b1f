"""One worker at a time per ERP job: a lock that even a stopped process keeps, and a lease in the database (L12).

Beside a SQLite file the lock is a file of this host; on PostgreSQL it is one of a session with the database, which all
hosts see. Either proves that the former holder is gone, or cut off from the database without which it sends nothing;
what it had sent before is in the ledger with its deadline, and is not looked for before its horizon.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Row, bindparam, select, update

from erp_bridge_core.contract.connection import Clock
from erp_bridge_core.contract.errors import Frozen, LeaseLost, NotPossibleNow
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.prepared import Prepared, Rows
from erp_bridge_core.store.session_locks import lock_key
from erp_bridge_core.store.tables import exports, installation

LEASE_SECONDS: Final = 300.0
#: The longest sleep of a worker before it is asked whether it is to end.
_NAP: Final = 0.5
#: No sleep is shorter: a clock may count in coarser steps than what is left to wait.
_SHORTEST: Final = 0.001

#: Read before each write: made once, since making a statement takes longer than its answer.
_LEASE: Final = Prepared(
    select(exports.c.lease_until, exports.c.held_as, select(installation.c.frozen_because).scalar_subquery()).where(
        exports.c.id == bindparam("export"), exports.c.lease_epoch == bindparam("epoch")
    )
)

Seconds = Callable[[Connection], float]
Ending = Callable[[], bool]


class AtWork(NotPossibleNow):
    """Another worker is at the export, or at another one of its job: nothing was done."""


class Held(LeaseLost):
    """Somebody paused or cancelled the export: nothing more is begun, what was answered is still read back."""


def goes_on() -> bool:
    """The worker that nobody asks to end."""
    return False


@frozen
class _Row:
    """What is looked at before each write."""

    lease_until: float
    held_as: str | None
    frozen_because: str | None


@frozen(kw_only=True)
class Lease:
    """A lease on one export: its epoch stands on every attempt made under it. `ending`: the worker is to end."""

    export_id: int
    epoch: int
    store: Store
    seconds: Seconds
    ending: Ending = goes_on

    def remaining(self, connection: Connection) -> float:
        """Seconds left; raises `LeaseLost` when another worker took over."""
        return self._row(connection).lease_until - self.seconds(connection)

    @property
    def _asked(self) -> tuple[Prepared, dict[str, int]]:
        return _LEASE, {"export": self.export_id, "epoch": self.epoch}

    def is_cancelled(self, connection: Connection) -> bool:
        """Whether somebody cancelled the export; raises `LeaseLost` as `remaining`."""
        return self._row(connection).held_as == "cancelled"

    def _row(self, connection: Connection) -> _Row:
        statement, values = self._asked
        return self._kept(statement.rows(connection, values))

    def _kept(self, found: Rows) -> _Row:
        if not found or found[0][0] is None:
            raise LeaseLost(
                f"Export {self.export_id} was taken over by another worker, or its item was given back.",
                remedy="Nothing more is sent from here; look at it with `erp-bridge export status`.",
            )
        return _Row(*found[0])

    def _require_going_on(self) -> None:
        if self.ending():
            raise LeaseLost(
                f"The worker at export {self.export_id} ends.",
                remedy="The next worker takes it up, or `erp-bridge export resume`; nothing was sent.",
            )

    def check(self, needed: float) -> None:
        """Raise `LeaseLost` unless the lease outlasts `needed` more seconds."""
        with self.store.look(*self._asked) as (connection, found):
            if self._kept(found).lease_until - self.seconds(connection) <= needed:
                raise LeaseLost(
                    f"The lease on export {self.export_id} ends before the request could.",
                    remedy="It is resumed with a new lease; nothing was sent.",
                )

    def pause(self, clock: Clock, seconds: float) -> None:
        """Wait; raises `LeaseLost` as soon as the worker is to end."""
        ends = clock.monotonic() + seconds
        while (left := ends - clock.monotonic()) > 0:
            self._require_going_on()
            clock.sleep(max(left if self.ending is goes_on else min(left, _NAP), _SHORTEST))
        self._require_going_on()

    def keep(self, connection: Connection, deadline: float) -> float:
        """Make sure, in the caller's transaction, that the lease well outlasts a request with that deadline.

        Raises `LeaseLost` when another worker took over, this one is to end, or the export is held: what is under way
        is finished, nothing more is begun. Raises `Frozen` while writing is frozen. Answers the database's seconds.
        """
        row = self._row(connection)
        if row.held_as is not None:
            raise Held(f"Export {self.export_id} was {row.held_as}.", remedy="Nothing more is sent.")
        self._require_going_on()
        if row.frozen_because:
            raise Frozen(f"Writing is frozen: {row.frozen_because}", remedy="Reconcile, then thaw the installation.")
        now = self.seconds(connection)
        if row.lease_until - now >= 2 * deadline + LEASE_SECONDS / 2:
            return now
        connection.execute(
            update(exports)
            .where(exports.c.id == self.export_id, exports.c.lease_epoch == self.epoch)
            .values(lease_until=now + 2 * deadline + LEASE_SECONDS)
        )
        return now


@frozen
class EndingClock:
    """The company's clock as an adapter at work is given it: who sleeps by it wakes as soon as the worker is to end."""

    clock: Clock
    lease: Lease

    def now(self) -> datetime:
        """The wall clock."""
        return self.clock.now()

    def today(self) -> date:
        """The date in the company's time zone."""
        return self.clock.today()

    def monotonic(self) -> float:
        """Seconds of this process."""
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; raises `LeaseLost` as soon as the worker is to end."""
        if seconds > 0:
            self.lease.pause(self.clock, seconds)


@contextmanager
def leased(
    store: Store, locks: Path, export_id: int, *, seconds: Seconds | None = None, ending: Ending = goes_on
) -> Iterator[Lease]:
    """Hold an export: raises `AtWork` when another process has it."""
    clock = seconds or store.seconds
    with store.read() as connection:
        row = connection.execute(exports.select().where(exports.c.id == export_id)).one()
    with _lock_of_job(store, locks, row):
        lease = evolve(_take(store, export_id, clock), ending=ending)
        try:
            yield lease
        finally:
            _give_back(store, lease)


@contextmanager
def _lock_of_job(store: Store, locks: Path, row: Row[Any]) -> Iterator[None]:
    job = row.erp, row.erp_company, row.job
    if store.on_postgresql:
        taken = store.locks.take([lock_key("job", *job)])
        if not taken:
            raise _busy(row.id)
        try:
            yield
        finally:
            store.locks.give_back(taken)
        return
    name = sha256("\n".join(job).encode()).hexdigest()[:24]
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"job-{name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(row.id) from None
    try:
        yield
    finally:
        lock.release()


def _take(store: Store, export_id: int, seconds: Seconds) -> Lease:
    with store.begin() as connection:
        row = connection.execute(exports.select().where(exports.c.id == export_id)).one()
        now = seconds(connection)
        owner = f"{socket.gethostname()}:{os.getpid()}"
        same_host = (row.lease_owner or "").startswith(f"{socket.gethostname()}:")
        # The lock already proves that the former holder is gone; where it is a file of another host, only time can.
        proved = store.on_postgresql or same_host
        if row.lease_until is not None and row.lease_until > now and not proved:
            raise _busy(export_id)
        epoch = int(row.lease_epoch) + 1
        connection.execute(
            update(exports)
            .where(exports.c.id == export_id)
            .values(lease_owner=owner, lease_epoch=epoch, lease_until=now + LEASE_SECONDS)
        )
    return Lease(export_id=export_id, epoch=epoch, store=store, seconds=seconds)


def _give_back(store: Store, lease: Lease) -> None:
    with store.begin() as connection:
        connection.execute(
            update(exports)
            .where(exports.c.id == lease.export_id, exports.c.lease_epoch == lease.epoch)
            .values(lease_until=None)
        )


def _busy(export_id: int) -> AtWork:
    return AtWork(
        f"Another worker is at export {export_id}, or at another export of the same job.",
        remedy="Wait until it has finished; if its host is gone, the lease ends by itself within minutes.",
    )
