"""A stranger's client of Data Exchange, written from what the vendor publishes, and a person at the desk."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import requests
from attrs import define, frozen

from erp_bridge_core.contract import BookEntry, JobSetup, Served
from erp_bridge_spectrum.simulator import SpectrumSimulator

TYPES = "http://www.northgate-is.com/proiv/webservices/types"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
CATEGORIES = (("L", "Labor", "labor"), ("M", "Material", "material"), ("S", "Subcontract", "subcontract"))
JOBS = (
    JobSetup(
        job="24-001",
        name="Bridge",
        sub_jobs=(("A1", "Curbs"),),
        cost_codes=(("", "03-1000", "Concrete"), ("", "05-1000", "Steel"), ("A1", "03-1000", "Concrete")),
        categories=CATEGORIES,
        units=("L.F",),
    ),
    JobSetup(job="24-002", name="Road", cost_codes=(("", "02-1000", "Asphalt"),), categories=CATEGORIES),
)


def _names(text: str) -> list[str]:
    return text.split()


ADD_PHASE = _names(
    "Authorization_ID GUID Company_Code Job_Number Phase_Code Description Cost_Type Original_Est_Quantity "
    "Unit_of_Measure Original_Est_Cost Original_Est_Hours Bid_Item_Number Alt_Phase_Code Work_Comp_Code "
    "Price_Method_Code Phase_Cost_Center Current_Est_Hours Current_Est_Quantity Current_Est_Cost Status_Code"
)
GET_PHASE = _names("Authorization_ID GUID pCompany_Code pCost_Type pJob_Number pStatus_Code pCost_Center pSort_By")
GET_JOB = _names(
    "Authorization_ID GUID pCompany_Code pDivision pStatus_Code pProject_Manager pSuperintendent pEstimator "
    "pCustomer_Code pCost_Center pSort_By"
)
CHANGE_REQUEST = _names(
    "Authorization_ID GUID Company_Code Job_Number Customer_Code Change_Request_Number CR_Description CR_Status "
    "Cost_Reimbursable_Flag Origination_Date Approved_Date Fee_Percent Fee_Amount CR_Phase_Code CR_Cost_Type "
    "Change_Request_Quantity Change_Request_Hours Change_Request_Amount Subcontractor_Code Subcontract_Number "
    "Sub_Amount Sub_Bid_Group_Item_Code Sub_Bid_Item_Code Sub_Status Sub_Change_Order_Number Sub_Change_Order_Date "
    "Sub_Signed_Date Sub_Description Sub_Type Sub_Proposal_Date Sub_Sent_Date Sub_Due_Date Sub_Comments "
    "Markup_Cost_Type Markup_Percent Markup_Amount Pricing_Addon_Code Pricing_Addon_MU_Percent "
    "Pricing_Addon_MU_Amount Pricing_Addon_Phase Pricing_Addon_Cost_Type CR_Billing_Group_Code CR_Billing_Item_Code "
    "CR_Billing_Item_Description CR_Additional_Description CR_Unit_Price CR_Quantity CR_Revenue "
    "Proceed_Submitted_Date Proceed_Received_Date Rough_Estimate Quotation_Submitted_Date Quotation_Due_Date "
    "Requested_Days Approved_Days Default_Billing_Total"
)
ELEMENTS = {
    "AddPhase": ADD_PHASE,
    "GetPhase": GET_PHASE,
    "GetPhaseEnhanced": GET_PHASE,
    "GetJob": GET_JOB,
    "ARChangeRequest": CHANGE_REQUEST,
    "TestConnection": ["Authorization_ID", "GUID"],
}
Row = dict[str, str]


def envelope(method: str, elements: list[tuple[str, str]], *, qualified: bool = True) -> bytes:
    """A call as the public clients make it: children in the default namespace, or without any."""
    children = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in elements)
    call = (
        f'<{method} xmlns="{TYPES}">{children}</{method}>'
        if qualified
        else f'<n:{method} xmlns:n="{TYPES}">{children}</n:{method}>'
    )
    return f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{call}</s:Body></s:Envelope>'.encode()


@define
class Stranger:
    """A client and its Authorization ID."""

    url: str
    authorization: str
    guid: str = ""

    def post(self, method: str, body: bytes, **headers: str) -> requests.Response:
        """Post a body to a method."""
        url = f"{self.url}/ws/{method}"
        sent = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": url, **headers}
        return requests.post(url, data=body, headers=sent, timeout=30)

    def elements(self, method: str, values: dict[str, str]) -> list[tuple[str, str]]:
        """Every declared element in order, blank where no value is given."""
        unknown = set(values) - set(ELEMENTS[method])
        assert not unknown
        given = {"Authorization_ID": self.authorization, "GUID": self.guid, **values}
        return [(name, given.get(name, "")) for name in ELEMENTS[method]]

    def call(self, method: str, values: dict[str, str]) -> requests.Response:
        """Call a method."""
        return self.post(method, envelope(method, self.elements(method, values)))

    def put(self, method: str = "AddPhase", **values: str) -> list[tuple[str, str]]:
        """The (code, column) pairs of a Put's answer."""
        return [(row["error_code"], row["column"]) for row in self.responses(method, **values)]

    def responses(self, method: str = "AddPhase", **values: str) -> list[Row]:
        """The responses of a Put in full."""
        response = self.call(method, values)
        assert 200 == response.status_code
        return rows(response.text)

    def get(self, method: str = "GetPhase", **values: str) -> list[Row]:
        """The rows of a Get."""
        response = self.call(method, values)
        assert 200 == response.status_code
        return rows(response.text)

    def add(self, phase: str = "031000", cost_type: str = "L", cost: str = "100.00", **values: str) -> list[Row]:
        """Add or update a phase of job 24-001."""
        given = {
            "Job_Number": "24-001", "Phase_Code": phase, "Cost_Type": cost_type, "Description": "Concrete",
            "Original_Est_Cost": cost, "Price_Method_Code": "F", **values,
        }  # fmt: skip
        return self.responses("AddPhase", **given)

    def estimated(self, **values: str) -> dict[str, str]:
        """Estimated cost per phase and cost type as GetPhase tells it."""
        return {
            f"{row['Phase_Code']}/{row['Cost_Type']}": row["Current_Estimated_Dollars"]
            for row in self.get("GetPhase", **values)
        }


