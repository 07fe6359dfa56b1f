"""Reading a job: its family, phases and categories, what the site's set-up allows, and the figures of every row."""

from collections.abc import Iterator

from erp_bridge_cmic.changes import read_types
from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import STATUSES, Family, read_family
from erp_bridge_cmic.masters import master_categories, master_phases, unit_codes
from erp_bridge_cmic.rows import read_phases, read_rows
from erp_bridge_cmic.sign_in import CmicErp
from erp_bridge_core.contract import (
    Category,
    CostCode,
    Figure,
    JobHeader,
    JobReading,
    JobStatus,
    LineKey,
    Stream,
    SubJob,
)
from erp_bridge_core.contract.errors import ReadFailed

ROUTE = "rows"
BLIND = (
    "Rows show the original budget and posted changes; what waits to be posted is read from the unposted PCI lines. "
    "Posting periods and control flags can't be read."
)


def read_job(job: str, erp: CmicErp) -> JobReading:
    """Read a control job with its sub jobs; raises `NotFound`, `ReadFailed`."""
    client = Cmic(erp)
    family = read_family(client, job)
    return JobReading(
        header=JobHeader(
            company=erp.settings.books,
            job=job,
            name=family.control.name,
            status=STATUSES.get(family.control.status, JobStatus.UNKNOWN),
            live=erp.settings.live,
            original_finalized=not family.control.is_pending,
            facts=_facts(client, family),
        ),
        sub_jobs=Stream(lambda: _sub_jobs(family)),
        cost_codes=Stream(lambda: _cost_codes(client, family)),
        categories=Stream(lambda: _categories(client, family)),
        figures=Stream(lambda: figures(client, family)),
        routes=(ROUTE,),
        blind={ROUTE: BLIND},
    )


def _facts(client: Cmic, family: Family) -> dict[str, str]:
    """What validation needs besides the masters: status and PCI entry per job, the PCI types, the units."""
    facts = {f"status {code}": job.status for code, job in family.jobs.items()}
    facts |= {f"takes PCIs {code}": "yes" if job.takes_changes else "no" for code, job in family.jobs.items()}
    for code, kind in read_types(client).items():
        facts[f"PCI type {code}"] = (
            f"{kind.letter} {kind.mask} {'own numbers' if kind.own_numbers else 'no own numbers'}"
        )
    units = unit_codes(client)
    if units is not None:
        facts["units"] = " ".join(sorted(units))
    return facts


def _sub_jobs(family: Family) -> Iterator[SubJob]:
    for job in family.sub_jobs:
        yield SubJob(code=job.code, name=job.name, active=job.status in {"P", "I"})


def _cost_codes(client: Cmic, family: Family) -> Iterator[CostCode]:
    yield from master_phases(client)
    for code in family.jobs:
        phases = list(read_phases(client, code))
        controls = {phase.control for phase in phases}
        for phase in phases:
            yield CostCode(
                code=phase.code,
                name=phase.name,
                sub_job=family.sub_job_of(code),
                group=phase.code in controls,
                active=phase.active,
            )


def _categories(client: Cmic, family: Family) -> Iterator[Category]:
    yield from master_categories(client)
    for job in family.jobs.values():
        for row in read_rows(client, job):
            sub_job = family.sub_job_of(job.code)
            yield Category(code=row.category, sub_job=sub_job, cost_code=row.phase, active=row.active)


def figures(client: Cmic, family: Family) -> Iterator[Figure]:
    """Every row's figures; raises `ReadFailed` for one whose amounts contradict each other."""
    for job in family.jobs.values():
        for row in read_rows(client, job):
            if row.odd:
                raise ReadFailed(
                    f"CMiC's row {' / '.join(row.key)} can't be read: {row.odd}.",
                    remedy="Correct the connection's setting `names`.",
                )
            yield Figure(
                key=LineKey(family.sub_job_of(job.code), row.phase, row.category),
                original=row.original,
                changes=row.changes,
                total=row.original + row.changes,
                unit=row.unit,
                quantity=row.units,
                route=ROUTE,
            )
