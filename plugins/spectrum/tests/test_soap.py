"""Calls: what refuses, what is doubtful, what is tried again, and what goes with every call."""

import pytest
from data_exchange import BASE, FAULT, Server, get_reply, phase_row, put_reply, wsdl
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract.errors import Doubtful, ErpRefused, NotSent, ReadFailed, SignInFailed
from erp_bridge_spectrum.soap import Exchange

VALUES = {"Job_Number": "40891", "Current_Est_Cost": "1.00"}


def put(server: Server, erp: SpectrumErp, answer: str | tuple[int, str]) -> object:
    """Send a phase, answered so."""
    server.answers["AddPhase"] = [answer]
    return Exchange(erp).put("AddPhase", VALUES)


# -- writing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [(), (("", "", ""),), (("G", "40891", "Job_Number"),), (("S", "Good", ""),), (("W", "Mind", ""),)],
    ids=["none", "blank", "G", "S", "W"],
)
def test_every_form_of_success_is_taken(
    server: Server, erp: SpectrumErp, said: tuple[tuple[str, str, str], ...]
) -> None:
    """What a success looks like is not documented: no response, a blank code and codes of no failure all are."""
    assert put(server, erp, put_reply("AddPhase", *said))


def test_a_value_that_spectrum_chose_is_kept(server: Server, erp: SpectrumErp) -> None:
    """G holds a value for an element, such as a number."""
    server.answers["AddPhase"] = [put_reply("AddPhase", ("G", "CR9", "Change_Request_Number"))]

    assert {"Change_Request_Number": "CR9"} == Exchange(erp).put("AddPhase", VALUES).evidence["values"]


@pytest.mark.rule("E3", "L6")
@pytest.mark.parametrize("code", ["A", "I", "M"])
def test_a_refusal_keeps_spectrums_words(server: Server, erp: SpectrumErp, code: str) -> None:
    """All fields at once, what they mean, and what to do."""
    reply = put_reply("AddPhase", (code, "Cost_Type is odd", "Cost_Type"), ("I", "not there", "Unit_of_Measure"))
    with pytest.raises(ErpRefused) as refusal:
        put(server, erp, reply)

    assert f"Cost_Type is odd ({code}); Unit_of_Measure: not there (I)" == refusal.value.words
    assert "cost type master" in refusal.value.meaning
    assert "Map the unit to one of Spectrum's." in refusal.value.remedy


@pytest.mark.parametrize(
    "said",
    [
        ("A", "Authorization ID is not set up", "Authorization_ID"),
        ("A", "Time out has occurred", "GUID"),
        ("A", "not authorized", "Company_Code"),
        ("E", "Not authorised", ""),
    ],
)
def test_a_refused_sign_in_stops_everything(server: Server, erp: SpectrumErp, said: tuple[str, str, str]) -> None:
    """It is no fault of a line: the next call would fare no better."""
    with pytest.raises(SignInFailed, match="not tried again"):
        put(server, erp, put_reply("AddPhase", said))


@pytest.mark.rule("L6")
@pytest.mark.parametrize(
    "answer",
    [
        (500, FAULT),
        (200, FAULT),
        (200, "<html><body>Sign in</body></html>"),
        (502, put_reply("AddPhase", ("I", "no", "Phase_Code"))),
        (200, put_reply("AddPhase")[:-30]),
        (200, put_reply("AddPhase", ("Q", "new", "Phase_Code"))),
        (401, ""),
        (200, ""),
    ],
    ids=["fault-500", "fault-200", "html", "gateway", "cut", "odd-code", "denied", "empty"],
)
def test_anything_else_is_doubtful(server: Server, erp: SpectrumErp, answer: tuple[int, str]) -> None:
    """A fault, a page, a gateway's status, a cut answer, a code of unknown meaning: never a refusal, never done."""
    with pytest.raises(Doubtful):
        put(server, erp, answer)

    assert 1 == len(server.asked("AddPhase"))


def test_a_write_that_can_not_be_built_was_not_sent(server: Server, erp: SpectrumErp) -> None:
    """The service lacks an element."""
    server.wsdls["AddPhase"] = wsdl("AddPhase", without=("Current_Est_Cost",))
    with pytest.raises(NotSent, match="has no element Current_Est_Cost"):
        Exchange(erp).put("AddPhase", VALUES)

    assert [] == server.asked("AddPhase")


# -- what goes along ---------------------------------------------------------------------------------------------------


