"""Every hook, as the specifications have it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import assert_type

from erp_bridge_core.contract import (
    Category,
    Checked,
    CostCode,
    Effects,
    ErpProfile,
    ExportBatch,
    ExportLine,
    ExportReceipt,
    FieldValues,
    Figure,
    Finding,
    JobHeader,
    JobReading,
    JobStatus,
    KeyTotal,
    LineKey,
    Observation,
    Part,
    RevisionField,
    RevisionSight,
    RevisionStage,
    RouteSight,
    Seen,
    Severity,
    Simulator,
    Stream,
    SubJob,
    hookimpl,
    standard_fields,
)
from erp_bridge_core.contract import hookspecs as specs
from erp_bridge_core.contract.errors import NotFound, ReadFailed
from hooks import implements
from right import operations
from right.profile import PROFILE
from right.settings import AcmeErp, look_around
from right.simulator import AcmeSimulator


@hookimpl
@implements(specs.erp_profile)
def erp_profile() -> ErpProfile:
    """The profile."""
    return PROFILE


@hookimpl
@implements(specs.check_connection)
def check_connection(erp: AcmeErp) -> Iterator[Checked]:
    """An iterator is an iterable."""
    yield look_around(erp)


@hookimpl
@implements(specs.read_job)
def read_job(job: str, erp: AcmeErp) -> JobReading:
    """Streams of lambdas, generators and classes."""
    if job not in {"1", "2"}:
        raise NotFound(f"Acme has no job {job}.", remedy="Check the code.")

    def figures() -> Iterator[Figure]:
        if not erp.http:
            raise ReadFailed("Acme's answer was cut short.", remedy="Do it again.")
        yield Figure(key=LineKey("", "01", "M"), original=Decimal(1), changes=None, total=Decimal(1), route="web")

    return JobReading(
        header=JobHeader(company="1", job=job, name="Bridge", status=JobStatus.OPEN, live=None),
        sub_jobs=Stream[SubJob](tuple),
        cost_codes=Stream(lambda: [CostCode(code="01")]),
        categories=Stream(lambda: (Category(code=code) for code in "LM")),
        figures=Stream(figures),
        routes=("web",),
        blind={"web": "It can't see unposted entries."},
    )


@hookimpl
@implements(specs.validate_budget)
def validate_budget(batch: ExportBatch, erp: AcmeErp) -> Iterator[Finding]:
    """Findings name line, field, value and remedy."""
    assert_type(batch.lines, Stream[ExportLine])
    assert_type(batch.totals, Stream[KeyTotal])
    for line in batch.lines:
        assert_type(line.amount, Decimal)
        assert_type(line.part, Part)
        if erp.masters.cost_code(line.key.cost_code, sub_job=line.key.sub_job) is None:
            yield Finding(
                severity=Severity.ERROR,
                rule="cost-code-unknown",
                message=f"Acme has no cost code {line.key.cost_code}.",
                remedy="Have it set up.",
                line=line.number,
                key=line.key,
                field="cost_code",
                value=line.key.cost_code,
            )


@hookimpl
@implements(specs.revision_fields)
def revision_fields(batch: ExportBatch, erp: AcmeErp) -> tuple[RevisionField, ...]:
    """The standard set."""
    del batch
    return standard_fields(today=erp.clock.today(), next_number="7", approver="", statuses=["approved"], required=True)


@hookimpl
@implements(specs.export)
def export(batch: ExportBatch, values: FieldValues, erp: AcmeErp, effects: Effects) -> None:
    """Values are text."""
    assert_type(values.value("revision_date", change="1"), str)
    operations.export(batch, erp, effects)


@hookimpl
@implements(specs.verify_posted)
def verify_posted(receipt: ExportReceipt, erp: AcmeErp) -> Iterable[Seen]:
    """A sight, then observations and revisions."""
    yield RouteSight(route="web", title="Web service", sees_sub_jobs=False, evidence={"user": erp.settings.user})
    for key in receipt.keys:
        yield Observation(route="web", key=key, total=Decimal("1.00"))
    yield RevisionSight(change="1", stage=RevisionStage.APPROVED)


@hookimpl
@implements(specs.erp_simulator)
def erp_simulator() -> Simulator:
    """The simulator."""
    return AcmeSimulator()
