"""A worker process for the crash tests: advances one export and kills itself, for real, at a given stage.

Arguments: the address of the database, home, safety class, export id, item id, the stage (`intent`, `body_sent` ...)
and at which time it comes.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ledger_erp import make_scene

from erp_bridge_core.contract.profile import SafetyClass
from erp_bridge_core.store.database import Store


class Killer:
    """Kills this process when a stage comes for the n-th time."""

    def __init__(self, stage: str, time: int) -> None:
        self.stage = stage
        self.left = time

    def reached(self, stage: str) -> None:
        if stage == self.stage:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Advance the export until the killer strikes."""
    url, home, safety, export_id, item_id, stage, time = sys.argv[1:]
    killer = Killer(stage, int(time))
    scene = make_scene(
        Store.open(url),
        Path(home),
        SafetyClass(safety),
        export_id=int(export_id),
        item_id=int(item_id),
        hook=killer.reached,
        observer=lambda reached, _effect: killer.reached(reached),
    )
    scene.worker.advance(scene.export_id)


if __name__ == "__main__":
    main()
