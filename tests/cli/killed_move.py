"""Moves a home to PostgreSQL and kills itself, for real, at a stage.

Arguments: home, address, stage: `loading` (rows are going in), `filled` (the database holds them), `switched` (the home
uses it), `sealed` (the file takes nothing any more).
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from erp_bridge_core.configuration.database_server import DatabaseConfig
from erp_bridge_core.upkeep import loading, moving

STAGES = {
    "loading": (loading, "digest_of"),
    "filled": (moving, "_put_into"),
    "switched": (moving, "switch_database"),
    "sealed": (moving, "_seal"),
}


def and_die(act: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, then end this process at once."""

    def done(*arguments: Any) -> None:
        act(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    return done


def main() -> None:
    """Move until the stage is reached."""
    home, url, stage = sys.argv[1:]
    module, name = STAGES[stage]
    setattr(module, name, and_die(getattr(module, name)))
    moving.move(Path(home), DatabaseConfig(url=url, password="env:TEST_DATABASE_PASSWORD"))


main()
