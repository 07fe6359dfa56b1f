"""The main job, measured: import, send, review and accept, export, take, post, verify, beside a floor in the same run.

    python benchmarks/main_job.py [--lines 100000] [--json FILE] [--home FOLDER] [--profile STAGE]

The product runs in this process, so that its peak memory is this process's. The simulated ERP runs in another one; its
processor time during a stage is not the product's and is taken off.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final

import budget_file
from attrs import define, field, frozen
from machine import describe_machine
from product import STAGES, Product, prepared_product
from simulated_erp import SimulatedErp, simulated_erp


@frozen(kw_only=True)
class Stage:
    """One stage: wall seconds less the simulator's, table rows that came to stand, peak memory by its end."""

    name: str
    seconds: float
    simulator: float
    processor: float
    rows: int
    peak: float
    floor: float | None = None


@define
class Stopwatch:
    """Runs the stages one by one."""

    product: Product
    erp: SimulatedErp
    profiled: str | None
    stages: list[Stage] = field(factory=list)

    def run(self, name: str, act: Callable[[], object]) -> None:
        """Run and measure one stage."""
        rows, simulator = self.product.count_rows(), self.erp.seconds()
        started, processor = time.perf_counter(), time.process_time()
        with _profiled() if name == self.profiled else nullcontext():
            act()
        wall, processor = time.perf_counter() - started, time.process_time() - processor
        spent = self.erp.seconds() - simulator
        self.stages.append(
            Stage(
                name=name,
                seconds=wall - spent,
                simulator=spent,
                processor=processor,
                rows=self.product.count_rows() - rows,
                peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            )
        )
        print(f"{name}: {wall - spent:.2f} s", file=sys.stderr)


@contextmanager
def _profiled() -> Iterator[None]:
    profile = cProfile.Profile()
    with profile:
        yield
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)


MEASURED: Final = ("import", "send", "accept", "export", "take", "verify")


def measure(lines: int, home: Path, profiled: str | None) -> dict[str, Any]:
    """Run product and floor; returns all figures."""
    budget = budget_file.write_budget(home / "budget.csv", lines)
    with simulated_erp(home / "simulator", lines) as erp, prepared_product(home / "product", erp.served) as product:
        watch = Stopwatch(product, erp, profiled)
        for name in STAGES:
            if name == "post":
                erp.post(product.handed)
            else:
                watch.run(name, partial(product.run, name, budget))
        books = erp.books()
        report = Path(erp.served.files_root) / erp.served.settings["job_cost_report"]
        floor = _floor(home, budget, report, {each.name: each.rows for each in watch.stages if each.name in MEASURED})
        thin = _floor(home, budget, report, dict.fromkeys(MEASURED, 0))
    return _figures(lines, watch.stages, floor, thin=thin, books=books, outcome=product.outcome)


def _floor(home: Path, budget: Path, report: Path, rows: dict[str, int]) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory(dir=home) as folder:
        command = [sys.executable, str(Path(__file__).with_name("floor.py")), folder, str(budget), str(report)]
        done = subprocess.run([*command, json.dumps(rows)], check=True, stdout=subprocess.PIPE, text=True)
    seconds: dict[str, list[float]] = json.loads(done.stdout)
    return seconds


def _figures(
    lines: int,
    stages: list[Stage],
    floor: dict[str, list[float]],
    *,
    thin: dict[str, list[float]],
    books: dict[str, str],
    outcome: str,
) -> dict[str, Any]:
    own = sum(stage.seconds for stage in stages if stage.name in MEASURED)
    processor = sum(stage.processor for stage in stages if stage.name in MEASURED)
    floor_seconds, floor_processor = (sum(column) for column in zip(*floor.values(), strict=True))
    thin_seconds, thin_processor = (sum(column) for column in zip(*thin.values(), strict=True))
    return {
        "lines": lines,
        "machine": describe_machine(),
        "stages": [
            {
                "stage": stage.name,
                "seconds": round(stage.seconds, 3),
                "simulator_seconds": round(stage.simulator, 3),
                "processor_seconds": round(stage.processor, 3),
                "floor_seconds": round(floor[stage.name][0], 3) if stage.name in floor else None,
                "rows": stage.rows,
                "peak_mib": round(stage.peak, 1),
            }
            for stage in stages
        ],
        "seconds": round(own, 3),
        "floor_seconds": round(floor_seconds, 3),
        "processor_seconds": round(processor, 3),
        "floor_processor_seconds": round(floor_processor, 3),
        "thin_floor_processor_seconds": round(thin_processor, 3),
        "thin_floor_seconds": round(thin_seconds, 3),
        "ratio": round(own / floor_seconds, 2),
        "processor_ratio": round(processor / floor_processor, 2),
        "thin_processor_ratio": round(processor / thin_processor, 2),
        "peak_mib": round(max(stage.peak for stage in stages), 1),
        "outcome": outcome,
        "books": books,
    }


def show(figures: dict[str, Any]) -> None:
    """Print the table."""
    print(f"{figures['lines']:,} lines on {figures['machine']}\n")
    heads = ("rows", "simulator", "processor", "peak MiB")
    print(f"{'stage':<8} {'seconds':>8} {'floor':>8} {'ratio':>6}", *(f"{head:>9}" for head in heads))
    for stage in figures["stages"]:
        floor = stage["floor_seconds"]
        ratio = f"{stage['seconds'] / floor:.1f}" if floor else ""
        print(
            f"{stage['stage']:<8} {stage['seconds']:>8.2f} {'' if floor is None else f'{floor:.2f}':>8} {ratio:>6} "
            f"{stage['rows']:>9,} {stage['simulator_seconds']:>9.2f} {stage['processor_seconds']:>9.2f} "
            f"{stage['peak_mib']:>9.0f}"
        )
    print(
        f"{'total':<8} {figures['seconds']:>8.2f} {figures['floor_seconds']:>8.2f} {figures['ratio']:>6.1f} "
        f"{'':>9} {'':>9} {figures['processor_seconds']:>9.2f} {figures['peak_mib']:>9.0f}"
    )
    print(
        f"\nProcessor time, which other work on the machine does not stretch: {figures['processor_seconds']:.2f} s, "
        f"{figures['processor_ratio']:.1f} times the floor's {figures['floor_processor_seconds']:.2f} s; "
        f"{figures['thin_processor_ratio']:.1f} times that of a floor which writes each budget line once only "
        f"({figures['thin_floor_processor_seconds']:.2f} s). The totals leave sync out: the floor has nothing for it."
    )
    print(
        f"Verified: {figures['outcome']}. The ERP's own books: {figures['books']['lines']} lines, "
        f"{figures['books']['total']} in all."
    )


def main() -> None:
    """Read the arguments, measure, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description="Measure the main job beside a floor.")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--home", type=Path, help="an empty folder to work in, kept afterwards")
    parser.add_argument("--profile", help="profile this stage, such as send")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() if given.home is None else nullcontext(given.home) as folder:
        home = Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        figures = measure(given.lines, home, given.profile)
    show(figures)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
