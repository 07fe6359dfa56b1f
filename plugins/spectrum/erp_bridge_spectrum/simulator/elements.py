"""The declared elements of each service, in the order of the vendor's tables: name, type, Max, format."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import frozen


class Kind(StrEnum):
    """What an element holds."""

    TEXT = "text"
    KEY = "key"
    NUMBER = "number"
    DATE = "date"
    #: A Get's parameter in which wildcards, lists and ranges are taken.
    SELECTION = "selection"


@frozen(kw_only=True)
class Element:
    """One declared element. `length` is the vendor's *Max*; `whole` and `decimals` are a number's digits."""

    name: str
    kind: Kind
    length: int
    whole: int = 0
    decimals: int = 0
    choices: tuple[str, ...] = ()


@frozen(kw_only=True)
class Service:
    """One method: its request, the rows that a Get returns, and the name by which an authorisation grants it."""

    name: str
    request: tuple[Element, ...]
    required: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()

    @property
    def is_get(self) -> bool:
        """Whether it reads rows; the others write (or test) and answer with codes alone."""
        return bool(self.rows)


def _text(name: str, length: int, *choices: str) -> Element:
    return Element(name=name, kind=Kind.TEXT, length=length, choices=choices)


def _key(name: str, length: int) -> Element:
    return Element(name=name, kind=Kind.KEY, length=length)


def _select(name: str, length: int) -> Element:
    return Element(name=name, kind=Kind.SELECTION, length=length)


def _number(name: str, length: int, whole: int, decimals: int = 2) -> Element:
    return Element(name=name, kind=Kind.NUMBER, length=length, whole=whole, decimals=decimals)


def _date(name: str) -> Element:
    return Element(name=name, kind=Kind.DATE, length=10)


_LOG_IN: Final = (_text("Authorization_ID", 20), _text("GUID", 36))
#: The end of each row of a Get: capitalised, unlike a Put's answer.
ERROR_TRIO: Final = ("Error_Code", "Error_Description", "Error_Column")

ADD_PHASE: Final = Service(
    name="AddPhase",
    required=("Job_Number", "Phase_Code", "Cost_Type"),
    request=(
        *_LOG_IN,
        _key("Company_Code", 3), _key("Job_Number", 10), _key("Phase_Code", 20), _text("Description", 25),
        _key("Cost_Type", 3), _number("Original_Est_Quantity", 11, 7), _key("Unit_of_Measure", 3),
        _number("Original_Est_Cost", 12, 8), _number("Original_Est_Hours", 10, 6), _key("Bid_Item_Number", 10),
        _key("Alt_Phase_Code", 20), _key("Work_Comp_Code", 6), _text("Price_Method_Code", 1, *"FTCUJ"),
        _key("Phase_Cost_Center", 10), _number("Current_Est_Hours", 10, 6), _number("Current_Est_Quantity", 11, 7),
        _number("Current_Est_Cost", 12, 8), _text("Status_Code", 1, *"AIC"),
    ),
)  # fmt: skip

_CHANGE_HEADER: Final = (
    _key("Company_Code", 3), _key("Job_Number", 10), _key("Customer_Code", 10), _key("Change_Request_Number", 8),
    _text("CR_Description", 250), _text("CR_Status", 2), _text("Cost_Reimbursable_Flag", 1, *"YN"),
    _date("Origination_Date"), _date("Approved_Date"), _number("Fee_Percent", 7, 3), _number("Fee_Amount", 12, 8),
)  # fmt: skip
_CHANGE_COST: Final = (
    _key("CR_Phase_Code", 20), _key("CR_Cost_Type", 3), _number("Change_Request_Quantity", 11, 7),
    _number("Change_Request_Hours", 10, 6), _number("Change_Request_Amount", 14, 10),
)  # fmt: skip
_CHANGE_SUBCONTRACT: Final = (
    _key("Subcontractor_Code", 10), _key("Subcontract_Number", 10), _number("Sub_Amount", 14, 10),
    _key("Sub_Bid_Group_Item_Code", 2), _key("Sub_Bid_Item_Code", 11), _text("Sub_Status", 1, *"PER"),
    _key("Sub_Change_Order_Number", 8), _date("Sub_Change_Order_Date"), _date("Sub_Signed_Date"),
    _text("Sub_Description", 30), _text("Sub_Type", 15), _date("Sub_Proposal_Date"), _date("Sub_Sent_Date"),
    _date("Sub_Due_Date"), _text("Sub_Comments", 250),
)  # fmt: skip
_CHANGE_MARKUP: Final = (
    _key("Markup_Cost_Type", 3), _number("Markup_Percent", 6, 3), _number("Markup_Amount", 14, 10),
    _key("Pricing_Addon_Code", 10), _number("Pricing_Addon_MU_Percent", 6, 3),
    _number("Pricing_Addon_MU_Amount", 14, 10), _key("Pricing_Addon_Phase", 20), _key("Pricing_Addon_Cost_Type", 3),
)  # fmt: skip
_CHANGE_BILLING: Final = (
    _key("CR_Billing_Group_Code", 2), _key("CR_Billing_Item_Code", 11), _text("CR_Billing_Item_Description", 30),
    _text("CR_Additional_Description", 40), _number("CR_Unit_Price", 11, 5, 4), _number("CR_Quantity", 11, 7),
    _number("CR_Revenue", 14, 10),
)  # fmt: skip
_CHANGE_REST: Final = (
    _date("Proceed_Submitted_Date"), _date("Proceed_Received_Date"), _number("Rough_Estimate", 12, 8),
    _date("Quotation_Submitted_Date"), _date("Quotation_Due_Date"), _number("Requested_Days", 4, 3, 0),
    _number("Approved_Days", 4, 3, 0), _text("Default_Billing_Total", 1, *"YN"),
)  # fmt: skip

CHANGE_REQUEST: Final = Service(
    name="ARChangeRequest",
    required=("Job_Number", "Customer_Code"),
    request=(
        *_LOG_IN, *_CHANGE_HEADER, *_CHANGE_COST, *_CHANGE_SUBCONTRACT, *_CHANGE_MARKUP, *_CHANGE_BILLING,
        *_CHANGE_REST,
    ),
)  # fmt: skip

_PHASE_REQUEST: Final = (
    *_LOG_IN, _text("pCompany_Code", 3), _select("pCost_Type", 3), _select("pJob_Number", 10),
    _text("pStatus_Code", 1, *"AIC"), _text("pCost_Center", 10), _text("pSort_By", 1, "C"),
)  # fmt: skip
_PHASE_ROW: Final = (
    "Company_Code", "Job_Number", "Phase_Code", "Cost_Type", "Description", "Status_Code", "Unit_of_Measure",
    "JTD_Quantity", "JTD_Hours", "JTD_Actual_Dollars", "Projected_Quantity", "Projected_Hours", "Projected_Dollars",
    "Estimated_Quantity", "Estimated_Hours", "Current_Estimated_Dollars", "Cost_Center",
)  # fmt: skip
GET_PHASE: Final = Service(name="GetPhase", request=_PHASE_REQUEST, rows=(*_PHASE_ROW, *ERROR_TRIO))
GET_PHASE_ENHANCED: Final = Service(
    name="GetPhaseEnhanced",
    request=_PHASE_REQUEST,
    rows=(*_PHASE_ROW, "Price_Method_Code", "Complete_Date", "Start_Date", "End_Date", "Comment", *ERROR_TRIO),
)

GET_JOB: Final = Service(
    name="GetJob",
    request=(
        *_LOG_IN, _text("pCompany_Code", 3), _select("pDivision", 5), _text("pStatus_Code", 1, *"AIC"),
        _select("pProject_Manager", 15), _select("pSuperintendent", 15), _select("pEstimator", 15),
        _select("pCustomer_Code", 10), _text("pCost_Center", 10), _text("pSort_By", 1, *"DPSEC"),
    ),
    rows=(
        "Company_Code", "Job_Number", "Job_Description", "Division", "Address_1", "Address_2", "City", "State",
        "Zip_Code", "Project_Manager", "Superintendent", "Estimator", "Certified_Flag", "Customer_Code", "Status_Code",
        "Work_State_Tax_Code", "Contract_Number", "Cost_Center", *ERROR_TRIO,
    ),
)  # fmt: skip

#: The vendor names a test-connection service, the only one to answer S, but not its method: this name is assumed.
TEST_CONNECTION: Final = Service(name="TestConnection", request=_LOG_IN)

SERVICES: Final[Mapping[str, Service]] = {
    service.name: service
    for service in (ADD_PHASE, GET_PHASE, GET_PHASE_ENHANCED, GET_JOB, CHANGE_REQUEST, TEST_CONNECTION)
}
