"""The hooks of the Sage 300 Construction and Real Estate adapter."""

from collections.abc import Iterable

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
from erp_bridge_sage300 import check, fields, reading, validate, verify
from erp_bridge_sage300 import export as exporting
from erp_bridge_sage300.profile import PROFILE
from erp_bridge_sage300.share import SageErp


@hookimpl
def erp_profile() -> ErpProfile:
    """Describe Sage 300 CRE."""
    return PROFILE


@hookimpl
def check_connection(erp: SageErp) -> Iterable[Checked]:
    """Look whether share, reports, hh2 and ODBC work."""
    return check.check_connection(erp)


@hookimpl
def read_job(job: str, erp: SageErp) -> JobReading:
    """Read a job by every configured route."""
    return reading.read_job(job, erp)


@hookimpl
def validate_budget(batch: ExportBatch, erp: SageErp) -> Iterable[Finding]:
    """Find everything that Sage would not take (B5)."""
    return validate.validate_budget(batch, erp)


@hookimpl
def revision_fields(batch: ExportBatch, erp: SageErp) -> Iterable[RevisionField]:
    """Ask for the accounting date, a description, and what the site wants of the standard set (A3)."""
    return fields.revision_fields(batch, erp)


@hookimpl
def export(batch: ExportBatch, values: FieldValues, erp: SageErp, effects: Effects) -> None:
    """Offer the batch as Import Estimates files."""
    exporting.export(batch, values, erp, effects)


@hookimpl
def verify_posted(receipt: ExportReceipt, erp: SageErp) -> Iterable[Seen]:
    """Read back by report, ODBC and hh2 (V2)."""
    return verify.verify_posted(receipt, erp)


@hookimpl
def erp_simulator() -> Simulator:
    """The simulator, loaded only when it is wanted."""
    from erp_bridge_sage300.simulator import SageSimulator

    return SageSimulator()
