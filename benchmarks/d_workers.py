"""Letter d: many projects, one call of 20 ms each, by one worker and by four; and by sixteen at a permitted rate.

Workers are processes of `erp-bridge worker`, each with one export at a time. They share a PostgreSQL database, or an
SQLite file. What they find was accepted and started; what is measured is from the moment at which all of it is due to
the last answer of the ERP. An export makes two calls: it writes its lines, and reads them back.

    python benchmarks/bench.py --only d
    python benchmarks/d_workers.py [--projects 100] [--workers 1,4] [--database sqlite|postgresql] [--profile]
"""

import argparse
import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import budget_file
from attrs import define, frozen
from databases import Place, databases
from erp_bridge_bench.running import BenchErp, bench_erp, installed
from figures import Figure, Options
from product import CONNECTION, Product, prepared_product
from sqlalchemy import ColumnElement, func, select, update

from erp_bridge_core.app import Application
from erp_bridge_core.engine.exporting import EXPORT
from erp_bridge_core.engine.tasks import NewTask, add
from erp_bridge_core.store.tables import exports, tasks, workers

PROJECTS: Final = 1_000
RATED_PROJECTS: Final = 150
LINES: Final = 500
CALLS: Final = 2
PERMITTED: Final = 15.0
SCALING: Final = 3.6
BUSY: Final = 0.95
#: Seconds after which a run that does not end is given up.
_LONGEST: Final = 900.0
_NEVER: Final = 10 * 365 * 86_400.0
_SCHEDULE: Final = """
[schedule]
at_once = 2
verify_minutes = 0
mail_minutes = 0
resume_minutes = 0
nightly_at = ""
"""
LIMITS: Final = (
    "The processors: an export is opened, planned, sent, read back and concluded by Python, and four workers share the "
    "cores with the database and the ERP."
)
LIMITS_RATED: Final = "The permitted rate: workers wait for their turns."


@frozen
class Crew:
    """An installation whose exports are started, and workers for it that find nothing due at first."""

    home: Path
    erp: BenchErp

    def seconds(self, count: int) -> float:
        """How long so many workers take for all of it."""
        self.erp.clear()
        with Application.open(self.home) as application, self._workers(count):
            store = application.store
            _wait(lambda: _count(application, workers.c.ended_at.is_(None)) >= count)
            with store.begin(work=True) as connection:
                connection.execute(update(tasks).values(due_at=store.seconds(connection)))
            began = time.monotonic()
            _wait(lambda: _count(application, exports.c.state == "running") == 0)
            asked = self.erp.asked()
            if _count(application, exports.c.state != "complete"):
                raise SystemExit("Not every export is complete.")
        return float(asked["last"]) - began

    @contextmanager
    def _workers(self, count: int) -> Iterator[None]:
        command = [sys.executable, "-m", "erp_bridge_core", "--home", str(self.home), "worker"]
        with ExitStack() as stack:
            log = stack.enter_context((self.home / "workers.log").open("w", encoding="utf-8"))
            started = [stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log)) for _ in range(count)]
            try:
                yield
            finally:
                for process in started:
                    process.terminate()


def _count(application: Application, which: ColumnElement[bool]) -> int:
    with application.store.read() as connection:
        return int(connection.execute(select(func.count()).where(which)).scalar_one())


def _wait(until: Callable[[], bool]) -> None:
    ends = time.monotonic() + _LONGEST
    while not until():
        if time.monotonic() > ends:
            raise SystemExit("The workers did not come to an end.")
        time.sleep(0.25)


# -- what they find ---------------------------------------------------------------------------------------------------


