"""A sandbox in the simulator's place: a live test company, or traffic recorded from one, declared in a file.

The file is TOML:

    evidence = "live"                 # or "recorded", with: recording = "acme.jsonl"
    job = "24-001"                    # a job of the test company that holds the codes below
    hosts = ["erp.example:443"]
    files_root = ""
    [settings]                        # of the plugin's settings class; a secret stands there as file:NAME
    [secrets]                         # NAME = "env:VARIABLE"
    [maps.cost_code]                  # our value = the company's code, per kind: cost_code, category, sub_job, unit

What needs an ERP's own books, or faults at will, is not applicable there; what only reads, or asks the adapter, is.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import Factory, evolve, field, frozen

from erp_bridge_core.certificates import Evidence
from erp_bridge_core.contract.effects import HandOver
from erp_bridge_core.contract.errors import BadInput, Fault, NotSupported
from erp_bridge_core.contract.simulator import BookEntry, DeskCommand, JobSetup, Served
from erp_bridge_core.contract.structuring import structure
from erp_bridge_core.demo.erp_side import Codes

_KINDS: Final = ("sub_job", "cost_code", "category", "unit")


@frozen(kw_only=True)
class Sandbox:
    """What the file says."""

    evidence: Evidence
    job: str
    settings: Mapping[str, Any] = Factory(dict)
    secrets: Mapping[str, str] = field(factory=dict, repr=False)
    hosts: tuple[str, ...] = ()
    files_root: str = ""
    recording: str = ""
    maps: Mapping[str, Mapping[str, str]] = Factory(dict)

    @property
    def codes(self) -> Codes:
        """The company's codes for the suite's budget."""
        return Codes(job=self.job, maps={kind: self.maps.get(kind, {}) for kind in _KINDS})


def read_sandbox(path: Path) -> Sandbox:
    """The sandbox that a file declares; raises `BadInput` with every fault."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"The sandbox {path} can't be read: {error}.", remedy="Write it as TOML.") from error
    sandbox: Sandbox = structure(Sandbox, given, what="sandbox")
    faults = list(_faults(sandbox))
    if faults:
        raise BadInput(f"The sandbox {path} is not right.", remedy="Correct it.", faults=faults)
    return evolve(sandbox, recording=str(path.parent / sandbox.recording) if sandbox.recording else "")


def _faults(sandbox: Sandbox) -> Iterator[Fault]:
    if sandbox.evidence is Evidence.SIMULATOR:
        yield Fault("evidence", "a simulator needs no sandbox", expected="live or recorded")
    if (sandbox.evidence is Evidence.RECORDED) is not bool(sandbox.recording):
        yield Fault("recording", "goes with the evidence `recorded`, and only with it")
    for name, reference in sandbox.secrets.items():
        variable = reference.removeprefix("env:")
        if variable == reference:
            yield Fault(f"secrets.{name}", "no reference", expected="env:VARIABLE")
        elif sandbox.evidence is Evidence.LIVE and variable not in os.environ:
            yield Fault(f"secrets.{name}", "the variable is not set", value=variable)


@frozen
class SandboxSimulator:
    """The sandbox as the bench knows a simulator: nothing is set up, and nobody sees the ERP's own books."""

    sandbox: Sandbox

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Set nothing up: the test company is somebody's; only a folder for what the bench copies."""
        del jobs
        home.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def serve(self, home: Path, *, port: int = 0) -> Iterator[Served]:
        """Nothing is served: the test company is where it is."""
        del home, port
        yield Served(
            settings=self.sandbox.settings,
            secrets={name: _secret(reference) for name, reference in self.sandbox.secrets.items()},
            files_root=self.sandbox.files_root,
            hosts=self.sandbox.hosts,
        )

    def desk(self) -> Mapping[str, DeskCommand]:
        """Nobody's desk is here."""
        return {}

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Nobody posts by himself there."""
        del home, job, hand_overs
        raise NotSupported("Nobody posts in a sandbox by himself.", remedy="Use the plugin's simulator for this rule.")

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """Nobody sees the books themselves."""
        del home, job
        raise NotSupported("A sandbox does not show its own books.", remedy="Use the plugin's simulator for this rule.")

    def restart(self, home: Path) -> None:
        """Nobody restarts it."""
        del home


def _secret(reference: str) -> str:
    return os.environ.get(reference.removeprefix("env:"), "recorded")
