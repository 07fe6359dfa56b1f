"""`simulate` for a budget source: served, connected, told where we listen, its desk and its books."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from command_runs import Run
from memory_source import MemorySource, with_source

from erp_bridge_core.contract import DeskCommand, JobSetup, LineKey, Served
from erp_bridge_core.contract.source_simulator import RequestState, SourceBooks
from erp_bridge_core.registry import Registry, SourceAdapter

KEY = LineKey("", "01-100", "L")


class Simulator:
    """A simulator that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        self.asked.append(("setup", home.name, [job.job for job in jobs]))

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        secrets = {"receiver": "s3cret"}
        yield Served(
            settings={"hook_secret": "file:receiver"}, secrets=secrets, desk_url=f"http://127.0.0.1:{port}/desk"
        )

    def desk(self) -> dict[str, DeskCommand]:
        return {"lock": DeskCommand(name="lock", help="Lock a budget", run=lambda _home: ["Locked."])}

    def books(self, home: Path, job: str) -> SourceBooks:
        request = RequestState(id="7", status="failed", open=False, messages=("Not signed.",))
        amounts: dict[str, Any] = {"original": {KEY: Decimal("5.00")}, "synced_original": {KEY: Decimal("4.00")}}
        return SourceBooks(locked=True, changes={}, synced_changes={}, requests=(request,), **amounts)

    def tell(self, home: Path, url: str, secret: str) -> None:
        self.asked.append((url, secret))

    def restart(self, home: Path) -> None:
        self.asked.append("restart")


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch, home: Path) -> Simulator:
    """The simulator of the source in memory, set up."""
    simulator = Simulator()
    registry = with_source(Registry(adapters={}, broken={}, not_enabled={}, policies={}), MemorySource())
    monkeypatch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))
    monkeypatch.setattr(SourceAdapter, "simulator", lambda _: simulator)
    monkeypatch.setattr(Event, "wait", lambda _self, _timeout=None: True)
    monkeypatch.setattr("erp_bridge_core.cli.simulate.signal.signal", lambda *_: None)
    (home / "simulators" / "office").mkdir(parents=True, exist_ok=True)
    return simulator


def test_it_is_connected_and_told_where_we_listen(simulator: Simulator, run: Run, home: Path) -> None:
    """The connection leads to a source; the simulator is given our receiver's address and the secret it is known by."""
    serve = ("--as", "ada", "simulate", "office", "serve", "--connect", "desk", "--tell", "http://127.0.0.1:8000/")
    assert "desk" == run(*serve, "--json").document["connection"]
    assert [("http://127.0.0.1:8000/receive/desk", "s3cret")] == simulator.asked
    assert 'source = "office"' in (home / "erp-bridge.toml").read_text()
    assert "s3cret" == (home / "secrets" / "desk-receiver").read_text()


def test_without_a_connection_nobody_can_be_told(simulator: Simulator, run: Run) -> None:
    """The address names the connection."""
    assert 2 == run("simulate", "office", "serve", "--tell", "http://127.0.0.1:8000").status
    assert [] == simulator.asked


def test_its_desk_and_its_books(simulator: Simulator, run: Run) -> None:
    """People's acts are commands; the books show what was told to be in the ERP, and what its users read."""
    assert "Locked.\n" == run("simulate", "office", "lock").out
    books = run("simulate", "office", "books", "24-001", "--json").document
    assert ("5.00", "4.00", "Not signed.") == (
        books["lines"][0]["original"], books["lines"][0]["synced_original"], books["requests"][0]["messages"][0],
    )  # fmt: skip
    assert "failed: Not signed." in run("simulate", "office", "books", "24-001").out
    run("simulate", "office", "restart")
    assert ["restart"] == simulator.asked
    assert "office" in run("simulate", "--help").out
