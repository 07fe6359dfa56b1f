"""Reading a job: its header, its phases, cost types as configured, and the estimated cost of every row."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from attrs import define, field

from erp_bridge_core.contract import (
    Category,
    CostCode,
    Figure,
    JobHeader,
    JobReading,
    JobStatus,
    LineKey,
    Stream,
)
from erp_bridge_spectrum.amounts import NOTHING
from erp_bridge_spectrum.jobs import Job, find_job
from erp_bridge_spectrum.phases import PhaseReader, PhaseRow, Place, one_per_phase
from erp_bridge_spectrum.services import SpectrumErp
from erp_bridge_spectrum.soap import Exchange
from erp_bridge_spectrum.sql import read_originals

ESTIMATED: Final = "estimated_cost"
SQL: Final = "sql"
AS_ORIGINAL: Final = "current_as_original"
BLIND: Final[Mapping[str, str]] = {
    ESTIMATED: "The services give the current estimate alone; the original is not readable by them. Rows that the "
    "operator of the Authorization ID may not see are not there.",
    AS_ORIGINAL: "For import alone: the current estimate stands in for the original, which can't be read.",
}
STATUSES: Final[Mapping[str, JobStatus]] = {"A": JobStatus.OPEN, "I": JobStatus.OPEN, "C": JobStatus.CLOSED}
STATUS_NAMES: Final[Mapping[str, str]] = {"A": "Active", "I": "Inactive", "C": "Complete"}


def read_job(job: str, erp: SpectrumErp) -> JobReading:
    """Read a job. Raises `NotFound` when Spectrum has no such job, `ReadFailed` when a read may be incomplete."""
    exchange = Exchange(erp)
    rows = _Rows(exchange=exchange, job=job)
    by_sql = bool(erp.settings.sql_connection)
    return JobReading(
        header=_header(erp, find_job(exchange, job)),
        sub_jobs=Stream(tuple),
        cost_codes=Stream(lambda: _cost_codes(erp, job, rows)),
        categories=Stream(lambda: _categories(erp, rows)),
        figures=Stream(lambda: _figures(erp, job, rows)),
        routes=(SQL, ESTIMATED) if by_sql else (ESTIMATED, AS_ORIGINAL),
        blind={name: text for name, text in BLIND.items() if name == ESTIMATED or not by_sql},
    )


@define(kw_only=True)
class _Rows:
    """The job's rows, read when first wanted; every stream of one reading is of the same read."""

    exchange: Exchange
    job: str
    _kept: Mapping[Place, PhaseRow] | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[PhaseRow]:
        if self._kept is None:
            self._kept = PhaseReader(self.exchange, self.job).read()
        return iter(self._kept.values())


def _header(erp: SpectrumErp, job: Job) -> JobHeader:
    return JobHeader(
        company=job.company,
        job=job.job,
        name=job.name,
        status=STATUSES.get(job.status, JobStatus.UNKNOWN),
        live=erp.settings.live,
        facts={
            "status": STATUS_NAMES.get(job.status, job.status),
            "customer": job.customer,
            "contract": job.contract,
            "phase_mask": erp.settings.codes(job.job).mask,
        },
    )


def _cost_codes(erp: SpectrumErp, job: str, rows: _Rows) -> Iterator[CostCode]:
    codes = erp.settings.codes(job)
    for row in one_per_phase(rows):
        yield CostCode(code=codes.shown(row.phase), name=row.description)


def _categories(erp: SpectrumErp, rows: _Rows) -> Iterator[Category]:
    """The configured cost types: no service lists the master. Without them, those that the job has rows of."""
    known = dict(erp.settings.cost_types) or {row.cost_type: "" for row in rows}
    for code, name in known.items():
        yield Category(code=code, name=name, standard=True)
    codes = erp.settings.codes(rows.job)
    for row in rows:
        active = row.status != "C"
        yield Category(code=row.cost_type, cost_code=codes.shown(row.phase), kind=row.status, active=active)


def _figures(erp: SpectrumErp, job: str, rows: _Rows) -> Iterator[Figure]:
    codes = erp.settings.codes(job)
    originals = read_originals(erp, job) if erp.settings.sql_connection else None
    for row in rows:
        key = LineKey("", codes.shown(row.phase), row.cost_type)
        estimated = _figure(row, key, ESTIMATED)
        yield estimated
        if originals is None:
            yield _figure(row, key, AS_ORIGINAL, original=row.cost)
        else:
            original = originals.get(row.place, NOTHING)
            yield _figure(row, key, SQL, original=original, changes=row.cost - original)


def _figure(
    row: PhaseRow, key: LineKey, route: str, *, original: Decimal | None = None, changes: Decimal | None = None
) -> Figure:
    return Figure(
        key=key,
        original=original,
        changes=changes,
        total=None if route == AS_ORIGINAL else row.cost,
        description=row.description,
        unit=row.unit,
        quantity=row.quantity or None,
        route=route,
    )
