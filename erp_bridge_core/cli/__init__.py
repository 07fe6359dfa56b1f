"""The command line `erp-bridge`: nouns, then verbs. Importing it loads neither the database nor any plugin."""

from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status; the arguments are the process's own where none are given."""
    from erp_bridge_core.cli.root import root

    root.main(None if arguments is None else list(arguments), prog_name="erp-bridge")
    raise SystemExit(0)  # never reached: `root.main` always leaves, but its type does not say so
