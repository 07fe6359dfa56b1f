"""Restores a backup and kills itself, for real: once the former database is kept, or once it is replaced.

Arguments: home, backup, stage (`kept`, `replaced`).
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from erp_bridge_core.upkeep import replacing, restoring


def die(*_: Any) -> NoReturn:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def main() -> None:
    """Restore until the stage is reached."""
    home, backup, stage = sys.argv[1:]
    if stage == "kept":
        copy = replacing._copy

        def keep_and_die(*arguments: Any) -> None:
            copy(*arguments)
            die()

        replacing._copy = keep_and_die
    else:
        restoring._settle = die
    restoring.restore(Path(home), Path(backup))


main()
