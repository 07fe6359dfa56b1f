"""The hooks of the budget source Procore."""

from collections.abc import Iterable, Mapping
from typing import Any

from erp_bridge_core.contract import Checked, Effects, ErpProfile, hookimpl
from erp_bridge_core.contract.source import (
    Authorization,
    Delivery,
    Hint,
    SourceBudget,
    SourceOutcome,
    SourceProfile,
    SourceProject,
    SourceRequest,
)
from erp_bridge_core.contract.source_simulator import SourceSimulator
from erp_bridge_procore import asking, authorizing, check, hints, locking, metadata, reading, reporting
from erp_bridge_procore.connection import ProcoreConnection
from erp_bridge_procore.profile import PROFILE


@hookimpl
def source_profile() -> SourceProfile:
    """Describe Procore."""
    return PROFILE


@hookimpl
def check_source(source: ProcoreConnection) -> Iterable[Checked]:
    """Look whether log-in, rights, view and webhook are as they have to be."""
    return check.check_source(source)


@hookimpl
def list_projects(source: ProcoreConnection) -> Iterable[SourceProject]:
    """List the projects that the user sees."""
    return reading.list_projects(source)


@hookimpl
def read_budget(project: str, source: ProcoreConnection) -> SourceBudget:
    """Read a budget with its approved changes."""
    return reading.read_budget(project, source)


@hookimpl
def lock_budget(project: str, locked: bool, source: ProcoreConnection, effects: Effects) -> None:  # noqa: FBT001 - as the hook has it
    """Lock a budget, or unlock it where nothing is deleted by that."""
    locking.lock_budget(project, locked=locked, source=source, effects=effects)


@hookimpl
def read_requests(source: ProcoreConnection) -> Iterable[SourceRequest]:
    """Tell the requests to create or update a budget in the ERP."""
    return asking.read_requests(source)


@hookimpl
def hint(delivery: Delivery, source: ProcoreConnection) -> Hint | None:
    """Read a webhook."""
    return hints.hint(delivery, source)


@hookimpl
def report_outcome(outcome: SourceOutcome, source: ProcoreConnection, effects: Effects) -> None:
    """Tell Procore how a request stands: origin id, transactions, detail."""
    reporting.report_outcome(outcome, source, effects)


@hookimpl
def authorization(source: ProcoreConnection) -> Authorization:
    """Let a person authorize the app in a browser."""
    return authorizing.ProcoreAuthorization(source)


@hookimpl
def connector_metadata(profile: ErpProfile) -> Mapping[str, Any]:
    """Make the connector's metadata for an ERP."""
    return metadata.connector_metadata(profile)


@hookimpl
def source_simulator() -> SourceSimulator:
    """The simulator, loaded only when it is wanted."""
    from erp_bridge_procore.simulator import SimulatedSource

    return SimulatedSource()
