"""The hooks of an ERP adapter: signatures, when each is called, how often, and what may be repeated.

An adapter is a module (or object) with functions of these names, each marked `@hookimpl`, registered under the
entry-point group `erp_bridge.erps` by the ERP's short name. A company's own checks are registered under
`erp_bridge.policies` and implement `validate_budget` alone; they are heard for every ERP.

One adapter is resolved by name and called by itself, never broadcast: three adapters would write to three ERPs.
"""

from collections.abc import Iterable
from typing import Any

import pluggy

from erp_bridge_core.contract.budget import ExportBatch, ExportReceipt
from erp_bridge_core.contract.connection import Checked, Erp
from erp_bridge_core.contract.effects import Effects
from erp_bridge_core.contract.fields import FieldValues, RevisionField
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.masters import JobReading
from erp_bridge_core.contract.postings import Seen
from erp_bridge_core.contract.profile import ErpProfile
from erp_bridge_core.contract.simulator import Simulator

PROJECT = "erp_bridge"

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker(PROJECT)
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker(PROJECT)

ERPS = "erp_bridge.erps"
POLICIES = "erp_bridge.policies"

REQUIRED = ("erp_profile", "read_job", "validate_budget", "revision_fields", "export", "verify_posted")
OPTIONAL = ("erp_simulator", "check_connection")


@hookspec(firstresult=True)
def erp_profile() -> ErpProfile:  # type: ignore[empty-body]
    """Describe the ERP. Called at load, once a process; the same value every time, no I/O."""


@hookspec(firstresult=True)
def check_connection(erp: Erp[Any]) -> Iterable[Checked]:  # type: ignore[empty-body]
    """Look whether a connection works: log-in, folders, reports, codes. Optional; called when a person asks for it.

    Changes nothing at the ERP, yields one `Checked` per thing looked at, good ones too.
    """


@hookspec(firstresult=True)
def read_job(job: str, erp: Erp[Any]) -> JobReading:  # type: ignore[empty-body]
    """Read a job: its header, masters and own figures. Read only.

    Called on linking, sync of masters, validation, import, for the baseline at accept, and in verification; any
    number of times, in any order. Raises `NotFound` when the ERP knows no such job, `ReadFailed` (also from within
    a stream) when something was cut short: never an early end.
    """


@hookspec(firstresult=True)
def validate_budget(batch: ExportBatch, erp: Erp[Any]) -> Iterable[Finding]:  # type: ignore[empty-body]
    """Yield all findings about a batch, changing nothing. Masters come from `erp.masters`.

    Called at send (last synced masters), at accept and right before the first write (fresh ones); the same input
    gives the same findings in the same order. Limits that the profile declares are checked by the core already.
    """


@hookspec(firstresult=True)
def revision_fields(batch: ExportBatch, erp: Erp[Any]) -> Iterable[RevisionField]:  # type: ignore[empty-body]
    """The fields this ERP asks of the approver, with choices and defaults. Called whenever an item is reviewed."""


@hookspec(firstresult=True)
def export(batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
    """Bring the ERP to hold the batch, exactly once: plan the effects, then run them.

    Called after accept, and again after any crash, retry or settlement, until every effect has an outcome. The batch
    and values are the same each time; `effects` remembers. Every write goes through `effects`.
    """


@hookspec(firstresult=True)
def verify_posted(receipt: ExportReceipt, erp: Erp[Any]) -> Iterable[Seen]:  # type: ignore[empty-body]
    """Read the ERP back and yield what is seen, per route and key. Called any number of times.

    First a `RouteSight`, then that route's observations: of every key of the receipt, and of every other key of the
    job that has figures (or a wrong place would go unseen). Uses nothing that a write returned. The core compares.
    """


@hookspec(firstresult=True)
def erp_simulator() -> Simulator:  # type: ignore[empty-body]
    """A simulator of this ERP, for the demo, `erp-bridge simulate` and conformance. Optional."""
