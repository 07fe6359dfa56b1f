"""Descriptions of services: read from the server alone, once, with every declared element sent in order."""

import pytest
from data_exchange import Server, wsdl
from lxml import etree  # type: ignore[import-untyped,unused-ignore]
from spectrum_doubles import FixedClock, SpectrumErp, with_clock

from erp_bridge_core.contract.errors import ErpError, ReadFailed
from erp_bridge_spectrum.services import SENT, open_service


def test_every_declared_element_goes_in_order(server: Server, erp: SpectrumErp) -> None:
    """A server faults when one is missing, so those we know nothing of go blank."""
    server.wsdls["AddPhase"] = wsdl("AddPhase", extra=("Bid_Item_Number", "Work_Comp_Code"))
    message = open_service(erp, "AddPhase").envelope({"Phase_Code": "105", "Description": "A & B < C"})
    elements = [(child.tag, child.text or "") for child in etree.fromstring(message)[0][0]]

    assert [*SENT["AddPhase"], "Bid_Item_Number", "Work_Comp_Code"] == [name for name, _ in elements]
    assert {"105", "A & B < C", ""} == {text for _, text in elements}


def test_an_element_that_the_service_lacks_is_named(server: Server, erp: SpectrumErp) -> None:
    """Nothing is left out without a word."""
    server.wsdls["AddPhase"] = wsdl("AddPhase", without=("Current_Est_Cost", "GUID"))

    with pytest.raises(ErpError, match="has no element GUID, Current_Est_Cost"):
        open_service(erp, "AddPhase").require(SENT["AddPhase"])


def test_a_description_is_read_once_an_hour(server: Server, erp: SpectrumErp) -> None:
    """It is kept for the process, and read anew when it grows old."""
    clock = FixedClock()
    erp = with_clock(erp, clock)
    open_service(erp, "AddPhase")
    open_service(erp, "AddPhase")
    assert ["AddPhase"] == server.read_wsdls
    clock.sleep(3601)
    open_service(erp, "AddPhase")

    assert ["AddPhase", "AddPhase"] == server.read_wsdls


@pytest.mark.parametrize(
    "beside",
    [
        '<import namespace="urn:x" location="https://elsewhere.example/other.wsdl"/>',
        '<import namespace="urn:x" location="file:///etc/passwd"/>',
    ],
)
def test_nothing_from_outside_is_imported(server: Server, erp: SpectrumErp, beside: str) -> None:
    """A description that points elsewhere is refused, and elsewhere is not asked."""
    server.wsdls["AddPhase"] = wsdl("AddPhase", beside=beside)

    with pytest.raises(ReadFailed, match=r"is not loaded|is no description"):
        open_service(erp, "AddPhase")


@pytest.mark.parametrize("text", ["<html><body>Sign in</body></html>", "nothing", wsdl("GetPhase"), "<definitions/>"])
def test_what_is_no_description_is_told(server: Server, erp: SpectrumErp, text: str) -> None:
    """A log-in page, text, another service: the remedy names the url."""
    server.wsdls["AddPhase"] = text

    with pytest.raises(ReadFailed, match="is no description of the service AddPhase"):
        open_service(erp, "AddPhase")


@pytest.mark.rule("X3")
def test_a_description_with_entities_is_refused(server: Server, erp: SpectrumErp) -> None:
    """No document type is taken from a server either."""
    server.wsdls["AddPhase"] = '<!DOCTYPE a [<!ENTITY b "c">]>' + wsdl("AddPhase").partition("?>")[2]

    with pytest.raises(ReadFailed, match="is no description"):
        open_service(erp, "AddPhase")
