"""What was measured, beside its floor: the values, and their forms as JSON and as a table.

A letter (a to g) has one case or several. Of each the product and its floor are measured in turn, several times in the
same run; what counts are the medians, and the spread says how far apart the rounds were.
"""

import gc
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal

from attrs import Factory, frozen
from machine import describe_machine

LETTERS: Final = ("a", "b", "c", "d", "e", "f", "g")
ROUNDS: Final = 3
TABLE: Final = "<!-- the table of a run -->"
TABLE_ENDS: Final = "<!-- the table ends -->"


@frozen(kw_only=True)
class Options:
    """What was asked for: `quick` takes small sizes, which only shows that it runs; which databases to measure on."""

    quick: bool = False
    database: Literal["sqlite", "postgresql", "both"] = "both"

    def size(self, whole: int, small: int) -> int:
        """The size to measure with."""
        return small if self.quick else whole

    @property
    def on_sqlite(self) -> bool:
        """Whether to measure on SQLite."""
        return self.database != "postgresql"

    @property
    def on_postgresql(self) -> bool:
        """Whether to measure on PostgreSQL."""
        return self.database != "sqlite"


@frozen(kw_only=True)
class Figure:
    """One measured case.

    `measured` and `floor` are in `unit`. `ratio` is what both come to, as `compared` says; the `target` is the most it
    may be, or the least where `at_least`. `spread` is how far the rounds of the product were apart, as a part of their
    median. `limits` says in a sentence where the time or memory goes. `more` are other figures of the same run.
    """

    letter: str
    case: str
    unit: Literal["s", "ms", "MiB", "1/s"]
    measured: float
    floor: float
    ratio: float
    target: float
    at_least: bool = False
    compared: str = "measured / floor"
    spread: float = 0.0
    limits: str = ""
    more: Mapping[str, Any] = Factory(dict)

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    @property
    def margin(self) -> float:
        """How much of the target is used: above 1 it is missed."""
        return self.target / self.ratio if self.at_least else self.ratio / self.target

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "case": self.case,
            "unit": self.unit,
            "measured": _short(self.measured),
            "floor": _short(self.floor),
            "ratio": _short(self.ratio),
            "compared": self.compared,
            "target": self.target,
            "target_is": "at least" if self.at_least else "at most",
            "met": self.met,
            "spread": _short(self.spread),
            "limits": self.limits,
            "more": dict(self.more),
        }


@frozen(kw_only=True)
class Rounds:
    """The rounds of product and floor, in seconds each."""

    product: tuple[float, ...]
    floor: tuple[float, ...]

    def with_product(self, seconds: Sequence[float]) -> "Rounds":
        """The same floor, the product's rounds as they were measured from inside."""
        return Rounds(product=tuple(seconds), floor=self.floor)

    @property
    def measured(self) -> float:
        """The product's median."""
        return median(self.product)

    @property
    def bare(self) -> float:
        """The floor's median."""
        return median(self.floor)

    @property
    def spread(self) -> float:
        """How far the product's rounds were apart, as a part of their median."""
        return (max(self.product) - min(self.product)) / self.measured

    def figure(self, *, unit: Literal["s", "ms"] = "s", times: float = 1.0, **told: Any) -> Figure:
        """The figure of these rounds, their seconds multiplied by `times`; `told` is the rest of it."""
        return Figure(
            unit=unit, measured=self.measured * times, floor=self.bare * times, ratio=self.measured / self.bare,
            spread=self.spread, **told,
        )  # fmt: skip


def in_turn(product: Callable[[], object], floor: Callable[[], object], *, rounds: int = ROUNDS) -> Rounds:
    """Run floor and product in turn, so that whatever else the machine does befalls both."""
    taken: list[tuple[float, float]] = [(seconds_of(floor), seconds_of(product)) for _ in range(rounds)]
    return Rounds(floor=tuple(each[0] for each in taken), product=tuple(each[1] for each in taken))


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes by the clock, with no rubbish left over from what came before."""
    gc.collect()
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def summed_up(figures: Sequence[Figure]) -> dict[str, Any]:
    """A letter's figures: those of the case that is nearest to missing its target, and all cases."""
    worst = max(figures, key=lambda figure: figure.margin)
    return {
        **worst.to_json(),
        "met": all(figure.met for figure in figures),
        "cases": [each.to_json() for each in figures],
    }


def write_json(path: Path, figures: Sequence[Figure], *, options: Options, seconds: float) -> None:
    """Write the file: the machine, and each letter that was measured."""
    letters = {
        letter: summed_up([figure for figure in figures if figure.letter == letter])
        for letter in LETTERS
        if any(figure.letter == letter for figure in figures)
    }
    told = {"machine": describe_machine(), "quick": options.quick, "seconds": round(seconds), **letters}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def to_markdown(figures: Sequence[Figure]) -> str:
    """The table of `docs/speed.md`."""
    heads = ("", "what", "measured", "floor", "ratio", "target", "met", "spread")
    rows = [
        (
            figure.letter,
            figure.case,
            f"{_told(figure.measured)} {figure.unit}",
            f"{_told(figure.floor)} {figure.unit}",
            f"{figure.ratio:.2f}",
            f"{'≥' if figure.at_least else '≤'} {figure.target:g}",
            "yes" if figure.met else "**no**",
            f"{figure.spread:.0%}",
        )
        for figure in figures
    ]
    lines = [_row(heads), "|---|---|--:|--:|--:|--:|---|--:|", *map(_row, rows)]
    return "\n".join(lines)


def with_table(page: str, figures: Sequence[Figure]) -> str:
    """A page with this table, and the machine, in the place of those between its two marks."""
    before, _, rest = page.partition(TABLE)
    _, _, after = rest.partition(TABLE_ENDS)
    if not after:
        raise SystemExit(f"The page has no {TABLE} … {TABLE_ENDS}.")
    return f"{before}{TABLE}\n{describe_machine()}.\n\n{to_markdown(figures)}\n{TABLE_ENDS}{after}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _short(figure: float) -> float:
    return float(f"{figure:.4g}")


def _told(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"  # noqa: PLR2004 - three digits are enough
