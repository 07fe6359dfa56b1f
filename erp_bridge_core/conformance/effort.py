"""How much of the suite is run, and from which seed: the same for every rule of a run."""

import random
from enum import StrEnum
from typing import Final

from attrs import frozen


class Depth(StrEnum):
    """At a glance, one case of each kind; within a minute; within five; with the largest budgets, unbounded."""

    GLANCE = "glance"
    SAMPLE = "sample"
    FULL = "full"
    THOROUGH = "thorough"


_EXAMPLES: Final = {Depth.GLANCE: 2, Depth.SAMPLE: 4, Depth.FULL: 15, Depth.THOROUGH: 200}
_PAIRS: Final = {Depth.GLANCE: 1, Depth.SAMPLE: 2, Depth.FULL: 12, Depth.THOROUGH: 100}
_POSITIONS: Final = {Depth.GLANCE: 1, Depth.SAMPLE: 2, Depth.FULL: 4, Depth.THOROUGH: 10_000}
_LINES: Final = {Depth.GLANCE: 1_100, Depth.SAMPLE: 1_100, Depth.FULL: 5_000, Depth.THOROUGH: 100_000}


@frozen(kw_only=True)
class Effort:
    """`case` runs that one case alone (`FLT-03:reply_lost@2`); `pairs` None takes as many pairs as the depth says."""

    depth: Depth = Depth.FULL
    seed: int = 0
    case: str = ""
    pairs: int | None = None

    @property
    def is_small(self) -> bool:
        """Whether only a few cases are wanted."""
        return self.depth in {Depth.GLANCE, Depth.SAMPLE}

    @property
    def examples(self) -> int:
        """How many budgets a property is tried with."""
        return _EXAMPLES[self.depth]

    @property
    def fault_pairs(self) -> int:
        """How many random pairs of faults are tried."""
        return _PAIRS[self.depth] if self.pairs is None else self.pairs

    @property
    def positions(self) -> int:
        """At how many writes of an export each fault is tried: all of them where there are no more."""
        return _POSITIONS[self.depth]

    @property
    def lines(self) -> int:
        """How many lines the largest budget has."""
        return _LINES[self.depth]

    def random(self, *about: object) -> random.Random:
        """Numbers that depend on the seed and on what they are for, and on nothing else."""
        return random.Random(":".join(map(str, (self.seed, *about))))  # noqa: S311 - for choosing cases

    def chosen(self, ordinals: list[int], *about: object) -> list[int]:
        """The first and the last, and of those between as many as the depth allows, drawn by the seed."""
        if len(ordinals) <= self.positions:
            return ordinals
        ends = [ordinals[0], ordinals[-1]][: self.positions]
        between = self.random(*about).sample(ordinals[1:-1], self.positions - len(ends))
        return sorted({*ends, *between})

    def wants(self, case: str) -> bool:
        """Whether a case is to be run."""
        return self.case in {"", case} or self.case == case.partition(":")[0]
