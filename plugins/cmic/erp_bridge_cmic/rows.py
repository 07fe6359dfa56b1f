"""The rows of job, phase and category, which hold the budget: read whole, per job."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erp_bridge_cmic.client import Cmic
from erp_bridge_cmic.jobs import Job
from erp_bridge_cmic.settings import CmicSettings
from erp_bridge_cmic.wire import equal, number, text

RESOURCE: Final = "jcjobcategory"
IDENTITY: Final = "JcatVUuid"
PHASES: Final = "jcjobcostcodes"
TOP: Final = "ALL"

#: (job, phase, category)
RowKey = tuple[str, str, str]


@frozen(kw_only=True)
class BudgetRow:
    """One row. `original` and `changes` are told apart; `odd` says why that can't be relied on, blank where it can."""

    vuuid: str
    job: str
    phase: str
    category: str
    active: bool
    original: Decimal
    changes: Decimal
    units: Decimal | None = None
    unit: str = ""
    odd: str = ""

    @property
    def key(self) -> RowKey:
        """What the row is about."""
        return self.job, self.phase, self.category


@frozen(kw_only=True)
class Phase:
    """A phase that is assigned to a job."""

    job: str
    code: str
    name: str
    control: str
    active: bool


def read_rows(client: Cmic, job: Job) -> Iterator[BudgetRow]:
    """All rows of one job; raises `ReadFailed`."""
    settings, names = client.erp.settings, client.erp.settings.names
    fields = (
        IDENTITY, "JcatCompCode", "JcatJobCode", "JcatPhsCode", "JcatCode", "JcatCatActiveFlag", names.row_budget,
        names.row_changes, names.row_current, names.row_units, names.row_unit,
    )  # fmt: skip
    found = client.rows(
        RESOURCE,
        fields=fields,
        query=equal({"JcatCompCode": settings.company, "JcatJobCode": job.code}),
        identity=IDENTITY,
    )
    return (_row(row, job, settings) for row in found)


def _row(row: Any, job: Job, settings: CmicSettings) -> BudgetRow:
    names = settings.names
    original, odd = _original(row, job, settings)
    given = row.get(names.row_units) if names.row_units else None
    return BudgetRow(
        vuuid=text(row, IDENTITY),
        job=text(row, "JcatJobCode"),
        phase=text(row, "JcatPhsCode"),
        category=text(row, "JcatCode"),
        active=text(row, "JcatCatActiveFlag") != "N",
        original=original,
        changes=number(row, names.row_changes),
        units=None if given is None else number(row, names.row_units),
        unit=text(row, names.row_unit),
        odd=odd,
    )


def _original(row: Any, job: Job, settings: CmicSettings) -> tuple[Decimal, str]:
    """The original budget: what a pending job's row shows may hold posted changes as well (like with like)."""
    names = settings.names
    budget, changes = number(row, names.row_budget), number(row, names.row_changes)
    if not names.row_current:
        mixed = job.is_pending and settings.pending_budget_shows == "with_changes"
        return (budget - changes if mixed else budget), ""
    current = number(row, names.row_current)
    original = current - changes
    expected = {original, current} if job.is_pending else {original}
    if budget in expected:
        return original, ""
    return original, f"budget {budget}, changes {changes} and current budget {current} do not fit together"


def read_phases(client: Cmic, job: str) -> Iterator[Phase]:
    """The phases that are assigned to one job; raises `ReadFailed`."""
    settings, names = client.erp.settings, client.erp.settings.names
    fields = ("GjjpVUuid", "GjjpCode", "GjjpCtrlCode", "GjjpActiveFlag", names.phase_job, names.phase_name)
    query = equal({"GjjpCompCode": settings.company, names.phase_job: job})
    for row in client.rows(PHASES, fields=fields, query=query, identity="GjjpVUuid"):
        yield Phase(
            job=job,
            code=text(row, "GjjpCode"),
            name=text(row, names.phase_name),
            control=text(row, "GjjpCtrlCode"),
            active=text(row, "GjjpActiveFlag") != "N",
        )


def new_row(settings: CmicSettings, key: RowKey) -> dict[str, Any]:
    """What CMiC wants of a new row, without its budget."""
    job, phase, category = key
    return {
        "JcatVUuid": "",
        "JcatCompCode": settings.company,
        "JcatJobCode": job,
        "JcatPhsCode": phase,
        "JcatCode": category,
        "JcatCatActiveFlag": "Y",
        "JcatPhaseActiveFlag": "Y",
        "JcatCostToComplOvrdFlg": "N",
        "JcatExclCostBudgWip": "N",
        "JcatExclCostWip": "N",
        "JcatLabourForecastFlag": "N",
    }


def new_phase(settings: CmicSettings, job: str, phase: str) -> dict[str, Any]:
    """What CMiC wants of a phase that is assigned to a job."""
    return {
        "GjjpVUuid": "",
        "GjjpCompCode": settings.company,
        settings.names.phase_job: job,
        "GjjpCode": phase,
        "GjjpCtrlCode": TOP,
        "GjjpActiveFlag": "Y",
        "GjjpFactorableFlg": "N",
    }
