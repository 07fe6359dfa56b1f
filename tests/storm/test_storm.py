"""A storm is only worth its seconds if it would notice: so the ledger is switched off under it."""

import time
from pathlib import Path
from threading import Event

import pytest
from attrs import define, field
from storm.chaos import Chaos
from storm.options import Options
from storm.product import DEADLINE
from storm.storming import storm

from erp_bridge_core.conformance.wire import Incoming, WireFault

PATIENCE = 60.0


@define(eq=False, kw_only=True)
class OnceAtTheSeal(Chaos):
    """A worker is killed once: when the ERP has sealed a budget change of the second send, and nobody knows it yet."""

    struck: Event = field(factory=Event)

    def run(self) -> None:
        """Lie in wait for that one write."""
        self.fleet.world.places[0].proxy.on_stage = self.look
        self.struck.wait(PATIENCE)
        self.calm.set()

    def look(self, stage: str, request: Incoming) -> None:
        """Strike at the answer to a change of status."""
        if stage == "reply_held" and request.method == "PATCH" and self.progress() > 0 and not self.struck.is_set():
            self.struck.set()
            self.fleet.kill(self.fleet.workers[0])


@pytest.mark.rule("L2", "L4", "L5")
def test_without_the_ledger_a_crash_doubles_lines_and_the_storm_fails(tmp_path: Path) -> None:
    """Workers that forget what they sent send it again; the ERP's own books tell."""
    options = Options(
        seed=1, exports=2, kills=1, workers=1, companies=1, erps=("cmic",), ledger=False, minutes=PATIENCE / 60
    )

    result = storm(options, tmp_path, strike=OnceAtTheSeal)

    assert 1 == result.kills["worker"]
    assert result.verdict.doubled > 0
    assert result.verdict.seen == 1
    assert not result.is_good


@define(eq=False, kw_only=True)
class LateMarks(Chaos):
    """A mark comes to the source late; before anybody can know of it its worker is killed, and another one goes on.

    What the source's bound does not permit any more never comes: then the next mark is struck.
    """

    again: Event = field(factory=Event)
    doubled: int = 0

    def run(self) -> None:
        """Lie in wait for marks."""
        proxy, (worker,) = self.fleet.world.sources[0].proxy, self.fleet.workers
        proxy.on_stage = self.look
        while not self.doubled and not self.calm.is_set():
            armed = proxy.arm(WireFault.LATE_COMMIT, is_mark)
            while not armed.struck and not self.calm.wait(0.01):
                pass
            at = time.monotonic()
            self.again.clear()
            worker.kill()
            worker.start()
            if self.again.wait(DEADLINE) and time.monotonic() < at + DEADLINE:
                self.doubled = proxy.release()
            proxy.clear()
        self.calm.set()

    def look(self, stage: str, request: Incoming) -> None:
        """Hear of the answer to a mark."""
        if stage == "reply_held" and is_mark(request):
            self.again.set()


def is_mark(request: Incoming) -> bool:
    """Whether a request marks transactions as being in the ERP."""
    return request.method == "PATCH" and request.path.endswith("/erp_transactions/sync")


@pytest.mark.rule("L4", "L5", "L8")
def test_without_the_ledger_a_source_is_told_twice_and_the_storm_fails(tmp_path: Path) -> None:
    """Workers that forget what they told tell it again; the source's own books tell."""
    options = Options(
        seed=1, exports=2, kills=1, workers=1, companies=1, erps=("cmic",), asked_every=1, ledger=False,
        minutes=PATIENCE / 60,
    )  # fmt: skip

    result = storm(options, tmp_path, strike=LateMarks)

    assert result.verdict.marked_again > 0
    assert (0, 0) == (result.verdict.doubled, result.verdict.told_falsely)
    assert not result.is_good
