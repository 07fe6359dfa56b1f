"""Resources of a job: the job, its project, its phases, and the rows that hold its budget.

`GjjpJobCode`, `GjjpName` and all amounts, units and codes on the budget row are assumed names (see `attribute_names`
among the switches); the ones before them are CMiC's own.
"""

from typing import Final

from erp_bridge_cmic.simulator.attributes import Attribute, Kind
from erp_bridge_cmic.simulator.resource import CREATE, RETRIEVE, UPDATE, Resource, stamped

AMOUNT: Final = 2
QUANTITY: Final = 8
RATE: Final = 4


def _key(name: str, column: str, length: int) -> Attribute:
    return Attribute(name=name, column=column, length=length, required=True, updatable=False)


def _flag(name: str, column: str, *, required: bool = False) -> Attribute:
    return Attribute(name=name, column=column, kind=Kind.FLAG, required=required)


def _shown(name: str, column: str, kind: Kind = Kind.TEXT, *, scale: int = 0) -> Attribute:
    return Attribute(name=name, column=column, kind=kind, scale=scale, length=60, settable=False, updatable=False)


def _figure(name: str, column: str) -> Attribute:
    return _shown(name, column, Kind.NUMBER, scale=AMOUNT)


_JOB: Final = Resource(
    module="jc",
    name="jcjob",
    label="job",
    prefix="Job",
    view="seen_job",
    attributes=stamped(
        "Job",
        _shown("JobCompCode", "comp"),
        _shown("JobCode", "job"),
        _shown("JobName", "name"),
        _shown("JobDefaultDeptCode", "department"),
        _shown("JobCtrlCode", "ctrl"),
        _shown("JobStatusCode", "status"),
        _shown("JobCostMethCode", "cost_method"),
        _shown("JobAllowTransFlag", "transactions"),
        _shown("JobAllowPciFlag", "pci"),
    ),
)

_PROJECT: Final = Resource(
    module="pm",
    name="pmproject",
    label="project",
    prefix="Grpmp",
    view="project",
    attributes=stamped(
        "Grpmp",
        _shown("GrpmpCompCode", "comp"),
        _shown("GrpmpProjCode", "project"),
        _shown("GrpmpProjName", "name"),
        _shown("GrpmpJobCode", "job"),
        _shown("GrpmpJobStatusCode", "status"),
        _shown("GrpmpJobOrigBudgetEffDate", "started", Kind.DAY),
        _shown("GrpmpJobAllowTransFlag", "transactions"),
        _shown("GrpmpJobBidFlag", "bid"),
        _shown("GrpmpJobSecGroup", "security"),
        _shown("GrpmpProjCtrlCode", "ctrl"),
        _figure("GrpmpCurrContAmt", "contract"),
    ),
    finders={
        "selectByCompProj": {"compCode": ("comp", "="), "projCode": ("project", "=")},
        "selectByJobCode": {"companyCode": ("comp", "="), "projectCode": ("project", "=")},
        "selectByPmProjInfo": {"pmprojectDate": ("coalesce(updated, created)", ">=")},
    },
)

_PHASE: Final = Resource(
    module="jc",
    name="jcjobcostcodes",
    label="job phase",
    prefix="Gjjp",
    view="seen_phase",
    table="job_phase",
    keys=("comp", "job", "phase"),
    operations=(CREATE, RETRIEVE, UPDATE),
    attributes=stamped(
        "Gjjp",
        _key("GjjpCompCode", "comp", 8),
        _key("GjjpJobCode", "job", 10),
        _key("GjjpCode", "phase", 16),
        Attribute(name="GjjpName", column="name", length=60),
        Attribute(name="GjjpCtrlCode", column="ctrl", length=16, required=True),
        _flag("GjjpActiveFlag", "active", required=True),
        _flag("GjjpFactorableFlg", "factorable", required=True),
    ),
)

_ROW: Final = Resource(
    module="jc",
    name="jcjobcategory",
    label="job category",
    prefix="Jcat",
    view="budget_row",
    table="job_category",
    keys=("comp", "job", "phase", "category"),
    operations=(CREATE, RETRIEVE, UPDATE),
    attributes=stamped(
        "Jcat",
        _key("JcatCompCode", "comp", 8),
        _key("JcatJobCode", "job", 10),
        _key("JcatPhsCode", "phase", 16),
        Attribute(name="JcatCode", column="category", length=16, required=True),
        _flag("JcatCatActiveFlag", "active", required=True),
        _flag("JcatPhaseActiveFlag", "phase_active"),
        _flag("JcatCostToComplOvrdFlg", "cost_override", required=True),
        _flag("JcatExclCostBudgWip", "exclude_budget", required=True),
        _flag("JcatExclCostWip", "exclude_cost", required=True),
        _flag("JcatLabourForecastFlag", "labour"),
        Attribute(name="JcatBudgAmt", column="budget", kind=Kind.NUMBER, scale=AMOUNT),
        Attribute(name="JcatBudgUnit", column="units", kind=Kind.NUMBER, scale=QUANTITY),
        Attribute(name="JcatBudgRate", column="rate", kind=Kind.NUMBER, scale=RATE),
        Attribute(name="JcatWmCode", column="wm", length=2),
        _figure("JcatPostIntAmt", "posted_internal"),
        _figure("JcatPostExtAmt", "posted_external"),
        _figure("JcatChgOrdAmt", "changes"),
        _figure("JcatCurrBudgAmt", "current"),
        _figure("JcatPendAmt", "pending"),
        _figure("JcatPrependAmt", "prepending"),
    ),
    finders={"selectJobCategory": {"jobCode": ("job", "=")}},
)

JOBS: Final = (_JOB, _PROJECT, _PHASE, _ROW)
