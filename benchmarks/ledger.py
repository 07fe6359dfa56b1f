"""The effects ledger, measured: one effect against a bare two-commit transaction, and resuming many done effects.

    python benchmarks/ledger.py [--effects 500] [--done 100000]

An effect is what a send costs beside the send itself: an intent committed before it, an outcome committed after it and
read back. The bare transaction commits one row twice in a table of its own, with the same SQLite settings.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from machine import describe_machine
from sqlalchemy import text, update

from erp_bridge_core.audit.mark import HighWaterMark
from erp_bridge_core.contract.effects import PlannedEffect
from erp_bridge_core.exports import ledger, plans
from erp_bridge_core.exports.decisions import AttemptOutcome, EffectState
from erp_bridge_core.exports.ledger import ExportIdentity
from erp_bridge_core.installation import Paths, create_home
from erp_bridge_core.store.database import Store
from erp_bridge_core.store.tables import effects

IDENTITY: Final = ExportIdentity(
    export_id=1,
    company_id=1,
    company="bench",
    item_id=1,
    version=1,
    erp="bench",
    erp_company="bench",
    job="1",
    adapter_version="1",
)


def prepared_store(home: Path) -> Store:
    """A new installation's database; what refers to items that are not there is let pass."""
    create_home(
        home,
        company_code="bench",
        company_name="Benchmark",
        time_zone="UTC",
        currency="USD",
        admin_login="administrator",
        admin_name="Administrator",
    ).close()
    store = Store.at(next(home.glob("*.db")))
    with store.engine.connect() as connection:
        connection.connection.execute("PRAGMA foreign_keys=OFF")
    return store


def plan(store: Store, count: int, *, group: str) -> float:
    """Plan as many effects of one line each; returns the seconds it took."""
    return _timed(lambda: _plan(store, count, group))


def _plan(store: Store, count: int, group: str) -> None:
    planned: Iterator[tuple[PlannedEffect, str]] = (
        (PlannedEffect(operation="write", lines=(number,), payload_hash=f"{number:064x}"), "keyed")
        for number in range(1, count + 1)
    )
    with store.begin() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        plans.store_plan(connection, IDENTITY, group, 1, planned)


def run_effects(store: Store, group: str, mark: HighWaterMark) -> None:
    """Of each effect: its tries read, the intent committed and the mark raised outside, the outcome committed."""
    for entry in ledger.entries(store, IDENTITY.export_id, states=[EffectState.PLANNED]):
        if entry.effect.group != group:
            continue
        with store.read() as connection:
            ledger.tries(connection, entry.id)
        with store.begin() as connection:
            now = store.seconds(connection)
            attempt, _ = ledger.open_attempt(
                connection, entry, company_id=1, item_id=1, epoch=1, now=now, deadline=now + 60
            )
        mark.raise_to(attempts=attempt)
        with store.begin() as connection:
            now = store.seconds(connection)
            ledger.close_attempt(connection, attempt, AttemptOutcome.ACCEPTED, {}, now=now)
            ledger.conclude(connection, entry, 1, EffectState.CONFIRMED, reference="1")


def run_bare(store: Store, count: int) -> None:
    """Two commits of one row each time."""
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, state TEXT)"))
    for number in range(1, count + 1):
        with store.begin() as connection:
            connection.execute(text("INSERT INTO bare VALUES (:id, 'open')"), {"id": number})
        with store.begin() as connection:
            connection.execute(text("UPDATE bare SET state = 'done' WHERE id = :id"), {"id": number})


def resume_done(store: Store) -> None:
    """What a resumed run reads of effects that are done: which are under way, and whether a line is free again."""
    under_way = [EffectState.PLANNED, EffectState.OPEN, EffectState.UNKNOWN]
    left = sum(1 for _ in ledger.entries(store, IDENTITY.export_id, states=under_way))
    with store.read() as connection:
        again = plans.has_lines_to_plan_again(connection, IDENTITY, "done", 1)
    if left or again:
        raise SystemExit("The effects were not all done.")


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the effects ledger.")
    parser.add_argument("--effects", type=int, default=500)
    parser.add_argument("--done", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        store = prepared_store(home)
        mark = HighWaterMark(Paths(home=home).mark)
        plan(store, given.effects, group="each")
        bare = _timed(lambda: run_bare(store, given.effects))
        each = _timed(lambda: run_effects(store, "each", mark))
        planning = plan(store, given.done, group="done")
        with store.begin() as connection:
            connection.execute(update(effects).where(effects.c.group_name == "done").values(state="confirmed"))
        resuming = _timed(lambda: resume_done(store))
        store.close()
    print(f"{describe_machine()}\n")
    print(f"a bare two-commit transaction  {bare / given.effects * 1000:8.2f} ms")
    print(f"an effect of the ledger        {each / given.effects * 1000:8.2f} ms, {each / bare:.1f} times")
    print(f"planning {given.done:,} effects     {planning:8.2f} s")
    print(f"resuming {given.done:,} done ones   {resuming:8.2f} s")


if __name__ == "__main__":
    main()
