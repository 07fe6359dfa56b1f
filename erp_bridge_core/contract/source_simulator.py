"""What a source plugin's simulator offers to the demo, `erp-bridge simulate` and the conformance suite."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol, runtime_checkable

from attrs import Factory, frozen

from erp_bridge_core.contract.budget import LineKey
from erp_bridge_core.contract.simulator import DeskCommand, JobSetup, Served


@frozen(kw_only=True)
class RequestState:
    """How a request stands in the source's own books, and what its users read there."""

    id: str
    status: str
    open: bool
    messages: tuple[str, ...] = ()


@frozen(kw_only=True)
class SourceBooks:
    """What the source believes of a project, from its own books.

    `original` and `changes` are the budget that it holds, by key; `synced_original` and `synced_changes` that part of
    it which it was told to be in the ERP. `marks` counts, by transaction, how often it was marked as arrived.
    """

    locked: bool
    original: Mapping[LineKey, Decimal]
    changes: Mapping[LineKey, Decimal]
    synced_original: Mapping[LineKey, Decimal]
    synced_changes: Mapping[LineKey, Decimal]
    requests: tuple[RequestState, ...] = ()
    marks: Mapping[str, int] = Factory(dict)


class SourceSimulator(Protocol):
    """A simulator of one source. All its state lives below `home` and survives a kill.

    A project is named by the ERP's job code that it was set up with. Where the source calls us, `Served.secrets` holds
    the receiver's secret under `receiver`, which its settings refer to as any other: `tell` is given that one.
    """

    def setup(self, home: Path, jobs: Sequence[JobSetup]) -> None:
        """Create the simulated company with a project for each job, its budget empty (again: add what is missing)."""

    def serve(self, home: Path, *, port: int = 0) -> AbstractContextManager[Served]:
        """Run its server on loopback until the context ends."""

    def desk(self) -> Mapping[str, DeskCommand]:
        """The acts of a person at this source, by name."""

    def restart(self, home: Path) -> None:
        """Come back as after a crash of the source's server."""

    def project_id(self, home: Path, job: str) -> str:
        """The source's own id of a project."""

    def set_line(self, home: Path, job: str, key: LineKey, amount: Decimal) -> None:
        """A person enters, or edits, a line of the budget."""

    def approve_change(self, home: Path, job: str, number: str, lines: Mapping[LineKey, Decimal]) -> None:
        """A person makes a budget change and approves it."""

    def send(self, home: Path, job: str) -> str:
        """A person asks for the export of what is new, all steps of it; the id of the request."""

    def books(self, home: Path, job: str) -> SourceBooks:
        """What the source believes of a project now."""

    def tell(self, home: Path, url: str, secret: str) -> None:
        """Have requests told to our receiver at `url` from now on, as somebody sets it up there."""


class SourceMischief(StrEnum):
    """What a source, its people or the way between may do: faults of *meaning* that no wire shows.

    The first group strikes the next call once, the second lasts until it is calmed, the third is done at once.
    """

    REFUSES_SOME = "refuses_some"
    LOSES_SIGN_IN_REPLY = "loses_sign_in_reply"
    CHANGES_WHILE_READ = "changes_while_read"

    LACKS_RIGHTS = "lacks_rights"
    HIDES_COLUMNS = "hides_columns"
    UNKNOWN_WORD = "unknown_word"
    LOSES_HINTS = "loses_hints"
    DOUBLES_HINTS = "doubles_hints"
    REORDERS_HINTS = "reorders_hints"
    UNLINKS_PROJECT = "unlinks_project"

    DRAFTS_CHANGE = "drafts_change"
    VOIDS_CHANGE = "voids_change"
    EXPIRES_TOKENS = "expires_tokens"
    REVOKES_APP = "revokes_app"
    CLOSES_REQUEST = "closes_request"
    FORGES_HINT = "forges_hint"

    @property
    def meaning(self) -> str:
        """One sentence: what happens."""
        return _MEANINGS[self]


_MEANINGS: dict[SourceMischief, str] = {
    SourceMischief.REFUSES_SOME: "Of the next write's items the first is refused, within an answer of success.",
    SourceMischief.LOSES_SIGN_IN_REPLY: "The answer that holds the next token is lost on its way.",
    SourceMischief.CHANGES_WHILE_READ: "Somebody edits the budget while it is being read.",
    SourceMischief.LACKS_RIGHTS: "Our user may no longer do what the connector does.",
    SourceMischief.HIDES_COLUMNS: "What the budget is read by lacks columns that are needed.",
    SourceMischief.UNKNOWN_WORD: "States are told in words that nobody knows.",
    SourceMischief.LOSES_HINTS: "Nothing is told to our receiver, as after an outage of twelve hours.",
    SourceMischief.DOUBLES_HINTS: "Every event is told twice.",
    SourceMischief.REORDERS_HINTS: "Events are told in another order than they happened in.",
    SourceMischief.UNLINKS_PROJECT: "The project is no longer linked with a job.",
    SourceMischief.DRAFTS_CHANGE: "Somebody makes a budget change of the project's first line and leaves it a draft.",
    SourceMischief.VOIDS_CHANGE: "Somebody voids the budget change that was approved last.",
    SourceMischief.EXPIRES_TOKENS: "Every token of ours ends.",
    SourceMischief.REVOKES_APP: "Our app is removed by the source's administrator.",
    SourceMischief.CLOSES_REQUEST: "Somebody closes the open request of the project at the source.",
    SourceMischief.FORGES_HINT: "A stranger sends our receiver an event.",
}


@runtime_checkable
class MischievousSource(Protocol):
    """What a simulator offers besides, so that the conformance suite can try how a source plugin bears it."""

    def mischief(self) -> Mapping[SourceMischief, Callable[[Path, str], None]]:
        """What this source or its people may do: `do(home, job)`."""

    def calm(self, home: Path) -> None:
        """End all mischief that lasts, also what was armed and has not struck."""
