"""The `erp` object: the only way in which an adapter reaches anything outside itself.

All I/O, time and waiting of an adapter go through it; the conformance suite injects faults exactly here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Protocol, TypeVar

from attrs import frozen

from erp_bridge_core.contract.masters import Masters

if TYPE_CHECKING:
    import logging

    import requests

SettingsT = TypeVar("SettingsT")


class Clock(Protocol):
    """Time. ERP times never order anything (L13)."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC: for showing, never for measuring."""

    def today(self) -> date:
        """The date in the company's time zone."""

    def monotonic(self) -> float:
        """Seconds that only ever grow, for durations in this process."""

    def sleep(self, seconds: float) -> None:
        """Wait; the suite's clock returns at once."""


@frozen(kw_only=True)
class FileFact:
    """A file as it was seen: its path below the area's root, size in bytes and SHA-256 where it was asked for."""

    path: PurePosixPath
    size: int
    modified: datetime


class Files(Protocol):
    """A folder shared with the ERP (a network share, say). Paths are relative, below one configured root.

    Every method raises `NotSent` when nothing can have been changed, `Doubtful` when a change may have happened, and
    `ReadFailed` from reads: a share that vanished, is a link, or is not below an allowed root is always told.
    """

    def exists(self, path: str) -> bool:
        """Whether a regular file is there; raises when the folder itself can't be seen."""

    def list(self, folder: str) -> tuple[FileFact, ...]:
        """The regular files in a folder, by name."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; links are not followed."""

    def sha256(self, path: str) -> str:
        """The hash of a file's bytes, hex."""

    def write_new(self, path: str, chunks: Iterator[bytes]) -> FileFact:
        """Write a file that did not exist: aside, synced to the disk, then linked in without overwriting (L14).

        A file of that name is never touched: raises `LedgerConflict`. When it returns, the file is whole and durable.
        Only one process may write a name at a time: one of a job's own export, or a name of chance that is moved then.
        """

    def move(self, source: str, target: str) -> FileFact:
        """Move a file without overwriting, durably; a target that exists raises `LedgerConflict`."""

    def make_folder(self, path: str) -> None:
        """Create a folder below the root if it is missing."""

    def full_path(self, path: str) -> str:
        """The path that a person on this host would open."""


class Maps(Protocol):
    """The connection's maps from our words to the ERP's (B9). Batches are mapped already; this is for the rest."""

    def get(self, kind: str, ours: str) -> str | None:
        """The ERP's code for ours, or None when none was entered: never guess."""


@frozen(kw_only=True)
class Erp(Generic[SettingsT]):
    """One connection to one ERP company, as an adapter is given it.

    `settings` is an instance of the profile's settings class, secrets already resolved. `http` is a
    `requests.Session` of ours: bounded, throttled for all processes of this host, without redirects on writes, every
    transport error classified. `files` is the configured share, or an area that refuses when none is configured.
    `installation` is the installation code that goes into every reference (L17). `state` is a small durable memory of
    this connection for cursors and fingerprints that an adapter may keep between calls; never for secrets.
    """

    name: str
    company: str
    settings: SettingsT
    http: "requests.Session"
    files: Files
    clock: Clock
    masters: Masters
    maps: Maps
    state: "State"
    log: "logging.LoggerAdapter[logging.Logger]"
    installation: str
    job: str = ""


class State(Protocol):
    """Small JSON values that an adapter keeps per connection, over all its jobs."""

    def get(self, name: str) -> Any:
        """The value kept under that name, or None."""

    def put(self, name: str, value: Any) -> None:
        """Keep a JSON-able value."""


@frozen(kw_only=True)
class Checked:
    """One thing that a connection check looked at: `ok`, and in words what was seen and what to do.

    With `ok` a remedy is a warning: it works, and would do so better.
    """

    name: str
    ok: bool
    message: str
    remedy: str = ""
    facts: Mapping[str, str] = {}

    @property
    def is_warning(self) -> bool:
        """Whether it works, and something could be done about it all the same."""
        return self.ok and bool(self.remedy)
