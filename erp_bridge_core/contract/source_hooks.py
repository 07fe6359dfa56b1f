"""The hooks of a budget source: signatures, when each is called, how often, and what may be repeated.

A source is a module (or object) with functions of these names, each marked `@hookimpl`, registered under the
entry-point group `erp_bridge.sources` by its short name. As an ERP adapter it is resolved by name and called by itself.
Hooks raise the contract's errors: `NotFound` for a project that is not there, `ReadFailed` for anything cut short (also
from within a stream, never an early end), `NotAllowed` for a right that is missing, each with its remedy.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from erp_bridge_core.contract.connection import Checked
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.hookspecs import hookspec
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.source import (
    Authorization,
    Delivery,
    Hint,
    Source,
    SourceBudget,
    SourceCapability,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
)
from erp_bridge_core.contract.source_simulator import SourceSimulator

SOURCES: Final = "erp_bridge.sources"

REQUIRED: Final = ("source_profile", "read_budget")
#: The hooks that a claimed capability asks for.
REQUIRED_FOR: Final[Mapping[SourceCapability, str]] = {
    SourceCapability.PROJECTS: "list_projects",
    SourceCapability.LOCK: "lock_budget",
    SourceCapability.REQUESTS: "read_requests",
    SourceCapability.OUTCOMES: "report_outcome",
    SourceCapability.HINTS: "hint",
    SourceCapability.AUTHORIZATION: "authorization",
}
OPTIONAL: Final = (*REQUIRED_FOR.values(), "check_source", "connector_metadata", "source_simulator")


@hookspec(firstresult=True)
def source_profile() -> SourceProfile:  # type: ignore[empty-body]
    """Describe the source. Called at load, once a process; the same value every time, no I/O."""


@hookspec(firstresult=True)
def check_source(source: Source[Any]) -> Iterable[Checked]:  # type: ignore[empty-body]
    """Look whether a connection works: log-in, rights, views, the hook that calls us. Optional; changes nothing."""


@hookspec(firstresult=True)
def list_projects(source: Source[Any]) -> Iterable[SourceProject]:  # type: ignore[empty-body]
    """The source's projects that this connection may see. For `PROJECTS`; read only."""


@hookspec(firstresult=True)
def read_budget(project: str, source: Source[Any]) -> SourceBudget:  # type: ignore[empty-body]
    """Read a project's budget, its sub jobs and its approved changes, whole or not at all. Read only.

    `project` is a `SourceProject.id`. Called whenever a person looks at what a pull would bring, takes it in, and for
    each request; any number of times. Raises `Changed` when the budget moved while it was read.
    """


@hookspec(firstresult=True)
def lock_budget(project: str, locked: bool, source: Source[Any], effects: Effects) -> None:  # noqa: FBT001 - the state wanted
    """Lock a budget at the source, or unlock it without deleting anything. For `LOCK`; every write by `effects`."""


@hookspec(firstresult=True)
def read_requests(source: Source[Any]) -> Iterable[SourceRequest]:  # type: ignore[empty-body]
    """All requests that are open at the source, and those closed lately where it tells them. For `REQUESTS`.

    Called by the reconciling poll and after a hint: it must find what no hint told. Read only. One that can't be
    understood is still told, its `transactions` raising `ReadFailed` with what is wrong.
    """


@hookspec(firstresult=True)
def hint(delivery: Delivery, source: Source[Any]) -> Hint | None:
    """Whether a delivery is the source's own, and where it says to look; None for an event that is not for us.

    For `HINTS`. Called while the caller waits: no I/O. Raises `NotAllowed` for one that is forged, `BadInput` for one
    that can't be read.
    """


@hookspec(firstresult=True)
def report_outcome(outcome: SourceOutcome, source: Source[Any], effects: Effects) -> None:
    """Tell the source how a request stands here now. For `OUTCOMES`; every write by `effects`.

    Called for each new outcome, and again after any crash or retry. One that a later outcome replaced is never called
    after that. An effect carries no lines. A request that was closed elsewhere is a `LedgerConflict`, found before a
    write: nothing of a person's is written over.
    """


@hookspec(firstresult=True)
def authorization(source: Source[Any]) -> Authorization:  # type: ignore[empty-body]
    """How a person authorizes this connection in a browser. For `AUTHORIZATION`; no I/O until it is used."""


@hookspec(firstresult=True)
def connector_metadata(profile: ErpProfile) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """What is handed in to the source so that it knows this ERP: limits, messages, custom fields. Optional, no I/O."""


@hookspec(firstresult=True)
def source_simulator() -> SourceSimulator:  # type: ignore[empty-body]
    """A simulator of this source, for the demo, `erp-bridge simulate` and conformance. Optional."""
