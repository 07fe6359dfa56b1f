"""Reading a job's rows: all statuses, split under the row cap, each row once."""

from decimal import Decimal

import pytest
from data_exchange import JOB, Server, get_reply, phase_row
from spectrum_doubles import SpectrumErp, make_erp

from erp_bridge_core.contract.errors import ReadFailed
from erp_bridge_spectrum.phases import PhaseReader, total_of
from erp_bridge_spectrum.soap import Exchange

ROWS = [
    phase_row("10506845", "L", "10.00"),
    phase_row("10506845", "M", "20.00"),
    phase_row("20200010", "L", "30.00", Status_Code="I"),
    phase_row("20200010", "M", "40.00", Status_Code="C"),
]


def reader(erp: SpectrumErp) -> PhaseReader:
    """A reader of the job."""
    return PhaseReader(Exchange(erp), JOB)


@pytest.mark.rule("V3")
def test_complete_rows_are_asked_for_by_their_status(server: Server, erp: SpectrumErp) -> None:
    """A blank status leaves them out; the total has them."""
    server.phases = ROWS

    assert Decimal("100.00") == total_of(reader(erp).read().values())
    assert ["", "C"] == [values.get("pStatus_Code", "") for values in server.asked("GetPhase")]


def test_a_few_cost_types_are_asked_for_alone(server: Server, erp: SpectrumErp) -> None:
    """Looking for one row reads its cost type, not the job."""
    server.phases = ROWS

    assert {("10506845", "M"), ("20200010", "M")} == set(reader(erp).read(["M"]))
    assert {"M"} == {values["pCost_Type"] for values in server.asked("GetPhase")}


def test_under_the_cap_a_read_is_split(server: Server) -> None:
    """By status, then by cost type; what comes twice counts once."""
    server.phases = [phase_row(f"1050684{number}", kind, "1.00") for number in range(2) for kind in "LM"]
    rows = reader(make_erp(row_cap=3)).read()

    assert 4 == len(rows)
    asked = [(values.get("pStatus_Code", ""), values.get("pCost_Type", "")) for values in server.asked("GetPhase")]
    assert [("", ""), ("A", ""), ("A", "L"), ("A", "M"), ("I", ""), ("C", "")] == asked


@pytest.mark.rule("L7")
def test_a_part_that_still_reaches_the_cap_is_a_failed_read(server: Server) -> None:
    """Nothing is concluded from rows that may not be all."""
    server.phases = [phase_row(f"1050684{number}", "L", "1.00") for number in range(3)]

    with pytest.raises(ReadFailed, match="status A, cost type L may not be all of them"):
        reader(make_erp(row_cap=3)).read()


def test_without_cost_types_a_large_job_can_not_be_read(server: Server) -> None:
    """The remedy names the setting."""
    server.phases = [phase_row(f"1050684{number}", "L", "1.00") for number in range(3)]

    with pytest.raises(ReadFailed) as failure:
        reader(make_erp(row_cap=3, cost_types={})).read()
    assert "cost_types" in failure.value.remedy


def test_a_cut_answer_is_read_in_parts(server: Server, erp: SpectrumErp) -> None:
    """Rows may be missing behind the cut, so smaller answers are asked for."""
    server.phases = ROWS
    whole = get_reply("GetPhase", ROWS[:3])
    server.answers["GetPhase"] = [whole[: whole.rindex("</response>") + len("</response>")]]

    assert 4 == len(reader(erp).read())
    assert ["", "A", "I", "C"] == [values.get("pStatus_Code", "") for values in server.asked("GetPhase")]


def test_another_job_is_not_counted(server: Server, erp: SpectrumErp) -> None:
    """A master job's rows, or those of a job whose number only looks alike, are none of ours."""
    server.phases = [ROWS[0], phase_row("10506845", "L", "99.00", Job_Number="140891")]

    assert Decimal("10.00") == total_of(reader(erp).read().values())


@pytest.mark.rule("P0")
@pytest.mark.parametrize(
    ("row", "why"),
    [
        (phase_row("10506845", "L", "1.00", Company_Code="200"), "company '200'"),
        (phase_row("10506845", "L", "1,000.00"), "no number"),
        ({"Company_Code": "100", "Job_Number": JOB, "Phase_Code": "1", "Cost_Type": "L"}, "has no"),
    ],
)
def test_an_odd_row_is_a_failed_read(server: Server, erp: SpectrumErp, row: dict[str, str], why: str) -> None:
    """Of another company, without a figure, with something that is none."""
    server.phases = [row]

    with pytest.raises(ReadFailed, match=why):
        reader(erp).read()


def test_a_row_that_changes_while_it_is_read_is_a_failed_read(server: Server, erp: SpectrumErp) -> None:
    """Two figures for one row: neither is taken."""
    server.phases = [ROWS[0], phase_row("10506845", "L", "11.00")]

    with pytest.raises(ReadFailed, match=r"came with 10\.00 and with 11\.00"):
        reader(erp).read()
