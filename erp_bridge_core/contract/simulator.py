"""What a plugin's simulator offers to the demo, `erp-bridge simulate` and the conformance suite."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.effects import HandOver


@frozen(kw_only=True)
class JobSetup:
    """What an ERP administrator sets up before a budget comes: a job with its sub jobs, cost codes and categories.

    `cost_codes` are (sub job, code, name); `categories` are (code, name, kind), kind one of labor, material,
    subcontract, equipment, overhead, other. `units` are the units of measure that the budget uses, in the ERP's codes,
    for an ERP that keeps a list of them; blank where nobody knows them beforehand.
    """

    job: str
    name: str
    sub_jobs: tuple[tuple[str, str], ...] = ()
    cost_codes: tuple[tuple[str, str, str], ...] = ()
    categories: tuple[tuple[str, str, str], ...] = ()
    units: tuple[str, ...] = ()


@frozen(kw_only=True)
class Served:
    """A running simulator: the settings and secrets a connection to it needs, and where its desk is.

    `settings` are plain values of the plugin's settings class; a secret stands there as `file:NAME`, its value in
    `secrets` under NAME. `files_root` is the folder shared with the ERP, `hosts` the `host:port` pairs that the
    connection may talk to.
    """

    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    files_root: str = ""
    hosts: tuple[str, ...] = ()
    desk_url: str = ""


@frozen(kw_only=True)
class BookEntry:
    """What the simulator's own books hold for one key of a job, and how many entries of each kind made it up."""

    key: LineKey
    original: Decimal
    changes: Decimal
    original_entries: int = 0
    change_entries: int = 0


@frozen(kw_only=True)
class DeskCommand:
    """One act of a person at the ERP's desk: `run(home, **arguments)` returns the lines to show.

    `arguments` are (name, help, required) in order; all values are text.
    """

    name: str
    help: str
    run: Callable[..., Sequence[str]]
    arguments: tuple[tuple[str, str, bool], ...] = ()


class Simulator(Protocol):
    """A simulator of one ERP. All its state lives below `home` and survives a kill."""

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the simulated company (again: add what is missing)."""

    def serve(self, home: Path, *, port: int = 0) -> AbstractContextManager[Served]:
        """Run its server on loopback until the context ends."""

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at this ERP, by name."""

    def post(self, home: Path, job: str, hand_overs: Sequence[HandOver] = ()) -> Iterator[str]:
        """Do all that people do at the ERP after an export until its figures are posted and visible, telling each."""

    def ledger(self, home: Path, job: str) -> Iterator[BookEntry]:
        """What really arrived, from its own books, posted figures alone."""

    def restart(self, home: Path) -> None:
        """Come back as after a crash of the ERP's server."""
