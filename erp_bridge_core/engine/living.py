"""The workers of an installation: each says that it lives, so that commands and pages know whether one does."""

import logging
import os
import socket
from collections.abc import Collection
from datetime import datetime
from functools import cache
from importlib.metadata import version
from secrets import token_hex
from typing import Final

from attrs import define, field, frozen
from sqlalchemy import Connection, insert, select, update

from erp_bridge_core.engine.clock import SLACK, follow_clock
from erp_bridge_core.engine.life import Life
from erp_bridge_core.engine.tasks import BEAT, LEASE, renew
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import tasks, workers

_LOGGER: Final = logging.getLogger(__name__)
#: Seconds of silence after which it is looked whether a worker is gone.
_MISSED: Final = 1.5 * BEAT


@cache
def this_version() -> str:
    """The version of this program, as it is installed."""
    return version("erp-bridge-core")[:40]


def _new_name() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{token_hex(4)}"


@frozen(kw_only=True)
class WorkerView:
    """A worker that is at work; `seen` is how many seconds ago it last said so, `version` that of its program."""

    name: str
    host: str
    pid: int
    kind: str
    version: str
    started_at: datetime
    seen: float


@define
class Sign:
    """The sign of life of one worker: `kind` tells whether it is part of a server (`serve`, `demo`) or a `worker`."""

    store: Store
    kind: str
    life: Life | None = None
    name: str = field(factory=_new_name, init=False)

    def begin(self, at: datetime) -> None:
        """Enter the worker."""
        if self.life is not None:
            self.life.hold(self.name)
        with self.store.begin(work=True) as connection:
            seen = self.store.seconds(connection)
            follow_clock(connection, seen)
            values = {"name": self.name, "host": socket.gethostname()[:100], "pid": os.getpid(), "kind": self.kind}
            values["version"] = this_version()
            connection.execute(insert(workers).values(**values, started_at=at, seen_at=seen))
            others = at_work(connection, now=seen)
        living = [each for each in others if self.life is None or not self.life.is_gone(each.name)]
        if told := of_other_versions(living):
            _LOGGER.warning("%s", told)

    def beat(self, at_it: Collection[int] = ()) -> None:
        """Say that it lives, and keep the tasks that it is at."""
        if self.life is not None:
            self.life.hold(self.name)
        with self.store.begin(work=True) as connection:
            now = self.store.seconds(connection)
            follow_clock(connection, now)
            # Another worker may have taken this one for dead, as after the database was away.
            lives = {"seen_at": now, "ended_at": None}
            connection.execute(update(workers).where(workers.c.name == self.name).values(lives))
            renew(connection, self.name, at_it, now=now)

    def end(self, at: datetime) -> None:
        """Leave."""
        with self.store.begin(work=True) as connection:
            connection.execute(update(workers).where(workers.c.name == self.name).values(ended_at=at))
        if self.life is not None:
            self.life.leave(self.name)

    def free_what_the_dead_held(self, at: datetime) -> None:
        """End workers that missed a beat and are certainly gone: what they were at is free at once."""
        if self.life is None:
            return
        with self.store.read() as connection:
            silent = workers.c.ended_at.is_(None), workers.c.seen_at < self.store.seconds(connection) - _MISSED
            names = connection.execute(select(workers.c.name).where(*silent, workers.c.name != self.name)).scalars()
            gone = [name for name in names.all() if self.life.is_gone(name)]
        for name in gone:
            with self.store.begin(work=True) as connection:
                now = self.store.seconds(connection)
                still = workers.c.name == name, workers.c.seen_at < now - _MISSED
                if not connection.execute(update(workers).where(*still).values(ended_at=at)).rowcount:
                    continue  # it has said since that it lives
                held = tasks.c.owner == name, tasks.c.lease_until > now
                connection.execute(update(tasks).where(*held).values(lease_until=now))
            self.life.bury(name)


def at_work(connection: Connection, *, now: float) -> tuple[WorkerView, ...]:
    """The workers that live, the oldest first; a sign of life from the days to come was made by an earlier clock."""
    lives = workers.c.ended_at.is_(None), workers.c.seen_at.between(now - LEASE, now + SLACK)
    rows = connection.execute(select(workers).where(*lives).order_by(workers.c.started_at, workers.c.name))
    names: Final = ("name", "host", "pid", "kind", "version", "started_at")
    return tuple(WorkerView(**{name: getattr(row, name) for name in names}, seen=now - row.seen_at) for row in rows)


def of_other_versions(found: Collection[WorkerView]) -> str:
    """A sentence on the workers among them whose program has another version than this one; blank where there is none.

    Their database has one version, so that they do no harm; somebody may have forgotten them.
    """
    others = [
        f"{each.version} is process {each.pid} on {each.host}" for each in found if each.version != this_version()
    ]
    return f"This is ERP Bridge {this_version()}; of the workers {', '.join(others)}." if others else ""


def any_at_work(store: Store) -> bool:
    """Whether a worker lives, so that what is started is brought to its end by it."""
    with store.read() as connection:
        return bool(at_work(connection, now=store.seconds(connection)))