def rows(reply: str) -> list[Row]:
    """The `response` blocks of a reply, cut tail or not, as tolerant clients find them."""
    blocks = re.findall(r"<response>.*?</response>", reply, re.DOTALL)
    return [{child.tag: child.text or "" for child in ET.fromstring(block)} for block in blocks]


@frozen
class Office:
    """A person at the desk of one installation below `home`."""

    home: Path

    def do(self, act: str, **arguments: str) -> str:
        """Do an act; what it told, as one text."""
        return "\n".join(SpectrumSimulator().desk()[act].run(self.home, **arguments))

    def switch(self, name: str, value: str) -> None:
        """Set a switch."""
        self.do("switch", name=name, value=value)

    def entries(self, job: str = "24-001") -> list[BookEntry]:
        """The simulator's own books."""
        return list(SpectrumSimulator().ledger(self.home, job))

    def books(self, job: str = "24-001") -> dict[str, tuple[str, str]]:
        """Original and changes per key, from the simulator's own books."""
        return {str(entry.key): (str(entry.original), str(entry.changes)) for entry in self.entries(job)}

    @contextmanager
    def open(self) -> Iterator[tuple[Stranger, Served]]:
        """Serve, with a client."""
        with SpectrumSimulator().serve(self.home) as served:
            yield Stranger(str(served.settings["url"]), served.secrets["authorization_id"]), served
