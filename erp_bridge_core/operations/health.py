"""Whether this process can do its work now, for whatever sends requests to it or restarts it."""

import os
import shutil
import socket
from enum import StrEnum
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, select

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.engine.living import at_work
from erp_bridge_core.store import schema
from erp_bridge_core.store.tables import installation

#: Bytes free below which nothing should be begun: an intent that can't be stored sends nothing (L14).
LEAST_FREE: Final = 64 * 1024 * 1024


class Look(StrEnum):
    """What one look found. `NONE`: there is nothing to look at, such as a worker of a server without one."""

    OK = "ok"
    FAILING = "failing"
    NONE = "none"


@frozen(kw_only=True)
class Readiness:
    """What was looked at. While writing is frozen, pages answer all the same: it is told, and no fault."""

    database: Look
    disk: Look
    worker: Look
    frozen: bool

    @property
    def is_ready(self) -> bool:
        """Whether requests, or tasks, should come here."""
        return Look.FAILING not in {self.database, self.disk, self.worker}

    def to_json(self) -> dict[str, str]:
        """One word each: it may be read by strangers."""
        return {
            "status": "ready" if self.is_ready else "failing",
            "database": self.database.value,
            "disk": self.disk.value,
            "worker": self.worker.value,
            "writing": "frozen" if self.frozen else "ok",
        }


def readiness(application: Application, *, has_worker: bool) -> Readiness:
    """Look at the database, its version, the disk and the worker of this process."""
    free = shutil.disk_usage(application.home).free if application.home.is_dir() else 0
    disk = Look.OK if free >= LEAST_FREE else Look.FAILING
    try:
        is_current = schema.version(application.store) == schema.HEAD
        with application.store.read() as connection:
            frozen = connection.execute(select(installation.c.frozen_because)).scalar_one_or_none() is not None
            lives = works_here(connection, now=application.store.seconds(connection)) if has_worker else False
    except ErpBridgeError:
        return Readiness(database=Look.FAILING, disk=disk, worker=Look.NONE, frozen=False)
    worker = Look.NONE if not has_worker else Look.OK if lives else Look.FAILING
    return Readiness(database=Look.OK if is_current else Look.FAILING, disk=disk, worker=worker, frozen=frozen)


def works_here(connection: Connection, *, now: float) -> bool:
    """Whether a worker of this process has said lately that it lives."""
    mine = socket.gethostname()[:100], os.getpid()
    return any((each.host, each.pid) == mine for each in at_work(connection, now=now))
