"""The storm's processes: started from one that has loaded everything, killed, stopped, woken, and started again."""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Any, Final

from attrs import define, field

from erp_bridge_core.contract.simulator import Served
from erp_bridge_core.contract.structuring import structure
from storm import product

#: Loaded once, so that a process that was killed is there again at once.
_LOADED: Final = (
    "storm.product", "erp_bridge_core.cli.root", "erp_bridge_core.app", "erp_bridge_core.web.running",
    "erp_bridge_core.engine.worker", "erp_bridge_core.cli.serve", "erp_bridge_core.cli.worker",
)  # fmt: skip
#: Seconds that a simulator has to begin.
_PATIENCE: Final = 60.0


def nursery(modules: tuple[str, ...] = ()) -> Any:
    """What starts processes: a clean one forks them, with these modules loaded beside the product's."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_LOADED, *modules])
    return context


@define(eq=False)
class Living:
    """One process that is always there: `make` starts it, however it ended."""

    name: str
    make: Callable[[], Any]
    process: Any = None
    kills: int = 0
    stopped: bool = False
    started_at: float = 0.0
    _guard: Any = field(factory=RLock)

    def lives(self) -> bool:
        """Whether it runs, or stands still."""
        with self._guard:
            return self.process is not None and self.process.is_alive()

    @property
    def status(self) -> int | None:
        """How it ended: its exit status, negative for a signal."""
        with self._guard:
            return None if self.process is None else self.process.exitcode

    def start(self) -> None:
        """Start it, unless it runs."""
        with self._guard:
            if not self.lives():
                self.started_at = time.monotonic()
                self.process = self.make()
                self.stopped = False

    def kill(self) -> None:
        """End it as a crash does, where it is there."""
        with self._guard:
            if self.lives():
                self.end()
                self.kills += 1

    def stop(self) -> None:
        """Let it stand still."""
        self._signal(signal.SIGSTOP)
        self.stopped = True

    def wake(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)
        self.stopped = False

    def end(self) -> None:
        """End it, however it is."""
        with self._guard:
            if self.lives():
                self.process.kill()
                self.process.join()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)


@define(eq=False, kw_only=True)
class SimulatedServer:
    """The server of one simulated ERP or source: it comes back on the port that it had."""

    which: product.Simulated
    context: Any = field(repr=False)
    served: Served | None = None

    def living(self) -> Living:
        """Its process."""
        kind = "source" if self.which.is_source else "simulator"
        return Living(f"{kind} {self.which.folder.name}", self._make)

    @property
    def log(self) -> Path:
        """Where what it says is kept."""
        return self.which.folder.with_suffix(".log")

    def _make(self) -> Any:
        ours, theirs = self.context.Pipe()
        arguments = (self.which, self._port, self.log, theirs)
        process = self.context.Process(target=product.simulate, args=arguments, daemon=True)
        process.start()
        theirs.close()
        with ours:
            if ours.poll(_PATIENCE):
                with contextlib.suppress(EOFError):
                    self.served = structure(Served, ours.recv(), what="simulator")
        return process

    @property
    def _port(self) -> int:
        return 0 if self.served is None else int(self.served.hosts[0].rpartition(":")[2])


def command(context: Any, name: str, orders: product.Orders) -> Living:
    """A process of the product."""

    def make() -> Any:
        process = context.Process(target=product.run, args=(orders,), daemon=True)
        process.start()
        return process

    return Living(name, make)
