"""The hooks of the Viewpoint Spectrum adapter."""

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
from erp_bridge_spectrum import check, fields, reading, validate, verify
from erp_bridge_spectrum import export as exporting
from erp_bridge_spectrum.profile import PROFILE
from erp_bridge_spectrum.services import SpectrumErp


@hookimpl
def erp_profile() -> ErpProfile:
    """Describe Spectrum."""
    return PROFILE


@hookimpl
def check_connection(erp: SpectrumErp) -> Iterable[Checked]:
    """Look whether the services answer and let this connection in."""
    return check.check_connection(erp)


@hookimpl
def read_job(job: str, erp: SpectrumErp) -> JobReading:
    """Read a job with the estimated cost of its phases."""
    return reading.read_job(job, erp)


@hookimpl
def validate_budget(batch: ExportBatch, erp: SpectrumErp) -> Iterable[Finding]:
    """Find everything that Spectrum would not take (B5)."""
    return validate.validate_budget(batch, erp)


@hookimpl
def revision_fields(batch: ExportBatch, erp: SpectrumErp) -> Iterable[RevisionField]:
    """Ask for what a change request needs, where changes become change requests (A3)."""
    return fields.revision_fields(batch, erp)


@hookimpl
def export(batch: ExportBatch, values: FieldValues, erp: SpectrumErp, effects: Effects) -> None:
    """Write the batch phase by phase."""
    exporting.export(batch, values, erp, effects)


@hookimpl
def verify_posted(receipt: ExportReceipt, erp: SpectrumErp) -> Iterable[Seen]:
    """Read back the Estimated Cost (V3)."""
    return verify.verify_posted(receipt, erp)


@hookimpl
def erp_simulator() -> Simulator:
    """The simulator, loaded only when it is wanted."""
    from erp_bridge_spectrum.simulator import SpectrumSimulator

    return SpectrumSimulator()
