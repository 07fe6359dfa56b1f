"""Letter f: an effect of the ledger against a bare transaction of two commits, and an export whose effects are done.

An effect is all that the product does around one send: the intent committed, the mark raised outside the database, the
lease looked at before the first byte, the answer committed, then found in the ERP and concluded. The send itself and
the look take no time here. The bare transaction is what any program does that writes a row before it
sends and marks it afterwards: an insert, a commit, an update, a commit, with the same library, database and settings.

    python benchmarks/bench.py --only f
    python benchmarks/f_ledger.py [--effects 300] [--database sqlite|postgresql]   profiles
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import budget_file
from attrs import define, field, frozen
from databases import Place, databases
from erp_bridge_bench.running import bench_erp, installed
from figures import Figure, Options, Rounds, in_turn, seconds_of
from product import Product, prepared_product
from sqlalchemy import text, update

from erp_bridge_core.approvals.items import ItemView
from erp_bridge_core.contract.connection import Erp
from erp_bridge_core.contract.effects import Accepted, Attempt, Effect, Found, PlannedEffect, Sighting
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.exports.worker import AdapterDoor, Opener
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import effects, exports, item_lines

TARGET: Final = 3.0
RESUMING: Final = 1.0
EFFECTS: Final = 300
DONE: Final = 100_000
ROUNDS: Final = 5
LIMITS: Final = (
    "Three transactions against two, three syncs of the disk against two (the high-water mark outside the database is "
    "one), and on PostgreSQL eight ways to the server against six."
)
LIMITS_RESUMING: Final = "The effects are looked for by their state alone, and none is read; the rest opens the export."


@frozen
class Nothing:
    """An operation that takes no time: sent is accepted, looked for is found."""

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Look at the lease as `erp.http` does before the first byte."""
        attempt.check()
        return Accepted(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """All are there."""
        return (Found(reference=effect.reference) for effect in effects)


@define
class OneByOne:
    """In the adapter's place: an effect for each line, in groups of ever higher lines."""

    adapter: Any = None
    groups: list[range] = field(factory=list)
    runs: bool = True

    @property
    def profile(self) -> ErpProfile:
        """The adapter's."""
        profile: ErpProfile = self.adapter.profile
        return profile

    @property
    def version(self) -> str:
        """The adapter's."""
        return str(self.adapter.version)

    @property
    def wheel_hash(self) -> str:
        """The adapter's."""
        return str(self.adapter.wheel_hash)

    def add(self, count: int) -> None:
        """One more group, of the next so many lines."""
        first = self.groups[-1].stop if self.groups else 1
        self.groups.append(range(first, first + count))

    def export(self, batch: Any, values: Any, erp: Any, effects: Any) -> None:  # noqa: ARG002 - the hook's arguments
        """Plan the groups, and run them."""
        for numbers in self.groups:
            effects.plan(f"from {numbers[0]}", lambda _, numbers=numbers: map(_effect, numbers))
        if self.runs:
            effects.run({"entry": Nothing()})


def _effect(number: int) -> PlannedEffect:
    return PlannedEffect(operation="entry", lines=(number,), payload_hash=f"{number:064x}")


@define
class Ledger:
    """An export that was started, of as many lines as are needed, and its worker."""

    product: Product
    export_id: int
    adapter: OneByOne = field(factory=OneByOne)
    seen: list[float] = field(factory=list)

    @property
    def store(self) -> Store:
        """The database."""
        return self.product.application.store

    def advance(self) -> None:
        """One pass, as any engine makes it."""
        stopped = self.product.application.exports.worker.advance(self.export_id)
        if stopped is not None:
            raise stopped


def _watch(seen: list[float]) -> Any:
    def told(stage: str, _: Effect) -> None:
        if stage in {"intent", "seen"}:
            seen.append(time.perf_counter())

    return told


@contextmanager
def started(folder: Path, place: Place, lines: int) -> Iterator[Ledger]:
    """An export of so many lines that has begun, and of which nothing is planned."""
    with (
        bench_erp(folder / "erp", keys=lines, delay_ms=0) as erp,
        prepared_product(folder / "home", erp.served, erp="bench", database=place.new()) as product,
    ):
        budget = budget_file.write_budget(folder / "budget.csv", lines)
        for stage in ("sync", "import", "send", "accept"):
            product.run(stage, budget)
        export = product.application.exports.start(product.cast.approver, product.item)
        ledger = Ledger(product, export.export_id)
        worker = product.application.exports.worker
        worker.observer = _watch(ledger.seen)
        worker.opener = _standing_in(ledger.adapter, worker.opener)
        yield ledger


def _standing_in(adapter: OneByOne, opener: Opener) -> Opener:
    def opened(item: ItemView) -> tuple[AdapterDoor, Erp[Any]]:
        adapter.adapter, erp = opener(item)
        return adapter, erp

    return opened


def measure_effects(ledger: Ledger, count: int, *, rounds: int) -> Rounds:
    """Each round brings another group; what counts is from its first intent to its last sighting."""
    inside = list[float]()

    def product() -> None:
        ledger.seen.clear()
        ledger.adapter.add(count)
        ledger.advance()
        inside.append(ledger.seen[-1] - ledger.seen[0])

    with ledger.store.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT)"))
    found = in_turn(product, lambda: run_bare(ledger.store, count), rounds=rounds)
    return found.with_product(inside)


