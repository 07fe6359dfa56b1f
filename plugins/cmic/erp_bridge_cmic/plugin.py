"""The hooks of the CMiC adapter."""

from collections.abc import Iterable

from erp_bridge_cmic import check, fields, reading, validate, verify
from erp_bridge_cmic import export as exporting
from erp_bridge_cmic.profile import PROFILE
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_core.contract import (
    Checked,
    Effects,
    ErpProfile,
    ExportBatch,
    ExportReceipt,
    FieldValues,
    Finding,
    JobReading,
    RevisionField,
    Seen,
    Simulator,
    hookimpl,
)


@hookimpl
def erp_profile() -> ErpProfile:
    """Describe CMiC."""
    return PROFILE


@hookimpl
def check_connection(erp: CmicErp) -> Iterable[Checked]:
    """Look whether log-in, attribute names, PCI types and statuses fit."""
    return check.check_connection(erp)


@hookimpl
def read_job(job: str, erp: CmicErp) -> JobReading:
    """Read a control job with its sub jobs."""
    return reading.read_job(job, erp)


@hookimpl
def validate_budget(batch: ExportBatch, erp: CmicErp) -> Iterable[Finding]:
    """Find everything that CMiC would not take (B5)."""
    return validate.validate_budget(batch, erp)


@hookimpl
def revision_fields(batch: ExportBatch, erp: CmicErp) -> Iterable[RevisionField]:
    """Ask for the standard set per budget change (A3)."""
    return fields.revision_fields(batch, erp)


@hookimpl
def export(batch: ExportBatch, values: FieldValues, erp: CmicErp, effects: Effects) -> None:
    """Write rows and PCIs."""
    exporting.export(batch, values, erp, effects)


@hookimpl
def verify_posted(receipt: ExportReceipt, erp: CmicErp) -> Iterable[Seen]:
    """Read rows, unposted lines and PCIs back (V2)."""
    return verify.verify_posted(receipt, erp)


@hookimpl
def erp_simulator() -> Simulator:
    """The simulator, loaded only when it is wanted."""
    from erp_bridge_cmic.simulator import CmicSimulator

    return CmicSimulator()
