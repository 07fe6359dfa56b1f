"""A simulator that can also play mischief."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import assert_type

from erp_bridge_core.contract import (
    BookEntry,
    DeskCommand,
    HandOver,
    JobSetup,
    LineKey,
    Mischief,
    Mischievous,
    Paced,
    Served,
    Simulator,
)
from erp_bridge_core.simulation import Address, Reply, Request, StateFile, Switch, Switches, serve


class AcmeSimulator:
    """All its state lies below `home`."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Make the books."""
        StateFile(home / "acme.db", "CREATE TABLE IF NOT EXISTS job (code TEXT PRIMARY KEY);").create()
        for job in jobs:
            assert_type(job.cost_codes, tuple[tuple[str, str, str], ...])

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Generator[Served, None, None]:
        """Serve on loopback."""
        with serve(self._answer, port=port) as address:
            assert_type(address, Address)
            yield Served(settings={"url": address.url, "home": str(home)}, secrets={"password": "x"})

    def desk(self) -> Mapping[str, DeskCommand]:
        """One act."""
        return {"post": DeskCommand(name="post", help="Post all.", run=self._post, arguments=(("job", "Job", True),))}

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Post it."""
        yield from self._post(home, job=job)
        yield from (hand_over.title for hand_over in hand_overs)

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """The books."""
        del home, job
        yield BookEntry(key=LineKey("", "01", "M"), original=Decimal(1), changes=Decimal(0), original_entries=1)

    def restart(self, home: Path) -> None:
        """Nothing is kept in memory."""

    def mischief(self) -> Mapping[Mischief, Callable[[Path, str, Sequence[HandOver]], None]]:
        """One fault of meaning."""
        return {Mischief.CLOSED_JOB: self._close}

    def calm(self, home: Path) -> None:
        """Open the job again."""

    def permit_any_rate(self, home: Path, *, any_rate: bool) -> None:
        """Acme has no rate."""

    def _answer(self, request: Request) -> Reply:
        assert_type(request.form, dict[str, str])
        return Reply(status=404, body="none")

    def _post(self, home: Path, *, job: str) -> Sequence[str]:
        return [f"{job} of {home} was posted."]

    def _close(self, home: Path, job: str, hand_overs: Sequence[HandOver]) -> None:
        del home, job, hand_overs


def protocols() -> tuple[Simulator, Mischievous, Paced]:
    """What is structurally a simulator is one."""
    return AcmeSimulator(), AcmeSimulator(), AcmeSimulator()


def is_mischievous(simulator: Simulator) -> Sequence[str]:
    """A simulator that can is told from one that can't."""
    return [each.meaning for each in simulator.mischief()] if isinstance(simulator, Mischievous) else []


def switches() -> list[Switch]:
    """Declared switches."""
    return list(Switches([Switch(name="lag", default="no", help="Reads lag behind.", choices=("no", "yes"))]))
