"""Hooks that don't fit their specifications."""

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
)
from erp_bridge_core.contract import hookspecs as specs
from hooks import implements
from right.profile import PROFILE
from right.settings import AcmeErp
from right.simulator import AcmeSimulator


@implements(specs.erp_profile)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def erp_profile(erp: AcmeErp) -> ErpProfile:
    """A profile is told without a connection."""
    return PROFILE


@implements(specs.check_connection)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def check_connection(erp: AcmeErp) -> Checked:
    """All that was looked at, not one thing."""
    return Checked(name=erp.name, ok=True, message="")


@implements(specs.read_job)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def read_job(job: int, erp: AcmeErp) -> JobReading:
    """A job's code is text."""
    raise NotImplementedError


@implements(specs.validate_budget)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def validate_budget(batch: ExportBatch, erp: AcmeErp) -> bool:
    """Findings, not a verdict."""
    return bool(batch.line_count)


@implements(specs.revision_fields)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def revision_fields(batch: ExportBatch) -> Iterable[RevisionField]:
    """The connection is missing."""
    return ()


@implements(specs.export)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def export(batch: ExportBatch, values: FieldValues, erp: AcmeErp) -> None:
    """Without effects nothing can be written."""


@implements(specs.verify_posted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def verify_posted(batch: ExportBatch, erp: AcmeErp) -> Iterable[Seen]:
    """Verification knows the receipt alone."""
    return ()


@implements(specs.verify_posted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def verify_findings(receipt: ExportReceipt, erp: AcmeErp) -> Iterable[Finding]:
    """What is seen, not what is thought of it."""
    return ()


@implements(specs.erp_simulator)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def erp_simulator() -> type[AcmeSimulator]:
    """A simulator, not its class."""
    return AcmeSimulator


@implements(specs.export)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def export_answering(batch: ExportBatch, values: FieldValues, erp: AcmeErp, effects: Effects) -> str:
    """An export answers nothing."""
    return "done"