def run_bare(store: Store, count: int) -> None:
    """The floor: two commits of one row, so often."""
    added, marked = text("INSERT INTO bare VALUES (:id, 'open')"), text("UPDATE bare SET state = 'done' WHERE id = :id")
    with store.begin() as connection:
        connection.execute(text("DELETE FROM bare"))
    for number in range(1, count + 1):
        with store.engine.begin() as connection:
            connection.execute(added, {"id": number})
        with store.engine.begin() as connection:
            connection.execute(marked, {"id": number})


def measure_resuming(ledger: Ledger, done: int) -> tuple[float, float]:
    """Seconds of planning so many effects, and of a pass over the export once they are done."""
    ledger.adapter.add(done)
    ledger.adapter.runs = False
    planning = seconds_of(ledger.advance)
    ledger.adapter.runs = True
    with ledger.store.begin() as connection:
        connection.execute(update(effects).values(state="confirmed"))
        connection.execute(update(item_lines).values(state="arrived"))
        connection.execute(update(exports).values(state="running"))
    _clean_up(ledger.store)
    return planning, seconds_of(ledger.advance)


def _clean_up(store: Store) -> None:
    """Have PostgreSQL clean up as it does by itself all through an export: that all were marked just now is ours."""
    if store.on_postgresql:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (effects, item_lines, exports):
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {table.name}")


def _on(title: str, place: Place, folder: Path, options: Options) -> Iterator[Figure]:
    count, done, rounds = options.size(EFFECTS, 20), options.size(DONE, 400), options.size(ROUNDS, 1)
    folder.mkdir()
    with started(folder, place, count * rounds + done) as ledger:
        each = measure_effects(ledger, count, rounds=rounds)
        planning, resuming = measure_resuming(ledger, done)
    yield each.figure(
        letter="f",
        case=f"an effect of the ledger, {title}",
        unit="ms",
        times=1000 / count,
        target=TARGET,
        limits=LIMITS,
    )
    yield Figure(
        letter="f",
        case=f"resuming an export with {done:,} done effects, {title}",
        unit="s",
        measured=resuming,
        floor=RESUMING,
        ratio=resuming,
        compared="seconds",
        target=RESUMING,
        limits=LIMITS_RESUMING,
        more={"planning_seconds": round(planning, 2)},
    )


def figures(options: Options) -> Sequence[Figure]:
    """Both figures on each database."""
    with tempfile.TemporaryDirectory() as name, databases(options) as known, installed(Path(name) / "installed"):
        return [figure for title, place in known.items() for figure in _on(title, place, Path(name) / title, options)]


def main() -> None:
    """Profile effects."""
    parser = argparse.ArgumentParser(description="Profile effects of the ledger.")
    parser.add_argument("--effects", type=int, default=EFFECTS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    options = Options(database=given.database)
    with tempfile.TemporaryDirectory() as name, databases(options) as known, installed(Path(name) / "installed"):
        for place in known.values():
            with started(Path(name), place, given.effects) as ledger, cProfile.Profile() as profile:
                measure_effects(ledger, given.effects, rounds=1)
            pstats.Stats(profile).sort_stats("cumtime").print_stats(60)


if __name__ == "__main__":
    main()
