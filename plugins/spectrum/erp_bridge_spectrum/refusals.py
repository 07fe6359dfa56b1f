"""What Spectrum's refusals mean and what to do: matched by code and element, never by the text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from erp_bridge_core.contract.errors import ErpRefused, SignInFailed
from erp_bridge_spectrum.replies import ABORT, ERRORS, Said

_LOG_IN: Final = frozenset(("Authorization_ID", "GUID"))
_COMPANIES: Final = frozenset(("Company_Code", "pCompany_Code"))

_CODES: Final[Mapping[str, str]] = {
    "A": "Spectrum stopped the call, usually for lack of a right",
    "I": "Spectrum holds the value for invalid",
    "M": "a value that Spectrum needs is missing",
    "E": "Spectrum does not authorise the call",
}
#: Element -> what is probably wrong, and the remedy. Elements of both writing services.
_ELEMENTS: Final[Mapping[str, tuple[str, str]]] = {
    "Job_Number": ("the job is not known, or is Complete", "Have the job opened in Spectrum, or link the right job."),
    "Phase_Code": (
        "the phase does not fit the job's phase mask",
        "Correct the cost code, or phase_mask and phase_fill of this connection.",
    ),
    "Cost_Type": ("the cost type is not in the cost type master", "Map the category to a cost type of Spectrum."),
    "Unit_of_Measure": ("the unit is not in the unit of measure master", "Map the unit to one of Spectrum's."),
    "Description": ("a new phase needs a description", "Give the line a description."),
    "Price_Method_Code": ("the price method does not suit the job", "Correct price_method of this connection."),
    "Original_Est_Cost": ("the amount does not fit the field", "Split the line over phases or cost types."),
    "Current_Est_Cost": ("the amount does not fit the field", "Split the line over phases or cost types."),
    "Customer_Code": ("the customer has no contract on this job", "Have the contract set up, or set customer."),
    "CR_Status": ("the change request status is not known", "Correct change_request_status of this connection."),
    "CR_Phase_Code": (
        "phase and cost type are not set up on the job, or are Complete",
        "Change requests never create phases: have it set up or reopened in Spectrum.",
    ),
    "CR_Billing_Item_Code": (
        "this status and job want a billing item, which no budget change has",
        "Use a status for cost alone in change_request_status.",
    ),
    "Origination_Date": ("the date is outside the processing dates", "Choose another revision date, or open them."),
    "Approved_Date": (
        "the date is outside the processing dates, or the status is none that is approved",
        "Choose another revision date, or set send_approved_date to false.",
    ),
    "Change_Request_Number": ("the number is not taken", "Enter another budget revision number."),
}


def refusals(said: Iterable[Said]) -> tuple[Said, ...]:
    """What of a reply refuses."""
    return tuple(each for each in said if each.code in ERRORS)


def sign_in_refused(said: Sequence[Said]) -> SignInFailed | None:
    """The refusal of who calls, as against what is asked: nothing else would fare better, so all stops."""
    for each in said:
        if each.column in _LOG_IN or (each.column in _COMPANIES and each.code == ABORT) or each.code == "E":
            return SignInFailed(
                f"Spectrum does not let this connection in: {each}. It is not tried again by itself.",
                remedy="In Spectrum, look at System Administration, Installation, Data Exchange: the Authorization ID "
                "must be Active, grant this service and company, and have an operator; correct authorization_id.",
                details={"erp_code": each.code, "column": each.column},
            )
    return None


def refused(said: Sequence[Said]) -> ErpRefused:
    """The refusal of a write in Spectrum's own words, all of them, with what they mean and what to do."""
    meanings, remedies = [], []
    for each in said:
        meaning, remedy = _ELEMENTS.get(each.column, (_CODES[each.code], ""))
        meanings.append(f"{each.column}: {meaning}" if each.column else meaning)
        remedies.append(remedy or "Correct the value, or ask Spectrum's administrator; then retry.")
    return ErpRefused(
        "; ".join(map(str, said)),
        meaning="; ".join(dict.fromkeys(meanings)),
        remedy=" ".join(dict.fromkeys(remedies)),
        erp_code=",".join(dict.fromkeys(each.code for each in said)),
    )
