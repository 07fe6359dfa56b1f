"""Letter b: how busy an export keeps the rate that an ERP permits, while it writes, without one refusal.

    python benchmarks/bench.py --only b
    python benchmarks/b_rates.py [--lines 600] [--delay 20] [--erp cmic|spectrum] [--json FILE] [--profile]

The product runs in this process, one process per ERP, so that its peak memory is this process's. The simulated ERP runs
in another one; it counts, and refuses what comes too fast. The floor is what the rate alone would take: the same
requests at the permitted rate.
"""

import argparse
import cProfile
import json
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from math import ceil
from pathlib import Path
from typing import Any, Final

import budget_file
from attrs import frozen
from figures import Figure, Options
from machine import describe_machine
from product import Product, prepared_product
from rated_erp import UNITS, Asked, rated_erp

TARGET: Final = 0.95
LINES: Final = 600
#: Milliseconds that the ERP takes for an answer at least: a service in the same network, and one far away.
DELAYS: Final = (20, 200)
PREPARING: Final = ("sync", "import", "send", "accept")
#: An export reads the job's rows twice at least: before it writes, and to see that all arrived.
READINGS: Final = 2


@frozen(kw_only=True)
class Rated:
    """An ERP and what it permits; `page` is how many rows one of its answers holds at most."""

    name: str
    title: str
    at_once: int
    per_second: float | None
    page: int
    limits: str

    def needed(self, lines: int) -> int:
        """The fewest requests that carry so many lines and prove it: a write each, and the rows read twice."""
        return lines + READINGS * ceil(lines / self.page)

    def permitted(self, asked: Asked) -> float:
        """Requests a second: as the ERP says, or as many as it answers when so many are always with it."""
        busy = self.at_once * asked.requests / asked.seconds
        return busy if self.per_second is None else min(self.per_second, busy)


_OF_CMIC: Final = (
    "The answers' own time: the ERP counts a request somewhere between its start and its answer, so that a second "
    "begins anew only with an answer. That is the price of never being refused."
)
_OF_SPECTRUM: Final = (
    "The time between an answer and the next request of the same place: envelope, throttle, connection."
)
ERPS: Final = (
    Rated(name="cmic", title="CMiC", at_once=5, per_second=15.0, page=1_000, limits=_OF_CMIC),
    Rated(name="spectrum", title="Spectrum", at_once=3, per_second=None, page=500, limits=_OF_SPECTRUM),
)


def measure(erp: Rated, lines: int, home: Path, *, delay: int, profiled: bool) -> dict[str, Any]:
    """Bring one budget to the door of one ERP, then export it, measured."""
    budget = budget_file.write_budget(home / "budget.csv", lines, [""])
    with (
        rated_erp(erp.name, home / "simulator", lines, delay=delay) as other,
        prepared_product(home / "product", other.served, erp=erp.name, sub_jobs=(), units=UNITS) as product,
    ):
        for stage in PREPARING:
            product.run(stage, budget)
        before = _peak()
        other.forget()
        seconds, processor = _export(product, budget, profiled=profiled)
        asked = other.asked()
        product.run("verify", budget)
        return _figures(erp, lines, asked, seconds=seconds) | {
            "processor_seconds": round(processor, 2),
            "peak_mib": round(_peak(), 1),
            "peak_before_mib": round(before, 1),
            "outcome": product.outcome,
            "books": other.books(),
        }


def _export(product: Product, budget: Path, *, profiled: bool) -> tuple[float, float]:
    started, processor = time.perf_counter(), time.process_time()
    with cProfile.Profile() if profiled else nullcontext() as profile:
        product.run("export", budget)
    spent = time.perf_counter() - started, time.process_time() - processor
    if profile is not None:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    return spent


