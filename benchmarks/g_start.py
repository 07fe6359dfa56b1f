"""Letter g: how long `erp-bridge --version` takes, against a Python that imports the command line's libraries alone."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from figures import Figure, Options, in_turn

TARGET: Final = 1.5
LIBRARIES: Final = "import click, attrs, pluggy"


def figures(options: Options) -> Sequence[Figure]:
    """Both started in turn."""
    command = Path(sys.executable).with_name("erp-bridge")
    rounds = in_turn(
        lambda: _run(str(command), "--version"),
        lambda: _run(sys.executable, "-c", LIBRARIES),
        rounds=options.size(41, 3),
    )
    return [
        rounds.figure(
            letter="g",
            case="`erp-bridge --version`",
            unit="ms",
            times=1000,
            target=TARGET,
            limits="Python's own start and reading the installed version; the command line's libraries are not loaded.",
        )
    ]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
