"""Worker processes of the suite's own: they bring an export on, and are killed or stopped for real on the way.

They are forked from a process that has loaded everything already, know the adapter by its spec alone, and talk to the
same proxy as everybody. What happens to them happens at a stage of the ledger, told by the worker's observer, or at a
stage of a request, told by the proxy: the product knows of none of it.
"""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, cast

from attrs import define, evolve, field, frozen

from erp_bridge_core.app import Application
from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.conformance.subject import find_subject
from erp_bridge_core.conformance.workbench import LIMITS, clock_at
from erp_bridge_core.conformance.world.bench import Bench
from erp_bridge_core.conformance.world.site import COMPANY, TESTER, Site
from erp_bridge_core.conformance.world.watching import OneAdapter, Sent, WatchedAdapter
from erp_bridge_core.contract.connection import Erp
from erp_bridge_core.contract.effects import Effect
from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.registry import Registry
from erp_bridge_core.wire.http import GuardedSession
from erp_bridge_core.wire.throttle_files import FileThrottles

#: Stages of a request, as the proxy tells them; all others are stages of the ledger.
ON_THE_WIRE: Final = ("connected", "body_sent", "reply_held")
#: A worker that was not struck is done within so many seconds.
PATIENCE: Final = 60.0


@frozen(kw_only=True)
class Orders:
    """What a worker process is to do. `struck_at` is a stage, at which it gets `signal`; blank: it is left alone.

    `takes`: it takes over what lies ready instead of advancing the export. `elsewhere`: it takes itself for a worker on
    another host, which no file lock of this one stops.
    """

    spec: str
    home: str
    item: int
    passed: float
    struck_at: str
    signal: int
    takes: bool = False
    elsewhere: bool = False


@define
class Worker:
    """A worker process that was started. `struck` is set once the signal was sent; `said` is what stopped it."""

    process: Any
    struck: threading.Event = field(factory=threading.Event)
    said: list[str] = field(factory=list)
    listener: threading.Thread | None = None

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """Wait until it has ended and all that it said is heard; its exit status, negative for a signal; or None."""
        self.process.join(seconds)
        if self.listener is not None and self.process.exitcode is not None:
            self.listener.join(seconds)
        return cast("int | None", self.process.exitcode)

    def wake(self) -> None:
        """Let a stopped one go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        """End it, however it is."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextmanager
def started(
    bench: Bench, site: Site, item: ItemView, *, at: str, by: int, takes: bool = False, elsewhere: bool = False
) -> Iterator[Worker]:
    """A worker process that advances an item's export until it is struck at a stage of its first write."""
    orders = Orders(
        spec=bench.subject.spec,
        home=str(site.home),
        item=item.id,
        passed=site.clock.passed,
        struck_at=at,
        signal=by,
        takes=takes,
        elsewhere=elsewhere,
    )
    context = _context(bench.subject.spec)
    ours, theirs = context.Pipe()
    worker = Worker(context.Process(target=work, args=(theirs, orders), daemon=True))
    worker.process.start()
    theirs.close()
    listener = threading.Thread(target=_listen, args=(bench, worker, ours, orders), name="wire-worker", daemon=True)
    worker.listener = listener
    listener.start()
    try:
        yield worker
    finally:
        bench.proxy.on_stage = None
        worker.end()
        ours.close()
        listener.join(5)


def wait_for_stop(worker: Worker, seconds: float = PATIENCE) -> bool:
    """Wait until the worker was struck and stands still, or has ended; whether it was struck."""
    until = time.monotonic() + seconds
    while not worker.struck.wait(0.01):
        if not worker.process.is_alive() or time.monotonic() > until:
            return worker.struck.is_set()
    return True


def _context(spec: str) -> Any:
    """Processes are forked from one that has loaded the suite and the adapter, which it does once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_modules_of(spec)])
    return context


def _modules_of(spec: str) -> list[str]:
    """The module that an adapter lies in: what `module:object` says, or its plugin's package."""
    found = find_subject(spec).packages if ":" not in spec and "." not in spec else (spec.partition(":")[0],)
    return list(found)


def _listen(bench: Bench, worker: Worker, connection: Connection, orders: Orders) -> None:
    """Pass on what the worker announces, so that the proxy knows its writes; strike it on the wire if that is asked."""

    def on_stage(stage: str, incoming: Any) -> None:
        if stage == orders.struck_at and incoming.tag == "write" and not worker.struck.is_set():
            os.kill(worker.process.pid, orders.signal)
            worker.struck.set()

    if orders.struck_at in ON_THE_WIRE:
        bench.proxy.on_stage = on_stage
    # A pipe that is closed while somebody reads from it has no number any more, which Python tells as a TypeError.
    with suppress(EOFError, OSError, TypeError):
        while True:
            kind, text = connection.recv()
            if kind == "announce":
                bench.proxy.announce(text)
                connection.send(True)
            elif kind == "struck":
                worker.struck.set()
            else:
                worker.said.append(text)


# -- in the worker process ---------------------------------------------------------------------------------------------


@define(kw_only=True)
class _Elsewhere(WatchedAdapter):
    """The adapter of a worker that takes itself for one on another host: that host has a throttle of its own."""

    throttles: FileThrottles

    def _given(self, erp: Erp[Any]) -> Erp[Any]:
        wires = evolve(erp.http.wires, throttles=self.throttles)  # type: ignore[attr-defined] # it is our own session
        return super()._given(evolve(erp, http=GuardedSession(wires)))


def work(connection: Connection, orders: Orders) -> None:
    """Advance the export; called in the worker process."""
    home, adapter = Path(orders.home), find_subject(orders.spec).adapter
    watch = WatchedAdapter(adapter=adapter, limits=LIMITS)
    if orders.elsewhere:
        socket.gethostname = lambda: "elsewhere"
        watch = _Elsewhere(adapter=adapter, limits=LIMITS, throttles=FileThrottles(home / "throttle-elsewhere"))
    watch.announce = _announcing(connection)
    clock = clock_at(orders.passed)
    with Application.open(home, clock=clock, registry=cast("Registry", OneAdapter(watch))) as application:
        worker = application.exports.worker
        worker.seconds = clock.database_seconds(application.store)
        worker.observer = _striking(connection, orders)
        if orders.elsewhere:
            worker.locks = home / "locks-elsewhere"
        approver = application.people.actor_as("approver", COMPANY, TESTER)
        do = application.exports.take if orders.takes else application.exports.run
        try:
            do(approver, orders.item)
        except ErpBridgeError as error:
            connection.send(("said", f"{type(error).__name__}: {error.message}"))


def _announcing(connection: Connection) -> Callable[[Sent], None]:
    def announce(sent: Sent) -> None:
        connection.send(("announce", "read" if sent.effect is None else "write"))
        connection.recv()

    return announce


def _striking(connection: Connection, orders: Orders) -> Callable[[str, Effect], None]:
    left = [orders.struck_at]

    def watch(stage: str, effect: Effect) -> None:
        del effect
        if left and stage == left[0]:
            left.clear()
            connection.send(("struck", stage))
            os.kill(os.getpid(), orders.signal)

    return watch
