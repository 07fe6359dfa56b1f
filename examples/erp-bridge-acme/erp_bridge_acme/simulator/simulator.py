"""The simulator as the demo, the command line and the conformance suite know it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

from erp_bridge_core.contract import BookEntry, DeskCommand, HandOver, JobSetup, LineKey, Mischief, Served
from erp_bridge_core.simulation import Reply, Request, StaleReads, serve

from erp_bridge_acme.simulator import desk
from erp_bridge_acme.simulator.books import CENTS, COMPANY, FIGURES, SWITCHES, books_of, set_up
from erp_bridge_acme.simulator.service import Service

Act = Callable[[Path, str, Sequence[HandOver]], None]


class ThisSimulator:
    """A simulated company: its service on loopback, its books in a file, its desk."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the company, or add what is missing."""
        books_of(home).create()
        with books_of(home).writing() as connection:
            set_up(connection, jobs)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve the service and the desk page on loopback until the context ends."""
        service, page = Service(home), desk.page_of_desk(home)

        def answer(request: Request) -> Reply:
            return service.answer(request) or page.answer(request) or Reply(status=404, body="Not there.")

        with serve(answer, port=port) as address:
            yield Served(
                settings={"url": address.url, "company": COMPANY, "token": "file:token"},
                secrets={"token": service.token()},
                hosts=(str(address),),
                desk_url=address.url + desk.PATH,
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at the desk, by name."""
        return desk.COMMANDS

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:  # noqa: ARG002
        """Approve what is recorded, and post everything."""
        yield from desk.approve(home, job=job)
        yield from desk.post(home, job=job)

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """What the books hold, posted figures alone."""
        with books_of(home).reading() as connection:
            for row in connection.execute(FIGURES, (job,)):
                yield BookEntry(
                    key=LineKey(row["sub_job"], row["cost_code"], row["category"]),
                    original=Decimal(row["original"]).scaleb(-CENTS),
                    changes=Decimal(row["changes"]).scaleb(-CENTS),
                    original_entries=row["original_lines"],
                    change_entries=row["change_lines"],
                )

    def restart(self, home: Path) -> None:
        """Come back as after a crash: all is in the file, so that nothing is lost."""
        books_of(home).create()

    # -- mischief -----------------------------------------------------------------------------------------------------

    def mischief(self) -> Mapping[Mischief, Act]:
        """What this ERP or its people may do meanwhile."""
        return {
            Mischief.FAILS_WITH_200: partial(_switch, "write", "fails_with_200"),
            Mischief.APPLIES_SOME: partial(_switch, "write", "applies_some"),
            Mischief.OMITS_ROWS: partial(_switch, "write", "omits_rows"),
            Mischief.CAPPED_READS: partial(_switch, "capped", "yes"),
            Mischief.HIDDEN_ROWS: partial(_switch, "hidden", "yes"),
            Mischief.STALE_READS: lambda home, _, __: StaleReads(books_of(home)).keep(),
            Mischief.CLOSED_JOB: lambda home, job, _: _told(desk.job_status(home, job=job, status="closed")),
            Mischief.POSTS_EARLY: lambda home, job, _: _told(desk.post(home, job=job)),
            Mischief.REMOVES_ENTRY: lambda home, job, _: _told(desk.remove(home, job=job)),
            Mischief.EDITS_ENTRY: _edit,
        }

    def calm(self, home: Path) -> None:
        """End what lasts, and what was armed and has not struck."""
        StaleReads(books_of(home)).end()
        with books_of(home).writing() as connection:
            SWITCHES.reset(connection)
            connection.execute("UPDATE job SET status = 'open'")


def _switch(name: str, value: str, home: Path, _: str, __: Sequence[HandOver]) -> None:
    with books_of(home).writing() as connection:
        SWITCHES.set(connection, name, value)


def _edit(home: Path, job: str, _: Sequence[HandOver]) -> None:
    """Raise one of the job's keys by 1.00: one that has figures, else one that could."""
    query = (
        "SELECT sub_job, code AS cost_code, (SELECT min(code) FROM category) AS category FROM cost_code"
        " WHERE job = ? ORDER BY sub_job, code"
    )
    with books_of(home).reading() as connection:
        key = connection.execute(FIGURES, (job,)).fetchone() or connection.execute(query, (job,)).fetchone()
    names = ("sub_job", "cost_code", "category")
    _told(desk.adjust(home, job=job, amount="1.00", **{name: key[name] for name in names}))


def _told(_: Sequence[str]) -> None:
    """What the desk told is for a person to read."""
