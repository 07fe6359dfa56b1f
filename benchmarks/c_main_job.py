"""Letter c: 100,000 lines imported, validated, sent and verified, against a bare parse, bulk insert and compare.

The ERP is the bench ERP, which answers at once: what is measured is the product and not an ERP's own form. The floor
reads the same file to the same exact numbers, writes as many rows into the same tables (with their indexes, a
transaction a stage), posts the same bodies to the same server, reads its figures back, and compares in the database. It
checks nothing, asks nobody, proves nothing and could not be resumed.

    python benchmarks/bench.py --only c
    python benchmarks/c_main_job.py [--lines 100000] [--rounds 1] [--profile send]

`main_job.py` does the same with the simulated Sage 300 CRE, whose files and reports have a cost of their own.
"""

import argparse
import cProfile
import gc
import pstats
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any, Final

import budget_file
from attrs import Factory, define
from bare_job import BareJob
from erp_bridge_bench.running import BenchErp, bench_erp, installed
from figures import Figure, Options, Rounds
from product import prepared_product

from erp_bridge_core.cli import collect_seldom

LINES: Final = 100_000
TARGET: Final = 3.0
STAGES: Final = ("import", "send", "accept", "export", "verify")
LIMITS: Final = (
    "The making of exact values line by line: the product reads a batch's lines seven times (checked at send, at "
    "accept and before the first write, hashed at send and at accept, planned, sent), the floor once."
)


@define
class Watch:
    """The seconds of each stage, round by round."""

    seconds: dict[str, list[float]] = Factory(dict)
    profiled: str | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one stage."""
        gc.collect()
        started = time.perf_counter()
        with cProfile.Profile() if name == self.profiled else nullcontext() as profile:
            yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)
        if profile is not None:
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)

    def rounds(self) -> tuple[float, ...]:
        """The seconds of all stages, a sum a round."""
        return tuple(map(sum, zip(*self.seconds.values(), strict=True)))

    def medians(self) -> dict[str, float]:
        """Each stage's median."""
        return {name: round(median(found), 3) for name, found in self.seconds.items()}


def run_product(folder: Path, erp: BenchErp, budget: Path, watch: Watch) -> None:
    """Carry the budget by the services that the command line uses."""
    with prepared_product(folder, erp.served, erp="bench") as product:
        product.run("sync", budget)
        for name in STAGES:
            with watch.stage(name):
                product.run(name, budget)
        if product.outcome != "synced":
            raise SystemExit(f"The product says {product.outcome}.")


def run_floor(folder: Path, erp: BenchErp, budget: Path, watch: Watch) -> None:
    """The same rows without a product around them."""
    with BareJob.prepared(folder, erp.url) as job:
        acts = (lambda: job.read(budget), job.send, job.accept, job.export, job.verify)
        for name, act in zip(STAGES, acts, strict=True):
            with watch.stage(name):
                act()


def measure(lines: int, *, rounds: int, profiled: str | None = None) -> Figure:
    """The figure of so many lines."""
    collect_seldom()  # for the floor too
    product, floor = Watch(profiled=profiled), Watch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        budget = budget_file.write_budget(folder / "budget.csv", lines)
        with installed(folder / "installed"), bench_erp(folder / "erp", keys=lines, delay_ms=0) as erp:
            for number in range(rounds):
                for run, watch in ((run_floor, floor), (run_product, product)):
                    erp.clear()
                    run(folder / f"{run.__name__}-{number}", erp, budget, watch)
                    _require_all(erp, lines)
    found = Rounds(product=product.rounds(), floor=floor.rounds())
    more: dict[str, Any] = {"stages": product.medians(), "floor_stages": floor.medians()}
    return found.figure(
        letter="c",
        case=f"{lines:,} lines imported, validated, sent, verified",
        target=TARGET,
        limits=LIMITS,
        more=more,
    )


def _require_all(erp: BenchErp, lines: int) -> None:
    if (told := erp.asked()["lines"]) != lines:
        raise SystemExit(f"The ERP's books hold {told} lines.")


def figures(options: Options) -> Sequence[Figure]:
    """The letter's figure."""
    return [measure(options.size(LINES, 2_000), rounds=options.size(3, 1))]


def main() -> None:
    """Measure it alone, or profile one stage."""
    parser = argparse.ArgumentParser(description="Measure the main job against a bare parse, insert and compare.")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--profile", choices=STAGES, help="profile this stage")
    given = parser.parse_args()
    figure = measure(given.lines, rounds=given.rounds, profiled=given.profile)
    print(f"{figure.measured:.2f} s, floor {figure.floor:.2f} s: {figure.ratio:.2f} times")
    for name in STAGES:
        print(f"{name:<8} {figure.more['stages'][name]:8.2f} {figure.more['floor_stages'][name]:8.2f}")


if __name__ == "__main__":
    main()
