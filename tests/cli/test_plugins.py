"""Plugins, what to know about them, and their simulators."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from command_runs import Run
from memory_erp import MemoryAdapter, memory_profile
from memory_source import MemorySource, with_source

from erp_bridge_core.contract import (
    BookEntry,
    Capability,
    DeskCommand,
    FieldLimit,
    Grade,
    HandOver,
    JobSetup,
    LineKey,
    Served,
    Thing,
)
from erp_bridge_core.contract.errors import BadInput, PluginError
from erp_bridge_core.registry import BrokenPlugin, Registry
from erp_bridge_core.registry.things import things


@pytest.mark.rule("X5")
def test_things_to_know_are_made_from_the_profile() -> None:
    """What it takes, limits, who posts, who is mailed; what is not firmly known says so."""
    profile = memory_profile(
        capabilities=frozenset({Capability.ORIGINAL}),
        limits=(FieldLimit(field="cost_code", max_length=12, forbidden='"\n', grade=Grade.INFERRED),),
        things_to_know=(Thing(text="It sleeps on Sundays."), Thing(text="It may wake.", grade=Grade.UNKNOWN)),
    )
    said = things(profile)
    assert "It takes original budgets." in said
    assert "It does not take budget changes, sub jobs, quantities and units and descriptions." in said
    limit = 'Cost code: at most 12 characters, without " and control characters. (inferred: check it at your site)'
    assert limit in said
    assert any("posted by hand" in sentence for sentence in said)
    assert ("It sleeps on Sundays.", "It may wake. (unknown: check it at your site)") == said[-2:]


def test_plugins_are_listed_and_shown(erp: MemoryAdapter, bare: Run, tmp_path: Path) -> None:
    """Without a home the installed plugins are listed; one is shown with its writes and their safety."""
    nowhere = ["--home", tmp_path / "none"]
    assert ["memory"] == [each["name"] for each in bare(*nowhere, "plugins", "--json").document["plugins"]]
    assert "memory" in bare(*nowhere, "plugins").out
    shown = bare(*nowhere, "plugins", "memory").out
    assert "Things to know about Books in memory" in shown
    assert "keyed" in shown
    document = bare(*nowhere, "plugins", "memory", "--json").document
    assert ("1.0", "memory") == (document["plugin"]["version"], document["plugin"]["profile"]["name"])


def test_budget_sources_are_listed_and_shown(bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the ERPs, with what they can do and what they write; a broken one is told as a source."""
    error = PluginError("It has no profile.", remedy="Install another version.")
    broken = {"source odd": BrokenPlugin(name="odd", group="erp_bridge.sources", distributions=("o 1",), error=error)}
    empty = Registry(adapters={}, broken=broken, not_enabled={}, policies={})
    registry = with_source(empty, MemorySource())
    monkeypatch.setattr(Registry, "load", staticmethod(lambda _enabled=None: registry))
    nowhere = ["--home", tmp_path / "none"]

    listed = bare(*nowhere, "plugins", "--json").document
    assert (["office"], ["source odd"]) == (
        [each["name"] for each in listed["sources"]], [each["name"] for each in listed["broken"]]
    )  # fmt: skip
    assert {"none"} == {each["standing"]["worth"] for each in listed["sources"]}
    assert "An office in memory" in bare(*nowhere, "plugins").out
    shown = bare(*nowhere, "plugins", "office").out
    assert "It tells original budgets, its projects, sub jobs, approved budget changes and what its users ask" in shown
    assert "writing the same again changes nothing" in shown
    assert "The budget source office (erp-bridge-office 1.0) has no certificate" in shown
    assert "pytest --pyargs erp_bridge_core.conformance --source office" in shown
    assert "office" == bare(*nowhere, "plugins", "office", "--json").document["plugin"]["profile"]["name"]
    assert (2, "It has no profile.") == (
        (ran := bare(*nowhere, "plugins", "odd", "--json")).status, ran.document["message"]
    )  # fmt: skip


def test_an_unknown_plugin_leaves_with_2(erp: MemoryAdapter, run: Run) -> None:
    """A plugin that is not there is told as the plugin's."""
    ran = run("plugins", "nonsense", "--json")
    assert (2, "plugin") == (ran.status, ran.document["error"])


