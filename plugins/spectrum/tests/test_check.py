"""Checking a connection: good things and bad ones, each with a remedy."""

from data_exchange import Server, get_reply, wsdl
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_spectrum import plugin


def checks(erp: SpectrumErp) -> dict[str, bool]:
    """What was looked at, and whether it is right."""
    return {one.name: one.ok for one in plugin.check_connection(erp)}


def test_all_is_well(server: Server, erp: SpectrumErp) -> None:
    """Services, sign-in, and what no service tells; nothing is written."""
    assert {
        "service AddPhase": True, "service GetPhase": True, "service GetJob": True, "sign-in": True,
        "cost types": True, "phase mask": True,
    } == checks(erp)  # fmt: skip
    assert [] == server.asked("AddPhase")


def test_a_lacking_element_and_a_refused_sign_in_are_told(server: Server, request_erp: SpectrumErp) -> None:
    """All at once, the others still looked at."""
    server.wsdls["ARChangeRequest"] = wsdl("ARChangeRequest", without=("CR_Status",))
    row = {"Error_Code": "E", "Error_Description": "not authorised", "Error_Column": "Authorization_ID"}
    server.answers["GetJob"] = [get_reply("GetJob", [row])]
    found = {one.name: one for one in plugin.check_connection(request_erp) if not one.ok}

    assert {"service ARChangeRequest", "sign-in"} == set(found)
    assert all(one.remedy for one in found.values())


def test_what_is_not_entered_is_advised(server: Server) -> None:
    """It works without, within limits."""
    found = {one.name: one.message for one in plugin.check_connection(make_erp(cost_types={}, phase_mask=""))}

    assert "cost_types" in found["cost types"]
    assert "phase_mask" in found["phase mask"]