def _figures(erp: Rated, lines: int, asked: Asked, *, seconds: float) -> dict[str, Any]:
    needed, permitted = erp.needed(lines), erp.permitted(asked)
    return {
        "erp": erp.title,
        "lines": lines,
        "needed": needed,
        "made": asked.requests,
        "writes": asked.writes,
        "refused": asked.refused,
        "at_once": asked.at_once,
        "in_a_second": asked.in_a_second,
        "answer_ms": round(1000 * asked.seconds / asked.requests, 1),
        "permitted": round(permitted, 1),
        "floor_seconds": round(needed / permitted, 2),
        "seconds": round(seconds, 2),
        "writing_seconds": round(asked.writing, 2),
        "writing_share": round(asked.writes / permitted / asked.writing, 3),
        "share": round(needed / permitted / seconds, 3),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def figures(options: Options) -> Sequence[Figure]:
    """Each ERP with quick answers and with slow ones."""
    lines, erps = options.size(LINES, 6), ERPS[: options.size(2, 1)]
    return [
        _figure(erp, _apart(erp.name, lines, delay), delay) for erp in erps for delay in DELAYS[: options.size(2, 1)]
    ]


def _figure(erp: Rated, told: dict[str, Any], delay: int) -> Figure:
    share = told["writing_share"]
    return Figure(
        letter="b",
        case=f"{erp.title}'s permitted rate while writing, answers of {delay} ms",
        unit="s",
        measured=told["writing_seconds"],
        floor=told["writing_seconds"] * share,
        # A refusal is worth more than the time that it saved.
        ratio=0.0 if told["refused"] else share,
        compared="floor / measured, and no refusal",
        target=TARGET,
        at_least=True,
        limits=erp.limits,
        more={name: told[name] for name in ("refused", "permitted", "at_once", "in_a_second", "share", "peak_mib")},
    )


def show(figures: list[dict[str, Any]]) -> None:
    """Print the table."""
    print(f"Exports at the permitted rate, on {describe_machine()}\n")
    heads = ("lines", "needed", "made", "refused", "at once", "answer ms", "a second", "floor s", "took s", "share")
    print(f"{'ERP':<9}", *(f"{head:>9}" for head in (*heads, "peak MiB")))
    for each in figures:
        counts = (each["lines"], each["needed"], each["made"], each["refused"], each["at_once"], each["answer_ms"])
        times = (each["permitted"], each["floor_seconds"], each["seconds"], f"{each['share']:.1%}", each["peak_mib"])
        print(f"{each['erp']:<9}", *(f"{cell:>9}" for cell in (*counts, *times)))
    for each in figures:
        print(
            f"\n{each['erp']}: verified {each['outcome']}; its own books hold {each['books']['lines']} lines, "
            f"{each['books']['total']}. At most {each['in_a_second']} requests came within a second. "
            f"From first to last write: {each['writing_seconds']} s, {each['writing_share']:.1%} of the permitted rate."
        )


def main() -> None:
    """Read the arguments, measure each ERP in a process of its own, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description="Measure exports against the rate that the ERPs permit.")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--delay", type=int, default=20, help="milliseconds that the ERP takes for an answer")
    parser.add_argument("--erp", choices=[each.name for each in ERPS], help="this ERP alone")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--profile", action="store_true", help="profile the export's first thread")
    given = parser.parse_args()
    chosen = [each for each in ERPS if given.erp in {None, each.name}]
    if len(chosen) == 1:
        with tempfile.TemporaryDirectory() as folder:
            figures = [measure(chosen[0], given.lines, Path(folder), delay=given.delay, profiled=given.profile)]
    else:
        figures = [_apart(each.name, given.lines, given.delay) for each in chosen]
    show(figures)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _apart(erp: str, lines: int, delay: int) -> dict[str, Any]:
    """Measure in a new process, whose peak memory is that of this export alone."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures.json"
        options = ("--erp", erp, "--lines", str(lines), "--delay", str(delay), "--json", str(told))
        subprocess.run([sys.executable, __file__, *options], check=True, stdout=subprocess.DEVNULL)
        figures: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
    return figures[0]


if __name__ == "__main__":
    main()
