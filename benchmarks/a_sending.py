"""Letter a: 100,000 lines sent in chunks of 1,000 to a server that answers in 20 ms, against a bare `requests` loop.

The loop reads the same rows, makes the same exact numbers and the same bytes of them, and posts them one after the
other to the same server. It keeps no record of what it sends. The product's time runs from its first intent to its last
answer's record; checking the budget, planning and reading back come before and after, and are told apart.

    python benchmarks/bench.py --only a
    python benchmarks/a_sending.py [--lines 100000] [--profile]
"""

import argparse
import cProfile
import json
import pstats
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import budget_file
import requests
from attrs import Factory, define
from erp_bridge_bench.plugin import CHUNK, to_json
from erp_bridge_bench.running import BenchErp, bench_erp, installed
from figures import Figure, Options, in_turn
from product import Product, prepared_product

from erp_bridge_core.app import Application

LINES: Final = 100_000
TARGET: Final = 1.15
LIMITS: Final = (
    "The server's 20 ms and the making of bodies, which both sides have; the product's intents and records are written "
    "while another request is under way."
)
_ROWS: Final = (
    "SELECT number, sub_job, cost_code, category, amount, description, quantity, unit FROM item_lines ORDER BY number"
)


@define
class Watch:
    """Notes when the first effect was about to be sent and when the last answer was recorded."""

    began: float = 0.0
    ended: float = 0.0

    def __call__(self, stage: str, _: object) -> None:
        """Be told a stage, as the worker's observer."""
        now = time.perf_counter()
        if stage == "intent" and not self.began:
            self.began = now
        if stage == "recorded":
            self.ended = now


@define
class Exporter:
    """Exports the same accepted item over and over, each time from a copy of the home."""

    home: Path
    erp: BenchErp
    product: Product
    sent: list[float] = Factory(list)
    whole: list[float] = Factory(list)
    profile: bool = False

    def export(self) -> None:
        """One export: what it took is noted."""
        self.erp.clear()
        copy = shutil.copytree(self.home, self.home.with_name("copy"))
        watch = Watch()
        with Application.open(copy) as application:
            application.exports.worker.observer = watch
            started = time.perf_counter()
            with cProfile.Profile() if self.profile else nullcontext() as profile:
                status = application.exports.run(self.product.cast.approver, self.product.item)
            self.whole.append(time.perf_counter() - started)
            self.sent.append(watch.ended - watch.began)
        if profile is not None:
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        shutil.rmtree(copy)
        if status.lines.arrived != status.lines.total:
            raise SystemExit(f"The export did not arrive: {status}")


def bare_loop(database: Path, url: str) -> None:
    """The floor."""
    rows = _rows(database)
    session = requests.Session()
    number = 0
    while some := list(islice(rows, CHUNK)):
        number += 1
        body = b'{"reference":%b,"lines":%b}' % (json.dumps(f"floor-{number}").encode(), to_json(some))
        answer = session.post(f"{url}/jobs/floor/entries", data=body, headers={"Content-Type": "application/json"})
        answer.raise_for_status()
        if answer.json()["taken"] != len(some):
            raise SystemExit("The server did not take all lines.")
    session.close()


def _rows(database: Path) -> Iterator[list[Any]]:
    connection = sqlite3.connect(database)
    for number, sub_job, code, category, cents, text, quantity, unit in connection.execute(_ROWS):
        amount, count = Decimal(cents).scaleb(-2), None if quantity is None else Decimal(quantity).scaleb(-4)
        yield [number, sub_job, code, category, str(amount), text, None if count is None else str(count), unit]
    connection.close()


@contextmanager
def ready_to_send(folder: Path, lines: int) -> Iterator[Exporter]:
    """An item with so many lines, accepted, its export started."""
    with installed(folder / "installed"), bench_erp(folder / "erp", keys=lines) as erp:
        budget = budget_file.write_budget(folder / "budget.csv", lines)
        home = folder / "home"
        with prepared_product(home, erp.served, erp="bench") as product:
            for stage in ("sync", "import", "send", "accept"):
                product.run(stage, budget)
            product.application.exports.start(product.cast.approver, product.item)
        yield Exporter(home=home, erp=erp, product=product)


def measure(lines: int, *, rounds: int, profile: bool = False) -> Figure:
    """The figure of so many lines."""
    with tempfile.TemporaryDirectory() as folder, ready_to_send(Path(folder), lines) as exporter:
        exporter.profile = profile
        database = next(exporter.home.glob("*.db"))

        def floor() -> None:
            exporter.erp.clear()
            bare_loop(database, exporter.erp.url)

        found = in_turn(exporter.export, floor, rounds=rounds)
    found = found.with_product(exporter.sent)
    return found.figure(
        letter="a",
        case=f"{lines:,} lines in chunks of {CHUNK:,}, answers of 20 ms",
        target=TARGET,
        limits=LIMITS,
        more={"requests": -(-lines // CHUNK), "whole_export_seconds": round(min(exporter.whole), 2)},
    )


def figures(options: Options) -> Sequence[Figure]:
    """The letter's figure."""
    return [measure(options.size(LINES, 4_000), rounds=options.size(5, 1))]


def main() -> None:
    """Measure it alone, or profile the export."""
    parser = argparse.ArgumentParser(description="Measure sending against a bare loop.")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--profile", action="store_true", help="profile the export's first thread")
    given = parser.parse_args()
    print(measure(given.lines, rounds=1 if given.profile else 3, profile=given.profile))


if __name__ == "__main__":
    main()
