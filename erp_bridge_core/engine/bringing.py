"""Bringing a started export to its end, for whoever waits for it: by a worker where one lives, else in this process."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Final

from sqlalchemy import Connection, select

from erp_bridge_core.app import Application
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.engine.exporting import EXPORT, ask_to_start, withdraw
from erp_bridge_core.engine.living import any_at_work
from erp_bridge_core.exports.lease import goes_on
from erp_bridge_core.exports.settling import Settlement
from erp_bridge_core.exports.status import ExportState, ExportStatus
from erp_bridge_core.people.actor import Actor
from erp_bridge_core.store.tables import exports, tasks

Leave = Callable[[], bool]
#: Seconds between two looks at an export that a worker is at.
_LOOK: Final = 0.2


def _run(_item_id: int, act: Callable[[], object]) -> object:
    return act()


def start(application: Application, actor: Actor, item_id: int) -> None:
    """Start an item's export, so that it is started even if this process ends meanwhile; raises what forbids it."""
    application.exports.to_start(actor, item_id)  # a worker would do for its person what a token is not for
    ask_to_start(application, actor, item_id)
    try:
        application.exports.start(actor, item_id)
    except ErpBridgeError:
        withdraw(application, item_id)
        raise


def export(application: Application, actor: Actor, item_id: int, *, leave: Leave = goes_on) -> ExportStatus:
    """Start an accepted item's export and bring it on."""
    start(application, actor, item_id)
    return bring(application, actor, item_id, leave=leave)


def retry(application: Application, actor: Actor, item_id: int, *, leave: Leave = goes_on) -> ExportStatus:
    """Let a failed export run again and bring it on."""
    application.exports.reopen(actor, item_id)
    return bring(application, actor, item_id, leave=leave)


def settle(
    application: Application,
    actor: Actor,
    item_id: int,
    effect: str,
    *,
    how: Settlement,
    reason: str,
    run: Callable[[int, Callable[[], object]], object] = _run,
    leave: Leave = goes_on,
) -> ExportStatus:
    """Settle a doubt, and bring on what it may have kept from being planned; raises as `Exports.settle`.

    `run` does what is left for the item. What stops that stands in the export's status: the doubt is settled.
    """
    status = application.exports.settle(actor, item_id, effect, how=how, reason=reason)
    if status.state is not ExportState.RUNNING or status.held:
        return status
    with suppress(ErpBridgeError):
        run(item_id, lambda: bring(application, actor, item_id, leave=leave))
    return application.exports.status(actor, item_id)


def bring(application: Application, actor: Actor, item_id: int, *, leave: Leave = goes_on) -> ExportStatus:
    """Wait until a worker has brought the export as far as it goes now, or do that here; raises as `Exports.run`.

    Once `leave` says so the worker is no longer waited for.
    """
    pause = Event()
    while any_at_work(application.store):
        with application.store.read() as connection:
            row = connection.execute(
                select(exports.c.id, exports.c.state, exports.c.held_as).where(
                    exports.c.item_id == item_id, exports.c.company_id == actor.company_id
                )
            ).one_or_none()
            if row is None or _failed(connection, row.id):
                break
        if row.state != ExportState.RUNNING or row.held_as == "paused" or leave():
            return application.exports.status(actor, item_id)
        pause.wait(_LOOK)
    return application.exports.run(actor, item_id)


def worker_is_at(application: Application, item_id: int) -> bool:
    """Whether a worker is at the export of an item at this moment."""
    return item_id in items_of_workers(application)


def items_of_workers(application: Application) -> frozenset[int]:
    """The items whose exports workers are at, at this moment."""
    with application.store.read() as connection:
        now = application.store.seconds(connection)
        held = select(tasks.c.item_id).where(
            tasks.c.job == EXPORT, tasks.c.item_id.is_not(None), tasks.c.lease_until > now
        )
        return frozenset(connection.execute(held).scalars())


def _failed(connection: Connection, export_id: int) -> bool:
    """Whether a worker could not even begin: the reason is told to whoever does it himself."""
    query = select(tasks.c.failures).where(tasks.c.key == f"{EXPORT}:{export_id}")
    return bool(connection.execute(query).scalar_one_or_none())