class Simulator:
    """A simulator that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        self.asked.append(("setup", home.name, [job.job for job in jobs]))

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        yield Served(settings={"note": "file:key"}, secrets={"key": "s3cret"}, desk_url=f"http://127.0.0.1:{port}/desk")

    def desk(self) -> dict[str, DeskCommand]:
        arguments = (("job", "which job", True), ("cost_code", "which code", False), ("company", "which books", False))
        return {"close": DeskCommand(name="close", help="Close a job", run=self._close, arguments=arguments)}

    def _close(self, home: Path, **given: str) -> Sequence[str]:
        if given["job"] == "none":
            raise BadInput("There is no such job.")
        self.asked.append(("close", given))
        return ["Closed.\x1b[2J"]

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        yield f"Posted {job}."

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        yield BookEntry(
            key=LineKey("", "01-100", "L"), original=Decimal("5.00"), changes=Decimal(0), original_entries=1
        )

    def restart(self, home: Path) -> None:
        self.asked.append("restart")


@pytest.fixture
def simulator(erp: MemoryAdapter, monkeypatch: pytest.MonkeyPatch, home: Path) -> Simulator:
    """The simulator of the ERP in memory, set up."""
    simulator = Simulator()
    monkeypatch.setattr(MemoryAdapter, "simulator", lambda _: simulator)
    (home / "simulators" / "memory").mkdir(parents=True)
    return simulator


def test_a_simulator_is_set_up_from_a_file(simulator: Simulator, run: Run, tmp_path: Path) -> None:
    """Jobs come from a JSON file with all its faults told; their state lies in the home."""
    jobs = tmp_path / "jobs.json"
    jobs.write_text('[{"job": "24-001", "name": "Bridge"}]')
    assert ["24-001"] == run("simulate", "memory", "set-up", jobs, "--json").document["jobs"]
    assert [("setup", "memory", ["24-001"])] == simulator.asked
    jobs.write_text('[{"job": 1}]')
    assert 1 == run("simulate", "memory", "set-up", jobs).status
    jobs.write_text("{")
    assert 2 == run("simulate", "memory", "set-up", jobs).status


def test_the_desk_is_commands(simulator: Simulator, run: Run) -> None:
    """What a person does at the desk are commands: needed values are arguments, the others options."""
    done = run("simulate", "memory", "close", "24-001", "--cost-code", "01-100")
    assert (0, "Closed.\\x1b[2J\n") == (done.status, done.out)
    assert [("close", {"job": "24-001", "cost_code": "01-100"})] == simulator.asked
    assert (1, "bad_input") == (
        run("simulate", "memory", "close", "none").status,
        run("simulate", "memory", "close", "none", "--json").document["error"],
    )
    assert 2 == run("simulate", "memory", "close").status


@pytest.mark.filterwarnings("error")
def test_an_option_of_the_desk_is_told_from_a_shared_one(simulator: Simulator, run: Run) -> None:
    """What has the name of an option of every command is asked for as the ERP's."""
    assert 0 == run("simulate", "memory", "close", "24-001", "--erp-company", "books").status
    assert [("close", {"job": "24-001", "company": "books"})] == simulator.asked


def test_books_posting_and_restart(simulator: Simulator, run: Run) -> None:
    """The books are shown, people's acts after an export are told, a crash is played."""
    entries = run("simulate", "memory", "ledger", "24-001", "--json").document["entries"]
    assert ("5.00", 1) == (entries[0]["original"], entries[0]["original_entries"])
    assert "5.00" in run("simulate", "memory", "ledger", "24-001").out
    assert ["Posted 24-001."] == run("simulate", "memory", "follow-sheets", "24-001", "--json").document["lines"]
    run("simulate", "memory", "restart")
    assert ["restart"] == simulator.asked


@pytest.mark.rule("X4")
def test_a_served_simulator_is_connected(
    simulator: Simulator, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Serving can add a connection; its secret goes to the folder of secrets, never into the configuration."""
    monkeypatch.setattr(Event, "wait", lambda _self, _timeout=None: True)
    monkeypatch.setattr("erp_bridge_core.cli.simulate.signal.signal", lambda *_: None)
    served = run("--as", "ada", "simulate", "memory", "serve", "--port", 8099, "--connect", "books", "--json")
    assert ("books", "http://127.0.0.1:8099/desk") == (served.document["connection"], served.document["desk_url"])
    assert "s3cret" == (home / "secrets" / "books-key").read_text()
    assert 0o600 == (home / "secrets" / "books-key").stat().st_mode & 0o777
    configuration = (home / "erp-bridge.toml").read_text()
    assert "s3cret" not in configuration
    assert "file:books-key" in configuration


def test_simulators_are_listed(simulator: Simulator, run: Run) -> None:
    """Help names the ERPs that have a simulator, and what a person does at the desk."""
    assert "memory" in run("simulate", "--help").out
    assert "close" in run("simulate", "memory", "--help").out


def test_a_simulator_that_is_not_set_up_is_told(erp: MemoryAdapter, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is set up the command says how."""
    monkeypatch.setattr(MemoryAdapter, "simulator", lambda _: Simulator())
    ran = run("simulate", "memory", "ledger", "24-001", "--json")
    assert (1, "not_found") == (ran.status, ran.document["error"])
    assert "set-up" in ran.document["remedy"]
