"""The rows of the hh2-shaped service as JSON text built inside the database: one field list per kind of row.

Amounts must be JSON numbers with exactly two decimals, which no float guarantees; SQL writes them from whole cents.
Fields that the simulated company has no figures for stand in every row with a constant, so that a client which
expects them finds them.
"""

import json
from collections.abc import Mapping
from typing import Final

from attrs import frozen

NO_AMOUNT: Final = "0.00"


@frozen(kw_only=True)
class Resource:
    """One kind of row, named as its path below the service.

    `select` is the statement that carries it, `constants` are its fixed fields.

    `select` yields id, whether the row is of an extra, and the changing fields as JSON without braces.
    """

    name: str
    select: str
    constants: str


def _text(name: str, column: str) -> str:
    return f"'\"{name}\":' || json_quote({column})"


def _plain(name: str, expression: str) -> str:
    return f"'\"{name}\":' || {expression}"


def _yes(name: str, condition: str) -> str:
    return _plain(name, f"CASE WHEN {condition} THEN 'true' ELSE 'false' END")


def _hundredths(name: str, column: str) -> str:
    sign = f"CASE WHEN {column} < 0 THEN '-' ELSE '' END"
    return _plain(name, f"{sign} || (abs({column}) / 100) || '.' || substr('0' || (abs({column}) % 100), -2)")


def _select(row: str, *fields: str, source: str) -> str:
    changing = " || ',' || ".join(fields)
    return f"SELECT {row}, {changing} FROM {source}"  # noqa: S608 - all of it is written below


def _constants(values: Mapping[str, object], amounts: str = "") -> str:
    fixed = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in values.items()]
    return ",".join(fixed + [f"{json.dumps(name)}:{NO_AMOUNT}" for name in amounts.split()])


_STATUS = "CASE {table}.status WHEN 'Unstarted' THEN 0 WHEN 'In progress' THEN 1 WHEN 'Closed' THEN 2 ELSE 3 END"

JOBS: Final = Resource(
    name="jobs",
    select=_select(
        "id, 0",
        _text("Id", "id"), _text("Code", "job"), _text("Name", "name"),
        _plain("Status", _STATUS.format(table="job")), _yes("IsActive", "status <> 'Closed'"),
        _yes("ShouldUseProjectManagement", "project_management"),
        source="job WHERE true ORDER BY job",
    ),
    constants=_constants(
        {
            "IsArchived": False, "BillingLevel": 0, "BillingMethod": 0, "AccountPrefixId": None, "Address1": "",
            "Address2": "", "City": "", "State": "", "PostalCode": "", "HasExternalId": True,
        },
        "JobToDateCostAmount JobToDateDollarsPaidAmount JobToDateWorkBilledAmount Misc1Amount Misc2Amount Misc3Amount",
    ),
)  # fmt: skip

JOB_COST_CODES: Final = Resource(
    name="jobs/costcodes",
    select=_select(
        "cost_code.id, extra <> ''",
        _text("Id", "cost_code.id"), _text("JobId", "job.id"), _text("Code", "cost_code.code"),
        _text("Name", "cost_code.name"), _text("StandardCostCodeId", "standard.id"),
        _yes("IsGroupCode", "cost_code.group_code"), _plain("CostCodeStatus", _STATUS.format(table="cost_code")),
        _hundredths("Estimate", "cost_code.total"),
        _hundredths("EstimateUnits", """coalesce((SELECT sum(original_units + approved_units) FROM category
            WHERE (category.job, category.extra, category.code) = (cost_code.job, cost_code.extra, cost_code.code)), 0)
            """),
        source="""cost_code JOIN job USING (job) LEFT JOIN standard_cost_code AS standard
            ON standard.code = cost_code.code WHERE true ORDER BY cost_code.job, extra, cost_code.code""",
    ),
    constants=_constants(
        {"ProductionUnitOfMeasure": ""},
        "LaborEstimateUnits OriginalProductionUnitsEstimate Misc1Amount Misc2Amount Misc3Amount Misc4Amount "
        "Misc5Amount Misc6Amount PercentComplete",
    ),
)  # fmt: skip

JOB_CATEGORIES: Final = Resource(
    name="jobs/categories",
    select=_select(
        "category.id, extra <> ''",
        _text("Id", "category.id"), _text("JobId", "job.id"), _text("CostCodeId", "cost_code.id"),
        _text("Code", "category.category"), _text("Name", "category.name"), _text("StandardCategoryId", "standard.id"),
        _text("StandardCategoryAccumulationName", "standard.accumulation"),
        _hundredths("OriginalEstimate", "category.original"),
        _hundredths("OriginalEstimateUnits", "original_units"),
        _hundredths("ApprovedEstimateChanges", "category.approved"),
        _hundredths("ApprovedEstimateUnitChanges", "approved_units"),
        _hundredths("Estimate", "category.total"),
        _hundredths("EstimateUnits", "(original_units + approved_units)"), _text("EstimateUnitOfMeasure", "unit"),
        source="""category JOIN job USING (job) JOIN cost_code USING (job, extra, code)
          LEFT JOIN standard_category AS standard USING (category)
          WHERE true ORDER BY category.job, extra, category.code, category.category""",
    ),
    constants=_constants(
        {},
        "OriginalCommitment ApprovedCommitmentChanges RevisedCommitment CommitmentInvoiced JobToDateCost "
        "JobToDateUnits JobToDateDollarsPaid MonthToDateCost MonthToDateUnits MonthToDateDollarsPaid PercentComplete",
    ),
)  # fmt: skip

STANDARD_COST_CODES: Final = Resource(
    name="costcodes",
    select=_select(
        "id, 0",
        _text("Id", "id"),
        _text("Code", "code"),
        _text("Name", "name"),
        _yes("IsGroupCode", "group_code"),
        source="standard_cost_code WHERE true ORDER BY code",
    ),
    constants=_constants({"IsActive": True}),
)

STANDARD_CATEGORIES: Final = Resource(
    name="categories",
    select=_select(
        "id, 0",
        _text("Id", "id"),
        _text("Code", "category"),
        _text("Name", "name"),
        _text("Description", "name"),
        _text("AccumulationName", "accumulation"),
        source="standard_category WHERE true ORDER BY category",
    ),
    constants=_constants({"IsActive": True}),
)

RESOURCES: Final = (JOBS, JOB_COST_CODES, JOB_CATEGORIES, STANDARD_COST_CODES, STANDARD_CATEGORIES)
