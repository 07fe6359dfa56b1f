"""What a plugin's simulator offers to the demo, `erp-bridge simulate` and the conformance suite."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from attrs import Factory, frozen

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


class Mischief(StrEnum):
    """What an ERP, or a person at its desk, may do meanwhile: the faults of *meaning* that no wire shows.

    The first group strikes the next write once, the second lasts until it is calmed, the third is done at once. A
    simulator offers those that can happen to its ERP.
    """

    FAILS_WITH_200 = "fails_with_200"
    APPLIES_SOME = "applies_some"
    OMITS_ROWS = "omits_rows"

    STALE_READS = "stale_reads"
    CAPPED_READS = "capped_reads"
    HIDDEN_ROWS = "hidden_rows"
    CLOSED_JOB = "closed_job"

    EXPIRES_TOKENS = "expires_tokens"
    POSTS_EARLY = "posts_early"
    LOADS_TWICE = "loads_twice"
    TICKS_WRONG = "ticks_wrong"
    LOADS_HALF = "loads_half"
    EDITS_ENTRY = "edits_entry"
    REMOVES_ENTRY = "removes_entry"
    TAKES_NUMBER = "takes_number"

    @property
    def meaning(self) -> str:
        """One sentence: what happens."""
        return _MEANINGS[self]


_MEANINGS: dict[Mischief, str] = {
    Mischief.FAILS_WITH_200: "The next write is answered like a success but for the ERP's own words; nothing is done.",
    Mischief.APPLIES_SOME: "Of the next write's rows only the first is carried out; the reply tells which were not.",
    Mischief.OMITS_ROWS: "The next write is carried out whole; the reply leaves out all rows but the first.",
    Mischief.STALE_READS: "Reads show the books as they are now, whatever is written from here on.",
    Mischief.CAPPED_READS: "Long answers are cut short without a word.",
    Mischief.HIDDEN_ROWS: "The service's user no longer sees some rows of the job, such as its last ones.",
    Mischief.CLOSED_JOB: "The job is closed, so that it takes nothing.",
    Mischief.EXPIRES_TOKENS: "Every session and token of the service's users ends.",
    Mischief.POSTS_EARLY: "A person posts what lies there now, whole or not.",
    Mischief.LOADS_TWICE: "A person loads what was handed over twice, and posts.",
    Mischief.TICKS_WRONG: "A person loads what was handed over with the wrong tick box, and posts.",
    Mischief.LOADS_HALF: "A person loads only the first of what was handed over, and posts.",
    Mischief.EDITS_ENTRY: "A person raises the budget of one of the job's keys by 1.00 and posts that.",
    Mischief.REMOVES_ENTRY: "A person removes an entry of ours before it is posted, or takes back a posted one.",
    Mischief.TAKES_NUMBER: "A person enters something of his own under the number that we would use next.",
}


@runtime_checkable
class Mischievous(Protocol):
    """What a simulator offers besides, so that the conformance suite can try how an adapter bears it.

    `mischief()` maps what it can do to `do(home, job, hand_overs)`; what is handed over matters to the acts that load
    it. `calm(home)` ends what lasts: reads are whole and fresh again, closed jobs open; what was written stays.
    """

    def mischief(self) -> Mapping[Mischief, Callable[[Path, str, Sequence[HandOver]], None]]:
        """What this ERP or its people may do."""

    def calm(self, home: Path) -> None:
        """End all mischief that lasts, also what was armed and has not struck."""


@runtime_checkable
class Paced(Protocol):
    """What the simulator of an ERP with a permitted rate offers besides: where waiting takes no time, no rate holds."""

    def permit_any_rate(self, home: Path, *, any_rate: bool) -> None:
        """Take requests at any rate, or refuse again those beyond the ERP's."""


def _as_set_up(home: Path, job: str) -> None:
    """Leave the job as it was set up."""


@frozen(kw_only=True)
class Variant:
    """Another way in which a site may have set up its connection or its job, under which the same budget is carried.

    `settings` go over those that `serve` gives; `prepare(home, job)` brings the job, as it was set up, into its state.
    """

    title: str
    settings: Mapping[str, Any] = Factory(dict)
    prepare: Callable[[Path, str], None] = _as_set_up


@runtime_checkable
class Variants(Protocol):
    """What the simulator of an ERP offers besides, some of whose operations the usual set-up never needs."""

    def variants(self) -> Mapping[str, Variant]:
        """The other ways, by name: together with the usual one they need every operation of the profile."""
