"""The WSDLs, by a client library that knows nothing else: zeep, which takes single wrappers off by itself."""

from typing import Any

import pytest
import requests
import zeep
import zeep.exceptions
from simulator.stranger import ELEMENTS, Office, Stranger


def service(stranger: Stranger, name: str) -> Any:
    """A proxy made from the WSDL that the server hands out."""
    return zeep.Client(f"{stranger.url}/wsdls/{name}.jws")


def blank(stranger: Stranger, name: str, **values: str) -> dict[str, str]:
    """All elements of a call."""
    return dict(stranger.elements(name, values))


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_declares_every_element_in_order(stranger: Stranger, name: str) -> None:
    """The vendor's tables, element by element, at the address of the call."""
    client = service(stranger, name)
    operation = client.service._binding.get(name)
    assert ELEMENTS[name] == [element for element, _ in operation.input.body.type.elements]
    assert f"{stranger.url}/ws/{name}" == client.service._binding_options["address"]


@pytest.mark.parametrize("children", ["unqualified", "qualified"])
def test_zeep_writes_and_reads(office: Office, stranger: Stranger, children: str) -> None:
    """A phase goes in and its estimated cost comes back, whichever form the schema asks for."""
    office.switch("wsdl_children", children)
    answer = service(stranger, "AddPhase").service.AddPhase(
        **blank(
            stranger, "AddPhase", Job_Number="24-001", Phase_Code="031000", Cost_Type="L", Description="Rod & <bar>",
            Original_Est_Cost="12.50", Price_Method_Code="F",
        )
    )  # fmt: skip
    assert answer is None
    read = service(stranger, "GetPhase").service.GetPhase(**blank(stranger, "GetPhase", pJob_Number="24-001"))
    row = read["getPhase"]["response"][0]
    assert ("12.50", "Rod & <bar>") == (row["Current_Estimated_Dollars"], row["Description"])


def test_zeep_sees_refusals(stranger: Stranger) -> None:
    """Several responses, lower case."""
    answer = service(stranger, "AddPhase").service.AddPhase(**blank(stranger, "AddPhase", Job_Number="24-001"))
    assert [("M", "Phase_Code"), ("M", "Cost_Type")] == [
        (row["error_code"], row["column"]) for row in answer["response"]
    ]


def test_zeep_saves_a_change_request(office: Office, stranger: Stranger) -> None:
    """All 56 elements."""
    stranger.add()
    service(stranger, "ARChangeRequest").service.ARChangeRequest(
        **blank(
            stranger, "ARChangeRequest", Job_Number="24-001", Customer_Code="OWNER", Change_Request_Number="EB-1",
            CR_Status="A", CR_Phase_Code="031000", CR_Cost_Type="L", Change_Request_Amount="-10",
        )
    )  # fmt: skip
    assert {"031000 / L": ("100.00", "-10.00")} == office.books()


def test_zeep_raises_faults(office: Office, stranger: Stranger) -> None:
    """A fault is one to a library too."""
    office.switch("faults", "1")
    with pytest.raises(zeep.exceptions.Fault, match="Error executing Web Service"):
        service(stranger, "GetJob").service.GetJob(**blank(stranger, "GetJob"))


def test_wsdls_import_nothing(stranger: Stranger) -> None:
    """Whatever a client needs stands in the one document."""
    for name in ELEMENTS:
        text = requests.get(f"{stranger.url}/wsdls/{name}.jws", timeout=30).text
        assert ("import" not in text, "include" not in text) == (True, True)
