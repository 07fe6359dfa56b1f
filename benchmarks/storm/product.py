"""What the storm's processes run: the product's own commands, and simulators, each in a process that can be killed.

Two things differ from an installation: writes have shorter deadlines, since every ERP is on this host and answers at
once, so that a doubt is over in seconds instead of minutes; and a storm may be asked to let workers forget the ledger,
to prove that it would notice.
"""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final, TypeVar

from attrs import evolve, frozen
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from erp_bridge_core.connections.clock import SystemClock
from erp_bridge_core.contract.profile import ErpProfile, SafetyClass
from erp_bridge_core.contract.source import SourceProfile
from erp_bridge_core.contract.structuring import converter
from erp_bridge_core.exports.telling import Telling
from erp_bridge_core.exports.worker import Work, Worker
from erp_bridge_core.registry import Registry
from erp_bridge_core.store.tables import attempts, effect_lines, effects, item_lines, reserved, sightings
from erp_bridge_core.wire import http
from erp_bridge_core.wire.transport import Limits

Profile = TypeVar("Profile", ErpProfile, SourceProfile)

#: Seconds that a write may take, and for which an ERP may still carry it out after that.
DEADLINE: Final = 4.0
BOUND: Final = 1.0
_QUICK: Final = Limits(connect=2.0, read=4.0, total=6.0, longest_pause=3.0)


@frozen(kw_only=True)
class Orders:
    """What a process is to run: the product's command, and where what it says is kept."""

    arguments: Sequence[str]
    log: Path
    ledger: bool = True


def run(orders: Orders) -> None:
    """Run a command of the product until it ends, or is ended."""
    _say_to(orders.log)
    in_a_hurry()
    if not orders.ledger:
        _forget_what_was_sent()
    from erp_bridge_core.cli import main

    main(orders.arguments)


@frozen(kw_only=True)
class Simulated:
    """Which plugin's simulator is to be served, an ERP's or a budget source's, and below which folder its books are."""

    plugin: str
    is_source: bool
    folder: Path

    def simulator(self, registry: Registry) -> Any:
        """The simulator."""
        return (registry.source if self.is_source else registry.adapter)(self.plugin).simulator()


def simulate(which: Simulated, port: int, log: Path, told: Any) -> None:
    """Serve a simulator, as after a crash of its server, until it is killed; `told` is sent what it serves."""
    _say_to(log)
    simulator, folder = which.simulator(Registry.load()), which.folder
    simulator.restart(folder)
    with simulator.serve(folder, port=port) as served:
        told.send(converter.unstructure(served))
        told.close()
        Event().wait()


def in_a_hurry() -> None:
    """Shorten what a write may take in every profile that this process loads, and what a read is waited for."""
    plain = Registry.load

    def load(enabled: Any = None) -> Registry:
        found = plain(enabled)
        adapters = {name: evolve(each, profile=shortened(each.profile)) for name, each in found.adapters.items()}
        sources = {name: evolve(each, profile=shortened(each.profile)) for name, each in found.sources.items()}
        return evolve(found, adapters=adapters, sources=sources)

    sleep = SystemClock.sleep

    def nap(self: SystemClock, seconds: float) -> None:
        # An adapter may wait by itself until nothing can come late any more: so long at most, here.
        sleep(self, min(seconds, DEADLINE + BOUND))

    SystemClock.sleep = nap  # type: ignore[method-assign] # the product has no such switch
    Registry.load = staticmethod(load)  # type: ignore[method-assign] # likewise
    http.Limits = lambda: _QUICK  # type: ignore[misc,assignment] # likewise


def shortened(profile: Profile) -> Profile:
    """The profile of an ERP or a source that answers at once; one whose bound is not known still has none."""
    operations = tuple(
        evolve(
            each,
            deadline=min(each.deadline, DEADLINE),
            execution_bound=None if each.execution_bound is None else min(each.execution_bound, BOUND),
        )
        for each in profile.operations
    )
    return evolve(profile, operations=operations)


def _forget_what_was_sent() -> None:
    """Let every pass over an export begin as if what only the ledger knows of had never been planned or sent.

    That are the writes that no ERP refuses a second time: lines in containers, and files for people; and all that a
    source was told.
    """
    plain = Worker._effects  # noqa: SLF001 -- nothing in the product switches the ledger off

    def forgetful(self: Worker, work: Work | Telling) -> Any:
        with self.store.begin() as connection:
            if isinstance(work, Telling):
                _drop(connection, effects.c.export_id == work.row.id)
            else:
                _forget(connection, work.row.id, work.item.id)
        return plain(self, work)

    Worker._effects = forgetful  # type: ignore[method-assign] # noqa: SLF001 -- likewise


def _forget(connection: Connection, export_id: int, item_id: int) -> None:
    """Drop an export's effects from its first unguarded one on, with all that was tried and reserved."""
    unguarded = select(func.min(effects.c.position)).where(
        effects.c.export_id == export_id, effects.c.safety.in_((SafetyClass.CONTAINED, SafetyClass.HUMAN))
    )
    groups = select(effects.c.group_name).where(
        effects.c.export_id == export_id, effects.c.position >= unguarded.scalar_subquery()
    )
    former = effects.c.export_id == export_id, effects.c.group_name.in_(groups)
    carried = select(effect_lines.c.line).where(effect_lines.c.effect_id.in_(select(effects.c.id).where(*former)))
    freed = item_lines.c.item_id == item_id, item_lines.c.number.in_(carried)
    connection.execute(update(item_lines).where(*freed).values(state="staged"))
    _drop(connection, *former)
    connection.execute(delete(reserved).where(reserved.c.export_id == export_id))


def _drop(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Drop effects with all that was tried of them."""
    forgotten = list(connection.execute(select(effects.c.id).where(*which)).scalars())
    for table in (sightings, attempts, effect_lines):
        connection.execute(delete(table).where(table.c.effect_id.in_(forgotten)))
    connection.execute(delete(effects).where(effects.c.id.in_(forgotten)))


def _say_to(log: Path) -> None:
    """Let whatever this process says go to a file, and let it end with the storm."""
    storm = multiprocessing.parent_process()
    if storm is not None:
        Thread(target=_end_with, args=(storm,), name="storm's end", daemon=True).start()
    with log.open("ab") as kept:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(kept.fileno(), stream.fileno())


def _end_with(storm: Any) -> None:
    storm.join()
    os._exit(1)
