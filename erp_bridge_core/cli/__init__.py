"""The command line `erp-bridge`: nouns, then verbs. Importing it loads neither the database nor any plugin."""

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status; the arguments are the process's own where none are given."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:
        # What scripts and probes ask most often needs none of the commands, nor what they are made of.
        print(version_told())  # noqa: T201 -- the answer
        raise SystemExit(0)
    from erp_bridge_core.cli.root import root

    collect_seldom()
    root.main(given, prog_name="erp-bridge")
    raise SystemExit(0)  # never reached: `root.main` always leaves, but its type does not say so


def collect_seldom() -> None:
    """Let this process look for garbage in cycles a thirtieth as often as Python does by itself.

    A budget passes as hundreds of thousands of small values without cycles, each of which counts as a reason to look.
    Commands, servers and workers begin with this; a library never sets it for whoever imports it.
    """
    import gc

    gc.set_threshold(20_000, 10, 10)


def version_told() -> str:
    """The command's name and the version that is installed."""
    from importlib.metadata import version

    return f"erp-bridge {version('erp-bridge-core')}"