@define
class Ground:
    """Installations with so many started exports, made once for each ERP and copied for each run."""

    folder: Path
    place: Place
    erp: BenchErp

    def made(self, erp: str, projects: int) -> Path:
        """A new installation."""
        self.erp.clear()
        self.erp.answer_in(0)
        home = self.folder / erp
        with prepared_product(home, self.erp.served, erp=erp, database=self.place.new()) as product:
            numbers = [self._started(product, f"J{number:04d}") for number in range(1, projects + 1)]
            store = product.application.store
            with store.begin() as connection:
                new = [
                    NewTask(key=f"{EXPORT}:{number}", job=EXPORT, company_id=company, item_id=item, due_in=_NEVER)
                    for number, company, item in numbers
                ]
                add(connection, new, now=store.seconds(connection))
        with (home / "erp-bridge.toml").open("a", encoding="utf-8") as settings:
            settings.write(_SCHEDULE)
        self.erp.answer_in(20)
        return home

    def _started(self, product: Product, job: str) -> tuple[int, int, int]:
        """A project whose item is accepted and its export started: the numbers of export, company and item."""
        application, cast = product.application, product.cast
        application.projects.create(cast.administrator, job, name=job)
        application.projects.link(cast.administrator, job, CONNECTION, job=job)
        application.people.grant_project(cast.administrator, "manager", job, level="standard", may_send=True)
        for code in filter(None, budget_file.SUB_JOBS):
            application.budgets.sub_job(cast.manager, job, code, name=code)
        one = Product(application, cast, project=job)
        for stage in ("sync", "import", "send", "accept"):
            one.run(stage, self.folder / "budget.csv")
        export = application.exports.start(cast.approver, one.item)
        return export.export_id, cast.approver.company_id, one.item

    def crew(self, home: Path) -> Crew:
        """The workers of a copy."""
        return Crew(self.place.copy(home, self.folder / f"copy {time.monotonic_ns()}"), self.erp)


@contextmanager
def ground(folder: Path, place: Place, lines: int) -> Iterator[Ground]:
    """Where installations can be made."""
    folder.mkdir()
    budget_file.write_budget(folder / "budget.csv", lines)
    with installed(folder / "installed"), bench_erp(folder / "erp", keys=lines) as erp:
        yield Ground(folder, place, erp)


# -- the figures ------------------------------------------------------------------------------------------------------


def _measured(title: str, place: Place, folder: Path, options: Options) -> Iterator[Figure]:
    projects, lines = options.size(PROJECTS, 2), options.size(LINES, 20)
    few, many = options.size(RATED_PROJECTS, 2), options.size(16, 1)
    with ground(folder, place, lines) as made:
        home = made.made("benchmany", projects)
        one, four = (made.crew(home).seconds(count) for count in (1, options.size(4, 2)))
        rated = made.crew(made.made("benchrated", few)).seconds(many)
    yield Figure(
        letter="d",
        case=f"{projects:,} projects of {lines} lines: four workers against one, {title}",
        unit="s",
        measured=four,
        floor=one / 4,
        ratio=one / four,
        compared="one worker's time / four workers' time",
        target=SCALING,
        at_least=True,
        limits=LIMITS,
        more={"one_worker_seconds": round(one, 1), "exports_a_second": round(projects / four, 1)},
    )
    floor = CALLS * few / PERMITTED
    yield Figure(
        letter="d",
        case=f"{few:,} projects: sixteen workers at {PERMITTED:g} calls a second, {title}",
        unit="s",
        measured=rated,
        floor=floor,
        ratio=floor / rated,
        compared="the permitted rate's time / measured",
        target=BUSY,
        at_least=True,
        limits=LIMITS_RATED,
    )


def figures(options: Options) -> Sequence[Figure]:
    """On PostgreSQL, which workers share; on SQLite where that alone was asked for."""
    with tempfile.TemporaryDirectory() as name, databases(options) as known:
        title, place = list(known.items())[-1]
        return list(_measured(title, place, Path(name) / "ground", options))


def main() -> None:
    """Measure crews, or profile exports."""
    parser = argparse.ArgumentParser(description="Measure workers.")
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--workers", default="1,4")
    parser.add_argument("--erp", choices=("benchmany", "benchrated"), default="benchmany")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--profile", action="store_true", help="profile exports in this process instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(Options(database=given.database)) as known:
        place = next(iter(known.values()))
        with ground(Path(name) / "ground", place, LINES) as made:
            home = made.made(given.erp, given.projects)
            if given.profile:
                _profile(made.crew(home))
                return
            for count in map(int, given.workers.split(",")):
                taken = made.crew(home).seconds(count)
                print(f"{count} workers: {taken:.2f} s, {given.projects / taken:.1f} exports a second")


def _profile(crew: Crew) -> None:
    with Application.open(crew.home) as application:
        with application.store.read() as connection:
            numbers = connection.execute(select(exports.c.id)).scalars().all()
        with cProfile.Profile() as profile:
            for number in numbers:
                application.exports.carry_on(number)
    pstats.Stats(profile).sort_stats("cumtime").print_stats(70)


if __name__ == "__main__":
    main()
