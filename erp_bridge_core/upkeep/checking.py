"""Looking a home's database over: what an operator would want to know of it before something goes wrong.

Nothing is changed; a nameless file is written to the disk, and is gone. Each thing that was looked at is told, with its
remedy where it is not as it should be.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, func, select

from erp_bridge_core.audit.freezing import REMEDY
from erp_bridge_core.audit.mark import HighWaterMark, Mark
from erp_bridge_core.audit.trail import AuditTrail
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.installation import Paths, open_store, read_key, require_whole
from erp_bridge_core.store import schema
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import attempts, installation
from erp_bridge_core.upkeep.check_postgresql import look_at_postgresql
from erp_bridge_core.upkeep.check_sqlite import look_at_sqlite
from erp_bridge_core.upkeep.check_work import look_at_figures, look_at_leases, look_at_moments
from erp_bridge_core.upkeep.findings import Looked, Standing, failed, fine, warning

#: Below the first free space is told, below the second it is a failure: bytes.
_LITTLE: Final = 1_000_000_000
_NEARLY_NONE: Final = 100_000_000
#: Bytes that are written to see whether the disk takes any.
_PROBE: Final = 4096
#: Seconds that this host's clock and the database's may be apart.
_APART: Final = 5.0
_TRAIL: Final = (
    "Stop exporting, keep this database as it is, and compare it with your backups: `erp-bridge audit check`."
)


@frozen(kw_only=True)
class Checkup:
    """All that was looked at, in order."""

    looked: tuple[Looked, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong; a warning is not."""
        return all(each.standing is not Standing.FAILED for each in self.looked)


def check(home: Path) -> Checkup:
    """Look at everything that can be looked at; what can't be reached is told and ends the look."""
    return Checkup(looked=tuple(_look(Paths(home=home))))


def _look(paths: Paths) -> Iterator[Looked]:
    try:
        require_whole(paths)
        key = read_key(paths.audit_key)
        store = open_store(paths.home)
    except ErpBridgeError as error:
        yield failed("home", error.message, remedy=error.remedy)
        return
    yield fine("home", f"{paths.home} is whole, on a disk of this host.")
    yield _space(paths.home)
    yield _disk(paths.home)
    try:
        yield from _look_into(paths, store, key)
    except ErpBridgeError as error:
        yield failed("database", error.message, remedy=error.remedy)
    finally:
        store.close()


def _look_into(paths: Paths, store: Store, key: bytes) -> Iterator[Looked]:
    schema.check(store)
    yield fine("version", f"The database has this program's version {schema.HEAD}.")
    known = _known(HighWaterMark(paths.mark))
    with store.read() as connection:
        yield from look_at_postgresql(connection) if store.on_postgresql else look_at_sqlite(connection)
        yield from _clocks(store, connection)
        yield from look_at_leases(connection, store.seconds(connection))
        yield from look_at_figures(connection)
        writing = _frozen(connection)
        yield writing
        behind = failed if writing.standing is Standing.OK else warning
        yield _mark(connection, known, behind)
    yield _trail(AuditTrail(store, key, HighWaterMark(paths.mark)), behind)
    if store.on_postgresql and paths.database.exists():
        yield warning(
            "leftover", f"{paths.database.name} lies in the home, though the database is on a server.",
            remedy="If a move was cut short, run `erp-bridge db move` again; else put the file somewhere else.",
        )  # fmt: skip


def _space(home: Path) -> Looked:
    free = shutil.disk_usage(home).free
    told = f"{free / 1_000_000_000:,.1f} GB are free on the disk of the home."
    remedy = "Free space: a disk that is full sends nothing."
    if free < _NEARLY_NONE:
        return failed("space", told, remedy=remedy)
    return warning("space", told, remedy=remedy) if free < _LITTLE else fine("space", told)


def _disk(home: Path) -> Looked:
    """Whether it takes what is written: one that failed may still say that it does, until somebody tries."""
    try:
        with TemporaryFile(dir=home) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return failed(
            "disk", f"Nothing can be written to the disk of the home: {error.strerror}. So nothing is sent.",
            remedy="Free space: workers then go on by themselves. Where the disk failed, as the host's own log tells, "
            "end servers and workers, have it repaired and mounted anew, and start them again.",
        )  # fmt: skip
    return fine("disk", "The disk of the home takes what is written.")


def _clocks(store: Store, connection: Connection) -> Iterator[Looked]:
    yield from look_at_moments(connection)
    if store.on_postgresql:
        apart = time.time() - store.seconds(connection)
        told = f"This host's clock and the database's are {abs(apart):.1f} s apart."
        if abs(apart) > _APART:
            yield warning("clocks", told, remedy="Let both hosts set their clocks by the same time server.")
        else:
            yield fine("clocks", told)


def _frozen(connection: Connection) -> Looked:
    reason = connection.execute(select(installation.c.frozen_because)).scalar_one()
    if reason is None:
        return fine("writing", "Writing is not frozen.")
    return warning("writing", f"Writing is frozen: {reason}", remedy=REMEDY)


def _known(mark: HighWaterMark) -> Mark | ErpBridgeError:
    """The mark, read before the database: it is raised after each commit, and so never ahead of what is read then."""
    try:
        return mark.read()
    except ErpBridgeError as error:
        return error


def _mark(connection: Connection, known: Mark | ErpBridgeError, behind: Callable[..., Looked]) -> Looked:
    """How far the database is; once writing is frozen, that it is `behind` is known."""
    if isinstance(known, ErpBridgeError):
        return failed("mark", known.message, remedy=known.remedy)
    sent = connection.execute(select(func.max(attempts.c.id))).scalar_one() or 0
    if sent < known.attempts:
        told = f"The mark outside knows {known.attempts} write attempts, the database {sent}: an older copy."
        return behind("mark", told, remedy=REMEDY)
    return fine("mark", f"The database is as far as the mark outside: {known.attempts} write attempts.")


def _trail(audit: AuditTrail, behind: Callable[..., Looked]) -> Looked:
    """Every entry; that the mark outside knows later ones is no news once writing is frozen."""
    try:
        found = audit.check()
    except ErpBridgeError as error:
        return failed("trail", error.message, remedy=error.remedy)
    if found.sound:
        return fine("trail", f"The audit trail is whole: {found.entries} entries.")
    shown = "; ".join(f"{fault.where} {fault.message}" for fault in found.faults[:3])
    tell = behind if all(fault.where == f"entry {found.head.sequence}" for fault in found.faults) else failed
    return tell("trail", f"The audit trail is NOT whole: {shown}.", remedy=_TRAIL)
