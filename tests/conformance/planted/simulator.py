"""Tin Books as the product's demo, the command line and the conformance suite know a simulator."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from attrs import frozen

from erp_bridge_core.contract import (
    BookEntry,
    DeskCommand,
    HandOver,
    JobSetup,
    LineKey,
    Mischief,
    SafetyClass,
    Served,
)
from erp_bridge_core.simulation import remove_aside, serve
from planted import mischief
from planted.books import COMPANY, DROP, PASSWORD, USER, Books, add_job, own_job, posted_by_key, total
from planted.desk import COMMANDS, do_all
from planted.server import Server


@frozen
class TinSimulator:
    """The ERP behind an adapter of one safety class; they differ in what may go wrong, and in the drop folder."""

    safety: SafetyClass

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the books, or add the jobs, codes and units that are missing."""
        books = Books(home)
        books.create()
        (home / DROP).mkdir(exist_ok=True)
        with books.writing() as data:
            for job in jobs:
                add_job(data, job)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Serve on loopback until the context ends."""
        with serve(Server(Books(home)).answer, port=port) as address:
            yield Served(
                settings={"url": address.url, "company": COMPANY, "user": USER, "password": "file:tin_password"},
                secrets={"tin_password": PASSWORD},
                files_root=str((home / DROP).resolve()) if self.safety is SafetyClass.HUMAN else "",
                hosts=(str(address),),
            )

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at the books."""
        return COMMANDS

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Load what was handed over, once; approve what is pending; post. Again changes nothing."""
        return iter(do_all(Books(home), job, hand_overs))

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """Posted figures per key, each entry counted."""
        with Books(home).reading() as data:
            held = list(posted_by_key(own_job(data, job)))
        for key, rows in held:
            yield BookEntry(
                key=LineKey(*key),
                original=Decimal(total(rows, "original")),
                changes=Decimal(total(rows, "change")),
                original_entries=sum(row["part"] == "original" for row in rows),
                change_entries=sum(row["part"] == "change" for row in rows),
            )

    def restart(self, home: Path) -> None:
        """Come back as after a crash: all tokens have ended, and nothing half written is left."""
        with Books(home).writing() as data:
            data["tokens"] = []
        remove_aside(home)

    def mischief(self) -> Mapping[Mischief, Callable[[Path, str, Sequence[HandOver]], None]]:
        """What may happen meanwhile to an export of this class."""
        return mischief.mischief_of(self.safety)

    def calm(self, home: Path) -> None:
        """End what lasts, disarm what has not struck."""
        mischief.calm(home)
