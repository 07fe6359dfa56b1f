"""An ERP in memory that takes everything once and posts it at once: where budgets go while a source is on trial."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from attrs import Factory, define, field, frozen

from erp_bridge_core.contract.budget import ExportBatch, ExportLine, ExportReceipt, LineKey, Part, Stream
from erp_bridge_core.contract.connection import Checked, Erp
from erp_bridge_core.contract.effects import Absent, Accepted, Attempt, Effect, Effects, Found, PlannedEffect, Sighting
from erp_bridge_core.contract.fields import FieldValues, RevisionField, standard_fields
from erp_bridge_core.contract.findings import Finding
from erp_bridge_core.contract.masters import Category, CostCode, Figure, JobHeader, JobReading, JobStatus, SubJob
from erp_bridge_core.contract.postings import Observation, RouteSight, Seen
from erp_bridge_core.contract.profile import API_VERSION, Capability, ErpProfile, OperationProfile, SafetyClass
from erp_bridge_core.contract.simulator import JobSetup
from erp_bridge_core.contract.structuring import to_json

NAME: Final = "plain"
_WRITE: Final = "enter"


@frozen
class PlainSettings:
    """None are needed."""

    note: str = ""


PROFILE: Final = ErpProfile(
    name=NAME,
    title="Plain books",
    api_version=API_VERSION,
    settings_class=PlainSettings,
    capabilities=frozenset({Capability.ORIGINAL, Capability.CHANGES, Capability.SUB_JOBS, Capability.DESCRIPTION}),
    operations=(
        OperationProfile(
            name=_WRITE,
            title="Enter",
            safety=SafetyClass.KEYED,
            because="A reference is taken once.",
            execution_bound=0.0,
        ),
    ),
)

#: Original budget and changes of a key.
Figures = tuple[Decimal, Decimal]
_NOTHING: Final[Figures] = (Decimal(0), Decimal(0))


@define(kw_only=True)
class PlainBooks:
    """The adapter, with the attributes that the registry's adapters have; it knows the codes of `jobs`."""

    jobs: dict[str, JobSetup]
    entered: dict[str, tuple[ExportLine, ...]] = Factory(dict)
    profile: ErpProfile = PROFILE
    name: str = NAME
    distribution: str = "erp-bridge-plain"
    version: str = "1"
    wheel_hash: str = "0" * 64
    certificate_file: None = field(default=None, init=False)

    @property
    def figures(self) -> dict[LineKey, Figures]:
        """What the books hold, by key."""
        found: dict[LineKey, Figures] = {}
        for line in (line for lines in self.entered.values() for line in lines):
            original, changes = found.get(line.key, _NOTHING)
            is_original = line.part is Part.ORIGINAL
            found[line.key] = (original + line.amount, changes) if is_original else (original, changes + line.amount)
        return found

    def check_connection(self, erp: Erp[Any]) -> Iterator[Checked]:
        """It works."""
        del erp
        yield Checked(name="books", ok=True, message="The books answer.", facts={"company": "PLAIN", "live": "false"})

    def read_job(self, job: str, erp: Erp[Any]) -> JobReading:
        """The job with all codes that the source's administrator set up."""
        del erp
        found = self.jobs[job]
        codes = [CostCode(code=code, name=name, sub_job=sub_job) for sub_job, code, name in found.cost_codes]
        figures = [
            Figure(key=key, committed=None, original=original, changes=changes, total=original + changes, route="books")
            for key, (original, changes) in sorted(self.figures.items())
        ]
        return JobReading(
            header=JobHeader(company="PLAIN", job=job, name=found.name, status=JobStatus.OPEN, live=False),
            sub_jobs=Stream(lambda: [SubJob(code=code, name=name) for code, name in found.sub_jobs]),
            cost_codes=Stream(lambda: codes),
            categories=Stream(
                lambda: [Category(code=code, name=name, standard=True) for code, name, _ in found.categories]
            ),
            figures=Stream(lambda: figures),
            routes=("books",),
        )

    def validate_budget(self, batch: ExportBatch, erp: Erp[Any]) -> Iterator[Finding]:
        """Nothing is wrong with anything."""
        del batch, erp
        return iter(())

    def revision_fields(self, batch: ExportBatch, erp: Erp[Any]) -> tuple[RevisionField, ...]:
        """The usual ones."""
        del batch
        return tuple(standard_fields(today=erp.clock.today(), next_number="1", approver="Suite"))

    def export(self, batch: ExportBatch, values: FieldValues, erp: Erp[Any], effects: Effects) -> None:
        """All lines under one reference."""
        del values, erp

        def plan(generation: int) -> Iterator[PlannedEffect]:
            del generation
            numbers = set(effects.lines_to_send())
            lines = [line for line in batch.lines if line.number in numbers]
            content = sha256("".join(map(to_json, lines)).encode()).hexdigest()
            yield PlannedEffect(operation=_WRITE, lines=sorted(numbers), payload_hash=content)

        effects.plan("lines", plan)
        effects.run({_WRITE: _Enter(self, batch)})

    def verify_posted(self, receipt: ExportReceipt, erp: Erp[Any]) -> Iterator[Seen]:
        """The figures as they are."""
        del erp
        yield RouteSight(route="books", title="The books", synced_back=True)
        figures = self.figures
        for key in sorted({*figures, *receipt.keys}):
            original, changes = figures.get(key, _NOTHING)
            yield Observation(route="books", key=key, original=original, changes=changes, total=original + changes)


@define
class _Enter:
    """The one kind of write."""

    books: PlainBooks
    batch: ExportBatch

    def send(self, effect: Effect, attempt: Attempt) -> Accepted:
        """Enter the lines."""
        attempt.check()
        numbers = set(effect.lines)
        lines = tuple(line for line in self.batch.lines if line.number in numbers)
        self.books.entered.setdefault(effect.reference, lines)
        return Accepted(reference=effect.reference)

    def find(self, effects: Sequence[Effect]) -> Iterator[Sighting]:
        """Whether the reference is there."""
        for effect in effects:
            if effect.reference in self.books.entered:
                yield Found(reference=effect.reference)
            else:
                yield Absent(proof={"references": len(self.books.entered)})
