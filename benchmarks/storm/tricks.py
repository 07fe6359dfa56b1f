"""What sources and their surroundings do of their own: hints that are lost, doubled and out of order, ended tokens."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

from erp_bridge_core.contract.errors import ErpBridgeError
from erp_bridge_core.contract.source_simulator import MischievousSource, SourceMischief
from storm.places import Source

#: What leaves budgets and requests as their people made them.
TRICKS: Final = (
    SourceMischief.LOSES_HINTS, SourceMischief.DOUBLES_HINTS, SourceMischief.REORDERS_HINTS,
    SourceMischief.EXPIRES_TOKENS, SourceMischief.LOSES_SIGN_IN_REPLY, SourceMischief.FORGES_HINT,
)  # fmt: skip


def play(source: Source, jobs: Sequence[str], random: Random, played: Counter[str]) -> None:
    """End what this source did so far, and have it do something else; `played` counts what."""
    simulator = source.simulator
    if not isinstance(simulator, MischievousSource):
        return
    simulator.calm(source.folder)
    offered = simulator.mischief()
    trick = random.choice(TRICKS)
    if trick in offered:
        try:
            offered[trick](source.folder, random.choice(jobs))
        except ErpBridgeError:  # nobody is there yet whom it could strike
            return
        played[trick.value] += 1


def end(source: Source) -> None:
    """End all of it."""
    if isinstance(source.simulator, MischievousSource):
        source.simulator.calm(source.folder)
