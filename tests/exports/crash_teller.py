"""A worker process for the crash tests of telling: tells a source and kills itself, for real, at a given stage.

Arguments: the address of the database, home, the number of the outcome's export, the stage (`intent`, `body_sent` ...)
and at which time it comes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from crash_worker import Killer
from outcome_scene import open_scene

from erp_bridge_core.store.database import Store


def main() -> None:
    """Bring the outcome on until the killer strikes."""
    url, home, export_id, stage, time = sys.argv[1:]
    killer = Killer(stage, int(time))
    scene = open_scene(
        Store.open(url),
        Path(home),
        audit=None,  # type: ignore[arg-type] # nothing that is told is audited
        hook=killer.reached,
        observer=lambda reached, _effect: killer.reached(reached),
    )
    scene.exports.carry_on(int(export_id))


if __name__ == "__main__":
    main()
