"""Names of attributes that no public source confirms. They follow CMiC's naming rule, and a site may set its own.

The rule: a column `JCAT_PHS_CODE` of the database is `JcatPhsCode` over REST. Names that CMiC's own pages give are no
settings; they stand where they are used.
"""

from collections.abc import Iterator
from typing import Final

from attrs import asdict, frozen


@frozen(kw_only=True)
class Names:
    """Assumed attribute names; blank where a site's server has no such attribute and the adapter can do without."""

    job_company: str = "JobCompCode"
    job_control: str = "JobCtrlCode"
    job_status: str = "JobStatusCode"
    job_transactions: str = "JobAllowTransFlag"
    job_pci: str = "JobAllowPciFlag"
    phase_job: str = "GjjpJobCode"
    phase_name: str = "GjjpName"
    row_budget: str = "JcatBudgAmt"
    row_units: str = "JcatBudgUnit"
    row_unit: str = "JcatWmCode"
    row_changes: str = "JcatChgOrdAmt"
    row_current: str = "JcatCurrBudgAmt"
    header_scope: str = ""
    header_second_status: str = ""
    line_amount: str = "CmdCostAmt"
    line_quantity: str = "CmdQty"
    line_unit: str = "CmdWmCode"
    master_phase_company: str = "PhsCompCode"
    master_phase: str = "PhsCode"
    master_phase_name: str = "PhsName"
    master_phase_control: str = "PhsCtrlCode"
    master_phase_active: str = "PhsActiveFlag"
    master_category_company: str = "CatCompCode"
    master_category: str = "CatCode"
    master_category_name: str = "CatName"
    master_category_control: str = "CatCtrlCode"
    master_category_type: str = "CatTypeCode"
    master_category_active: str = "CatActiveFlag"
    status_company: str = "CmsCompCode"
    status: str = "CmsCode"
    status_pending_type: str = "CmsPendType"
    unit: str = "WmCode"


#: Without these nothing can be written, or nothing be proved.
NEEDED: Final = (
    "job_company", "job_status", "phase_job", "row_budget", "row_changes", "line_amount", "master_phase_company",
    "master_phase", "master_category_company", "master_category",
)  # fmt: skip
#: Which resource an assumed name belongs to, by how the setting's name begins.
RESOURCES: Final = {
    "job_": ("jcjob",),
    "phase_": ("jcjobcostcodes",),
    "row_": ("jcjobcategory",),
    "header_": ("cmmast",),
    "line_": ("cmdetail", "cmdetailunposted"),
    "master_phase": ("jcmastercostcodes",),
    "master_category": ("jcmastercategories",),
    "status": ("cmstatus",),
    "unit": ("weightmeasure",),
}


def assumed(names: Names) -> Iterator[tuple[str, str, str]]:
    """Every name in use: resource, the setting's name, the attribute."""
    for setting, attribute in asdict(names).items():
        places = next(found for start, found in RESOURCES.items() if setting.startswith(start))
        for resource in places if attribute else ():
            yield resource, setting, attribute