def test_each_attempt_has_its_own_guid(server: Server, erp: SpectrumErp) -> None:
    """A used one may have timed out, or be spent."""
    exchange = Exchange(erp)
    exchange.put("AddPhase", VALUES)
    exchange.put("AddPhase", VALUES)
    guids = [values["GUID"] for values in server.asked("AddPhase")]

    assert 2 == len(set(guids))
    assert {36} == {len(guid) for guid in guids}
    assert {"the authorization id"} == {values["Authorization_ID"] for values in server.asked("AddPhase")}


def test_a_site_may_want_blank_guids(server: Server) -> None:
    """Whether a GUID is needed is not known for sure."""
    Exchange(make_erp(guid="blank")).put("AddPhase", VALUES)

    assert [""] == [values.get("GUID", "") for values in server.asked("AddPhase")]


@pytest.mark.parametrize(("basic", "header"), [(False, None), (True, "Basic MTAwOnRoZSBhdXRob3JpemF0aW9uIGlk")])
def test_basic_goes_only_where_the_site_wants_it(server: Server, *, basic: bool, header: str | None) -> None:
    """Company and Authorization ID, as some clients send them."""
    Exchange(make_erp(basic=basic)).put("AddPhase", VALUES)

    assert header == server.headers[0].get("Authorization")
    assert f"{BASE}/ws/AddPhase" == server.headers[0]["SOAPAction"]


# -- reading -----------------------------------------------------------------------------------------------------------


def test_a_fault_while_reading_is_tried_again_and_waits(server: Server, erp: SpectrumErp) -> None:
    """Faults come and go under load: three tries with growing pauses."""
    server.answers["GetPhase"] = [(500, FAULT), (200, FAULT)]
    server.phases = [phase_row("10506845", "L", "1.00")]
    rows, whole = Exchange(erp).get("GetPhase")

    assert (1, True, 3) == (len(rows), whole, len(server.asked("GetPhase")))
    assert 0.4 + 0.8 == pytest.approx(erp.clock.monotonic())


def test_a_fault_that_stays_is_a_failed_read(server: Server, erp: SpectrumErp) -> None:
    """After three tries nothing is concluded."""
    server.answers["GetPhase"] = [(500, FAULT)] * 4

    with pytest.raises(ReadFailed, match="Error executing Web Service"):
        Exchange(erp).get("GetPhase")
    assert 3 == len(server.asked("GetPhase"))


@pytest.mark.rule("L7")
@pytest.mark.parametrize(
    "rows",
    [
        [{"Error_Code": "I", "Error_Description": "odd", "Error_Column": "pCost_Type"}],
        [{"Error_Code": "Q", "Error_Description": "new", "Error_Column": ""}],
        [{"Company_Code": "", "Job_Number": "", "Error_Code": ""}],
    ],
    ids=["refused", "odd", "blank"],
)
def test_a_read_that_tells_an_error_concludes_nothing(
    server: Server, erp: SpectrumErp, rows: list[dict[str, str]]
) -> None:
    """An error row, a code of unknown meaning, one blank row as for a spent GUID."""
    server.answers["GetPhase"] = [get_reply("GetPhase", rows)]

    with pytest.raises(ReadFailed):
        Exchange(erp).get("GetPhase")


@pytest.mark.parametrize("code", ["E", "A"])
def test_a_reader_without_rights_is_told(server: Server, erp: SpectrumErp, code: str) -> None:
    """Asked once, not again."""
    row = {"Error_Code": code, "Error_Description": "no", "Error_Column": "Authorization_ID"}
    server.answers["GetPhase"] = [get_reply("GetPhase", [row])]

    with pytest.raises(SignInFailed):
        Exchange(erp).get("GetPhase")
    assert 1 == len(server.asked("GetPhase"))


@pytest.mark.parametrize("cap", [2, 3])
def test_rows_at_the_cap_are_not_surely_all(server: Server, cap: int) -> None:
    """As many as the cap may be all or not; a row that warns says so itself."""
    server.phases = [phase_row(f"1050684{number}", "L", "1.00") for number in range(2)]
    server.answers["GetPhase"] = [
        get_reply("GetPhase", server.phases),
        get_reply("GetPhase", [*server.phases, {"Error_Code": "W", "Error_Description": "more"}]),
    ]
    exchange = Exchange(make_erp(row_cap=cap))

    assert [cap > 2, False] == [exchange.get("GetPhase")[1] for _ in range(2)]


def test_a_denied_read_is_not_repeated(server: Server, erp: SpectrumErp) -> None:
    """One refused sign-in stops: accounts are locked otherwise."""
    server.answers["GetPhase"] = [(401, ""), (401, "")]

    with pytest.raises(SignInFailed):
        Exchange(erp).get("GetPhase")
    assert 1 == len(server.asked("GetPhase"))
