"""A storm is only worth its seconds if it would notice: so the ledger is switched off under it."""

from pathlib import Path
from threading import Event

import pytest
from attrs import define, field
from storm.chaos import Chaos
from storm.options import Options
from storm.storming import storm

from erp_bridge_core.conformance.wire import Incoming

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
